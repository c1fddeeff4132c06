/* norpc-nats-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

/* Thread-safe. How the members of an interface are called by NATS. */

gboolean norpc_nats_is_prefix         (const char               *prefix);
char    *norpc_nats_find_not_portable (const NorpcInterfaceInfo *info,
                                       guint                     method);
char    *norpc_nats_make_subject      (const char               *prefix,
                                       const NorpcInterfaceInfo *info,
                                       const char               *member);
char    *norpc_nats_make_control      (const char               *prefix,
                                       const char               *name);

G_END_DECLS
