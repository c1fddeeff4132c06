/* test-layer-replies.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the reply functions of filters run, and for which calls. */

#include "core/norpc-background-private.h"
#include "layer-fixture.h"

/* Where a reply function ran, and how often. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  guint    n;          /* [lock] */
  guint    n_in_pool;  /* [lock] */
  GThread *thread;     /* [lock]: the last */
  guint    n_destroyed; /* [lock] */
} Where;

static void
note_where (NorpcReply *reply,
            gpointer    data)
{
  Where *where = data;

  g_mutex_lock (&where->lock);
  where->n++;
  where->n_in_pool += norpc_background_is_current () ? 1 : 0;
  where->thread = g_thread_self ();
  g_cond_broadcast (&where->changed);
  g_mutex_unlock (&where->lock);
}

static void
destroy_where (gpointer data)
{
  Where *where = data;

  g_mutex_lock (&where->lock);
  where->n_destroyed++;
  g_cond_broadcast (&where->changed);
  g_mutex_unlock (&where->lock);
}

static GThread *
wait_where (Where *where,
            guint  n)
{
  GThread *thread;

  g_mutex_lock (&where->lock);
  while (where->n < n)
    g_cond_wait (&where->changed, &where->lock);
  g_assert_cmpuint (where->n, ==, n);
  thread = where->thread;
  g_mutex_unlock (&where->lock);

  return thread;
}

static void
wait_destroyed (Where *where)
{
  g_mutex_lock (&where->lock);
  while (where->n_destroyed == 0)
    g_cond_wait (&where->changed, &where->lock);
  g_assert_cmpuint (where->n_destroyed, ==, 1);
  g_mutex_unlock (&where->lock);
}

static NorpcLayer *
new_reply_filter (Where *where)
{
  NorpcLayer *filter = norpc_filter_new ();

  norpc_filter_set_reply_func (NORPC_FILTER (filter), note_where, where, destroy_where);

  return filter;
}

static void
noted_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  Where *where = data;

  g_assert_cmpuint (where->n, ==, 1);
  g_assert_true (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, NULL));
  note_where (NULL, where);
}

/* Before a channel: the client's context, before the callback; or the thread that waits. */
static void
test_reply_at_client (Layered       *fixture,
                      gconstpointer  unused)
{
  static Where where;

  where = (Where) { 0 };
  layered_start (fixture, SIDE_CLIENT, new_reply_filter (&where), NULL);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noted_cb, &where);
  layered_let_pass (fixture);
  g_assert_cmpuint (where.n, ==, 0);
  while (where.n < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (wait_where (&where, 2) == g_thread_self ());

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_true (wait_where (&where, 3) == g_thread_self ());
  layered_drop (fixture);
  wait_destroyed (&where);
}

static gpointer
cancel_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* In a server: the thread that answers; or the service's, for a call that another thread
 * cancels or times out.
 */
static void
test_reply_at_server (Layered       *fixture,
                      gconstpointer  retries)
{
  static Where where;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };
  NorpcLayer *filter = new_reply_filter (&where);
  NorpcLayer *time_limit = norpc_time_limit_new (get_some_time ());
  GThread *service;
  NorpcCall *held;

  where = (Where) { 0 };
  if (retries != NULL)
    layered_start (fixture, SIDE_SERVER, filter, norpc_retry_new (1), time_limit, NULL);
  else
    layered_start (fixture, SIDE_SERVER, filter, time_limit, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  service = probe_state_get_thread (fixture->state, &fixture->state->thread);
  g_assert_true (wait_where (&where, 1) == service);

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  answer (probe_state_take_held (fixture->state));
  g_assert_true (wait_where (&where, 2) == g_thread_self ());
  outcome_wait (&outcome);

  outcome = (Outcome) { 0 };
  probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &outcome);
  held = probe_state_take_held (fixture->state);
  g_thread_join (g_thread_new ("cancels", cancel_thread, cancellable));
  g_assert_true (wait_where (&where, 3) == service);
  norpc_call_unref (held);
  outcome_wait (&outcome);
  outcome_clear (&outcome);

  /* The thread of the timers ends it. */
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  held = probe_state_take_held (fixture->state);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  norpc_call_unref (held);
  g_assert_true (wait_where (&where, 4) == service);
  outcome_clear (&outcome);
  g_assert_cmpuint (where.n_in_pool, ==, 0);
}

static gboolean
refuse_first (NorpcCall  *call,
              gpointer    n_left,
              GError    **error)
{
  if (g_atomic_int_add ((int *) n_left, -1) <= 0)
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "refused");

  return FALSE;
}

/* Replies to attempts but the last arrive in the pool. There are none to one-way calls, nor are
 * attempts at them.
 */
static void
test_reply_of_attempts (Layered       *fixture,
                        gconstpointer  unused)
{
  static Where where;
  NorpcLayer *refusing = norpc_filter_new ();
  int n_left = 2;

  where = (Where) { 0 };
  norpc_filter_set_call_func (NORPC_FILTER (refusing), refuse_first, &n_left, NULL);
  layered_start (fixture, SIDE_CLIENT, norpc_retry_new (3), new_reply_filter (&where), refusing, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  wait_where (&where, 3);
  g_assert_cmpuint (where.n_in_pool, ==, 2);

  n_left = 2;
  norpc_proxy_send (NORPC_PROXY (fixture->proxy), new_call ("Noop"));
  while (probe_state_get_n_handled (fixture->state) < 2)
    g_thread_yield ();
  layered_let_pass (fixture);
  /* All that waits for a thread of the pool. */
  layered_drop (fixture);
  wait_destroyed (&where);
  g_assert_cmpuint (where.n, ==, 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER ("/layer-replies/client", SIDE_CLIENT, test_reply_at_client);
  TEST_LAYER ("/layer-replies/server", 0, test_reply_at_server);
  TEST_LAYER ("/layer-replies/server-retry", 1, test_reply_at_server);
  TEST_LAYER ("/layer-replies/attempts", SIDE_CLIENT, test_reply_of_attempts);

  return g_test_run ();
}
