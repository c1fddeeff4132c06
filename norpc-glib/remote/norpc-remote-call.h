/* norpc-remote-call.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-interface-info.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
gboolean                 norpc_call_gets_properties     (NorpcCall                 *self);
NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_call_get_accessed_interface (NorpcCall            *self);
NORPC_AVAILABLE_IN_ALL
const NorpcPropertyInfo *norpc_call_get_set_property    (NorpcCall                 *self);
NORPC_AVAILABLE_IN_ALL
void                     norpc_call_return_set_property (NorpcCall                 *self,
                                                         GVariant                  *value);

NORPC_AVAILABLE_IN_ALL
NorpcCall               *norpc_call_new_get_properties  (const NorpcInterfaceInfo  *info) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcCall               *norpc_call_new_set_property    (const NorpcInterfaceInfo  *info,
                                                         const char                *property_name,
                                                         GVariant                  *value,
                                                         GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant                *norpc_reply_dup_properties     (NorpcReply                *self,
                                                         GError                   **error);

G_END_DECLS
