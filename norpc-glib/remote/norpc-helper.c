/* norpc-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>

#include "norpc-helper-process-private.h"
#include "norpc-helper.h"

/**
 * NorpcHelper:
 *
 * An endpoint that starts a program for its service, and starts it again when it crashes.
 *
 * The service is an object that the program exports on a connection of its own: the helper makes a pair of sockets, and
 * the program gets one of them. No bus is needed. If the program ends, the calls that it has not answered fail with
 * %NORPC_ERROR_CLOSED, and so do calls until it is started again. The proxies stay: they follow the next process, and
 * get its properties. A crash of the service is no crash of the application.
 *
 * The program is started when the helper is created. Calls that are sent while it is starting wait for it. When
 * it ends, it is started again after [property@Norpc.Helper:min-delay]; each next time, it waits twice as
 * long, up to [property@Norpc.Helper:max-delay], unless it has run for a
 * [property@Norpc.Helper:window]. If it ends more often than [property@Norpc.Helper:max-restarts] within the window,
 * the helper does not start it again, and is closed.
 *
 * The program connects with [func@Norpc.Helper.connect].
 *
 * The helper is thread-safe, and works in a thread of the library.
 *
 * Since: 0.1
 */

struct _NorpcHelper
{
  GObject parent_instance;

  /* Since construction. */
  GStrv               argv;        /* (owned) */
  char               *object_path; /* (owned) */
  NorpcHelperPolicy   policy;
  NorpcHelperProcess *process;     /* (owned) */
};

static void norpc_helper_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcHelper, norpc_helper, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, norpc_helper_endpoint_iface_init))

typedef enum
{
  PROP_ARGV = 1,
  PROP_OBJECT_PATH,
  PROP_MAX_RESTARTS,
  PROP_WINDOW,
  PROP_MIN_DELAY,
  PROP_MAX_DELAY,
} NorpcHelperProperty;

static GParamSpec *properties[PROP_MAX_DELAY + 1];

static void
norpc_helper_send (NorpcEndpoint *endpoint,
                   NorpcCall     *call)
{
  norpc_helper_process_send (NORPC_HELPER (endpoint)->process, call);
}

static gboolean
norpc_helper_is_closed (NorpcEndpoint *endpoint)
{
  NorpcHelperState state = norpc_helper_get_state (NORPC_HELPER (endpoint));

  return state != NORPC_HELPER_STARTING && state != NORPC_HELPER_RUNNING;
}

static gboolean
norpc_helper_is_ready (NorpcEndpoint *endpoint)
{
  return norpc_helper_get_state (NORPC_HELPER (endpoint)) == NORPC_HELPER_RUNNING;
}

static void
norpc_helper_await_ready (NorpcEndpoint *endpoint,
                          NorpcCall     *probe)
{
  norpc_helper_process_await_ready (NORPC_HELPER (endpoint)->process, probe);
}

static void
norpc_helper_subscribe (NorpcEndpoint   *endpoint,
                        NorpcSubscriber *subscriber)
{
  norpc_helper_process_subscribe (NORPC_HELPER (endpoint)->process, subscriber);
}

static void
norpc_helper_unsubscribe (NorpcEndpoint   *endpoint,
                          NorpcSubscriber *subscriber)
{
  norpc_helper_process_unsubscribe (NORPC_HELPER (endpoint)->process, subscriber);
}

static void
norpc_helper_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_helper_send;
  iface->is_closed = norpc_helper_is_closed;
  iface->is_ready = norpc_helper_is_ready;
  iface->await_ready = norpc_helper_await_ready;
  iface->subscribe = norpc_helper_subscribe;
  iface->unsubscribe = norpc_helper_unsubscribe;
}

static void
norpc_helper_constructed (GObject *object)
{
  NorpcHelper *self = NORPC_HELPER (object);

  G_OBJECT_CLASS (norpc_helper_parent_class)->constructed (object);
  self->process = norpc_helper_process_new ((const char * const *) self->argv, self->object_path, &self->policy);
}

static void
norpc_helper_finalize (GObject *object)
{
  NorpcHelper *self = NORPC_HELPER (object);

  norpc_helper_process_stop (self->process);
  norpc_helper_process_unref (self->process);
  g_strfreev (self->argv);
  g_free (self->object_path);

  G_OBJECT_CLASS (norpc_helper_parent_class)->finalize (object);
}

static void
norpc_helper_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NorpcHelper *self = NORPC_HELPER (object);

  switch ((NorpcHelperProperty) property_id)
    {
    case PROP_ARGV:
      self->argv = g_value_dup_boxed (value);
      break;

    case PROP_OBJECT_PATH:
      self->object_path = g_value_dup_string (value);
      break;

    case PROP_MAX_RESTARTS:
      self->policy.max_restarts = g_value_get_uint (value);
      break;

    case PROP_WINDOW:
      self->policy.window = g_value_get_uint (value);
      break;

    case PROP_MIN_DELAY:
      self->policy.min_delay = g_value_get_uint (value);
      break;

    case PROP_MAX_DELAY:
      self->policy.max_delay = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_helper_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  NorpcHelper *self = NORPC_HELPER (object);

  switch ((NorpcHelperProperty) property_id)
    {
    case PROP_ARGV:
      g_value_set_boxed (value, self->argv);
      break;

    case PROP_OBJECT_PATH:
      g_value_set_string (value, self->object_path);
      break;

    case PROP_MAX_RESTARTS:
      g_value_set_uint (value, self->policy.max_restarts);
      break;

    case PROP_WINDOW:
      g_value_set_uint (value, self->policy.window);
      break;

    case PROP_MIN_DELAY:
      g_value_set_uint (value, self->policy.min_delay);
      break;

    case PROP_MAX_DELAY:
      g_value_set_uint (value, self->policy.max_delay);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
install_policy (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * NorpcHelper:max-restarts:
   *
   * How often the program may end within the window and is started again.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_RESTARTS] = g_param_spec_uint ("max-restarts", NULL, NULL, 0, G_MAXUINT, 5, flags);

  /**
   * NorpcHelper:window:
   *
   * The window for [property@Norpc.Helper:max-restarts], in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_WINDOW] = g_param_spec_uint ("window", NULL, NULL, 1, G_MAXINT, 60 * 1000, flags);

  /**
   * NorpcHelper:min-delay:
   *
   * The time before the first restart, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_MIN_DELAY] = g_param_spec_uint ("min-delay", NULL, NULL, 0, G_MAXINT, 100, flags);

  /**
   * NorpcHelper:max-delay:
   *
   * The longest time before a restart, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_DELAY] = g_param_spec_uint ("max-delay", NULL, NULL, 0, G_MAXINT / 2, 10 * 1000, flags);
}

static void
norpc_helper_class_init (NorpcHelperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_helper_constructed;
  object_class->finalize = norpc_helper_finalize;
  object_class->set_property = norpc_helper_set_property;
  object_class->get_property = norpc_helper_get_property;

  /**
   * NorpcHelper:argv:
   *
   * The program and its arguments.
   *
   * Since: 0.1
   */
  properties[PROP_ARGV] =
    g_param_spec_boxed ("argv", NULL, NULL, G_TYPE_STRV,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcHelper:object-path:
   *
   * The path of the object that the program exports.
   *
   * Since: 0.1
   */
  properties[PROP_OBJECT_PATH] =
    g_param_spec_string ("object-path", NULL, NULL, "/",
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  install_policy ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_helper_init (NorpcHelper *self G_GNUC_UNUSED)
{
}

/**
 * norpc_helper_new:
 * @argv: (array zero-terminated=1): the program and its arguments
 * @object_path: the path of the object that the program exports
 *
 * Creates an endpoint for the service of a program, and starts the program.
 *
 * This function does not block. A program that cannot be started is reported as a warning, and tried again, as one
 * that ends.
 *
 * Returns: (transfer full): a new helper
 * Since: 0.1
 */
NorpcHelper *
norpc_helper_new (const char * const *argv,
                  const char         *object_path)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);
  g_return_val_if_fail (object_path != NULL && g_variant_is_object_path (object_path), NULL);

  return g_object_new (NORPC_TYPE_HELPER, "argv", argv, "object-path", object_path, NULL);
}

/**
 * norpc_helper_get_state:
 * @self: a helper
 *
 * Gets the state of the helper, which may change at any time.
 *
 * Returns: the state
 * Since: 0.1
 */
NorpcHelperState
norpc_helper_get_state (NorpcHelper *self)
{
  g_return_val_if_fail (NORPC_IS_HELPER (self), NORPC_HELPER_STOPPED);

  return norpc_helper_process_get_state (self->process);
}

/**
 * norpc_helper_get_n_starts:
 * @self: a helper
 *
 * Gets how often the program was started.
 *
 * Returns: the number of starts
 * Since: 0.1
 */
guint
norpc_helper_get_n_starts (NorpcHelper *self)
{
  g_return_val_if_fail (NORPC_IS_HELPER (self), 0);

  return norpc_helper_process_get_n_starts (self->process);
}

/**
 * norpc_helper_stop:
 * @self: a helper
 *
 * Stops the program, and does not start it again.
 *
 * Calls that are not answered fail with %NORPC_ERROR_CLOSED. The program sees that its connection is closed, and gets the
 * signal `SIGTERM`. Releasing the last reference to the helper does the same.
 *
 * This function does not block.
 *
 * Since: 0.1
 */
void
norpc_helper_stop (NorpcHelper *self)
{
  g_return_if_fail (NORPC_IS_HELPER (self));

  norpc_helper_process_stop (self->process);
}

/* Takes ownership of @fd. */
static GDBusConnection *
connect_to_parent (int      fd,
                   GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);
  g_autoptr (GSocketConnection) stream = NULL;

  if (socket == NULL)
    return NULL;

  stream = g_socket_connection_factory_create_connection (socket);

  return g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                       G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                     NULL, NULL, error);
}

/**
 * norpc_helper_connect:
 * @error: return location for an error
 *
 * Connects the program that a [class@Norpc.Helper] has started to the one that has started it.
 *
 * The program exports its object with [ctor@Norpc.DBusExport.new], and then calls
 * [method@Gio.DBusConnection.start_message_processing]: calls wait until then. When the other program ends, this
 * one gets the signal `SIGTERM`, because the connection has [property@Gio.DBusConnection:exit-on-close].
 *
 * This function is called once.
 *
 * Returns: (transfer full): the connection, or %NULL if @error is set
 * Since: 0.1
 */
GDBusConnection *
norpc_helper_connect (GError **error)
{
  const char *number = g_getenv (NORPC_HELPER_VARIABLE);
  GDBusConnection *connection;
  guint64 fd;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (number == NULL || !g_ascii_string_to_unsigned (number, 10, 3, G_MAXINT, &fd, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "The program was not started by a NorpcHelper");
      return NULL;
    }

  connection = connect_to_parent ((int) fd, error);
  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, TRUE);

  return connection;
}
