/* norpc-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <fcntl.h>
#include <stdlib.h>

#include "core/norpc-number-private.h"
#include "norpc-enum-types.h"
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
 * get its properties. A crash of the service does not crash the application.
 *
 * The program is started when the helper is created. Calls that are sent while it is starting wait for it. When
 * it ends, it is started again after [property@Norpc.Helper:min-delay]; each next time, it waits twice as
 * long, up to [property@Norpc.Helper:max-delay], unless it has run for a
 * [property@Norpc.Helper:window]. If it ends more often than [property@Norpc.Helper:max-restarts] within the window,
 * the helper does not start it again, and is closed. The errors of calls that fail while there is no program say why it
 * has ended the last time. [method@Norpc.Helper.restart] starts it again, and replaces a process that hangs.
 *
 * The program connects with [func@Norpc.Helper.connect], within [property@Norpc.Helper:start-timeout]. It has the
 * standard output and the standard error of this process, no standard input, and no other file descriptors. It runs with
 * the rights of this process; to take some of them away is up to the program, or to a program that starts it.
 *
 * The helper is thread-safe, and works in a thread of the library.
 *
 * Since: 0.1
 */

struct _NorpcHelper
{
  GObject parent_instance;

  /* Since construction. */
  char               *object_path; /* (owned) */
  NorpcHelperProcess *process;     /* (owned) */
};

static void norpc_helper_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcHelper, norpc_helper, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, norpc_helper_endpoint_iface_init))

/* Those of the policy come first. */
typedef enum
{
  PROP_ARGV = NORPC_RESTART_N_PROPERTIES,
  PROP_OBJECT_PATH,
  PROP_ENVIRONMENT,
  PROP_WORKING_DIRECTORY,
  PROP_STATE,
} NorpcHelperProperty;

static GParamSpec *properties[PROP_STATE + 1];

static NorpcReplaceable *
get_replaceable (NorpcEndpoint *endpoint)
{
  return norpc_helper_process_get_status (NORPC_HELPER (endpoint)->process)->replaceable;
}

static void
norpc_helper_send (NorpcEndpoint *endpoint,
                   NorpcCall     *call)
{
  norpc_replaceable_send (get_replaceable (endpoint), call);
}

static gboolean
norpc_helper_is_closed (NorpcEndpoint *endpoint)
{
  return norpc_replaceable_is_closed (get_replaceable (endpoint));
}

static gboolean
norpc_helper_is_ready (NorpcEndpoint *endpoint)
{
  return norpc_replaceable_is_ready (get_replaceable (endpoint));
}

static void
norpc_helper_await_ready (NorpcEndpoint *endpoint,
                          NorpcCall     *probe)
{
  norpc_replaceable_await_ready (get_replaceable (endpoint), probe);
}

static void
norpc_helper_subscribe (NorpcEndpoint   *endpoint,
                        NorpcSubscriber *subscriber)
{
  norpc_replaceable_subscribe (get_replaceable (endpoint), subscriber);
}

static void
norpc_helper_unsubscribe (NorpcEndpoint   *endpoint,
                          NorpcSubscriber *subscriber)
{
  norpc_replaceable_unsubscribe (get_replaceable (endpoint), subscriber);
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
  NorpcHelperProgram *program = norpc_helper_process_get_program (self->process);

  G_OBJECT_CLASS (norpc_helper_parent_class)->constructed (object);
  if (self->object_path == NULL || !g_variant_is_object_path (self->object_path))
    {
      /* so that calls fail at once, and do not wait for a program that has no such object */
      g_critical ("NorpcHelper: '%s' is not an object path", self->object_path);
      g_clear_pointer (&program->argv, g_strfreev);
    }
  if (program->argv != NULL)
    norpc_helper_process_start (self->process, self->object_path);
}

static void
norpc_helper_finalize (GObject *object)
{
  NorpcHelper *self = NORPC_HELPER (object);

  norpc_helper_process_stop (self->process);
  norpc_helper_process_unref (self->process);
  g_free (self->object_path);

  G_OBJECT_CLASS (norpc_helper_parent_class)->finalize (object);
}

/* Called while the helper is constructed. Without a name, there is no program. */
static void
set_argv (NorpcHelperProgram *program,
          const GValue       *value)
{
  GStrv argv = g_value_get_boxed (value);

  program->argv = argv != NULL && argv[0] != NULL ? g_strdupv (argv) : NULL;
}

static void
norpc_helper_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NorpcHelper *self = NORPC_HELPER (object);
  NorpcHelperProgram *program = norpc_helper_process_get_program (self->process);

  if (property_id < NORPC_RESTART_N_PROPERTIES)
    {
      norpc_helper_process_get_policy (self->process)->values[property_id] = g_value_get_uint (value);
      return;
    }

  switch ((NorpcHelperProperty) property_id)
    {
    case PROP_ARGV:
      set_argv (program, value);
      break;

    case PROP_OBJECT_PATH:
      self->object_path = g_value_dup_string (value);
      break;

    case PROP_ENVIRONMENT:
      program->environment = g_value_dup_boxed (value);
      break;

    case PROP_WORKING_DIRECTORY:
      program->directory = g_value_dup_string (value);
      break;

    case PROP_STATE: /* cannot be written */
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
  const NorpcHelperProgram *program = norpc_helper_process_get_program (self->process);

  if (property_id < NORPC_RESTART_N_PROPERTIES)
    {
      g_value_set_uint (value, norpc_helper_process_get_policy (self->process)->values[property_id]);
      return;
    }

  switch ((NorpcHelperProperty) property_id)
    {
    case PROP_ARGV:
      g_value_set_boxed (value, program->argv);
      break;

    case PROP_OBJECT_PATH:
      g_value_set_string (value, self->object_path);
      break;

    case PROP_ENVIRONMENT:
      g_value_set_boxed (value, program->environment);
      break;

    case PROP_WORKING_DIRECTORY:
      g_value_set_string (value, program->directory);
      break;

    case PROP_STATE:
      g_value_set_enum (value, norpc_supervised_status_get_state (norpc_helper_process_get_status (self->process)));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
install_policy (void)
{
  /**
   * NorpcHelper:max-restarts:
   *
   * How often the program may end within the window and is started again, 5 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcHelper:window:
   *
   * The window for [property@Norpc.Helper:max-restarts], in milliseconds, 60000 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcHelper:min-delay:
   *
   * The time before the first restart, in milliseconds, 100 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcHelper:max-delay:
   *
   * The longest time before a restart, in milliseconds, 10000 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcHelper:start-timeout:
   *
   * How long the program may take to connect, in milliseconds, 25000 by default, or 0 for no limit.
   *
   * A program that takes longer is killed.
   *
   * Since: 0.1
   */
  for (guint i = NORPC_RESTART_MAX_RESTARTS; i < NORPC_RESTART_N_PROPERTIES; i++)
    properties[i] = norpc_restart_policy_make_pspec ((NorpcRestartProperty) i,
                                                     G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);
}

static void
install_program (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * NorpcHelper:argv:
   *
   * The program and its arguments.
   *
   * A name without a slash is searched for in `PATH`. Calls fail if there is no program.
   *
   * Since: 0.1
   */
  properties[PROP_ARGV] = g_param_spec_boxed ("argv", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * NorpcHelper:object-path:
   *
   * The path of the object that the program exports.
   *
   * Since: 0.1
   */
  properties[PROP_OBJECT_PATH] = g_param_spec_string ("object-path", NULL, NULL, "/", flags);

  /**
   * NorpcHelper:environment:
   *
   * The environment of the program, as of g_get_environ (), or %NULL for that of this process at the time when the
   * program is started.
   *
   * Since: 0.1
   */
  properties[PROP_ENVIRONMENT] = g_param_spec_boxed ("environment", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * NorpcHelper:working-directory:
   *
   * The working directory of the program, or %NULL for that of this process at the time when the program is started.
   *
   * Since: 0.1
   */
  properties[PROP_WORKING_DIRECTORY] = g_param_spec_string ("working-directory", NULL, NULL, NULL, flags);

  /**
   * NorpcHelper:state: (getter get_state)
   *
   * The state of the helper.
   *
   * The helper notifies in the thread-default main context of the thread that has created it, in order with the replies
   * and signals that arrive there. A handler gets the state at this moment: changes that follow each other closely are
   * one.
   *
   * Since: 0.1
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, NORPC_TYPE_HELPER_STATE, NORPC_HELPER_FAILED,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
norpc_helper_class_init (NorpcHelperClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_helper_constructed;
  object_class->finalize = norpc_helper_finalize;
  object_class->set_property = norpc_helper_set_property;
  object_class->get_property = norpc_helper_get_property;

  install_policy ();
  install_program ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_helper_init (NorpcHelper *self)
{
  self->process = norpc_helper_process_new (G_OBJECT (self));
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
 * norpc_helper_get_state: (get-property state)
 * @self: a helper
 *
 * Gets the state of the helper, which may change at any time; see [property@Norpc.Helper:state].
 *
 * Returns: the state
 * Since: 0.1
 */
NorpcHelperState
norpc_helper_get_state (NorpcHelper *self)
{
  g_return_val_if_fail (NORPC_IS_HELPER (self), NORPC_HELPER_STOPPED);

  return (NorpcHelperState) norpc_supervised_status_get_state (norpc_helper_process_get_status (self->process));
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

  return norpc_supervised_status_get_n_starts (norpc_helper_process_get_status (self->process));
}

/**
 * norpc_helper_dup_error:
 * @self: a helper
 *
 * Gets the reason for which the program last ended on its own.
 *
 * The error is %NORPC_ERROR_CLOSED with the exit status or the signal, or if the program has closed its connection;
 * %NORPC_ERROR_TIMED_OUT if it did not connect in time; or one of %G_SPAWN_ERROR or %G_IO_ERROR if it cannot be started.
 * The errors of calls that fail while there is no program have the same text. It may take a moment until the exit status
 * of a program that has closed its connection is known.
 *
 * Returns: (transfer full) (nullable): the error, or %NULL if the program has not ended
 * Since: 0.1
 */
GError *
norpc_helper_dup_error (NorpcHelper *self)
{
  g_return_val_if_fail (NORPC_IS_HELPER (self), NULL);

  return norpc_supervised_status_dup_error (norpc_helper_process_get_status (self->process));
}

/**
 * norpc_helper_restart:
 * @self: a helper
 *
 * Replaces the process by another one, also if the program has ended too often before.
 *
 * Use this function for a program that hangs. The calls that it has not answered fail with %NORPC_ERROR_CLOSED, and later
 * ones wait for the next process, which starts at once. The program sees that its connection is closed, and gets the
 * signal `SIGTERM`. If it is still there after five seconds, it is killed; both processes exist meanwhile.
 *
 * Earlier ends of the program no longer count for the policy.
 *
 * This function does not block. It does nothing if the helper was stopped, or was constructed without
 * [property@Norpc.Helper:argv] or with an [property@Norpc.Helper:object-path] that is not valid. A program that could not
 * be started, because there is no such file for example, is tried again.
 *
 * Since: 0.1
 */
void
norpc_helper_restart (NorpcHelper *self)
{
  g_return_if_fail (NORPC_IS_HELPER (self));

  norpc_helper_process_restart (self->process);
}

/**
 * norpc_helper_stop:
 * @self: a helper
 *
 * Stops the program, and does not start it again.
 *
 * Calls that are not answered fail with %NORPC_ERROR_CLOSED. The program sees that its connection is closed, and gets the
 * signal `SIGTERM`. If it is still there after five seconds, it is killed. Releasing the last reference to the helper
 * does the same.
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

/* Takes ownership of @fd, which programs that this one starts do not get. One that is no socket is left alone: it belongs to
 * somebody else, and the environment is wrong.
 */
static GDBusConnection *
connect_to_parent (int      fd,
                   GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);
  g_autoptr (GSocketConnection) stream = NULL;

  if (socket == NULL)
    return NULL;

  fcntl (fd, F_SETFD, FD_CLOEXEC);
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
 * one gets the signal `SIGTERM`, because the connection has [property@Gio.DBusConnection:exit-on-close]; on Linux, the
 * system sends it, too, also before this function is called.
 *
 * Call this function once, before the program starts threads, because it removes the variable `NORPC_HELPER_FD` from the
 * environment. Programs that this one starts neither see the variable nor get the connection.
 *
 * Errors are %G_IO_ERROR_NOT_CONNECTED if the program was not started by a [class@Norpc.Helper], or has connected before,
 * and those of [ctor@Gio.DBusConnection.new_sync].
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

  if (number == NULL || !norpc_number_read (number, G_MAXINT, &fd) || fd < 3)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "The program was not started by a NorpcHelper");
      return NULL;
    }

  g_unsetenv (NORPC_HELPER_VARIABLE);
  connection = connect_to_parent ((int) fd, error);
  if (connection != NULL)
    g_dbus_connection_set_exit_on_close (connection, TRUE);

  return connection;
}
