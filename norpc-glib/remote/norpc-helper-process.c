/* norpc-helper-process.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call/norpc-call-private.h"
#include "channel/norpc-channel.h"
#include "client/norpc-endpoint-private.h"
#include "norpc-dbus-endpoint.h"
#include "norpc-dbus-thread-private.h"
#include "norpc-helper-process-private.h"

/* The file descriptor that the program gets. */
#define HELPER_FD 3

struct _NorpcHelperProcess
{
  gatomicrefcount   ref_count;
  GStrv             argv;   /* (owned), since construction */
  char             *path;   /* (owned), since construction */
  NorpcHelperPolicy policy; /* since construction */

  GMutex           lock;
  NorpcHelperState state;       /* [lock] */
  guint            n_starts;    /* [lock] */
  NorpcEndpoint   *endpoint;    /* (owned) (nullable) [lock]: while it is running */
  GPtrArray       *subscribers; /* (owned) [lock]: of unowned NorpcSubscriber */
  GQueue           waiting;     /* [lock]: of owned NorpcCall: while it is starting; among them, probes */

  /* Accessed in the thread of D-Bus endpoints. */
  GSubprocess     *process;    /* (owned) (nullable) */
  GDBusConnection *connection; /* (owned) (nullable) */
  GArray          *ends;       /* (owned) (element-type gint64): when it has ended, within the window */
  guint            delay;      /* milliseconds before the next restart */
  gint64           start_time;
  GSource         *timer;      /* (owned) (nullable) */
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

  g_clear_object (&self->endpoint);
  g_clear_object (&self->process);
  g_clear_object (&self->connection);
  g_ptr_array_unref (self->subscribers);
  g_array_unref (self->ends);
  g_mutex_clear (&self->lock);
  g_strfreev (self->argv);
  g_free (self->path);
  g_free (self);
}

NorpcHelperState
norpc_helper_process_get_state (NorpcHelperProcess *self)
{
  NorpcHelperState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);

  return state;
}

guint
norpc_helper_process_get_n_starts (NorpcHelperProcess *self)
{
  guint n_starts;

  g_mutex_lock (&self->lock);
  n_starts = self->n_starts;
  g_mutex_unlock (&self->lock);

  return n_starts;
}

/* Changes the state, unless the helper was stopped. Takes the calls that have waited for the change into @waiting. No
 * proxy sees an endpoint of a process that has ended.
 */
static gboolean
set_state (NorpcHelperProcess *self,
           NorpcHelperState    state,
           NorpcEndpoint      *endpoint,
           GQueue             *waiting)
{
  g_autoptr (NorpcEndpoint) old = NULL;
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = self->state == NORPC_HELPER_STOPPED;
  if (!stopped)
    {
      self->state = state;
      old = g_steal_pointer (&self->endpoint);
      self->endpoint = endpoint != NULL ? g_object_ref (endpoint) : NULL;
      for (guint i = 0; i < self->subscribers->len; i++)
        {
          if (old != NULL)
            norpc_endpoint_unsubscribe (old, self->subscribers->pdata[i]);
          if (endpoint != NULL)
            norpc_endpoint_subscribe (endpoint, self->subscribers->pdata[i]);
        }
      if (state != NORPC_HELPER_STARTING)
        {
          *waiting = self->waiting;
          g_queue_init (&self->waiting);
        }
    }
  g_mutex_unlock (&self->lock);

  return !stopped;
}

static void
reject_waiting (GQueue *waiting)
{
  NorpcCall *call;

  while ((call = g_queue_pop_head (waiting)) != NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its helper process has ended");
}

static void
send_calls_to_helper (GQueue        *waiting,
                      NorpcEndpoint *endpoint)
{
  NorpcCall *call;

  while ((call = g_queue_pop_head (waiting)) != NULL)
    norpc_endpoint_send (endpoint, call);
}

static void
stop_timer (NorpcHelperProcess *self)
{
  if (self->timer == NULL)
    return;

  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
restart_cb (gpointer user_data)
{
  NorpcHelperProcess *self = user_data;
  GQueue waiting = G_QUEUE_INIT;

  stop_timer (self);
  if (set_state (self, NORPC_HELPER_STARTING, NULL, &waiting))
    launch (self);

  return G_SOURCE_REMOVE;
}

/* Returns FALSE if the program has ended more often than it may. */
static gboolean
may_restart (NorpcHelperProcess *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 window = self->policy.window * G_TIME_SPAN_MILLISECOND;

  while (self->ends->len > 0 && g_array_index (self->ends, gint64, 0) <= now - window)
    g_array_remove_index (self->ends, 0);
  if (now - self->start_time > window)
    self->delay = self->policy.min_delay;
  g_array_append_val (self->ends, now);

  return self->ends->len <= self->policy.max_restarts;
}

static void
restart_later (NorpcHelperProcess *self)
{
  self->timer = g_timeout_source_new (self->delay);
  g_source_set_static_name (self->timer, "norpc helper");
  g_source_set_callback (self->timer, restart_cb, process_ref (self), norpc_helper_process_unref);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  self->delay = MIN (MAX (self->delay, 1) * 2, self->policy.max_delay);
}

/* The process has ended, or its connection is closed: both end. Its calls are completed with
 * NORPC_ERROR_CLOSED by its endpoint.
 */
static void
end_process (NorpcHelperProcess *self)
{
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);
  g_autoptr (GDBusConnection) connection = g_steal_pointer (&self->connection);
  GQueue waiting = G_QUEUE_INIT;
  gboolean restarts;

  if (process != NULL)
    g_subprocess_force_exit (process);
  if (connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (connection, self);
      g_dbus_connection_close (connection, NULL, NULL, NULL);
    }

  restarts = may_restart (self);
  if (!set_state (self, restarts ? NORPC_HELPER_WAITING : NORPC_HELPER_FAILED, NULL, &waiting))
    return;

  reject_waiting (&waiting);
  if (restarts)
    restart_later (self);
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
  GQueue waiting = G_QUEUE_INIT;

  if (connection != NULL && self->process == connecting->process)
    {
      self->connection = g_object_ref (connection);
      g_signal_connect_data (connection, "closed", G_CALLBACK (closed_helper_cb), process_ref (self),
                             unref_process_closure, 0);
      endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (connection, NULL, self->path));
      if (set_state (self, NORPC_HELPER_RUNNING, endpoint, &waiting))
        send_calls_to_helper (&waiting, endpoint);
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

static GSubprocess *
spawn (NorpcHelperProcess *self,
       int                 fd)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  g_autofree char *number = g_strdup_printf ("%d", HELPER_FD);
  GSubprocess *process;

  g_subprocess_launcher_setenv (launcher, NORPC_HELPER_VARIABLE, number, TRUE);
  g_subprocess_launcher_take_fd (launcher, fd, HELPER_FD);
  process = g_subprocess_launcher_spawnv (launcher, (const char * const *) self->argv, &error);
  if (process == NULL)
    g_warning ("The helper '%s' cannot be started: %s", self->argv[0], error->message);

  return process;
}

static void
launch (NorpcHelperProcess *self)
{
  int fds[2];

  self->start_time = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->n_starts++;
  g_mutex_unlock (&self->lock);

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      end_process (self);
      return;
    }
  self->process = spawn (self, fds[1]);
  if (self->process == NULL)
    {
      close (fds[0]);
      end_process (self);
      return;
    }
  g_subprocess_wait_async (self->process, NULL, exited_cb, process_ref (self));
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
norpc_helper_process_new (const char * const      *argv,
                          const char              *path,
                          const NorpcHelperPolicy *policy)
{
  NorpcHelperProcess *self = g_new0 (NorpcHelperProcess, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->argv = g_strdupv ((char **) argv);
  self->path = g_strdup (path);
  self->policy = *policy;
  self->delay = policy->min_delay;
  self->subscribers = g_ptr_array_new ();
  self->ends = g_array_new (FALSE, FALSE, sizeof (gint64));
  norpc_dbus_thread_invoke (start_helper, process_ref (self));

  return self;
}

/* The program sees that its connection is closed, and gets SIGTERM. */
static void
stop_helper (gpointer data)
{
  NorpcHelperProcess *self = data;
  g_autoptr (GSubprocess) process = g_steal_pointer (&self->process);
  g_autoptr (GDBusConnection) connection = g_steal_pointer (&self->connection);

  stop_timer (self);
  if (connection != NULL)
    {
      g_signal_handlers_disconnect_by_data (connection, self);
      g_dbus_connection_close (connection, NULL, NULL, NULL);
    }
  if (process != NULL)
    g_subprocess_send_signal (process, SIGTERM);
  norpc_helper_process_unref (self);
}

void
norpc_helper_process_stop (NorpcHelperProcess *self)
{
  GQueue waiting = G_QUEUE_INIT;

  if (!set_state (self, NORPC_HELPER_STOPPED, NULL, &waiting))
    return;

  reject_waiting (&waiting);
  norpc_dbus_thread_invoke (stop_helper, process_ref (self));
}

/* Adds a call (owned) to those that wait until the program is connected, if it is starting. */
static gboolean
wait_for_start_locked (NorpcHelperProcess *self,
                       NorpcCall          *call)
{
  if (self->state != NORPC_HELPER_STARTING || self->waiting.length >= NORPC_CHANNEL_DEFAULT_CAPACITY)
    return FALSE;

  g_queue_push_tail (&self->waiting, call);

  return TRUE;
}

/* Takes ownership of @call. */
void
norpc_helper_process_send (NorpcHelperProcess *self,
                           NorpcCall          *call)
{
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  NorpcHelperState state;
  gboolean waits;

  g_mutex_lock (&self->lock);
  state = self->state;
  waits = wait_for_start_locked (self, call);
  if (self->endpoint != NULL)
    endpoint = g_object_ref (self->endpoint);
  g_mutex_unlock (&self->lock);

  if (endpoint != NULL)
    norpc_endpoint_send (endpoint, call);
  else if (!waits && state == NORPC_HELPER_STARTING)
    norpc_call_reject_owned (call, NORPC_ERROR_BUSY, "was rejected: too many calls wait for the helper process");
  else if (!waits)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its helper process is not running");
}

/* @probe is borrowed. While the program waits for its restart, the probe fails as a call does. */
void
norpc_helper_process_await_ready (NorpcHelperProcess *self,
                                  NorpcCall          *probe)
{
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  gboolean waits;

  g_mutex_lock (&self->lock);
  waits = wait_for_start_locked (self, norpc_call_ref (probe));
  if (self->endpoint != NULL)
    endpoint = g_object_ref (self->endpoint);
  g_mutex_unlock (&self->lock);

  if (waits)
    return;
  norpc_call_unref (probe);
  if (endpoint != NULL)
    norpc_endpoint_await_ready (endpoint, probe);
  else
    norpc_call_return_error_literal (probe, NORPC_ERROR, NORPC_ERROR_CLOSED, "The helper process is not running");
}

void
norpc_helper_process_subscribe (NorpcHelperProcess *self,
                                NorpcSubscriber    *subscriber)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->subscribers, subscriber);
  if (self->endpoint != NULL)
    norpc_endpoint_subscribe (self->endpoint, subscriber);
  g_mutex_unlock (&self->lock);
}

void
norpc_helper_process_unsubscribe (NorpcHelperProcess *self,
                                  NorpcSubscriber    *subscriber)
{
  g_mutex_lock (&self->lock);
  if (g_ptr_array_remove_fast (self->subscribers, subscriber) && self->endpoint != NULL)
    norpc_endpoint_unsubscribe (self->endpoint, subscriber);
  g_mutex_unlock (&self->lock);
}
