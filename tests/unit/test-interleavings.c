/* test-interleavings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Forced interleavings of threads. The linker puts the functions named __wrap_…
 * in the place of the library's, for calls from one of its files to another.
 */

#include "call/norpc-deadlock-private.h"
#include "fixture.h"
#include "server/norpc-server-private.h"

guint      __real_norpc_channel_get_n_open  (NorpcChannel    *channel);
guint      __wrap_norpc_channel_get_n_open  (NorpcChannel    *channel);
gboolean   __real_norpc_deadlock_begin_wait (NorpcThreadWait *wait);
gboolean   __wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait);
void       __real_g_main_context_wakeup     (GMainContext    *context);
void       __wrap_g_main_context_wakeup     (GMainContext    *context);
guint      __real_norpc_channel_take        (NorpcChannel *channel, NorpcCall **calls, guint max);
guint      __wrap_norpc_channel_take        (NorpcChannel *channel, NorpcCall **calls, guint max);
void       __real_norpc_channel_note_length (NorpcChannel *channel);
void       __wrap_norpc_channel_note_length (NorpcChannel *channel);
gpointer   __real_g_async_queue_pop_unlocked (GAsyncQueue    *queue);
gpointer   __wrap_g_async_queue_pop_unlocked (GAsyncQueue    *queue);
gpointer   __real_g_async_queue_try_pop_unlocked (GAsyncQueue *queue);
gpointer   __wrap_g_async_queue_try_pop_unlocked (GAsyncQueue *queue);
gboolean   __real_g_async_queue_remove_unlocked (GAsyncQueue *queue, gpointer item);
gboolean   __wrap_g_async_queue_remove_unlocked (GAsyncQueue *queue, gpointer item);

/* Answered between two looks at how many calls are open. */
static NorpcChannel *open_until_seen = NULL;

guint
__wrap_norpc_channel_get_n_open (NorpcChannel *channel)
{
  if (g_atomic_pointer_compare_and_exchange (&open_until_seen, channel, NULL))
    return 1;

  return __real_norpc_channel_get_n_open (channel);
}

/* Whoever answers between the two looks does not see that it is waited for. */
static void
test_room (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);

  norpc_server_set_max_open_calls (server, 1);
  g_atomic_pointer_set (&open_until_seen, norpc_server_get_channel (server));

  g_assert_false (norpc_pending_calls_pause_at_limit (&server->worker->pending));
  g_assert_null (g_atomic_pointer_get (&open_until_seen));
  g_assert_false (g_atomic_int_get (&norpc_server_get_channel (server)->paused));

  g_clear_object (&service);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* Calls, with priority, as soon as others were taken off the channel of the service
 * (unowned) (nullable), atomic.
 */
static ProbeProbeProxy *passing = NULL;

guint
__wrap_norpc_channel_take (NorpcChannel  *channel,
                           NorpcCall    **calls,
                           guint          max)
{
  guint n = __real_norpc_channel_take (channel, calls, max);
  ProbeProbeProxy *proxy = g_atomic_pointer_get (&passing);

  if (n > 0 && proxy != NULL &&
      NORPC_ENDPOINT (channel) == norpc_proxy_get_endpoint (NORPC_PROXY (proxy)) &&
      g_atomic_pointer_compare_and_exchange (&passing, proxy, NULL))
    for (guint i = 0; i < 3; i++)
      probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);

  return n;
}

/* Urgent calls that arrive when another was taken off the channel are not given to a
 * service that has as many as it may.
 */
static void
test_room_for_urgent (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));

  norpc_server_set_max_open_calls (fixture->server, 1);
  norpc_proxy_set_priority (NORPC_PROXY (urgent), NORPC_PRIORITY_URGENT);
  g_atomic_pointer_set (&passing, urgent);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);

  for (guint i = 1; i <= 4; i++)
    {
      g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

      while (norpc_channel_get_n_open (norpc_server_get_channel (fixture->server)) == 0)
        g_thread_yield ();
      g_assert_cmpuint (norpc_channel_get_n_open (norpc_server_get_channel (fixture->server)), ==, 1);
      g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, i);
      norpc_call_return_values (call, 0, NULL);
    }
  g_assert_null (g_atomic_pointer_get (&passing));
}

/* Answers what it holds (unowned) (nullable), atomic. */
static ProbeState *answering = NULL;

/* The functions of the owner of calls, before the test replaced them. */
static const NorpcCallOwnerFuncs *owner_funcs = NULL;

/* The service's context, which is going to keep a call. */
static NorpcCallOwner *
answer_and_ref (NorpcCallOwner *owner)
{
  ProbeState *state = g_atomic_pointer_get (&answering);
  NorpcCall *call = state != NULL ? g_async_queue_try_pop (state->held) : NULL;

  if (call != NULL)
    {
      norpc_call_return_values (call, 0, NULL);
      norpc_call_unref (call);
    }

  return owner_funcs->ref (owner);
}

/* A call is answered when its handler has returned, and before whoever answers
 * could know that it counts as open.
 */
static void
test_answered_while_kept (Fixture       *fixture,
                          gconstpointer  unused)
{
  NorpcCallOwner *owner = &fixture->server->worker->owner;
  NorpcCallOwnerFuncs funcs = *owner->funcs;
  Outcome outcome = { 0 };

  owner_funcs = owner->funcs;
  funcs.ref = answer_and_ref;
  owner->funcs = &funcs;
  g_atomic_pointer_set (&answering, fixture->state);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  outcome_wait (&outcome);
  g_atomic_pointer_set (&answering, NULL);
  g_assert_no_error (outcome.error);

  /* The service is done with the one before, then. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (norpc_channel_get_n_open (norpc_server_get_channel (fixture->server)), ==, 0);
  g_assert_cmpint (g_async_queue_length (fixture->state->held), ==, 0);
  owner->funcs = owner_funcs;
}

/* Two services that wait for each other. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  GThread *late; /* (unowned) [lock]: begins to wait when the other does */
  gboolean other_waits; /* [lock] */

  Fixture fixtures[2];
  GError *errors[2]; /* (owned) (nullable): what each got from the other */
} Circle;

static Circle *circle = NULL; /* (unowned) (nullable), atomic */

gboolean
__wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait)
{
  Circle *self = g_atomic_pointer_get (&circle);
  gboolean begun;

  if (self == NULL)
    return __real_norpc_deadlock_begin_wait (wait);

  g_mutex_lock (&self->lock);
  while (self->late == g_thread_self () && !self->other_waits)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);

  begun = __real_norpc_deadlock_begin_wait (wait);

  g_mutex_lock (&self->lock);
  self->other_waits = self->other_waits || self->late != g_thread_self ();
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  return begun;
}

static void
call_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Circle *self = data;

  g_mutex_lock (&self->lock);
  self->late = g_thread_self ();
  g_mutex_unlock (&self->lock);

  probe_probe_proxy_call_run_sync (self->fixtures[1].proxy, NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
call_first (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_noop_sync (self->fixtures[0].proxy, NULL, &self->errors[1]);
  norpc_call_return_values (call, 0, NULL);
}

/* The first that calls is the last that waits: it is still the call of the other
 * that closes the circle, and is refused.
 */
static void
test_circle_seen_late (void)
{
  Circle self = { 0 };

  g_mutex_init (&self.lock);
  g_cond_init (&self.changed);
  for (guint i = 0; i < 2; i++)
    {
      fixture_set_up (&self.fixtures[i], NULL);
      self.fixtures[i].state->run = i == 0 ? call_second : call_first;
      self.fixtures[i].state->run_data = &self;
    }

  g_atomic_pointer_set (&circle, &self);
  {
    Outcome outcome = { 0 };

    probe_probe_proxy_call_run (self.fixtures[0].proxy, NULL, run_cb, &outcome);
    outcome_wait (&outcome);
    g_assert_no_error (outcome.error);
  }
  g_atomic_pointer_set (&circle, NULL);

  g_assert_no_error (self.errors[0]);
  g_assert_error (self.errors[1], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);

  g_clear_error (&self.errors[1]);
  for (guint i = 0; i < 2; i++)
    fixture_tear_down (&self.fixtures[i], NULL);
  g_cond_clear (&self.changed);
  g_mutex_clear (&self.lock);
}

/* An item for each time that the main context was going to sleep for long. */
static GAsyncQueue *sleeps = NULL;

static int
telling_poll (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  if (timeout > 1000)
    g_async_queue_push (sleeps, GINT_TO_POINTER (TRUE));

  return g_poll (fds, n_fds, timeout);
}

typedef struct
{
  Fixture *fixture;
  Outcome  outcome;
} LateCall;

/* Calls when the main context, which is this thread's, too, is asleep. */
static gpointer
call_from_outside (gpointer data)
{
  LateCall *call = data;

  g_async_queue_pop (sleeps);
  probe_probe_proxy_call_hold_briefly (call->fixture->proxy, NULL, hold_briefly_cb, &call->outcome);

  return NULL;
}

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("The context slept over the deadline");

  return G_SOURCE_REMOVE;
}

/* A context that sleeps wakes for a deadline that another thread has set. */
static void
test_deadline_from_outside (Fixture       *fixture,
                            gconstpointer  unused)
{
  LateCall call = { .fixture = fixture };
  GThread *thread;
  Outcome first = { 0 };
  guint guard;

  /* So that the context has what takes the replies. */
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &first);
  outcome_wait (&first);

  sleeps = g_async_queue_new ();
  guard = g_timeout_add_seconds (10, too_late_cb, NULL);
  g_main_context_set_poll_func (NULL, telling_poll);
  thread = g_thread_new ("outside", call_from_outside, &call);

  while (call.outcome.n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (call.outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  g_thread_join (thread);
  g_main_context_set_poll_func (NULL, NULL);
  g_source_remove (guard);
  g_clear_pointer (&sleeps, g_async_queue_unref);
  /* The service may have come too late to hold the call. */
  outcome_clear (&call.outcome);
}

static void
finalized_cb (gpointer  data,
              GObject  *object)
{
  GThread **thread = data;

  g_atomic_pointer_set (thread, g_thread_self ());
}

static void
watch_cancellable (ProbeService *service,
                   NorpcCall    *call,
                   gpointer      data)
{
  g_object_weak_ref (G_OBJECT (norpc_call_get_cancellable (call)), finalized_cb, data);
  norpc_call_return_values (call, 0, NULL);
}

/* Handlers that the service has connected to its cancellable are released in the service's
 * context, even if the client has not got the answer yet.
 */
static void
test_cancellable_let_go (Fixture       *fixture,
                         gconstpointer  unused)
{
  GThread *thread = NULL; /* atomic */
  Outcome outcome = { 0 };

  fixture->state->run = watch_cancellable;
  fixture->state->run_data = &thread;
  probe_probe_proxy_call_run (fixture->proxy, NULL, run_cb, &outcome);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  g_assert_cmpuint (outcome.n, ==, 0);
  g_assert_true (g_atomic_pointer_get (&thread) ==
                 probe_state_get_thread (fixture->state, &fixture->state->thread));
  outcome_wait (&outcome);
}

/* The context that is woken slowly, as if the thread that does so were interrupted. */
static GMainContext *woken_slowly = NULL; /* atomic */

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  if (g_atomic_pointer_compare_and_exchange (&woken_slowly, context, NULL))
    {
      __real_g_main_context_wakeup (context);
      /* Gives the thread that it has woken up the time to release the context, if it can. */
      g_usleep (200 * 1000);
    }

  __real_g_main_context_wakeup (context);
}

static gpointer
answer_from_outside (gpointer call)
{
  g_async_queue_pop (sleeps);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);

  return NULL;
}

/* A context goes with its last call, while the thread that brings that still wakes it. */
static void
test_context_that_goes (Fixture       *fixture,
                        gconstpointer  unused)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr (GSource) guard = g_timeout_source_new_seconds (10);
  Outcome outcome = { 0 };
  GThread *thread;

  sleeps = g_async_queue_new ();
  g_source_set_callback (guard, too_late_cb, NULL, NULL);
  g_source_attach (guard, context);
  g_main_context_push_thread_default (context);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  thread = g_thread_new ("outside", answer_from_outside, probe_state_take_held (fixture->state));
  g_atomic_pointer_set (&woken_slowly, context);
  g_main_context_set_poll_func (context, telling_poll);
  while (outcome.n == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_true (outcome.ok);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);

  g_thread_join (thread);
  g_assert_null (g_atomic_pointer_get (&woken_slowly));
  g_clear_pointer (&sleeps, g_async_queue_unref);
}

/* In whose channel a place is being freed (unowned) (nullable), atomic. */
static Fixture *freeing = NULL;

static gboolean freed_in_peace = FALSE; /* the host has not passed over the call meanwhile */

void
__wrap_norpc_channel_note_length (NorpcChannel *channel)
{
  Fixture *fixture = g_atomic_pointer_get (&freeing);

  if (fixture != NULL && channel == norpc_server_get_channel (fixture->server) &&
      g_atomic_pointer_compare_and_exchange (&freeing, fixture, NULL))
    {
      NorpcLane *lane = &channel->lanes[NORPC_LANE_NORMAL];
      guint n_served = (guint) g_atomic_int_get (&lane->served);

      probe_state_open_gate (fixture->state);
      /* A host that does not wait has time to go on. */
      g_usleep (50 * 1000);
      freed_in_peace = (guint) g_atomic_int_get (&lane->served) == n_served;
    }

  __real_norpc_channel_note_length (channel);
}

/* As long as a place is being freed, the host does not release the call that had it: the
 * channel might go with that.
 */
static void
test_freed_while_served (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome blocked = { 0 }, cancelled = { 0 }, last = { 0 };

  norpc_server_set_collect_stats (fixture->server, TRUE);
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &cancelled);
  g_atomic_pointer_set (&freeing, fixture);
  g_cancellable_cancel (cancellable);
  g_assert_null (g_atomic_pointer_get (&freeing));
  g_assert_true (freed_in_peace);

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &last);
  while (last.n == 0 || cancelled.n == 0 || blocked.n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (last.ok);
  outcome_clear (&cancelled);
}

/* How often something was looked for in a queue, in any thread; atomic. */
static int n_searched = 0;

gpointer
__wrap_g_async_queue_pop_unlocked (GAsyncQueue *queue)
{
  g_atomic_int_inc (&n_searched);

  return __real_g_async_queue_pop_unlocked (queue);
}

gpointer
__wrap_g_async_queue_try_pop_unlocked (GAsyncQueue *queue)
{
  g_atomic_int_inc (&n_searched);

  return __real_g_async_queue_try_pop_unlocked (queue);
}

gboolean
__wrap_g_async_queue_remove_unlocked (GAsyncQueue *queue,
                                      gpointer     item)
{
  g_atomic_int_inc (&n_searched);

  return __real_g_async_queue_remove_unlocked (queue, item);
}

/* To refuse a call, and to cancel one and send another, takes no search of the queue. */
static void
test_no_search (Fixture       *fixture,
                gconstpointer  capacity)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (ProbeProbeProxy) other = probe_probe_proxy_new (channel);
  Outcome blocked = { 0 }, last = { 0 };
  int n_before;

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  for (guint i = 0; i < GPOINTER_TO_UINT (capacity); i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, NULL, NULL);

  n_before = g_atomic_int_get (&n_searched);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
    }
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (norpc_endpoint_is_ready (channel));
      probe_probe_proxy_call_noop (other, NULL, NULL, NULL);
      norpc_proxy_cancel_all (NORPC_PROXY (other));
    }
  g_assert_cmpint (g_atomic_int_get (&n_searched), ==, n_before);

  probe_state_open_gate (fixture->state);
  probe_probe_proxy_call_noop (other, NULL, noop_cb, &last);
  outcome_wait (&last);
  g_assert_true (last.ok);
  g_assert_cmpuint (norpc_channel_get_length (NORPC_CHANNEL (channel)), ==, 0);
  outcome_clear (&blocked);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/interleavings/room", test_room);
  TEST ("/interleavings/room-for-urgent", test_room_for_urgent);
  TEST ("/interleavings/answered-while-kept", test_answered_while_kept);
  g_test_add_func ("/interleavings/circle-seen-late", test_circle_seen_late);
  TEST ("/interleavings/deadline-from-outside", test_deadline_from_outside);
  TEST ("/interleavings/cancellable-let-go", test_cancellable_let_go);
  TEST ("/interleavings/context-that-goes", test_context_that_goes);
  TEST ("/interleavings/freed-while-served", test_freed_while_served);
  TEST_CAPACITY ("/interleavings/no-search", 1000, test_no_search);

  return g_test_run ();
}
