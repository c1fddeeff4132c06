/* stress-client.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "stress.h"

#define MAX_PENDING 200
#define MAX_LANES 6
#define MAX_CANCELLABLES 8
#define N_SHARED 4

static int n_busy; /* atomic: clients that are not done yet */

/* Cancellables that all clients use and cancel. */
static GMutex shared_lock;
static GCancellable *shared[N_SHARED]; /* (owned) (nullable) [shared_lock] */

/* The client's thread. */
void
stress_client_pending (StressClient *self,
                       int           n)
{
  g_atomic_int_add (&self->n_pending, n);
}

static GCancellable *
dup_shared_cancellable (GRand    *rand,
                        gboolean  steal)
{
  guint i = g_rand_int_range (rand, 0, N_SHARED);
  GCancellable *cancellable;

  g_mutex_lock (&shared_lock);
  if (shared[i] == NULL)
    shared[i] = g_cancellable_new ();
  cancellable = steal ? g_steal_pointer (&shared[i]) : g_object_ref (shared[i]);
  g_mutex_unlock (&shared_lock);

  return cancellable;
}

static GCancellable *
dup_cancellable (StressClient *self)
{
  GPtrArray *own = self->cancellables;

  switch (g_rand_int_range (self->rand, 0, 4))
    {
    case 0:
      return dup_shared_cancellable (self->rand, FALSE);

    case 1:
      if (own->len < MAX_CANCELLABLES)
        g_ptr_array_add (own, g_cancellable_new ());
      return g_object_ref (own->pdata[g_rand_int_range (self->rand, 0, own->len)]);

    default:
      return NULL;
    }
}

/* GLib 2.74 leaks a cancellable's source that goes in one thread while another
 * one cancels, and LeakSanitizer sees that. */
static GCancellable *
dup_cancellable_for_host (StressClient *self)
{
#ifdef __SANITIZE_ADDRESS__
  return NULL;
#else
  return dup_cancellable (self);
#endif
}

static StressLane *
pick_lane (StressClient *self)
{
  /* Where nothing is answered any more there is less to be seen. */
  for (guint i = self->lanes->len; i-- > 0;)
    if (((StressLane *) self->lanes->pdata[i])->closed && g_rand_int_range (self->rand, 0, 4) != 0)
      g_ptr_array_remove_index_fast (self->lanes, i);

  if (self->lanes->len < MAX_LANES)
    {
      g_autoptr (StressHost) host = stress_hosts_pick (self->rand);

      g_ptr_array_add (self->lanes, stress_lane_new (host, self->context));
    }

  return self->lanes->pdata[g_rand_int_range (self->rand, 0, self->lanes->len)];
}

static void
operate_call (StressClient *self)
{
  g_autoptr (GCancellable) cancellable = dup_cancellable (self);
  StressLane *lane = pick_lane (self);

  switch (g_rand_int_range (self->rand, 0, 4))
    {
    case 0:
      stress_call_reply (self, lane, cancellable);
      break;

    case 1:
      /* Two clients that wait for one another would never end. */
      if (lane->here || lane->place != STRESS_CLIENT_CONTEXT)
        stress_call_sync (self, lane, cancellable);
      break;

    default:
      stress_call_async (self, lane, cancellable);
      break;
    }
}

static void
operate_cancel (StressClient *self)
{
  g_autoptr (GCancellable) cancellable = NULL;

  if (self->cancellables->len > 0 && g_rand_boolean (self->rand))
    {
      guint i = g_rand_int_range (self->rand, 0, self->cancellables->len);

      /* It stays on the list, and is replaced: what has not completed by then
       * is known to be cancelled. */
      cancellable = g_object_ref (self->cancellables->pdata[i]);
      g_cancellable_cancel (cancellable);
      if (self->n_pending == 0 || self->cancellables->len == MAX_CANCELLABLES)
        g_ptr_array_remove_index_fast (self->cancellables, i);
    }
  else
    {
      cancellable = dup_shared_cancellable (self->rand, TRUE);
      g_cancellable_cancel (cancellable);
    }
}

typedef struct
{
  StressClient *client; /* (unowned) */
  StressHost   *host;   /* (owned) */
} HostOperation;

static HostOperation *
host_operation_new (StressClient *client,
                    StressHost   *host)
{
  HostOperation *operation = g_new0 (HostOperation, 1);

  operation->client = client;
  operation->host = g_atomic_rc_box_acquire (host);
  stress_client_pending (client, 1);

  return operation;
}

static void
host_operation_free (HostOperation *operation)
{
  stress_client_pending (operation->client, -1);
  stress_host_unref (operation->host);
  g_free (operation);
}

static void
stopped_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  HostOperation *operation = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_main_context_get_thread_default () == operation->client->context);
  if (!norpc_server_stop_finish (NORPC_SERVER (source_object), result, &error))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  host_operation_free (operation);
}

static void
stop_now (StressClient  *self,
          StressHost    *host,
          NorpcStopMode  mode,
          GCancellable  *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (norpc_server_stop (host->server, mode, cancellable, &error))
    return;

  if (g_cancellable_is_cancelled (cancellable) &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* Its own service may have calls to answer first. */
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_true (host->context == self->context);
}

static void
operate_stop (StressClient *self)
{
  g_autoptr (StressHost) host = stress_hosts_pick (self->rand);
  g_autoptr (GCancellable) cancellable = dup_cancellable_for_host (self);
  NorpcStopMode mode = g_rand_boolean (self->rand) ? NORPC_STOP_FINISH : NORPC_STOP_ABANDON;
  gboolean may_wait = host->place != STRESS_CLIENT_CONTEXT || host->context == self->context;

  if (may_wait && g_rand_boolean (self->rand))
    stop_now (self, host, mode, cancellable);
  else
    norpc_server_stop_async (host->server, mode, cancellable, stopped_cb,
                             host_operation_new (self, host));
}

static void
started_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  HostOperation *operation = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_main_context_get_thread_default () == operation->client->context);
  if (!norpc_server_start_finish (NORPC_SERVER (source_object), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  host_operation_free (operation);
}

/* Everybody sees the new server before it starts, and may stop it. */
static void
operate_replace (StressClient *self)
{
  g_autoptr (StressHost) host = stress_hosts_replace (self->rand, self->context);
  g_autoptr (GCancellable) cancellable = dup_cancellable_for_host (self);
  g_autoptr (GError) error = NULL;

  if (g_rand_boolean (self->rand))
    norpc_server_start_async (host->server, cancellable, started_cb,
                              host_operation_new (self, host));
  else if (!norpc_server_start (host->server, cancellable, &error) &&
           !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
operate_drop (StressClient *self)
{
  if (self->lanes->len > 0)
    g_ptr_array_remove_index_fast (self->lanes, g_rand_int_range (self->rand, 0, self->lanes->len));
}

/* The client's thread, within or without one of its callbacks. */
void
stress_client_operate (StressClient *self)
{
  int dice = g_rand_int_range (self->rand, 0, 1000);

  if (g_atomic_int_get (&self->n_operations) == 0 ||
      g_atomic_int_get (&self->n_pending) >= MAX_PENDING)
    return;
  g_atomic_int_add (&self->n_operations, -1);

  g_atomic_int_set (&self->operation, dice);
  if (dice < 920)
    operate_call (self);
  else if (dice < 960)
    operate_cancel (self);
  else if (dice < 970)
    operate_drop (self);
  else if (dice < 977)
    operate_stop (self);
  else if (dice < 999)
    operate_replace (self);
  else
    stress_hosts_change_thread ();
  g_atomic_int_set (&self->operation, -1);
}

static gboolean
operate_cb (gpointer user_data)
{
  StressClient *self = user_data;

  g_source_set_ready_time (g_main_current_source (), -1);
  for (int n = g_rand_int_range (self->rand, 1, 6); n > 0; n--)
    stress_client_operate (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
operate_dispatch (GSource     *source,
                  GSourceFunc  callback,
                  gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs operate_source_funcs = { NULL, NULL, operate_dispatch, NULL, NULL, NULL };

/* It is there before the first call, so it has its turn before the replies that
 * come meanwhile, in the same iteration. */
static GSource *
operate_source_new (StressClient *self)
{
  GSource *source = g_source_new (&operate_source_funcs, sizeof (GSource));

  g_source_set_callback (source, operate_cb, self, NULL);
  g_source_attach (source, self->context);

  return source;
}

static gpointer
client_thread (gpointer data)
{
  StressClient *self = data;
  g_autoptr (GSource) source = operate_source_new (self);

  self->self = g_thread_self ();
  g_main_context_push_thread_default (self->context);
  while (g_atomic_int_get (&self->n_operations) > 0 || g_atomic_int_get (&self->n_pending) > 0)
    {
      gboolean idle = g_atomic_int_get (&self->n_operations) > 0 &&
                      g_atomic_int_get (&self->n_pending) < MAX_PENDING;

      if (idle && g_rand_boolean (self->rand))
        g_source_set_ready_time (source, 0);
      else if (idle)
        stress_client_operate (self);
      g_main_context_iteration (self->context, !idle);
    }

  /* Others call the services that live here. */
  g_atomic_int_add (&n_busy, -1);
  while (g_atomic_int_get (&n_busy) > 0)
    {
      g_main_context_iteration (self->context, FALSE);
      g_usleep (100);
    }
  g_source_destroy (source);
  g_ptr_array_set_size (self->lanes, 0);
  g_ptr_array_set_size (self->cancellables, 0);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

/* The main thread, which begins all clients before it joins one. */
void
stress_client_begin (StressClient *self,
                     guint         number,
                     guint         n_operations,
                     guint32       seed)
{
  self->number = number;
  self->context = g_main_context_new ();
  self->rand = g_rand_new_with_seed (seed);
  self->n_operations = n_operations;
  self->n_pending = 0;
  self->operation = -1;
  self->lanes = g_ptr_array_new_with_free_func ((GDestroyNotify) stress_lane_unref);
  self->cancellables = g_ptr_array_new_with_free_func (g_object_unref);
  g_atomic_int_inc (&n_busy);
  self->thread = g_thread_new ("client", client_thread, self);
}

void
stress_client_join (StressClient *self)
{
  g_thread_join (self->thread);
}

/* The main thread, after all clients were joined. */
void
stress_client_clear (StressClient *self)
{
  for (guint i = 0; i < N_SHARED; i++)
    g_clear_object (&shared[i]);
  g_ptr_array_unref (self->lanes);
  g_ptr_array_unref (self->cancellables);
  g_rand_free (self->rand);
  g_main_context_unref (self->context);
}

/* Any thread. */
void
stress_client_print (StressClient *self)
{
  g_printerr ("stress: client %u: %d operations left, %d calls, starts and stops pending, "
              "inside operation %d\n",
              self->number, g_atomic_int_get (&self->n_operations),
              g_atomic_int_get (&self->n_pending), g_atomic_int_get (&self->operation));
}
