/* norpc-dbus-disconnection.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-disconnection-private.h"

typedef struct
{
  NorpcDBusDisconnectionFunc func;
  gpointer                   data; /* (owned) */
  GDestroyNotify             destroy;
} Disconnection;

static G_DEFINE_QUARK (norpc-dbus-disconnection, get_disconnection)

static void
free_disconnection (gpointer data)
{
  Disconnection *self = data;

  self->destroy (self->data);
  g_free (self);
}

/* Takes ownership of @data. */
void
norpc_dbus_disconnection_set_func (GDBusConnection            *connection,
                                   NorpcDBusDisconnectionFunc  func,
                                   gpointer                    data,
                                   GDestroyNotify              destroy)
{
  Disconnection *self = g_new (Disconnection, 1);

  *self = (Disconnection) { func, data, destroy };
  g_object_set_qdata_full (G_OBJECT (connection), get_disconnection_quark (), self, free_disconnection);
}

void
norpc_dbus_disconnection_unset (GDBusConnection *connection)
{
  g_object_set_qdata (G_OBJECT (connection), get_disconnection_quark (), NULL);
}

/* Calls the function, which may unset itself, if the connection is closed. */
void
norpc_dbus_disconnection_check (GDBusConnection *connection)
{
  Disconnection *self = g_object_get_qdata (G_OBJECT (connection), get_disconnection_quark ());

  if (self != NULL && g_dbus_connection_is_closed (connection))
    self->func (connection, self->data);
}
