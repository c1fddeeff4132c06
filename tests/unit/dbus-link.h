/* dbus-link.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How the two sides are connected. */
typedef enum
{
  DBUS_ON_BUS,
  DBUS_TO_PEER
} DBusKind;

/* The connections of a service and of a client, in one process. */
typedef struct
{
  DBusKind         kind;
  GTestDBus       *bus;    /* (owned) (nullable) */
  GDBusConnection *served; /* (owned): the connection of the service */
  GDBusConnection *used;   /* (owned): the connection of the client */
} DBusLink;

GDBusConnection *dbus_connect_to_bus (GTestDBus *bus);
void             dbus_link_open      (DBusLink   *self,
                                      DBusKind    kind);
void             dbus_link_open_asleep (DBusLink *self);
const char      *dbus_link_take_name (DBusLink   *self,
                                      const char *name);
void             dbus_link_close     (DBusLink   *self);

/* Makes a context the thread-default one. The library may own it for a moment, to find out whether a thread runs it. */
void             dbus_push_context   (GMainContext *context);

/* Has the thread of D-Bus endpoints wait, after what it was to do before; and lets it go on. */
void             dbus_thread_block   (void);
void             dbus_thread_unblock (void);

G_END_DECLS
