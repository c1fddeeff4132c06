/* norpc-proxy-write.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writing properties of the service with a reply, unlike g_object_set (). */

#include "client/norpc-owner-private.h"
#include "client/norpc-proxy-private.h"
#include "core/norpc-error.h"
#include "core/norpc-log-private.h"
#include "norpc-property-private.h"
#include "norpc-proxy-properties-private.h"

#include <gobject/gvaluecollector.h>

/* A property that is being set. */
typedef struct
{
  guint property;
  int   n_sent; /* writes before */
} Setting;

/* Called in the client's thread. Returns a call (owned) that sets a property, and fills in
 * @setting. The caller sets its argument.
 */
static NorpcCall *
new_write (NorpcMirror *mirror,
           guint        property,
           Setting     *setting)
{
  const NorpcPropertyAccess *access = norpc_mirror_get_access (mirror);

  *setting = (Setting) { property, norpc_mirror_get_n_sent (mirror) };

  return norpc_call_new (&access->info, norpc_property_access_get_setter (property, FALSE));
}

/* As new_write (), with the value in @args. Returns NULL if there is no such property. */
static NorpcCall *
new_write_of_args (NorpcMirror *mirror,
                   const char  *property_name,
                   va_list      args,
                   Setting     *setting)
{
  int index = norpc_property_find (norpc_mirror_get_access (mirror)->interface_info, property_name);
  g_autofree char *problem = NULL;
  NorpcCall *call;
  GValue *value;

  g_return_val_if_fail (index >= 0, NULL);

  call = new_write (mirror, (guint) index, setting);
  value = norpc_call_get_args (call, NULL);
  G_VALUE_COLLECT (value, args, 0, &problem);
  if (problem != NULL)
    norpc_critical ("%s", problem);

  return call;
}

/* As new_write (), with @value, which is converted as by g_object_set_property (). If it cannot be, the
 * call fails when it is sent. Returns NULL with an error if there is no such property.
 */
static NorpcCall *
new_write_of_value (NorpcProxy    *self,
                    const char    *property_name,
                    const GValue  *value,
                    Setting       *setting,
                    GError       **error)
{
  NorpcMirror *mirror = norpc_proxy_get_mirror (self);
  int index = mirror != NULL
                ? norpc_property_find (norpc_mirror_get_access (mirror)->interface_info, property_name) : -1;
  NorpcCall *call;
  GValue *arg;

  if (index < 0)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s has no property '%s'",
                   G_OBJECT_TYPE_NAME (self), property_name);
      return NULL;
    }

  call = new_write (mirror, (guint) index, setting);
  arg = norpc_call_get_args (call, NULL);
  if (!g_value_type_transformable (G_VALUE_TYPE (value), G_VALUE_TYPE (arg)) || !g_value_transform (value, arg))
    {
      g_value_unset (arg);
      g_value_init (arg, G_VALUE_TYPE (value));
      g_value_copy (value, arg);
    }

  return call;
}

/* Runs in the thread-default context of the caller. */
static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (NorpcReply) reply = NULL;
  GError *error = NULL;
  NorpcMirror *mirror = norpc_proxy_get_mirror (NORPC_PROXY (object));
  const Setting *setting = g_task_get_task_data (task);

  reply = norpc_proxy_call_finish (NORPC_PROXY (object), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (mirror != NULL)
    norpc_mirror_take_set (mirror, NORPC_PROXY (object), setting->property, reply, setting->n_sent, TRUE);
  g_task_return_boolean (task, TRUE);
}

static GTask *
new_write_task (NorpcProxy          *self,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data)
{
  GTask *task = norpc_owner_task_new (norpc_proxy_get_owner_gone (self), self, cancellable, callback, user_data);

  g_task_set_source_tag (task, norpc_proxy_write_async);

  return task;
}

/* Called in the client's thread. Takes ownership of @call and of @task. */
static void
send_write (NorpcProxy    *self,
            NorpcCall     *call,
            const Setting *setting,
            GCancellable  *cancellable,
            GTask         *task)
{
  g_task_set_task_data (task, g_memdup2 (setting, sizeof (Setting)), g_free);
  norpc_proxy_call_always (self, call, cancellable, written_cb, task);
}

/* Called in the client's thread. Takes ownership of @call. */
static gboolean
send_write_sync (NorpcProxy     *self,
                 NorpcCall      *call,
                 const Setting  *setting,
                 GCancellable   *cancellable,
                 GError        **error)
{
  NorpcMirror *mirror = norpc_proxy_get_mirror (self);
  g_autoptr (NorpcReply) reply = norpc_proxy_call_sync (self, call, cancellable, error);

  if (reply != NULL)
    norpc_mirror_take_set (mirror, self, setting->property, reply, setting->n_sent, FALSE);

  return reply != NULL;
}

/**
 * norpc_proxy_write_async: (skip)
 * @self: a generated proxy
 * @property_name: the name of a property of its interface
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the property is set
 * @user_data: data for @callback
 * @...: the value, of the C type that g_object_set() takes
 *
 * Sets a property of the service. The proxy shows the value once the service has set it.
 *
 * Generated code uses this function.
 *
 * Since: 0.1
 */
void
norpc_proxy_write_async (NorpcProxy          *self,
                         const char          *property_name,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data,
                         ...)
{
  NorpcMirror *mirror;
  NorpcCall *call;
  Setting setting;
  va_list args;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (property_name != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  mirror = norpc_proxy_get_mirror (self);
  g_return_if_fail (mirror != NULL);

  va_start (args, user_data);
  call = new_write_of_args (mirror, property_name, args, &setting);
  va_end (args);
  if (call != NULL)
    send_write (self, call, &setting, cancellable, new_write_task (self, cancellable, callback, user_data));
}

/**
 * norpc_proxy_write_finish: (skip)
 * @self: a generated proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.Proxy.write_async].
 *
 * Returns: %TRUE if the service has set the property
 * Since: 0.1
 */
gboolean
norpc_proxy_write_finish (NorpcProxy    *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * norpc_proxy_write_sync: (skip)
 * @self: a generated proxy
 * @property_name: the name of a property of its interface
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 * @...: the value, of the C type that g_object_set() takes
 *
 * Sets a property of the service, and blocks until that is done.
 *
 * Generated code uses this function.
 *
 * Returns: %TRUE if the service has set the property
 * Since: 0.1
 */
gboolean
norpc_proxy_write_sync (NorpcProxy    *self,
                        const char    *property_name,
                        GCancellable  *cancellable,
                        GError       **error,
                        ...)
{
  NorpcMirror *mirror;
  NorpcCall *call;
  Setting setting;
  va_list args;

  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);
  g_return_val_if_fail (property_name != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  mirror = norpc_proxy_get_mirror (self);
  g_return_val_if_fail (mirror != NULL, FALSE);

  va_start (args, error);
  call = new_write_of_args (mirror, property_name, args, &setting);
  va_end (args);

  return call != NULL && send_write_sync (self, call, &setting, cancellable, error);
}

/**
 * norpc_proxy_write_value_async:
 * @self: a proxy
 * @property_name: the name of a property of its interface, as a GObject property
 * @value: the value
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the property is set
 * @user_data: data for @callback
 *
 * Sets a property of the service. The proxy shows the value once the service has set it.
 *
 * Unlike [method@GObject.Object.set_property], it reports the error of the service to the caller.
 * @value is converted to the type of the property in the same way.
 *
 * @callback is called in the thread-default main context of the caller. This function is
 * thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_write_value_async (NorpcProxy          *self,
                               const char          *property_name,
                               const GValue        *value,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  NorpcCall *call;
  Setting setting;
  GError *error = NULL;
  GTask *task;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (property_name != NULL);
  g_return_if_fail (G_IS_VALUE (value));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = new_write_task (self, cancellable, callback, user_data);
  call = new_write_of_value (self, property_name, value, &setting, &error);
  if (call != NULL)
    {
      send_write (self, call, &setting, cancellable, task);
      return;
    }

  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * norpc_proxy_write_value_finish:
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.Proxy.write_value_async].
 *
 * Errors are those of the service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if the service has set the property
 * Since: 0.1
 */
gboolean
norpc_proxy_write_value_finish (NorpcProxy    *self,
                                GAsyncResult  *result,
                                GError       **error)
{
  return norpc_proxy_write_finish (self, result, error);
}

/**
 * norpc_proxy_write_value_sync:
 * @self: a proxy
 * @property_name: the name of a property of its interface, as a GObject property
 * @value: the value
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sets a property of the service, and blocks until that is done. Does not run a main context.
 *
 * See [method@Norpc.Proxy.write_value_async]. Errors are those of
 * [method@Norpc.Endpoint.call_sync].
 *
 * Returns: %TRUE if the service has set the property
 * Since: 0.1
 */
gboolean
norpc_proxy_write_value_sync (NorpcProxy    *self,
                              const char    *property_name,
                              const GValue  *value,
                              GCancellable  *cancellable,
                              GError       **error)
{
  NorpcCall *call;
  Setting setting;

  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);
  g_return_val_if_fail (property_name != NULL, FALSE);
  g_return_val_if_fail (G_IS_VALUE (value), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  call = new_write_of_value (self, property_name, value, &setting, error);

  return call != NULL && send_write_sync (self, call, &setting, cancellable, error);
}
