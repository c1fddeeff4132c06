/* norpc-dbus-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "channel/norpc-channel.h"
#include "norpc-dbus-client-objects-private.h"
#include "norpc-dbus-endpoint-private.h"
#include "norpc-dbus-flush-private.h"
#include "norpc-dbus-object-private.h"

/**
 * NorpcDBusEndpoint:
 *
 * An endpoint that sends calls to an object of another process, over D-Bus.
 *
 * A proxy that is made for it is used like any other: only the line that makes the endpoint is another one.
 * The object may be that of any service of D-Bus whose description the proxy was generated from, or that of a
 * [class@Norpc.DBusExport]. Signals and properties follow the service in the order in which it sends them.
 *
 * Calls fail with %NORPC_ERROR_CLOSED if the name has no owner and none can be started, if the owner leaves
 * the bus before it answers, or if the connection is closed. The proxies stay, and work again with the next
 * owner of the name. A member whose types have no form on D-Bus fails with %NORPC_ERROR_NOT_IMPLEMENTED. Other
 * errors are those of the service: see [the page on D-Bus](dbus.html#errors).
 *
 * The endpoint is thread-safe. It works in a thread of the library, so that a synchronous call needs no
 * running main loop.
 *
 * Since: 0.1
 */

struct _NorpcDBusEndpoint
{
  GObject parent_instance;

  /* Since construction. */
  GDBusConnection *connection;  /* (owned) */
  char            *name;        /* (owned) (nullable) */
  char            *object_path; /* (owned) */
  guint            capacity;
  NorpcDBusObject *object;      /* (owned) (nullable): NULL if a property is wrong, so that all calls fail */
  GDestroyNotify   ended;       /* (nullable): of an object that was received in messages; see `data` */
  gpointer         data;        /* (unowned) */
};

static void norpc_dbus_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcDBusEndpoint, norpc_dbus_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, norpc_dbus_endpoint_endpoint_iface_init))

typedef enum
{
  PROP_CONNECTION = 1,
  PROP_NAME,
  PROP_OBJECT_PATH,
  PROP_CAPACITY,
} NorpcDBusEndpointProperty;

static GParamSpec *properties[PROP_CAPACITY + 1];

static void
norpc_dbus_endpoint_send (NorpcEndpoint *endpoint,
                          NorpcCall     *call)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (endpoint);

  if (self->object != NULL)
    norpc_dbus_object_send (self->object, call);
  else
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its endpoint has wrong properties");
}

static gboolean
norpc_dbus_endpoint_is_closed (NorpcEndpoint *endpoint)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (endpoint);

  return self->object == NULL || norpc_dbus_object_is_closed (self->object);
}

static gboolean
norpc_dbus_endpoint_is_ready (NorpcEndpoint *endpoint)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (endpoint);

  return self->object != NULL && norpc_dbus_object_is_ready (self->object);
}

static void
norpc_dbus_endpoint_await_ready (NorpcEndpoint *endpoint,
                                 NorpcCall     *probe)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (endpoint);

  if (self->object != NULL)
    norpc_dbus_object_await_ready (self->object, probe);
  else
    norpc_call_return_error_literal (probe, NORPC_ERROR, NORPC_ERROR_CLOSED,
                                     "The endpoint is closed: its properties are wrong");
}

static void
norpc_dbus_endpoint_subscribe (NorpcEndpoint   *endpoint,
                               NorpcSubscriber *subscriber)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (endpoint);

  if (self->object != NULL)
    norpc_dbus_object_subscribe (self->object, subscriber);
}

static void
norpc_dbus_endpoint_unsubscribe (NorpcEndpoint   *endpoint,
                                 NorpcSubscriber *subscriber)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (endpoint);

  if (self->object != NULL)
    norpc_dbus_object_unsubscribe (self->object, subscriber);
}

static void
norpc_dbus_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_dbus_endpoint_send;
  iface->is_closed = norpc_dbus_endpoint_is_closed;
  iface->is_ready = norpc_dbus_endpoint_is_ready;
  iface->await_ready = norpc_dbus_endpoint_await_ready;
  iface->subscribe = norpc_dbus_endpoint_subscribe;
  iface->unsubscribe = norpc_dbus_endpoint_unsubscribe;
}

/* A program may set the properties without norpc_dbus_endpoint_new (), because that has no capacity. */
static gboolean
check_properties (NorpcDBusEndpoint *self)
{
  if (self->connection == NULL)
    g_critical ("NorpcDBusEndpoint: it has no connection");
  else if (self->name != NULL && !g_dbus_is_name (self->name))
    g_critical ("NorpcDBusEndpoint: '%s' is not a name on a bus", self->name);
  else if (self->object_path == NULL || !g_variant_is_object_path (self->object_path))
    g_critical ("NorpcDBusEndpoint: '%s' is not an object path", self->object_path);
  else
    return TRUE;

  return FALSE;
}

static void
norpc_dbus_endpoint_constructed (GObject *object)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (object);

  G_OBJECT_CLASS (norpc_dbus_endpoint_parent_class)->constructed (object);
  if (check_properties (self))
    self->object = norpc_dbus_object_new (self->connection, self->name, self->object_path, self->capacity,
                                          &norpc_dbus_client_passage_funcs);
}

static void
norpc_dbus_endpoint_finalize (GObject *object)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (object);

  g_clear_pointer (&self->object, norpc_dbus_object_end);
  if (self->ended != NULL)
    self->ended (self->data);
  g_free (self->object_path);
  g_free (self->name);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (norpc_dbus_endpoint_parent_class)->finalize (object);
}

static void
norpc_dbus_endpoint_set_property (GObject      *object,
                                  guint         property_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (object);

  switch ((NorpcDBusEndpointProperty) property_id)
    {
    case PROP_CONNECTION:
      self->connection = g_value_dup_object (value);
      break;

    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;

    case PROP_OBJECT_PATH:
      self->object_path = g_value_dup_string (value);
      break;

    case PROP_CAPACITY:
      self->capacity = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_dbus_endpoint_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  NorpcDBusEndpoint *self = NORPC_DBUS_ENDPOINT (object);

  switch ((NorpcDBusEndpointProperty) property_id)
    {
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;

    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;

    case PROP_OBJECT_PATH:
      g_value_set_string (value, self->object_path);
      break;

    case PROP_CAPACITY:
      g_value_set_uint (value, self->capacity);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_dbus_endpoint_class_init (NorpcDBusEndpointClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_dbus_endpoint_constructed;
  object_class->finalize = norpc_dbus_endpoint_finalize;
  object_class->set_property = norpc_dbus_endpoint_set_property;
  object_class->get_property = norpc_dbus_endpoint_get_property;

  /**
   * NorpcDBusEndpoint:connection:
   *
   * The connection.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTION] =
    g_param_spec_object ("connection", NULL, NULL, G_TYPE_DBUS_CONNECTION,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcDBusEndpoint:name:
   *
   * The name of the service on the bus, or %NULL for the peer of the connection.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcDBusEndpoint:object-path:
   *
   * The path of the object.
   *
   * Since: 0.1
   */
  properties[PROP_OBJECT_PATH] =
    g_param_spec_string ("object-path", NULL, NULL, "/",
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcDBusEndpoint:capacity:
   *
   * The maximum number of calls that wait for their replies. More calls fail with %NORPC_ERROR_BUSY.
   *
   * Since: 0.1
   */
  properties[PROP_CAPACITY] =
    g_param_spec_uint ("capacity", NULL, NULL, 1, G_MAXUINT, NORPC_CHANNEL_DEFAULT_CAPACITY,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_dbus_endpoint_init (NorpcDBusEndpoint *self G_GNUC_UNUSED)
{
}

/**
 * norpc_dbus_endpoint_new:
 * @connection: a connection to a bus or to a peer
 * @name: (nullable): the name of the service on the bus, or %NULL for the peer
 * @object_path: the path of the object
 *
 * Creates an endpoint for an object of another process.
 *
 * This function does not block. It does not check that the object exists: the first call finds out.
 *
 * Returns: (transfer full): a new endpoint
 * Since: 0.1
 */
NorpcDBusEndpoint *
norpc_dbus_endpoint_new (GDBusConnection *connection,
                         const char      *name,
                         const char      *object_path)
{
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);
  g_return_val_if_fail (name == NULL || g_dbus_is_name (name), NULL);
  g_return_val_if_fail (object_path != NULL && g_variant_is_object_path (object_path), NULL);

  return g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", connection, "name", name, "object-path", object_path,
                       NULL);
}

/* @peer is the unique name of the other process, or empty if there is no bus. @ended is called with @data in the thread
 * that releases the last reference.
 */
NorpcDBusEndpoint *
norpc_dbus_endpoint_new_received (GDBusConnection *connection,
                                  const char      *peer,
                                  const char      *path,
                                  gboolean         has_norpc,
                                  GDestroyNotify   ended,
                                  gpointer         data)
{
  NorpcDBusEndpoint *self = norpc_dbus_endpoint_new (connection, *peer != '\0' ? peer : NULL, path);

  self->ended = ended;
  self->data = data;
  norpc_dbus_object_set_received (self->object, has_norpc);

  return self;
}

/* The object has been in one more message. */
void
norpc_dbus_endpoint_add_received (NorpcDBusEndpoint *self)
{
  norpc_dbus_object_add_received (self->object);
}

/* The object is that of a process that is a client of this one. */
void
norpc_dbus_endpoint_set_of_client (NorpcDBusEndpoint *self)
{
  norpc_dbus_object_set_of_client (self->object);
}

/* Thread-safe. Releases an object that a process has sent: calls that follow fail. */
void
norpc_dbus_endpoint_release (NorpcEndpoint *endpoint)
{
  norpc_dbus_object_release (NORPC_DBUS_ENDPOINT (endpoint)->object);
}

/* Returns TRUE if @endpoint leads to an object that a process has sent, which is the peer. */
gboolean
norpc_dbus_endpoint_is_received (NorpcEndpoint   *endpoint,
                                 GDBusConnection *connection,
                                 const char      *peer)
{
  NorpcDBusEndpoint *self = NORPC_IS_DBUS_ENDPOINT (endpoint) ? NORPC_DBUS_ENDPOINT (endpoint) : NULL;

  return self != NULL && self->ended != NULL && self->connection == connection &&
         g_strcmp0 (self->name, *peer != '\0' ? peer : NULL) == 0;
}

/**
 * norpc_dbus_endpoint_get_connection:
 * @self: an endpoint
 *
 * Gets the connection.
 *
 * Returns: (transfer none): the connection
 * Since: 0.1
 */
GDBusConnection *
norpc_dbus_endpoint_get_connection (NorpcDBusEndpoint *self)
{
  g_return_val_if_fail (NORPC_IS_DBUS_ENDPOINT (self), NULL);

  return self->connection;
}

/**
 * norpc_dbus_endpoint_get_name:
 * @self: an endpoint
 *
 * Gets the name of the service on the bus.
 *
 * Returns: (nullable): the name, or %NULL for the peer of the connection
 * Since: 0.1
 */
const char *
norpc_dbus_endpoint_get_name (NorpcDBusEndpoint *self)
{
  g_return_val_if_fail (NORPC_IS_DBUS_ENDPOINT (self), NULL);

  return self->name;
}

/**
 * norpc_dbus_endpoint_get_object_path:
 * @self: an endpoint
 *
 * Gets the path of the object.
 *
 * Returns: the path
 * Since: 0.1
 */
const char *
norpc_dbus_endpoint_get_object_path (NorpcDBusEndpoint *self)
{
  g_return_val_if_fail (NORPC_IS_DBUS_ENDPOINT (self), NULL);

  return self->object_path;
}

/**
 * norpc_dbus_endpoint_get_capacity:
 * @self: an endpoint
 *
 * Gets the maximum number of calls that wait for their replies.
 *
 * Returns: the capacity
 * Since: 0.1
 */
guint
norpc_dbus_endpoint_get_capacity (NorpcDBusEndpoint *self)
{
  g_return_val_if_fail (NORPC_IS_DBUS_ENDPOINT (self), 0);

  return self->capacity;
}

/**
 * norpc_dbus_endpoint_flush:
 * @self: an endpoint
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable): called when the calls have been sent
 * @user_data: data for @callback
 *
 * Waits until the calls that were sent through the endpoint in this thread have left the process.
 *
 * A one-way call is sent by a thread of the library, after the service has been asked whether it has norpc-glib. A program
 * that exits after such a call has to wait for this function first. It includes g_dbus_connection_flush(), and does not wait for
 * replies. A call that waits in a layer in front of the endpoint is not included.
 *
 * Fails with %G_IO_ERROR_CLOSED if the connection is closed. It also fails if one-way calls, of any thread, were not sent
 * since the last flush of the endpoint, with the error of the first one, such as %NORPC_ERROR_BUSY: nothing else says so.
 *
 * Since: 0.1
 */
void
norpc_dbus_endpoint_flush (NorpcDBusEndpoint   *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NORPC_IS_DBUS_ENDPOINT (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_dbus_endpoint_flush);
  if (self->object != NULL)
    norpc_dbus_flush_begin (g_steal_pointer (&task), self->object);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The endpoint has wrong properties");
}

/**
 * norpc_dbus_endpoint_flush_finish:
 * @self: an endpoint
 * @result: the result that the callback of norpc_dbus_endpoint_flush() was called with
 * @error: return location for an error
 *
 * Finishes an operation that was started with norpc_dbus_endpoint_flush().
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_dbus_endpoint_flush_finish (NorpcDBusEndpoint  *self,
                                  GAsyncResult       *result,
                                  GError            **error)
{
  g_return_val_if_fail (NORPC_IS_DBUS_ENDPOINT (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Runs in the context of norpc_dbus_endpoint_flush_sync (). */
static void
flushed_sync_cb (GObject      *endpoint G_GNUC_UNUSED,
                 GAsyncResult *result,
                 gpointer      place)
{
  *(GAsyncResult **) place = g_object_ref (result);
}

/**
 * norpc_dbus_endpoint_flush_sync:
 * @self: an endpoint
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Blocks until the calls that were sent through the endpoint in this thread have left the process. See
 * [method@Norpc.DBusEndpoint.flush].
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_dbus_endpoint_flush_sync (NorpcDBusEndpoint  *self,
                                GCancellable       *cancellable,
                                GError            **error)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (NORPC_IS_DBUS_ENDPOINT (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  norpc_dbus_endpoint_flush (self, cancellable, flushed_sync_cb, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);

  return norpc_dbus_endpoint_flush_finish (self, result, error);
}
