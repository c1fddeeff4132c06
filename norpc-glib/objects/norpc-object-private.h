/* norpc-object-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-object.h"

G_BEGIN_DECLS

gboolean norpc_object_type_is_passed     (GType            type);
gpointer norpc_object_dup_outside_handle (GType            type,
                                          const char      *key,
                                          NorpcEndpoint *(*new_endpoint) (gpointer data),
                                          gpointer         data,
                                          void           (*end_endpoint) (NorpcEndpoint *endpoint));

G_END_DECLS
