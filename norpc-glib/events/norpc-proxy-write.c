/* norpc-proxy-write.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writing properties of the service with a reply, unlike g_object_set (). */

#include "client/norpc-owner-private.h"
#include "client/norpc-proxy-private.h"
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
 * @setting; or returns NULL if there is no such property. Takes the value from @args.
 */
static NorpcCall *
new_write (NorpcMirror *mirror,
           const char  *property_name,
           va_list      args,
           Setting     *setting)
{
  const NorpcPropertyAccess *access = norpc_mirror_get_access (mirror);
  int index = norpc_property_find (access->interface_info, property_name);
  g_autofree char *problem = NULL;
  NorpcCall *call;
  GValue *value;

  g_return_val_if_fail (index >= 0, NULL);

  *setting = (Setting) { (guint) index, norpc_mirror_get_n_sent (mirror) };
  call = norpc_call_new (&access->info, norpc_property_access_get_setter (setting->property, FALSE));
  value = norpc_call_get_args (call, NULL);
  G_VALUE_COLLECT (value, args, 0, &problem);
  if (problem != NULL)
    g_critical ("%s", problem);

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
  GTask *task;
  va_list args;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (property_name != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  mirror = norpc_proxy_get_mirror (self);
  g_return_if_fail (mirror != NULL);

  va_start (args, user_data);
  call = new_write (mirror, property_name, args, &setting);
  va_end (args);
  if (call == NULL)
    return;

  task = norpc_owner_task_new (norpc_proxy_get_owner_gone (self), self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_proxy_write_async);
  g_task_set_task_data (task, g_memdup2 (&setting, sizeof (Setting)), g_free);
  norpc_proxy_call_always (self, call, cancellable, written_cb, task);
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
  g_autoptr (NorpcReply) reply = NULL;
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
  call = new_write (mirror, property_name, args, &setting);
  va_end (args);
  if (call == NULL)
    return FALSE;

  reply = norpc_proxy_call_sync (self, call, cancellable, error);
  if (reply != NULL)
    norpc_mirror_take_set (mirror, self, setting.property, reply, setting.n_sent, FALSE);

  return reply != NULL;
}
