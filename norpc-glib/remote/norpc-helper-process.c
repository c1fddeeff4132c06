/* norpc-helper-process.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/norpc-error.h"
#include "core/norpc-log-private.h"
#include "norpc-dbus-disconnection-private.h"
#include "norpc-dbus-endpoint.h"
#include "norpc-dbus-thread-private.h"
#include "norpc-helper-process-private.h"

/* The file descriptor that the program gets. */
#define HELPER_FD 3

/* How long it may take until it is known why a process has closed its connection, in milliseconds. */
#define REASON_TIMEOUT 200

struct _NorpcHelperProcess
{
  gatomicrefcount ref_count;

  /* Since construction. */
  NorpcHelperProgram    program;
  char                 *path;   /* (owned) */
  NorpcSupervisedStatus status; /* has its own lock */

  /* Accessed in the thread of D-Bus endpoints. */
  NorpcRestartPolicy policy;
  GSubprocess       *process;    /* (owned) (nullable) */
  GSubprocess       *closed;     /* (owned) (nullable): has closed its connection, and is not known to have exited */
  GDBusConnection   *connection; /* (owned) (nullable) */
  GSource           *timer;      /* (owned) (nullable): until the restart, or for the start or the reason of an end */
};

static void launch (NorpcHelperProcess *self);

static NorpcHelperProcess *
process_ref (NorpcHelperProcess *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_helper_process_unref (gpointer data)
{
  NorpcHelperProcess *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->process);
  g_clear_object (&self->closed);
  g_clear_object (&self->connection);
  norpc_supervised_status_clear (&self->status);
  norpc_restart_policy_clear (&self->policy);
  norpc_helper_program_clear (&self->program);
  g_free (self->path);
  g_free (self);
}

/* Returns the status (unowned). */
NorpcSupervisedStatus *
norpc_helper_process_get_status (NorpcHelperProcess *self)
{
  return &self->status;
}

static void
stop_timer (NorpcHelperProcess *self)
{
  if (self->timer == NULL)
    return;

  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
start_timer (NorpcHelperProcess *self,
             guint               delay,
             GSourceFunc         func)
{
  stop_timer (self);
  self->timer = g_timeout_source_new (delay);
  g_source_set_static_name (self->timer, "norpc helper");
  g_source_set_callback (self->timer, func, process_ref (self), norpc_helper_process_unref);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

static gboolean
restart_cb (gpointer user_data)
{
  NorpcHelperProcess *self = user_data;

  stop_timer (self);
  if (norpc_helper_status_set (&self->status, NORPC_HELPER_STARTING, NULL, NULL))
    launch (self);

  return G_SOURCE_REMOVE;
}

static void
close_connection (NorpcHelperProcess *self)
{
  g_autoptr (GDBusConnection) connection = g_steal_pointer (&self->connection);

  if (connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (connection, self);
  norpc_dbus_disconnection_unset (connection);
  g_dbus_connection_close (connection, NULL, NULL, NULL);
}

/* The process has ended, or its connection is closed, or it has not connected in time: both end. Its calls are completed
 * with NORPC_ERROR_CLOSED by its endpoint. Takes ownership of @error.
 */
static void
end_process (NorpcHelperProcess *self,
             GError             *error)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);
  gboolean restarts;
  guint delay;

  stop_timer (self);
  if (process != NULL)
    g_subprocess_force_exit (process);
  close_connection (self);

  restarts = norpc_restart_policy_note_end (&self->policy, g_get_monotonic_time (), &delay);
  if (norpc_helper_status_set_ended (&self->status, restarts ? NORPC_HELPER_WAITING : NORPC_HELPER_FAILED, error) &&
      restarts)
    start_timer (self, delay, restart_cb);
}

/* The process has closed its connection, and goes on, or does not end soon. It has time to do so, and it is known later
 * how it has ended.
 */
static gboolean
unexplained_cb (gpointer user_data)
{
  NorpcHelperProcess *self = user_data;

  g_set_object (&self->closed, self->process);
  norpc_helper_program_await_exit (self->process);
  g_clear_object (&self->process);
  end_process (self, g_error_new_literal (NORPC_ERROR, NORPC_ERROR_CLOSED, "It has closed its connection"));

  return G_SOURCE_REMOVE;
}

/* A process that ends closes its connection first. Calls wait for a moment, so that their errors have the reason. */
static void
await_reason (NorpcHelperProcess *self)
{
  close_connection (self);
  norpc_helper_status_expect (&self->status);
  start_timer (self, REASON_TIMEOUT, unexplained_cb);
}

/* A process whose connection was closed has exited, before or after the next one has been started. */
static void
explain_closed (NorpcHelperProcess *self)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->closed);
  NorpcHelperState state = (NorpcHelperState) norpc_supervised_status_get_state (&self->status);
  GError *error = norpc_helper_program_explain_exit (process);

  if (state == NORPC_HELPER_WAITING || state == NORPC_HELPER_FAILED)
    norpc_helper_status_set_ended (&self->status, state, error);
  else
    norpc_helper_status_note_reason (&self->status, error);
}

/* The program has started, but does not connect. */
static gboolean
late_cb (gpointer user_data)
{
  NorpcHelperProcess *self = user_data;

  norpc_warning ("The helper '%s' has not connected in time", self->program.argv[0]);
  end_process (self, g_error_new_literal (NORPC_ERROR, NORPC_ERROR_TIMED_OUT, "It did not connect in time"));

  return G_SOURCE_REMOVE;
}

static void
note_disconnected (GDBusConnection *connection,
                   gpointer         user_data)
{
  NorpcHelperProcess *self = process_ref (user_data); /* the connection has the caller's */

  if (self->connection == connection)
    await_reason (self);
  norpc_helper_process_unref (self);
}

static void
closed_helper_cb (GDBusConnection *connection,
                  gboolean         remote G_GNUC_UNUSED,
                  GError          *error G_GNUC_UNUSED,
                  gpointer         user_data)
{
  note_disconnected (connection, user_data);
}

static void
exited_cb (GObject      *process,
           GAsyncResult *result,
           gpointer      user_data)
{
  NorpcHelperProcess *self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  if (self->process == G_SUBPROCESS (process))
    end_process (self, norpc_helper_program_explain_exit (G_SUBPROCESS (process)));
  else if (self->closed == G_SUBPROCESS (process))
    explain_closed (self);
  norpc_helper_process_unref (self);
}

static void
unref_process_closure (gpointer  self,
                       GClosure *closure G_GNUC_UNUSED)
{
  norpc_helper_process_unref (self);
}

/* A process that is connecting. */
typedef struct
{
  NorpcHelperProcess *self;    /* (owned) */
  GSubprocess        *process; /* (owned) */
} Connecting;

static void
connecting_free (gpointer data)
{
  Connecting *self = data;

  g_object_unref (self->process);
  norpc_helper_process_unref (self->self);
  g_free (self);
}

static void
connected_helper_cb (GObject      *object G_GNUC_UNUSED,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Connecting *connecting = user_data;
  NorpcHelperProcess *self = connecting->self;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, NULL);
  g_autoptr (NorpcEndpoint) endpoint = NULL;

  if (connection != NULL && self->process == connecting->process)
    {
      stop_timer (self);
      self->connection = g_object_ref (connection);
      g_signal_connect_data (connection, "closed", G_CALLBACK (closed_helper_cb), process_ref (self),
                             unref_process_closure, 0);
      norpc_dbus_disconnection_set_func (connection, note_disconnected, process_ref (self), norpc_helper_process_unref);
      endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (connection, NULL, self->path));
      norpc_helper_status_set (&self->status, NORPC_HELPER_RUNNING, endpoint, NULL);
      if (g_dbus_connection_is_closed (connection))
        closed_helper_cb (connection, FALSE, NULL, self);
    }
  else if (self->process == connecting->process)
    {
      await_reason (self);
    }
  connecting_free (connecting);
}

/* Returns TRUE if what was sent cannot be D-Bus, which begins with a NUL. GDBus would wait for the end of a line. */
static gboolean
is_not_dbus (GSocket *socket)
{
  char first;

  return recv (g_socket_get_fd (socket), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && first != '\0';
}

/* The process has sent something, or has closed its end. Takes ownership of @user_data. */
static gboolean
begun_cb (GSocket     *socket,
          GIOCondition condition G_GNUC_UNUSED,
          gpointer     user_data)
{
  Connecting *connecting = user_data;
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = g_dbus_generate_guid ();

  if (!is_not_dbus (socket))
    {
      g_dbus_connection_new (G_IO_STREAM (stream), guid, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER, NULL, NULL,
                             connected_helper_cb, connecting);
      return G_SOURCE_REMOVE;
    }

  if (connecting->self->process == connecting->process)
    await_reason (connecting->self);
  connecting_free (connecting);

  return G_SOURCE_REMOVE;
}

/* Connects to a process. Takes ownership of @fd. */
static void
connect_helper (NorpcHelperProcess *self,
                int                 fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSource) source = NULL;
  Connecting *connecting;

  if (socket == NULL)
    {
      close (fd);
      end_process (self, g_steal_pointer (&error));
      return;
    }

  connecting = g_new (Connecting, 1);
  *connecting = (Connecting) { process_ref (self), g_object_ref (self->process) };
  source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_static_name (source, "norpc helper: connection");
  g_source_set_callback (source, G_SOURCE_FUNC (begun_cb), connecting, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
launch (NorpcHelperProcess *self)
{
  guint timeout = self->policy.values[NORPC_RESTART_START_TIMEOUT];
  GError *error = NULL;
  int fds[2];

  norpc_restart_policy_note_start (&self->policy, g_get_monotonic_time ());

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      int code = errno;

      end_process (self, g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (code), g_strerror (code)));
      return;
    }
  self->process = norpc_helper_program_spawn (&self->program, fds[1], HELPER_FD, &error);
  if (self->process == NULL)
    {
      close (fds[0]);
      end_process (self, error);
      return;
    }
  norpc_helper_status_count_start (&self->status);
  g_subprocess_wait_async (self->process, NULL, exited_cb, process_ref (self));
  if (timeout > 0)
    start_timer (self, timeout, late_cb);
  connect_helper (self, fds[0]);
}

static void
start_helper (gpointer data)
{
  NorpcHelperProcess *self = data;

  if (norpc_supervised_status_get_state (&self->status) == NORPC_HELPER_STARTING)
    launch (self);
  norpc_helper_process_unref (self);
}

/* Called in the thread that constructs @helper. */
NorpcHelperProcess *
norpc_helper_process_new (GObject *helper)
{
  NorpcHelperProcess *self = g_new0 (NorpcHelperProcess, 1);

  g_atomic_ref_count_init (&self->ref_count);
  norpc_supervised_status_init (&self->status, helper, NORPC_HELPER_FAILED, "its helper has no program");
  norpc_restart_policy_init (&self->policy);

  return self;
}

/* Called before it is started. Returns the program (unowned), for its fields to be set. */
NorpcHelperProgram *
norpc_helper_process_get_program (NorpcHelperProcess *self)
{
  return &self->program;
}

/* Called before it is started. Returns the policy (unowned), for its values to be set. */
NorpcRestartPolicy *
norpc_helper_process_get_policy (NorpcHelperProcess *self)
{
  return &self->policy;
}

/* Called once. Starts the program, whose object is at @path. */
void
norpc_helper_process_start (NorpcHelperProcess *self,
                            const char         *path)
{
  self->path = g_strdup (path);
  norpc_helper_status_set (&self->status, NORPC_HELPER_STARTING, NULL, NULL);
  norpc_dbus_thread_invoke (start_helper, process_ref (self));
}

/* The program sees that its connection is closed, and gets SIGTERM. */
static void
terminate (NorpcHelperProcess *self)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);

  stop_timer (self);
  close_connection (self);
  if (process != NULL)
    {
      g_subprocess_send_signal (process, SIGTERM);
      norpc_helper_program_await_exit (process);
    }
}

static void
stop_helper (gpointer data)
{
  NorpcHelperProcess *self = data;

  terminate (self);
  norpc_helper_process_unref (self);
}

void
norpc_helper_process_stop (NorpcHelperProcess *self)
{
  if (norpc_helper_status_set (&self->status, NORPC_HELPER_STOPPED, NULL, "its helper was stopped"))
    norpc_dbus_thread_invoke (stop_helper, process_ref (self));
}

static void
restart_helper (gpointer data)
{
  NorpcHelperProcess *self = data;

  if (norpc_helper_status_end_restart (&self->status))
    {
      terminate (self);
      norpc_restart_policy_forget (&self->policy);
      launch (self);
    }
  norpc_helper_process_unref (self);
}

/* Calls wait for the next process from now on. */
void
norpc_helper_process_restart (NorpcHelperProcess *self)
{
  if (self->program.argv != NULL && norpc_helper_status_begin_restart (&self->status))
    norpc_dbus_thread_invoke (restart_helper, process_ref (self));
}
