/* norpc-inspector-invoke.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that are made by hand. */

#include "client/norpc-endpoint.h"
#include "norpc-inspector-private.h"
#include "norpc-invocation-private.h"

/* The service may take up to its own timeout, which is shorter. */
#define REMOTE_TIMEOUT (60 * 1000)

/* Returns the number of a new invocation, for cancel_remote (). */
static guint
add_remote_invocation (NorpcInspector *self)
{
  return (guint) g_atomic_int_add (&self->last_invocation, 1) + 1;
}

static GVariant *
pack_invocation (guint       number,
                 guint       service,
                 const char *interface_name,
                 const char *method_name,
                 const char *args)
{
  return g_variant_new ("(uusss)", number, service, interface_name, method_name, args);
}

/* Returns the results (owned) in @reply (owned) (nullable), or NULL if there is @failure (owned), which becomes @error.
 * If the other process has not answered, because the caller has cancelled or the time is over, it is to cancel the call.
 */
static char *
finish_remote (NorpcInspector  *self,
               guint            number,
               GVariant        *reply,
               GError          *failure,
               GError         **error)
{
  char *results;

  if (reply == NULL)
    {
      if (!g_dbus_error_is_remote_error (failure))
        g_dbus_connection_call (self->connection, NULL, NORPC_INSPECT_PATH, NORPC_INSPECT_INTERFACE, "Cancel",
                                g_variant_new ("(u)", number), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
      g_dbus_error_strip_remote_error (failure);
      g_propagate_error (error, failure);
      return NULL;
    }

  g_variant_get (reply, "(s)", &results);
  g_variant_unref (reply);

  return results;
}

/* Runs in the caller's context. */
static void
remote_invoked_cb (GObject      *source_object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *failure = NULL;
  GError *error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source_object), result, &failure);
  char *results = finish_remote (g_task_get_source_object (task), GPOINTER_TO_UINT (g_task_get_task_data (task)), reply,
                                 failure, &error);

  if (results != NULL)
    g_task_return_pointer (task, results, g_free);
  else
    g_task_return_error (task, error);
}

/* Takes ownership of @task. */
static void
invoke_remote (NorpcInspector *self,
               GTask          *task,
               guint           service,
               const char     *interface_name,
               const char     *method_name,
               const char     *args)
{
  guint number = add_remote_invocation (self);

  g_task_set_task_data (task, GUINT_TO_POINTER (number), NULL);
  g_dbus_connection_call (self->connection, NULL, NORPC_INSPECT_PATH, NORPC_INSPECT_INTERFACE, "Invoke",
                          pack_invocation (number, service, interface_name, method_name, args), G_VARIANT_TYPE ("(s)"),
                          G_DBUS_CALL_FLAGS_NONE, REMOTE_TIMEOUT, g_task_get_cancellable (task), remote_invoked_cb,
                          task);
}

/* Runs in the caller's context. Takes ownership of @answer. */
static void
invoked_cb (NorpcReply *answer,
            gpointer    user_data)
{
  g_autoptr (NorpcReply) reply = answer;
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *result = norpc_invocation_get_result (reply, &error);

  if (result != NULL)
    g_task_return_pointer (task, result, g_free);
  else
    g_task_return_error (task, error);
}

/* Takes ownership of @task. */
static void
invoke_here (GTask      *task,
             guint       service,
             const char *interface_name,
             const char *method_name,
             const char *args)
{
  g_autoptr (NorpcChannel) channel = NULL;
  GError *error = NULL;
  NorpcCall *call = norpc_invocation_new_call (service, interface_name, method_name, args, &channel, &error);

  if (call != NULL)
    {
      norpc_endpoint_call (NORPC_ENDPOINT (channel), call, g_task_get_cancellable (task), invoked_cb, task);
      return;
    }

  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * norpc_inspector_invoke:
 * @self: an inspector
 * @service: the number of a service
 * @interface_name: the name of an interface of the service
 * @method_name: the name of a method
 * @args: the arguments, in the [text format of GVariant](https://docs.gtk.org/glib/gvariant-text-format.html), such as
 *   `'key', 3`, with or without the parentheses of a tuple
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the call has completed
 * @user_data: data for @callback
 *
 * Calls a method by hand.
 *
 * The call has a timeout of %NORPC_DEFAULT_SYNC_TIMEOUT. A call to another process is cancelled there, too, if
 * @cancellable is cancelled, and if the connection is closed.
 *
 * Since: 0.1
 */
void
norpc_inspector_invoke (NorpcInspector      *self,
                        guint                service,
                        const char          *interface_name,
                        const char          *method_name,
                        const char          *args,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (NORPC_IS_INSPECTOR (self));
  g_return_if_fail (interface_name != NULL);
  g_return_if_fail (method_name != NULL);
  g_return_if_fail (args != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_inspector_invoke);

  if (self->connection == NULL)
    invoke_here (task, service, interface_name, method_name, args);
  else
    invoke_remote (self, task, service, interface_name, method_name, args);
}

/**
 * norpc_inspector_invoke_finish:
 * @self: an inspector
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Inspector.invoke].
 *
 * The error is that of the call; %NORPC_ERROR_INVALID_ARGUMENT if there is no such service or method; a
 * [error@GLib.VariantParseError], which says where @args is wrong; or %NORPC_ERROR_NOT_IMPLEMENTED for a method whose
 * arguments have no form as text, and for streams.
 *
 * Returns: (transfer full): the names and values of the results as text, without those that are sensitive in the
 *   description, or %NULL if @error is set
 * Since: 0.1
 */
char *
norpc_inspector_invoke_finish (NorpcInspector  *self,
                               GAsyncResult    *result,
                               GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_inspector_invoke), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Thread-safe. */
static char *
invoke_here_sync (guint          service,
                  const char    *interface_name,
                  const char    *method_name,
                  const char    *args,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_autoptr (NorpcChannel) channel = NULL;
  g_autoptr (NorpcReply) reply = NULL;
  NorpcCall *call = norpc_invocation_new_call (service, interface_name, method_name, args, &channel, error);

  if (call == NULL)
    return NULL;

  reply = norpc_endpoint_call_sync (NORPC_ENDPOINT (channel), call, cancellable, error);

  return reply != NULL ? norpc_invocation_get_result (reply, error) : NULL;
}

/**
 * norpc_inspector_invoke_sync:
 * @self: an inspector
 * @service: the number of a service
 * @interface_name: the name of an interface of the service
 * @method_name: the name of a method
 * @args: the arguments
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method by hand, and blocks until the call has completed.
 *
 * See [method@Norpc.Inspector.invoke]. Errors are those of [method@Norpc.Inspector.invoke_finish].
 *
 * Returns: (transfer full): the names and values of the results as text, or %NULL if @error is set
 * Since: 0.1
 */
char *
norpc_inspector_invoke_sync (NorpcInspector  *self,
                             guint            service,
                             const char      *interface_name,
                             const char      *method_name,
                             const char      *args,
                             GCancellable    *cancellable,
                             GError         **error)
{
  GError *failure = NULL;
  GVariant *reply;
  guint number;

  g_return_val_if_fail (NORPC_IS_INSPECTOR (self), NULL);
  g_return_val_if_fail (interface_name != NULL, NULL);
  g_return_val_if_fail (method_name != NULL, NULL);
  g_return_val_if_fail (args != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (self->connection == NULL)
    return invoke_here_sync (service, interface_name, method_name, args, cancellable, error);

  number = add_remote_invocation (self);
  reply = g_dbus_connection_call_sync (self->connection, NULL, NORPC_INSPECT_PATH, NORPC_INSPECT_INTERFACE, "Invoke",
                                       pack_invocation (number, service, interface_name, method_name, args),
                                       G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, REMOTE_TIMEOUT, cancellable,
                                       &failure);

  return finish_remote (self, number, reply, failure, error);
}
