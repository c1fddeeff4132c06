/* norpc-helper-process.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/norpc-log-private.h"
#include "norpc-dbus-endpoint.h"
#include "norpc-dbus-thread-private.h"
#include "norpc-helper-process-private.h"

/* The file descriptor that the program gets. */
#define HELPER_FD 3

/* How long a program that was stopped may go on, in milliseconds. */
#define STOP_TIMEOUT 5000

struct _NorpcHelperProcess
{
  gatomicrefcount ref_count;

  /* Since construction. */
  NorpcHelperProgram program;
  char              *path;        /* (owned) */
  NorpcReplaceable  *replaceable; /* (owned): its lock is that of the fields below */

  NorpcHelperState state;    /* [lock] */
  guint            n_starts; /* [lock] */

  /* Accessed in the thread of D-Bus endpoints. */
  NorpcRestartPolicy policy;
  GSubprocess       *process;    /* (owned) (nullable) */
  GDBusConnection   *connection; /* (owned) (nullable) */
  GSource           *timer;      /* (owned) (nullable): until the restart, or for the start */
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
  g_clear_object (&self->connection);
  norpc_replaceable_unref (self->replaceable);
  norpc_restart_policy_clear (&self->policy);
  norpc_helper_program_clear (&self->program);
  g_free (self->path);
  g_free (self);
}

/* Returns the replaceable (unowned). */
NorpcReplaceable *
norpc_helper_process_get_endpoint (NorpcHelperProcess *self)
{
  return self->replaceable;
}

NorpcHelperState
norpc_helper_process_get_state (NorpcHelperProcess *self)
{
  NorpcHelperState state;

  norpc_replaceable_lock (self->replaceable);
  state = self->state;
  norpc_replaceable_unlock (self->replaceable);

  return state;
}

guint
norpc_helper_process_get_n_starts (NorpcHelperProcess *self)
{
  guint n_starts;

  norpc_replaceable_lock (self->replaceable);
  n_starts = self->n_starts;
  norpc_replaceable_unlock (self->replaceable);

  return n_starts;
}

/* Changes the state, unless the helper was stopped. Calls are passed to @endpoint (nullable), wait while the program
 * starts, or fail for @reason. No proxy sees an endpoint of a process that has ended.
 */
static gboolean
set_state (NorpcHelperProcess *self,
           NorpcHelperState    state,
           NorpcEndpoint      *endpoint,
           const char         *reason)
{
  gboolean stopped;

  norpc_replaceable_lock (self->replaceable);
  stopped = self->state == NORPC_HELPER_STOPPED;
  if (!stopped)
    {
      self->state = state;
      if (endpoint != NULL)
        norpc_replaceable_connect_locked (self->replaceable, endpoint);
      else if (reason == NULL)
        norpc_replaceable_expect_locked (self->replaceable);
      else
        norpc_replaceable_close_locked (self->replaceable, reason);
    }
  norpc_replaceable_unlock (self->replaceable);
  norpc_replaceable_flush (self->replaceable);

  return !stopped;
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
  if (set_state (self, NORPC_HELPER_STARTING, NULL, NULL))
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
  g_dbus_connection_close (connection, NULL, NULL, NULL);
}

/* The process has ended, or its connection is closed, or it has not connected in time: both end. Its calls are completed
 * with NORPC_ERROR_CLOSED by its endpoint.
 */
static void
end_process (NorpcHelperProcess *self)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);
  gboolean restarts;
  guint delay;

  stop_timer (self);
  if (process != NULL)
    g_subprocess_force_exit (process);
  close_connection (self);

  restarts = norpc_restart_policy_note_end (&self->policy, g_get_monotonic_time (), &delay);
  if (set_state (self, restarts ? NORPC_HELPER_WAITING : NORPC_HELPER_FAILED, NULL,
                 restarts ? "its helper process has ended" : "its helper process has ended too often") &&
      restarts)
    start_timer (self, delay, restart_cb);
}

/* The program has started, but does not connect. */
static gboolean
late_cb (gpointer user_data)
{
  NorpcHelperProcess *self = user_data;

  norpc_warning ("The helper '%s' has not connected in time", self->program.argv[0]);
  end_process (self);

  return G_SOURCE_REMOVE;
}

static void
closed_helper_cb (GDBusConnection *connection,
                  gboolean         remote G_GNUC_UNUSED,
                  GError          *error G_GNUC_UNUSED,
                  gpointer         user_data)
{
  NorpcHelperProcess *self = user_data;

  if (self->connection == connection)
    end_process (self);
}

static void
exited_cb (GObject      *process,
           GAsyncResult *result,
           gpointer      user_data)
{
  NorpcHelperProcess *self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  if (self->process == G_SUBPROCESS (process))
    end_process (self);
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
connected_helper_cb (GObject      *object G_GNUC_UNUSED,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autofree Connecting *connecting = user_data;
  NorpcHelperProcess *self = connecting->self;
  g_autoptr (GDBusConnection) connection = g_dbus_connection_new_finish (result, NULL);
  g_autoptr (NorpcEndpoint) endpoint = NULL;

  if (connection != NULL && self->process == connecting->process)
    {
      stop_timer (self);
      self->connection = g_object_ref (connection);
      g_signal_connect_data (connection, "closed", G_CALLBACK (closed_helper_cb), process_ref (self),
                             unref_process_closure, 0);
      endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (connection, NULL, self->path));
      set_state (self, NORPC_HELPER_RUNNING, endpoint, NULL);
      if (g_dbus_connection_is_closed (connection))
        closed_helper_cb (connection, FALSE, NULL, self);
    }
  else if (self->process == connecting->process)
    {
      end_process (self);
    }
  g_object_unref (connecting->process);
  norpc_helper_process_unref (self);
}

/* Connects to a process. Takes ownership of @fd. */
static void
connect_helper (NorpcHelperProcess *self,
                int                 fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) stream = socket != NULL ? g_socket_connection_factory_create_connection (socket) : NULL;
  g_autofree char *guid = g_dbus_generate_guid ();
  Connecting *connecting;

  if (stream == NULL)
    {
      close (fd);
      end_process (self);
      return;
    }

  connecting = g_new (Connecting, 1);
  *connecting = (Connecting) { process_ref (self), g_object_ref (self->process) };
  g_dbus_connection_new (G_IO_STREAM (stream), guid, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER, NULL, NULL,
                         connected_helper_cb, connecting);
}

static void
launch (NorpcHelperProcess *self)
{
  guint timeout = self->policy.values[NORPC_RESTART_START_TIMEOUT];
  int fds[2];

  norpc_restart_policy_note_start (&self->policy, g_get_monotonic_time ());
  norpc_replaceable_lock (self->replaceable);
  self->n_starts++;
  norpc_replaceable_unlock (self->replaceable);

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      end_process (self);
      return;
    }
  self->process = norpc_helper_program_spawn (&self->program, fds[1], HELPER_FD);
  if (self->process == NULL)
    {
      close (fds[0]);
      end_process (self);
      return;
    }
  g_subprocess_wait_async (self->process, NULL, exited_cb, process_ref (self));
  if (timeout > 0)
    start_timer (self, timeout, late_cb);
  connect_helper (self, fds[0]);
}

static void
start_helper (gpointer data)
{
  NorpcHelperProcess *self = data;

  if (norpc_helper_process_get_state (self) == NORPC_HELPER_STARTING)
    launch (self);
  norpc_helper_process_unref (self);
}

NorpcHelperProcess *
norpc_helper_process_new (void)
{
  NorpcHelperProcess *self = g_new0 (NorpcHelperProcess, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->replaceable = norpc_replaceable_new ("its helper has no program");
  self->state = NORPC_HELPER_FAILED;
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
  set_state (self, NORPC_HELPER_STARTING, NULL, NULL);
  norpc_dbus_thread_invoke (start_helper, process_ref (self));
}

/* Runs in the thread of D-Bus endpoints. */
static gboolean
kill_cb (gpointer process)
{
  g_subprocess_force_exit (process);

  return G_SOURCE_REMOVE;
}

static void
stopped_exited_cb (GObject      *process,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GSource) timer = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  g_source_destroy (timer);
}

/* Has the process killed if it does not end by itself. */
static void
await_exit (GSubprocess *process)
{
  GSource *timer = g_timeout_source_new (STOP_TIMEOUT);

  g_source_set_static_name (timer, "norpc helper: stop");
  g_source_set_callback (timer, kill_cb, g_object_ref (process), g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
  g_subprocess_wait_async (process, NULL, stopped_exited_cb, timer);
}

/* The program sees that its connection is closed, and gets SIGTERM. */
static void
stop_helper (gpointer data)
{
  NorpcHelperProcess *self = data;
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);

  stop_timer (self);
  close_connection (self);
  if (process != NULL)
    {
      g_subprocess_send_signal (process, SIGTERM);
      await_exit (process);
    }
  norpc_helper_process_unref (self);
}

void
norpc_helper_process_stop (NorpcHelperProcess *self)
{
  if (set_state (self, NORPC_HELPER_STOPPED, NULL, "its helper was stopped"))
    norpc_dbus_thread_invoke (stop_helper, process_ref (self));
}
