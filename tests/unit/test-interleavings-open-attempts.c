/* test-interleavings-open-attempts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that layers of the server have released when the worker counts the attempts at them as
 * open. The linker puts the functions named __wrap_… in the place of the library's, for calls from
 * one of its files to another.
 */

#include "channel/norpc-channel-private.h"
#include "layer-fixture.h"

gboolean __real_norpc_call_may_be_answered_later (NorpcCall *call);
gboolean __wrap_norpc_call_may_be_answered_later (NorpcCall *call);
void     __real_norpc_call_transfer_open         (NorpcCall *outer, NorpcCall *inner);
void     __wrap_norpc_call_transfer_open         (NorpcCall *outer, NorpcCall *inner);

/* When the service answers an attempt that the worker is about to count. */
typedef enum
{
  ANSWERS_LATER,
  ANSWERS_BEFORE_COUNTING, /* before the calls that it is an attempt at are counted */
  ANSWERS_AFTER_COUNTING   /* after that, and before their count passes to it */
} AnswerTime;

typedef struct
{
  ProbeState      *state;
  NorpcServer     *server;
  NorpcChannel    *channel;
  ProbeProbeProxy *proxy;
  GCancellable    *cancellable; /* of the client's call */
  AnswerTime       answers;
  NorpcCall       *attempt;     /* (owned) (nullable): that was about to be counted */
} Released;

/* The test whose call is to be released before the worker counts the next attempt, and the one whose
 * attempt is to be answered after that (unowned) (nullable), atomic.
 */
static Released *releasing = NULL, *answering = NULL;

/* Runs in the service's context, for another thread. The answer is too late for the client. */
static void
answer_attempt (Released *self)
{
  norpc_call_return_values (self->attempt, 0, NULL);
  g_clear_pointer (&self->attempt, norpc_call_unref);
}

/* Runs in the service's context. The worker is about to count the attempt, and has not checked yet
 * whether the client's call has completed.
 */
gboolean
__wrap_norpc_call_may_be_answered_later (NorpcCall *call)
{
  gboolean later = __real_norpc_call_may_be_answered_later (call);
  Released *self = call->outer != NULL ? g_atomic_pointer_exchange (&releasing, NULL) : NULL;

  if (self == NULL)
    return later;

  g_assert_true (later);
  self->attempt = g_async_queue_pop (self->state->held);
  g_assert_true (self->attempt == call);
  g_cancellable_cancel (self->cancellable);
  /* The thread that has passed the attempt on may have the last reference. */
  for (NorpcCall *outer = call->outer; outer != NULL; outer = outer->outer)
    while (!norpc_ref_count_is (&outer->call_refs, 0))
      g_thread_yield ();

  if (self->answers == ANSWERS_BEFORE_COUNTING)
    answer_attempt (self);
  else if (self->answers == ANSWERS_AFTER_COUNTING)
    g_atomic_pointer_set (&answering, self);

  return later;
}

/* Runs in the service's context. */
void
__wrap_norpc_call_transfer_open (NorpcCall *outer,
                                 NorpcCall *inner)
{
  Released *self = g_atomic_pointer_exchange (&answering, NULL);

  if (self != NULL)
    answer_attempt (self);
  __real_norpc_call_transfer_open (outer, inner);
}

/* @n_retries are layers of the server, one behind the other. */
static void
set_up (Released   *self,
        guint       n_retries,
        AnswerTime  answers)
{
  g_autoptr (GObject) service = NULL;

  *self = (Released) { .answers = answers };
  self->state = probe_state_new ();
  service = probe_service_new (self->state);
  self->server = norpc_server_new (service);
  self->channel = g_object_ref (norpc_server_get_channel (self->server));
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->channel));
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < n_retries; i++)
    norpc_server_add_layer (self->server, g_object_new (NORPC_TYPE_RETRY, "max-attempts", 2, "delay", 0, NULL));
}

static void
start (Released *self)
{
  g_autoptr (GError) error = NULL;

  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
}

/* The client has its answer. Waits until the worker has counted the attempt. */
static void
end_client (Released *self,
            Outcome  *outcome)
{
  outcome_wait (outcome);
  g_assert_error (outcome->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (outcome);

  g_assert_true (probe_probe_proxy_call_noop_sync (self->proxy, NULL, NULL));
  iterate ();
  g_assert_null (g_atomic_pointer_get (&releasing));
  g_assert_null (g_atomic_pointer_get (&answering));
}

/* No call is open. A channel that counts one is never released. */
static void
tear_down (Released *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (norpc_channel_get_n_open (self->channel), ==, 0);
  norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&self->server);
  g_clear_object (&self->proxy);
  g_clear_object (&self->cancellable);
  release_and_wait (g_steal_pointer (&self->channel));
  probe_state_wait_finalized (self->state);
  probe_state_free (self->state);
}

/* A layer behind @n_retries passes the attempt on in another thread, so that only the retries keep
 * the calls that it is an attempt at.
 */
static void
check_released (guint      n_retries,
                AnswerTime answers)
{
  NorpcCall *first;
  Outcome held = { 0 };
  Released test;

  set_up (&test, n_retries, answers);
  norpc_server_add_layer (test.server, norpc_concurrency_limit_new (1));
  start (&test);
  probe_probe_proxy_call_hold (test.proxy, NULL, NULL, NULL);
  first = probe_state_take_held (test.state);
  probe_probe_proxy_call_hold (test.proxy, test.cancellable, hold_cb, &held);
  while (norpc_channel_get_n_open (test.channel) < 2)
    g_thread_yield ();

  g_atomic_pointer_set (&releasing, &test);
  norpc_call_return_values (first, 0, NULL);
  norpc_call_unref (first);
  end_client (&test, &held);

  g_assert_cmpuint (norpc_channel_get_n_open (test.channel), ==, answers == ANSWERS_LATER ? 1 : 0);
  if (answers == ANSWERS_LATER)
    answer_attempt (&test);
  tear_down (&test);
}

/* The attempt is open, and not the call. */
static void
test_open (gconstpointer n_retries)
{
  check_released (GPOINTER_TO_UINT (n_retries), ANSWERS_LATER);
}

/* Neither the call nor the attempt is open. */
static void
test_answered (gconstpointer n_retries)
{
  check_released (GPOINTER_TO_UINT (n_retries), ANSWERS_BEFORE_COUNTING);
  check_released (GPOINTER_TO_UINT (n_retries), ANSWERS_AFTER_COUNTING);
}

/* The count of the client's call has passed to the first attempt, which the service holds, and the
 * second attempt counts besides.
 */
static void
test_second_attempt (void)
{
  NorpcCall *first;
  Outcome held = { 0 };
  Released test;

  set_up (&test, 2, ANSWERS_LATER);
  start (&test);
  norpc_endpoint_call (NORPC_ENDPOINT (test.channel), new_idempotent_call ("Hold"), test.cancellable,
                       reply_cb, &held);
  first = probe_state_take_held (test.state);
  while (norpc_channel_get_n_open (test.channel) < 1)
    g_thread_yield ();

  /* The outer retry tries again. */
  g_atomic_pointer_set (&releasing, &test);
  norpc_call_time_out (first->outer);
  end_client (&test, &held);

  g_assert_cmpuint (norpc_channel_get_n_open (test.channel), ==, 2);
  answer_attempt (&test);
  g_assert_cmpuint (norpc_channel_get_n_open (test.channel), ==, 1);
  norpc_call_return_values (first, 0, NULL);
  norpc_call_unref (first);
  tear_down (&test);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/interleavings-open-attempts/open", GUINT_TO_POINTER (1), test_open);
  g_test_add_data_func ("/interleavings-open-attempts/open-twice", GUINT_TO_POINTER (2), test_open);
  g_test_add_data_func ("/interleavings-open-attempts/answered", GUINT_TO_POINTER (1), test_answered);
  g_test_add_data_func ("/interleavings-open-attempts/answered-twice", GUINT_TO_POINTER (2), test_answered);
  g_test_add_func ("/interleavings-open-attempts/second-attempt", test_second_attempt);

  return g_test_run ();
}
