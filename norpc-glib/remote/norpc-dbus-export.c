/* norpc-dbus-export.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-interface-info-private.h"
#include "norpc-dbus-export.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-tree-private.h"

/**
 * NorpcDBusExport:
 *
 * An object on D-Bus whose methods are calls of an endpoint.
 *
 * Other processes call a service through it: methods, signals and properties of its description, with the standard
 * interfaces `org.freedesktop.DBus.Properties` and `org.freedesktop.DBus.Introspectable`. The calls go to the
 * endpoint, so that the layers in front of a service apply to them, too. [method@Norpc.Call.get_sender] tells
 * who has sent a call.
 *
 * A message that the description does not allow is answered with an error before the endpoint sees it. Members
 * whose types have no form on D-Bus are not there for other processes. When a client leaves the bus, its calls
 * that wait for replies are cancelled.
 *
 * The main context that is the thread default when the export is created receives the messages and sends the
 * calls; the service may run in any other one. Functions of the export are for the thread that runs this
 * context, except [method@Norpc.DBusExport.unexport]. The last reference may be released in any thread. Release it when the context ends: until then, calls that
 * have arrived wait for a thread that runs the context.
 *
 * Since: 0.1
 */

struct _NorpcDBusExport
{
  GObject parent_instance;

  NorpcDBusServing *serving; /* (owned) (nullable): until the object is no longer exported */
};

G_DEFINE_FINAL_TYPE (NorpcDBusExport, norpc_dbus_export, G_TYPE_OBJECT)

static void
norpc_dbus_export_dispose (GObject *object)
{
  norpc_dbus_export_unexport (NORPC_DBUS_EXPORT (object));

  G_OBJECT_CLASS (norpc_dbus_export_parent_class)->dispose (object);
}

static void
norpc_dbus_export_class_init (NorpcDBusExportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = norpc_dbus_export_dispose;
}

static void
norpc_dbus_export_init (NorpcDBusExport *self G_GNUC_UNUSED)
{
}

/**
 * norpc_dbus_export_new:
 * @connection: a connection to a bus or to a peer
 * @object_path: the path of the object
 * @endpoint: the endpoint to call
 * @info: the interface that the object has
 * @error: return location for an error
 *
 * Exports an endpoint as an object, with at most %NORPC_DBUS_EXPORT_DEFAULT_CAPACITY calls that are not answered.
 *
 * Fails with %G_IO_ERROR_EXISTS if there is such an object already, with %G_IO_ERROR_CLOSED if the connection is
 * closed, and with %G_IO_ERROR_INVALID_ARGUMENT if the name of the interface is not a valid one on D-Bus.
 *
 * Returns: (transfer full): a new export, or %NULL if @error is set
 * Since: 0.1
 */
NorpcDBusExport *
norpc_dbus_export_new (GDBusConnection           *connection,
                       const char                *object_path,
                       NorpcEndpoint             *endpoint,
                       const NorpcInterfaceInfo  *info,
                       GError                   **error)
{
  return norpc_dbus_export_new_full (connection, object_path, endpoint, info, NORPC_DBUS_EXPORT_DEFAULT_CAPACITY,
                                     error);
}

/**
 * norpc_dbus_export_new_full:
 * @connection: a connection to a bus or to a peer
 * @object_path: the path of the object
 * @endpoint: the endpoint to call
 * @info: the interface that the object has
 * @capacity: the maximum number of calls that are not answered; the next ones fail with the error
 *   `org.freedesktop.DBus.Error.LimitsExceeded`. On a bus, one client has at most three quarters of what the others leave
 * @error: return location for an error
 *
 * Exports an endpoint as an object. See [ctor@Norpc.DBusExport.new].
 *
 * Returns: (transfer full): a new export, or %NULL if @error is set
 * Since: 0.1
 */
NorpcDBusExport *
norpc_dbus_export_new_full (GDBusConnection           *connection,
                            const char                *object_path,
                            NorpcEndpoint             *endpoint,
                            const NorpcInterfaceInfo  *info,
                            guint                      capacity,
                            GError                   **error)
{
  g_autoptr (NorpcDBusExport) self = NULL;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);
  g_return_val_if_fail (object_path != NULL && g_variant_is_object_path (object_path), NULL);
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (capacity > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_dbus_connection_is_closed (connection))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
      return NULL;
    }

  self = g_object_new (NORPC_TYPE_DBUS_EXPORT, NULL);
  self->serving = norpc_dbus_tree_new (connection, object_path, endpoint, capacity);
  if (self->serving == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "Something is already exported at %s", object_path);
      return NULL;
    }

  return norpc_dbus_export_add_interface (self, info, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * norpc_dbus_export_add_interface:
 * @self: an export
 * @info: another interface of the same endpoint
 * @error: return location for an error
 *
 * Adds an interface to the object.
 *
 * Fails with %G_IO_ERROR_EXISTS if the object has it already, and with %G_IO_ERROR_INVALID_ARGUMENT if its name is not a
 * valid one on D-Bus, which has a dot.
 *
 * Must be called in the context of the export.
 *
 * Returns: %TRUE if the interface was added
 * Since: 0.1
 */
gboolean
norpc_dbus_export_add_interface (NorpcDBusExport           *self,
                                 const NorpcInterfaceInfo  *info,
                                 GError                   **error)
{
  g_return_val_if_fail (NORPC_IS_DBUS_EXPORT (self), FALSE);
  g_return_val_if_fail (self->serving != NULL, FALSE);
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!g_dbus_is_interface_name (info->dbus.name) || norpc_dbus_is_standard (info->dbus.name))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "'%s' is not a valid name of an interface on D-Bus that can be exported",
                   info->dbus.name);
      return FALSE;
    }

  return norpc_dbus_serving_add_interface (self->serving, info, error);
}

/**
 * norpc_dbus_export_unexport:
 * @self: an export
 *
 * Removes the object from the connection.
 *
 * Calls that have reached the endpoint are still answered, as long as the main context of the export runs; those that
 * wait in the export fail with %NORPC_ERROR_CLOSED, and streams fail at once. If no thread runs the main context at that
 * time, all calls fail with it, because their replies might never be handled. The thread of that context runs it in its
 * callbacks, and not between two iterations or behind its main loop. It does nothing the second time. Releasing the last
 * reference does the same. A program that ends [stops its server first](dbus.html#the-end-of-a-service), so that no call is lost.
 *
 * It may be called in any thread, unless another thread is in a function of the export at that time.
 *
 * Since: 0.1
 */
void
norpc_dbus_export_unexport (NorpcDBusExport *self)
{
  NorpcDBusServing *serving;

  g_return_if_fail (NORPC_IS_DBUS_EXPORT (self));

  serving = g_atomic_pointer_exchange (&self->serving, NULL);
  if (serving != NULL)
    norpc_dbus_tree_end (serving);
}
