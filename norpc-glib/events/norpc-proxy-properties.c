/* norpc-proxy-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The properties of a proxy, which shows those of its service, and loads their values. */

#include "client/norpc-endpoint.h"
#include "client/norpc-owner-private.h"
#include "client/norpc-proxy-private.h"
#include "norpc-property-private.h"
#include "norpc-proxy-properties-private.h"
#include "norpc-subscription-private.h"

/* Thread-safe. Returns the mirror (unowned), or NULL if there are no properties or if the proxy is
 * disposed.
 */
NorpcMirror *
norpc_proxy_get_mirror (NorpcProxy *self)
{
  NorpcSubscriber *subscriber = norpc_proxy_get_subscriber (self);

  return subscriber != NULL ? norpc_subscription_get_mirror ((NorpcSubscription *) subscriber) : NULL;
}

static void
get_mirrored_property (GObject    *object,
                       guint       property_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  NorpcMirror *mirror = norpc_proxy_get_mirror (NORPC_PROXY (object));

  if (mirror != NULL)
    norpc_mirror_get (mirror, property_id - 1, pspec, value);
  else
    g_param_value_set_default (pspec, value);
}

static void
set_mirrored_property (GObject      *object,
                       guint         property_id,
                       const GValue *value,
                       GParamSpec   *pspec G_GNUC_UNUSED)
{
  NorpcMirror *mirror = norpc_proxy_get_mirror (NORPC_PROXY (object));

  if (mirror != NULL)
    norpc_mirror_write (mirror, NORPC_PROXY (object), property_id - 1, value);
}

/* Called in the thread that thaws the object, which may be any: while one sets a property, the
 * notifications of all wait.
 */
static void
dispatch_properties_changed (GObject     *object,
                             guint        n_pspecs,
                             GParamSpec **pspecs)
{
  NorpcMirror *mirror = norpc_proxy_get_mirror (NORPC_PROXY (object));
  GObjectClass *parent_class = g_type_class_peek (NORPC_TYPE_PROXY);

  if (mirror == NULL || !norpc_mirror_defer_notify (mirror, n_pspecs, pspecs))
    parent_class->dispatch_properties_changed (object, n_pspecs, pspecs);
}

void
norpc_proxy_class_install_properties (NorpcProxyClass          *klass,
                                      const NorpcInterfaceInfo *interface_info)
{
  G_OBJECT_CLASS (klass)->get_property = get_mirrored_property;
  G_OBJECT_CLASS (klass)->set_property = set_mirrored_property;
  G_OBJECT_CLASS (klass)->dispatch_properties_changed = dispatch_properties_changed;
  norpc_property_install (G_OBJECT_CLASS (klass), interface_info, 0);
}

/* Runs in the thread-default context of the caller. */
static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (NorpcReply) reply = NULL;
  GError *error = NULL;
  NorpcMirror *mirror = norpc_proxy_get_mirror (NORPC_PROXY (object));

  reply = norpc_proxy_call_finish (NORPC_PROXY (object), result, &error);
  if (reply == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (mirror != NULL)
    norpc_mirror_take_all (mirror, NORPC_PROXY (object), reply, GPOINTER_TO_INT (g_task_get_task_data (task)), TRUE);
  g_task_return_boolean (task, TRUE);
}

/**
 * norpc_proxy_load_async:
 * @self: a proxy
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the values are there
 * @user_data: data for @callback
 *
 * Requests the values of all properties from the service.
 *
 * A proxy does so by itself when it is constructed, unless
 * [property@Norpc.Proxy:load-properties] is %FALSE. Call this function to learn of the end of
 * it, or to get the values of properties of whose changes clients are not notified.
 *
 * @callback is called in the thread-default main context of the caller. The properties of
 * @self then have the values, and it notifies in its own main context.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_load_async (NorpcProxy          *self,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  NorpcMirror *mirror;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = norpc_owner_task_new (norpc_proxy_get_owner_gone (self), self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_proxy_load_async);
  mirror = norpc_proxy_get_mirror (self);
  if (mirror == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  norpc_mirror_start (mirror);
  g_task_set_task_data (task, GINT_TO_POINTER (norpc_mirror_get_n_sent (mirror)), NULL);
  norpc_proxy_call_always (self,
                           norpc_call_new (&norpc_mirror_get_access (mirror)->info, NORPC_PROPERTY_GET_ALL),
                           cancellable, loaded_cb, g_steal_pointer (&task));
}

/**
 * norpc_proxy_load_finish:
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.Proxy.load_async].
 *
 * Errors are those of [method@Norpc.Proxy.call_finish].
 *
 * Returns: %TRUE if the properties have the values of the service
 * Since: 0.1
 */
gboolean
norpc_proxy_load_finish (NorpcProxy    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Called in the client's thread. If @may_notify is FALSE, the proxy notifies later. */
static gboolean
load_sync (NorpcProxy    *self,
           gboolean       may_notify,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr (NorpcReply) reply = NULL;
  NorpcMirror *mirror = norpc_proxy_get_mirror (self);
  NorpcSubscriber *subscriber = norpc_proxy_get_subscriber (self);
  NorpcNews news;
  int n_sent;

  if (mirror == NULL)
    return TRUE;

  /* The call may start the service. */
  news = norpc_subscription_get_news (subscriber);
  norpc_mirror_start (mirror);
  n_sent = norpc_mirror_get_n_sent (mirror);
  reply = norpc_proxy_call_sync (self,
                                 norpc_call_new (&norpc_mirror_get_access (mirror)->info,
                                                 NORPC_PROPERTY_GET_ALL),
                                 cancellable, error);
  norpc_subscription_skip_news (subscriber, news);
  if (reply == NULL)
    return FALSE;

  norpc_mirror_take_all (mirror, self, reply, n_sent, may_notify);

  return TRUE;
}

/**
 * norpc_proxy_load_sync:
 * @self: a proxy
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Requests the values of all properties from the service, and blocks until they are there.
 * Does not run a main context.
 *
 * @self notifies of changes in its own main context, after this function has returned. Errors
 * are those of [method@Norpc.Endpoint.call_sync].
 *
 * Returns: %TRUE if the properties have the values of the service
 * Since: 0.1
 */
gboolean
norpc_proxy_load_sync (NorpcProxy    *self,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return load_sync (self, FALSE, cancellable, error);
}

static void
new_loaded_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (norpc_proxy_load_finish (NORPC_PROXY (object), result, &error))
    g_task_return_pointer (task, g_object_ref (object), g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * norpc_proxy_new_async: (skip)
 * @type: the type of a generated proxy
 * @endpoint: the endpoint to call
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the proxy is ready
 * @user_data: data for @callback
 *
 * Creates a proxy, and requests the values of the properties.
 *
 * Generated code uses this function.
 *
 * Since: 0.1
 */
void
norpc_proxy_new_async (GType                type,
                       NorpcEndpoint       *endpoint,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (NorpcProxy) proxy = NULL;
  GTask *task;

  g_return_if_fail (g_type_is_a (type, NORPC_TYPE_PROXY));
  g_return_if_fail (NORPC_IS_ENDPOINT (endpoint));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_proxy_new_async);
  proxy = g_object_new (type, "endpoint", endpoint, "load-properties", FALSE, NULL);
  norpc_proxy_load_async (proxy, cancellable, new_loaded_cb, task);
}

/**
 * norpc_proxy_new_finish: (skip)
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [func@Norpc.Proxy.new_async].
 *
 * Returns: (transfer full): a proxy that is ready, or %NULL if @error is set
 * Since: 0.1
 */
NorpcProxy *
norpc_proxy_new_finish (GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * norpc_proxy_new_sync: (skip)
 * @type: the type of a generated proxy
 * @endpoint: the endpoint to call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Creates a proxy, and blocks until it has the values of the properties.
 *
 * Generated code uses this function.
 *
 * Returns: (transfer full): a proxy that is ready, or %NULL if @error is set
 * Since: 0.1
 */
NorpcProxy *
norpc_proxy_new_sync (GType           type,
                      NorpcEndpoint  *endpoint,
                      GCancellable   *cancellable,
                      GError        **error)
{
  g_autoptr (NorpcProxy) proxy = NULL;

  g_return_val_if_fail (g_type_is_a (type, NORPC_TYPE_PROXY), NULL);
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  proxy = g_object_new (type, "endpoint", endpoint, "load-properties", FALSE, NULL);

  /* Nothing can be connected to the proxy yet. */
  return load_sync (proxy, TRUE, cancellable, error) ? g_steal_pointer (&proxy) : NULL;
}
