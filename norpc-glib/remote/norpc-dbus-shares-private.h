/* norpc-dbus-shares-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The calls of an exported object that are not answered, by client. One client has at most three quarters of what the
 * others leave of the capacity, so that no number of calls of one keeps those of another out.
 */
typedef struct _NorpcDBusShares NorpcDBusShares;

/* @client is NULL if there is only one. */
NorpcDBusShares *norpc_dbus_shares_new  (guint            capacity);
void             norpc_dbus_shares_free (NorpcDBusShares *self);
gboolean         norpc_dbus_shares_take (NorpcDBusShares *self,
                                         const char      *client);
void             norpc_dbus_shares_drop (NorpcDBusShares *self,
                                         const char      *client);

G_END_DECLS
