/* test-interleavings-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that are cancelled while they are in the queue of a channel. The linker puts the
 * functions named __wrap_… in the place of the library's, for calls from one of its
 * files to another.
 */

#include "channel/norpc-channel-private.h"
#include "fixture.h"

void     __real_norpc_channel_note_length      (NorpcChannel *channel);
void     __wrap_norpc_channel_note_length      (NorpcChannel *channel);
gpointer __real_g_async_queue_pop_unlocked     (GAsyncQueue *queue);
gpointer __wrap_g_async_queue_pop_unlocked     (GAsyncQueue *queue);
gpointer __real_g_async_queue_try_pop_unlocked (GAsyncQueue *queue);
gpointer __wrap_g_async_queue_try_pop_unlocked (GAsyncQueue *queue);
gboolean __real_g_async_queue_remove_unlocked  (GAsyncQueue *queue, gpointer item);
gboolean __wrap_g_async_queue_remove_unlocked  (GAsyncQueue *queue, gpointer item);

/* The fixture in whose channel a slot is being freed (unowned) (nullable), atomic. */
static Fixture *freeing = NULL;

static gboolean kept_meanwhile = FALSE; /* the worker has not released the call in the meantime */

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
      /* Gives a worker that does not wait the time to go on. */
      g_usleep (50 * 1000);
      kept_meanwhile = (guint) g_atomic_int_get (&lane->served) == n_served;
    }

  __real_norpc_channel_note_length (channel);
}

/* While a slot is being freed, the worker does not release the call that had it, because the
 * channel might be released with the call.
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
  g_assert_true (kept_meanwhile);

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &last);
  while (last.n == 0 || cancelled.n == 0 || blocked.n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (last.ok);
  outcome_clear (&cancelled);
}

/* The number of searches of a queue, in any thread; atomic. */
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

/* Rejecting a call, and cancelling one and sending another, needs no search of the queue. */
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

  TEST ("/interleavings-queue/freed-while-served", test_freed_while_served);
  TEST_CAPACITY ("/interleavings-queue/no-search", 1000, test_no_search);

  return g_test_run ();
}
