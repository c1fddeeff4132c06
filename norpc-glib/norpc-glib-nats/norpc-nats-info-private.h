/* norpc-nats-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

/* Thread-safe. How the members of an interface are called over NATS. */

/* Behind the prefix and the interface. No method has a name that begins with a dollar sign. */
#define NORPC_NATS_GET "$get"
#define NORPC_NATS_SET "$set"

/* The same. Services publish these, and clients may not be permitted to: they have one name more than calls. */
#define NORPC_NATS_SIGNAL "$signal." /* with the name of the signal behind it */
#define NORPC_NATS_CHANGED "$property.changed"
#define NORPC_NATS_EMISSIONS_LOST "$lost.emissions" /* with the name of a signal and a number */

/* Behind the prefix. Services publish it, too: they may have changed. */
#define NORPC_NATS_SERVICES "$services.changed"

gboolean norpc_nats_is_prefix         (const char               *prefix);
gboolean norpc_nats_check_prefix      (const char               *kind,
                                       const char               *prefix,
                                       GError                  **error);
char    *norpc_nats_find_not_portable (const NorpcInterfaceInfo *info,
                                       guint                     method);
char    *norpc_nats_find_handle       (const NorpcInterfaceInfo *info,
                                       guint                     method,
                                       const char               *kind,
                                       GVariant                 *values);
gboolean norpc_nats_signal_is_portable   (const NorpcSignalInfo    *info);
gboolean norpc_nats_property_is_portable (const NorpcPropertyInfo  *info);
gboolean norpc_nats_has_signals       (const NorpcInterfaceInfo *info);
gboolean norpc_nats_has_changes       (const NorpcInterfaceInfo *info);
char    *norpc_nats_make_subject      (const char               *prefix,
                                       const NorpcInterfaceInfo *info,
                                       const char               *member);
char    *norpc_nats_make_control      (const char               *prefix,
                                       const char               *name);
char    *norpc_nats_make_services     (const char               *prefix);

G_END_DECLS
