/* test-burst.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wake-ups that are put off while a thread serves several calls or delivers several replies. */

#include "core/norpc-burst-private.h"
#include "fixture.h"
#include "server/norpc-server-private.h"

#define N_CALLS 8 /* enough for a nap afterwards */
#define CAPACITY (N_CALLS + 1)

/* How a context polls while it naps. */
typedef struct
{
  GAsyncQueue *naps;     /* (owned): gets an element when a nap begins */
  GAsyncQueue *go;       /* (owned): takes an element before a nap goes on */
  int          for_ever; /* atomic: a nap has no end of its own */
  int          last;     /* atomic: the timeout of the last poll */
} Naps;

/* The naps of the service and of the client, each accessed in the poll function of its context. */
static Naps service_naps, client_naps;

static void
naps_init (Naps *self)
{
  self->naps = g_async_queue_new ();
  self->go = g_async_queue_new ();
  self->for_ever = FALSE;
  self->last = 0;
}

static void
naps_clear (Naps *self)
{
  g_async_queue_unref (self->naps);
  g_async_queue_unref (self->go);
}

static int
poll_with (Naps    *self,
           GPollFD *fds,
           guint    n_fds,
           int      timeout)
{
  g_atomic_int_set (&self->last, timeout);
  if (timeout == NORPC_NAP_TIME)
    {
      g_async_queue_push (self->naps, self);
      g_async_queue_pop (self->go);
      if (g_atomic_int_get (&self->for_ever))
        timeout = -1;
    }

  return g_poll (fds, n_fds, timeout);
}

static int
service_poll (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  return poll_with (&service_naps, fds, n_fds, timeout);
}

static int
client_poll (GPollFD *fds,
             guint    n_fds,
             int      timeout)
{
  return poll_with (&client_naps, fds, n_fds, timeout);
}

typedef struct
{
  Fixture  fixture;
  void   (*act) (gpointer self); /* (nullable): in the last callback of the burst */
  guint    n_replies;
  guint    n_before; /* calls that the service had handled by then */
  Outcome  outcome;  /* of the call that it makes */
  guint    n_ready;
} Burst;

static GMainContext *
get_service_context (Burst *self)
{
  return norpc_thread_get_main_context (self->fixture.server->worker->thread);
}

static gboolean
watch_service_cb (gpointer context)
{
  g_main_context_set_poll_func (context, service_poll);

  return G_SOURCE_REMOVE;
}

static gboolean
unwatch_service_cb (gpointer context)
{
  g_main_context_set_poll_func (context, NULL);

  return G_SOURCE_REMOVE;
}

/* Sets the poll function of the service's context, before or after everything else. */
static void
run_in_service (Burst       *self,
                GSourceFunc  func)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, func, get_service_context (self), NULL);
  g_source_attach (source, get_service_context (self));
}

static void
set_up (Burst         *self,
        gconstpointer  unused)
{
  naps_init (&service_naps);
  naps_init (&client_naps);
  norpc_set_spin_time (0);
  fixture_set_up (&self->fixture, GUINT_TO_POINTER (CAPACITY | FIXTURE_WAITS));
  run_in_service (self, watch_service_cb);
  while (g_atomic_int_get (&service_naps.last) == 0)
    g_thread_yield ();
}

/* Sends N_CALLS calls that wait behind one that blocks, and lets the service have all at once. */
static void
send_burst (Burst               *self,
            GAsyncReadyCallback  callback)
{
  ProbeProbeProxy *proxy = self->fixture.proxy;

  probe_probe_proxy_call_block (proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (self->fixture.state);
  for (guint i = 0; i < N_CALLS; i++)
    probe_probe_proxy_call_noop (proxy, NULL, callback, self);
  probe_state_open_gate (self->fixture.state);
}

static void
tear_down (Burst         *self,
           gconstpointer  unused)
{
  g_main_context_set_poll_func (NULL, NULL);
  run_in_service (self, unwatch_service_cb);
  /* The nap that may be going on, and those that follow. */
  for (guint i = 0; i < N_CALLS; i++)
    g_async_queue_push (service_naps.go, self);
  g_main_context_wakeup (get_service_context (self));
  outcome_clear (&self->outcome);
  fixture_tear_down (&self->fixture, NULL);
  naps_clear (&service_naps);
  naps_clear (&client_naps);
}

static void
wait_handled (Burst *self,
              guint  n)
{
  while (probe_state_get_n_handled (self->fixture.state) < n)
    g_thread_yield ();
}

static void
burst_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Burst *self = user_data;

  g_assert_true (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, NULL));
  if (++self->n_replies == N_CALLS && self->act != NULL)
    self->act (self);
}

/* Sends a call to the service, which naps, in the middle of the client's burst. */
static void
send_to_napping_service (Burst *self)
{
  g_async_queue_pop (service_naps.naps);
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &self->outcome);
  /* It is still asleep. */
  g_async_queue_lock (self->fixture.server->worker->channel->queue);
  g_assert_true (self->fixture.server->worker->channel->asleep);
  g_async_queue_unlock (self->fixture.server->worker->channel->queue);
}

static void
run_burst (Burst *self,
           void (*act) (Burst *self))
{
  self->act = (void (*) (gpointer)) act;
  send_burst (self, burst_cb);
  while (self->n_replies < N_CALLS)
    g_main_context_iteration (NULL, TRUE);
}

static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      n_ready)
{
  g_assert_true (norpc_endpoint_ready_finish (NORPC_ENDPOINT (object), result, NULL));
  (*(guint *) n_ready)++;
}

static guint
get_n_handled (Burst *self)
{
  return probe_state_get_n_handled (self->fixture.state);
}

static void
send_and_block (Burst *self)
{
  self->n_before = get_n_handled (self);
  send_to_napping_service (self);
  g_async_queue_push (service_naps.go, self);
  wait_handled (self, self->n_before + 1);
}

/* The callback does not return until the service has handled the call: the nap ends by itself. */
static void
test_callback_blocks (Burst         *self,
                      gconstpointer  unused)
{
  run_burst (self, send_and_block);
  outcome_wait (&self->outcome);
  g_assert_no_error (self->outcome.error);
}

static void
send_and_return (Burst *self)
{
  self->n_before = get_n_handled (self);
  g_atomic_int_set (&service_naps.for_ever, TRUE);
  send_to_napping_service (self);
  g_async_queue_push (service_naps.go, self);
}

/* The end of the burst wakes up the service, although nothing runs the client's context then. */
static void
test_burst_ends (Burst         *self,
                 gconstpointer  unused)
{
  run_burst (self, send_and_return);
  wait_handled (self, self->n_before + 1);
  outcome_wait (&self->outcome);
  g_assert_no_error (self->outcome.error);
}

/* Fills the channel of the service, which naps. */
static void
fill_and_wait (Burst *self)
{
  NorpcChannel *channel = self->fixture.server->worker->channel;

  send_and_return (self);
  for (guint i = 1; i < CAPACITY; i++)
    probe_probe_proxy_call_noop (self->fixture.proxy, NULL, NULL, NULL);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, CAPACITY);
  norpc_endpoint_ready_async (NORPC_ENDPOINT (channel), NULL, ready_cb, &self->n_ready);
  g_assert_cmpint (g_atomic_int_get (&channel->n_probes), ==, 1);
}

/* A channel that is full is not ready, although its service sleeps. */
static void
test_full_channel (Burst         *self,
                   gconstpointer  unused)
{
  run_burst (self, fill_and_wait);
  while (self->n_ready == 0)
    g_main_context_iteration (NULL, TRUE);
  outcome_wait (&self->outcome);
}

static void
send_and_call_sync (Burst *self)
{
  send_and_return (self);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->fixture.proxy, NULL, NULL));
}

static void
test_sync_call (Burst         *self,
                gconstpointer  unused)
{
  run_burst (self, send_and_call_sync);
  outcome_wait (&self->outcome);
}

static void
send_and_run_context (Burst *self)
{
  send_and_return (self);
  outcome_wait (&self->outcome);
}

static void
test_context_runs (Burst         *self,
                   gconstpointer  unused)
{
  run_burst (self, send_and_run_context);
  g_assert_no_error (self->outcome.error);
}

/* A thread that is not in a burst wakes up the service at once. */
static void
test_no_burst (Burst         *self,
               gconstpointer  unused)
{
  run_burst (self, NULL);
  g_atomic_int_set (&service_naps.for_ever, TRUE);
  g_async_queue_pop (service_naps.naps);
  self->n_before = get_n_handled (self);
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &self->outcome);
  g_async_queue_push (service_naps.go, self);
  wait_handled (self, self->n_before + 1);
  outcome_wait (&self->outcome);
}

/* Nobody sends anything: it sleeps after one nap. */
static void
test_one_nap (Burst         *self,
              gconstpointer  unused)
{
  run_burst (self, NULL);
  g_async_queue_pop (service_naps.naps);
  g_async_queue_push (service_naps.go, self);
  while (g_atomic_int_get (&service_naps.last) != -1)
    g_thread_yield ();
}

/* Delivers a burst to the client, whose context then naps. */
static void
bring_client_to_nap (Burst *self)
{
  send_burst (self, burst_cb);
  g_async_queue_pop (service_naps.naps);
  g_async_queue_push (service_naps.go, self);
  /* All replies are there. Another iteration would be a nap. */
  while (self->n_replies < N_CALLS)
    g_main_context_iteration (NULL, FALSE);
  g_main_context_set_poll_func (NULL, client_poll);
}

/* Lets the service have several calls while the client naps. */
static gpointer
open_gate_in_nap (gpointer data)
{
  Burst *self = data;

  g_async_queue_pop (client_naps.naps);
  probe_state_open_gate (self->fixture.state);
  g_async_queue_push (client_naps.go, self);

  return NULL;
}

static void
close_gate (Burst *self)
{
  g_mutex_lock (&self->fixture.state->lock);
  self->fixture.state->open = FALSE;
  g_mutex_unlock (&self->fixture.state->lock);
}

static void
test_client_is_woken (Burst         *self,
                      gconstpointer  unused)
{
  GThread *thread;

  bring_client_to_nap (self);
  g_atomic_int_set (&client_naps.for_ever, TRUE);
  close_gate (self);
  probe_probe_proxy_call_block (self->fixture.proxy, NULL, NULL, NULL);
  probe_probe_proxy_call_noop (self->fixture.proxy, NULL, noop_cb, &self->outcome);
  probe_state_wait_blocked (self->fixture.state);
  thread = g_thread_new ("gate", open_gate_in_nap, self);
  outcome_wait (&self->outcome);
  g_assert_no_error (self->outcome.error);
  g_thread_join (thread);
}

typedef struct
{
  guint n_runs;  /* accessed in the service's context */
  int   n_back;  /* atomic */
} Meeting;

/* The service's context. The second call waits until the client has the reply to the first. */
static void
run_meeting (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Meeting *meeting = data;

  if (++meeting->n_runs == 2)
    while (g_atomic_int_get (&meeting->n_back) == 0)
      g_thread_yield ();
  probe_probe_complete_run (PROBE_PROBE (service), call);
}

static void
meeting_run_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  Meeting *meeting = user_data;

  g_assert_true (probe_probe_proxy_call_run_finish (PROBE_PROBE_PROXY (object), result, NULL));
  g_atomic_int_inc (&meeting->n_back);
}

static void
test_handler_blocks (Burst         *self,
                     gconstpointer  unused)
{
  Meeting meeting = { 0 };
  GThread *thread;

  bring_client_to_nap (self);
  close_gate (self);
  self->fixture.state->run = run_meeting;
  self->fixture.state->run_data = &meeting;
  probe_probe_proxy_call_block (self->fixture.proxy, NULL, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    probe_probe_proxy_call_run (self->fixture.proxy, NULL, meeting_run_cb, &meeting);
  probe_state_wait_blocked (self->fixture.state);
  thread = g_thread_new ("gate", open_gate_in_nap, self);
  while (g_atomic_int_get (&meeting.n_back) < 2)
    {
      g_main_context_iteration (NULL, TRUE);
      g_async_queue_push (client_naps.go, self);
    }
  g_thread_join (thread);
}

#define TEST_BURST(path, func) g_test_add (path, Burst, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST_BURST ("/burst/callback-blocks", test_callback_blocks);
  TEST_BURST ("/burst/ends", test_burst_ends);
  TEST_BURST ("/burst/full-channel", test_full_channel);
  TEST_BURST ("/burst/sync-call", test_sync_call);
  TEST_BURST ("/burst/context-runs", test_context_runs);
  TEST_BURST ("/burst/no-burst", test_no_burst);
  TEST_BURST ("/burst/one-nap", test_one_nap);
  TEST_BURST ("/burst/client-is-woken", test_client_is_woken);
  TEST_BURST ("/burst/handler-blocks", test_handler_blocks);

  return g_test_run ();
}
