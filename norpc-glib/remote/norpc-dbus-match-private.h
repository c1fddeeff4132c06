/* norpc-dbus-match-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A subscription to signals of D-Bus. GDBus would log an error if the connection is closed at the same time, and
 * compares no senders; here, the bus selects them, and the function that gets the signals compares them again.
 */
typedef struct _NorpcDBusMatch NorpcDBusMatch;

/* The rule that the bus gets. A bus limits their number, and another process decides how many objects it sends. */
typedef enum
{
  NORPC_DBUS_MATCH_SIGNAL, /* the signals that the function gets */
  NORPC_DBUS_MATCH_SENDER, /* all signals of the sender: one rule, however many objects it has */
  NORPC_DBUS_MATCH_NOTHING /* no rule: the sender sends the signals to this process */
} NorpcDBusMatchScope;

NorpcDBusMatch *norpc_dbus_match_new  (GDBusConnection     *connection,
                                       const char          *sender,
                                       const char          *path,
                                       const char          *interface_name,
                                       const char          *member,
                                       const char          *arg0,
                                       NorpcDBusMatchScope  scope,
                                       GDBusSignalCallback  func,
                                       gpointer             user_data,
                                       GDestroyNotify       destroy);
void            norpc_dbus_match_free (NorpcDBusMatch      *self);

G_END_DECLS
