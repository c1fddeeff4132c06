/* norpc-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-endpoint.h"
#include "norpc-proxy.h"

/**
 * NorpcProxy:
 *
 * The base of generated client proxies.
 *
 * A proxy sends calls to an endpoint. It has no state of its own besides, so
 * any thread may use it: replies come back in the thread-default context of
 * whoever called. A proxy may outlive the service that it calls: calls then
 * end with %NORPC_ERROR_CLOSED.
 *
 * Since: 0.1
 */

typedef struct
{
  NorpcEndpoint *endpoint; /* (owned), since construction */
} NorpcProxyPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (NorpcProxy, norpc_proxy, G_TYPE_OBJECT)

typedef enum
{
  PROP_ENDPOINT = 1,
} NorpcProxyProperty;

static GParamSpec *properties[PROP_ENDPOINT + 1];

static NorpcProxyPrivate *
get_private (NorpcProxy *self)
{
  return norpc_proxy_get_instance_private (self);
}

static void
norpc_proxy_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  NorpcProxy *self = NORPC_PROXY (object);

  switch ((NorpcProxyProperty) property_id)
    {
    case PROP_ENDPOINT:
      get_private (self)->endpoint = g_value_dup_object (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_proxy_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  NorpcProxy *self = NORPC_PROXY (object);

  switch ((NorpcProxyProperty) property_id)
    {
    case PROP_ENDPOINT:
      g_value_set_object (value, get_private (self)->endpoint);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_proxy_finalize (GObject *object)
{
  NorpcProxy *self = NORPC_PROXY (object);

  g_clear_object (&get_private (self)->endpoint);

  G_OBJECT_CLASS (norpc_proxy_parent_class)->finalize (object);
}

static void
norpc_proxy_class_init (NorpcProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_proxy_set_property;
  object_class->get_property = norpc_proxy_get_property;
  object_class->finalize = norpc_proxy_finalize;

  /**
   * NorpcProxy:endpoint: (getter get_endpoint)
   *
   * What takes the calls.
   *
   * Since: 0.1
   */
  properties[PROP_ENDPOINT] =
    g_param_spec_object ("endpoint", NULL, NULL,
                         NORPC_TYPE_ENDPOINT,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_proxy_init (NorpcProxy *self G_GNUC_UNUSED)
{
}

/**
 * norpc_proxy_get_endpoint:
 * @self: a proxy
 *
 * Gets what takes the calls.
 *
 * Returns: (transfer none): the endpoint
 * Since: 0.1
 */
NorpcEndpoint *
norpc_proxy_get_endpoint (NorpcProxy *self)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);

  return get_private (self)->endpoint;
}

/* The client's context: hands the reply to the task, whose callback runs
 * within.
 */
static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (norpc_reply_propagate_error (reply, &error))
    {
      g_task_return_pointer (task, reply, (GDestroyNotify) norpc_reply_unref);
    }
  else
    {
      norpc_reply_unref (reply);
      g_task_return_error (task, error);
    }
}

/**
 * norpc_proxy_call:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called with the reply
 * @user_data: data for @callback
 *
 * Calls.
 *
 * Generated functions are made of this. The result is tagged with the
 * [struct@Norpc.MethodInfo] of the method. @callback is called in the
 * thread-default context that the caller has now, never within this
 * function.
 *
 * Since: 0.1
 */
void
norpc_proxy_call (NorpcProxy          *self,
                  NorpcCall           *call,
                  GCancellable        *cancellable,
                  GAsyncReadyCallback  callback,
                  gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (callback == NULL)
    {
      norpc_endpoint_call (get_private (self)->endpoint, call, cancellable, NULL, NULL);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  /* The macro of the same name would give the task a name, too, which takes
   * longer than all the rest.
   */
  (g_task_set_source_tag) (task, (gpointer) norpc_call_get_method_info (call));

  norpc_endpoint_call (get_private (self)->endpoint, call, cancellable, reply_cb, task);
}

/**
 * norpc_proxy_call_finish:
 * @self: a proxy
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the reply to a call that [method@Norpc.Proxy.call] made.
 *
 * The errors are those of the service and of [error@Norpc.Error], and
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the reply, or %NULL with @error set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_finish (NorpcProxy    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * norpc_proxy_call_sync:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls, and blocks until there is a reply. No main context is run.
 *
 * The errors are those of [method@Norpc.Endpoint.call_sync].
 *
 * Returns: (transfer full): the reply, or %NULL with @error set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_sync (NorpcProxy    *self,
                       NorpcCall     *call,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);

  return norpc_endpoint_call_sync (get_private (self)->endpoint, call, cancellable, error);
}
