/* norpc-call-variant.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
gboolean  norpc_call_set_args_variant (NorpcCall   *self,
                                       GVariant    *args,
                                       GError     **error);
NORPC_AVAILABLE_IN_ALL
GVariant *norpc_call_dup_args_variant (NorpcCall   *self,
                                       GError     **error);
NORPC_AVAILABLE_IN_ALL
void      norpc_call_return_variant   (NorpcCall   *self,
                                       GVariant    *results);
NORPC_AVAILABLE_IN_ALL
GVariant *norpc_reply_dup_variant     (NorpcReply  *self,
                                       GError     **error);

G_END_DECLS
