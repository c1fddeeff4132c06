/* stress-operations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The operations of a client. Only its seed and the number of the operation decide which
 * operation it does, and to what. */

#include "stress-sessions.h"
#include "stress-streams.h"

#define N_SHARED 4

/* Cancellables that all clients use and cancel. */
static GMutex shared_lock;
static GCancellable *shared[N_SHARED]; /* (owned) (nullable) [shared_lock] */

/* Returns an owned one, which nobody uses any more if it is stolen. */
static GCancellable *
dup_shared_cancellable (guint    i,
                        gboolean steal)
{
  GCancellable *cancellable;

  g_mutex_lock (&shared_lock);
  if (shared[i] == NULL)
    shared[i] = g_cancellable_new ();
  cancellable = steal ? g_steal_pointer (&shared[i]) : g_object_ref (shared[i]);
  g_mutex_unlock (&shared_lock);

  return cancellable;
}

/* Returns one that is owned, or NULL. */
GCancellable *
stress_dup_cancellable (StressClient *self,
                        gboolean     *own)
{
  guint i = g_rand_int_range (self->rand, 0, 4 * STRESS_N_CANCELLABLES);

  *own = i < STRESS_N_CANCELLABLES;
  if (*own && self->cancellables[i] == NULL)
    self->cancellables[i] = g_cancellable_new ();
  if (*own)
    return g_object_ref (self->cancellables[i]);

  return i < 2 * STRESS_N_CANCELLABLES ? dup_shared_cancellable (i % N_SHARED, FALSE) : NULL;
}

/* GLib 2.74 leaks a cancellable's source that goes in one thread while another
 * one cancels, and LeakSanitizer sees that. */
static GCancellable *
dup_cancellable_for_host (StressClient *self)
{
  gboolean own;
  g_autoptr (GCancellable) cancellable = stress_dup_cancellable (self, &own);

#ifdef __SANITIZE_ADDRESS__
  return NULL;
#else
  return g_steal_pointer (&cancellable);
#endif
}

/* Where nothing is answered any more there is less to be seen. */
static StressLane *
pick_lane (StressClient *self)
{
  guint i = g_rand_int_range (self->rand, 0, STRESS_N_LANES);
  gboolean renew = g_rand_int_range (self->rand, 0, 4) != 0;

  if (renew && self->lanes[i] != NULL && stress_group_is_ending (self->lanes[i]->route->group))
    g_clear_pointer (&self->lanes[i], stress_lane_unref);
  if (self->lanes[i] == NULL)
    self->lanes[i] = stress_lane_new (self);

  return self->lanes[i];
}

static void
operate_call (StressClient *self)
{
  stress_call (self, pick_lane (self));
}

/* Only a stream without a deadline shows a lost wake-up. */
static StressLane *
pick_lane_for_stream (StressClient *self)
{
  if (g_rand_boolean (self->rand))
    for (guint i = 0; i < STRESS_N_LANES; i++)
      if (self->lanes[i] != NULL && stress_flow_may_be_endless (self->lanes[i]->route))
        return self->lanes[i];

  return pick_lane (self);
}

static void
operate_stream (StressClient *self)
{
  StressLane *lane = pick_lane_for_stream (self);

  if (g_rand_boolean (self->rand))
    stress_pour (self, lane);
  else
    stress_fill (self, lane);
}

static void
operate_await_room (StressClient *self)
{
  stress_await_room (self, pick_lane (self));
}

static void
operate_blocking_call (StressClient *self)
{
  stress_call_blocking (self, pick_lane (self));
}

static void
operate_calls (StressClient *self)
{
  stress_call_often (self, pick_lane (self));
}

/* The context of the client is blocked for a while. */
static void
operate_stall (StressClient *self)
{
  g_usleep (g_rand_int_range (self->rand, 0, 3000));
}

static void
operate_change_members (StressClient *self)
{
  stress_route_change (pick_lane (self)->route, self->rand);
}

static void
operate_cancel (StressClient *self)
{
  guint i = g_rand_int_range (self->rand, 0, STRESS_N_CANCELLABLES);
  g_autoptr (GCancellable) cancellable = NULL;

  if (g_rand_boolean (self->rand))
    cancellable = g_steal_pointer (&self->cancellables[i]);
  else
    cancellable = dup_shared_cancellable (i % N_SHARED, TRUE);

  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

static void
operate_cancel_all (StressClient *self)
{
  StressLane *lane = self->lanes[g_rand_int_range (self->rand, 0, STRESS_N_LANES)];

  if (lane == NULL)
    return;
  lane->n_cancel_alls++;
  g_atomic_int_inc (&lane->route->n_cancel_alls[0]);
  norpc_proxy_cancel_all (NORPC_PROXY (lane->route->proxy));
  g_atomic_int_inc (&lane->route->n_cancel_alls[1]);
}

static void
operate_drop (StressClient *self)
{
  guint i = g_rand_int_range (self->rand, 0, STRESS_N_LANES);

  g_clear_pointer (&self->lanes[i], stress_lane_unref);
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
  if (norpc_server_stop_finish (NORPC_SERVER (source_object), result, &error))
    g_atomic_int_set (&operation->host->fate->stopped, TRUE);
  else
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
    {
      g_atomic_int_set (&host->fate->stopped, TRUE);
      return;
    }

  if (g_cancellable_is_cancelled (cancellable) &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* Its own service may have calls to answer first, and that of a stream may wait for it. */
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_true (host->fate->context == self->context || self->n_open > 0);
}

static void
operate_stop (StressClient *self)
{
  guint i = g_rand_int_range (self->rand, 0, STRESS_N_HOSTS);
  g_autoptr (StressHost) host = stress_hosts_pick (i);
  g_autoptr (GCancellable) cancellable = dup_cancellable_for_host (self);
  NorpcStopMode mode = g_rand_boolean (self->rand) ? NORPC_STOP_FINISH : NORPC_STOP_ABANDON;
  gboolean wait = g_rand_boolean (self->rand);

  /* Two clients that wait for each other would never end. */
  if (host->fate->place == STRESS_CLIENT_CONTEXT && host->fate->context != self->context)
    wait = FALSE;
  if (self->n_endless > 0)
    wait = FALSE;

  g_atomic_int_set (&host->fate->ending, TRUE);
  if (wait)
    stop_now (self, host, mode, cancellable);
  else
    norpc_server_stop_async (host->server, mode, cancellable, stopped_cb,
                             host_operation_new (self, host));
}

static void
note_start (StressHost   *host,
            const GError *error)
{
  if (error == NULL)
    g_atomic_int_set (&host->fate->started, TRUE);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
started_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  HostOperation *operation = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_main_context_get_thread_default () == operation->client->context);
  norpc_server_start_finish (NORPC_SERVER (source_object), result, &error);
  note_start (operation->host, error);
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
    {
      norpc_server_start_async (host->server, cancellable, started_cb,
                                host_operation_new (self, host));
      return;
    }

  norpc_server_start (host->server, cancellable, &error);
  note_start (host, error);
}

static void
operate_change_thread (StressClient *self)
{
  stress_hosts_change_thread ();
}

/* One row for each kind; the weights add up to any number. */
static const struct
{
  const char *name;
  guint       weight;
  void      (*operate) (StressClient *self);
} kinds[] = {
  { "a call", 880, operate_call },
  { "waiting for room", 30, operate_await_room },
  { "a call, and blocking", 2, operate_blocking_call },
  { "many calls", 1, operate_calls },
  { "standing still", 2, operate_stall },
  { "changing members", 20, operate_change_members },
  { "cancelling", 40, operate_cancel },
  { "cancelling all", 8, operate_cancel_all },
  { "dropping a proxy", 40, operate_drop },
  { "stopping a server", 4, operate_stop },
  { "starting a server", 14, operate_replace },
  { "stopping a keeper", 2, stress_stop_keeper },
  { "a gauge", 2, stress_use_gauge },
  { "a shelf", 8, stress_use_shelf },
  { "a session", 60, stress_use_session },
  { "a stream", 60, operate_stream },
  { "ending a thread", 1, operate_change_thread },
};

/* Does the next operation. */
void
stress_operate (StressClient *self)
{
  guint sum = 0, dice;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    sum += kinds[i].weight;

  /* Also if it is done within another. */
  g_rand_set_seed (self->rand, (self->seed * 2654435761u) ^
                               ((guint32) g_atomic_int_get (&self->operation) * 2246822519u));
  dice = g_rand_int_range (self->rand, 0, sum);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (dice < kinds[i].weight)
        {
          g_atomic_pointer_set (&self->doing, kinds[i].name);
          kinds[i].operate (self);
          break;
        }
      dice -= kinds[i].weight;
    }
  g_atomic_pointer_set (&self->doing, NULL);
}

/* The main thread, when all clients have ended. */
void
stress_operations_end (void)
{
  for (guint i = 0; i < N_SHARED; i++)
    g_clear_object (&shared[i]);
}
