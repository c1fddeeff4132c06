/* norpc-dbus-objects-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-serving-private.h"

G_BEGIN_DECLS

/*
 * The objects of this process that other processes have got in messages. Each is below the path of the export whose
 * message that was, and only the clients that have got it may call it. It is there as long as one of them has it.
 *
 * All of it is used in the context of the export.
 */

/* The maximum number of objects that one client has. */
#define NORPC_DBUS_MAX_OBJECTS 4096

#define NORPC_DBUS_UNKNOWN_OBJECT "org.freedesktop.DBus.Error.UnknownObject"

NorpcDBusObjects *norpc_dbus_objects_new         (NorpcDBusServing *root);
void              norpc_dbus_objects_free        (NorpcDBusObjects *self);
char             *norpc_dbus_objects_give        (NorpcDBusServing *root,
                                                  const char       *client,
                                                  gpointer          handle,
                                                  GType             type,
                                                  char            **problem);
NorpcDBusServing *norpc_dbus_objects_find        (NorpcDBusObjects *self,
                                                  const char       *client,
                                                  const char       *path);
gboolean          norpc_dbus_objects_is_empty    (NorpcDBusObjects *self);
void              norpc_dbus_objects_release     (NorpcDBusObjects *self,
                                                  const char       *client,
                                                  const char       *path,
                                                  guint             n);
void              norpc_dbus_objects_drop_client (NorpcDBusObjects *self,
                                                  const char       *client);
void              norpc_dbus_objects_close_all   (NorpcDBusObjects *self);

/* The passage of messages to and from a client. */
NorpcDBusPassage  norpc_dbus_objects_begin_passage (NorpcDBusServing *serving,
                                                    const char       *client);

G_END_DECLS
