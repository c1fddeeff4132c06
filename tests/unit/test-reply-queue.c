/* test-reply-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where replies arrive: the caller's context, in order, whatever becomes of
 * it.
 */

#include <glib-unix.h>
#include <unistd.h>

#include "fixture.h"

typedef struct
{
  guint *next;
  guint  number;
} Numbered;

static void
numbered_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Numbered *numbered = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_assert_cmpuint (numbered->number, ==, *numbered->next);
  (*numbered->next)++;
}

/* More than one dispatch of the source hands over at once. */
static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  Numbered numbered[1000];
  guint next = 0;

  for (guint i = 0; i < G_N_ELEMENTS (numbered); i++)
    {
      numbered[i] = (Numbered) { &next, i };
      probe_probe_proxy_call_noop (fixture->proxy, NULL, numbered_cb, &numbered[i]);
    }
  while (next < G_N_ELEMENTS (numbered))
    g_main_context_iteration (NULL, TRUE);
}

static void
cancelled_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  Numbered *numbered = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_hold_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (numbered->number, ==, *numbered->next);
  (*numbered->next)++;
}

/* Callbacks of calls that are cancelled together run in the order in which these were made. */
static void
test_order_of_cancelled (Fixture       *fixture,
                         gconstpointer  unused)
{
  Numbered numbered[5];
  guint next = 0;

  for (guint i = 0; i < G_N_ELEMENTS (numbered); i++)
    {
      numbered[i] = (Numbered) { &next, i };
      probe_probe_proxy_call_hold (fixture->proxy, NULL, cancelled_cb, &numbered[i]);
    }
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  while (next < G_N_ELEMENTS (numbered))
    g_main_context_iteration (NULL, TRUE);
}

static void
count_noop_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_assert_true (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, NULL));
  (*(guint *) user_data)++;
}

/* However many replies there are, the other sources of the context have their turn. */
static void
test_bound (Fixture       *fixture,
            gconstpointer  unused)
{
  const guint n_calls = 1000;
  guint n_back = 0;

  for (guint i = 0; i < n_calls; i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, count_noop_cb, &n_back);
  /* The answer to this one is behind theirs. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  while (n_back < n_calls)
    {
      guint before = n_back;

      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (n_back - before, <=, 128);
    }
}

static void
nested_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Outcome inner = { 0 };

  noop_cb (object, result, user_data);

  /* As a modal dialog does. */
  probe_probe_proxy_call_noop (PROBE_PROBE_PROXY (object), NULL, noop_cb, &inner);
  outcome_wait (&inner);
  g_assert_no_error (inner.error);
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  unused)
{
  Outcome outer = { 0 }, next = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, NULL, nested_cb, &outer);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &next);
  outcome_wait (&outer);
  g_assert_cmpuint (next.n, ==, 1);
}

/* Two contexts of one thread: each gets its own. */
static void
test_contexts (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GMainContext) inner_context = g_main_context_new ();
  Outcome outer = { 0 }, inner = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outer);

  g_main_context_push_thread_default (inner_context);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &inner);
  outcome_wait (&inner);
  g_assert_cmpuint (outer.n, ==, 0);
  g_main_context_pop_thread_default (inner_context);

  outcome_wait (&outer);
  g_assert_no_error (outer.error);
  g_assert_no_error (inner.error);
}

/* Contexts come and go, often at the same address. */
static void
test_short_contexts (Fixture       *fixture,
                     gconstpointer  unused)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      Outcome outcome = { 0 };

      g_main_context_push_thread_default (context);
      probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
      outcome_wait (&outcome);
      g_assert_no_error (outcome.error);
      g_main_context_pop_thread_default (context);
    }
}

static gpointer
short_thread (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  g_main_context_pop_thread_default (context);

  /* The reply comes into a context that nobody runs any more. */
  return probe_state_take_held (fixture->state);
}

static void
test_thread_ends_with_a_call (Fixture       *fixture,
                              gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = g_thread_join (g_thread_new ("short", short_thread, fixture));
  g_autoptr (GError) error = NULL;

  norpc_call_return_values (call, 0, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

/* A reply function, without a task. */
static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  NorpcReply **place = user_data;

  g_assert_null (*place);
  *place = reply;
}

static void
test_reply_func (Fixture       *fixture,
                 gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy));
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  g_autoptr (NorpcReply) reply = NULL;
  g_autoptr (NorpcReply) failed = NULL;

  norpc_endpoint_call (endpoint,
                       norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Noop")),
                       NULL, reply_cb, &reply);
  norpc_endpoint_call (endpoint,
                       norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Fail")),
                       NULL, reply_cb, &failed);
  g_assert_null (reply);
  while (failed == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_nonnull (reply);
  g_assert_null (norpc_reply_get_error (reply));
  g_assert_error (norpc_reply_get_error (failed), G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
}

/* The client's thread, in a dispatch that comes before that of the replies. */
typedef struct
{
  Fixture    *fixture;
  Outcome     task;     /* of a call that was sent with a GTask */
  NorpcReply *reply;    /* (owned) (nullable): to one that was sent after it, without */
  gboolean    in_order; /* the reply came after the outcome */
} Overtaking;

static void
task_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Overtaking *self = user_data;

  self->in_order = self->reply == NULL;
  noop_cb (object, result, &self->task);
}

static gboolean
send_cb (gpointer user_data)
{
  Overtaking *self = user_data;
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();

  probe_probe_proxy_call_noop (self->fixture->proxy, NULL, task_cb, self);
  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (self->fixture->proxy)),
                       norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Noop")),
                       NULL, reply_cb, &self->reply);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->fixture->proxy, NULL, NULL));

  return G_SOURCE_REMOVE;
}

static gboolean
urgent_cb (int          fd,
           GIOCondition condition,
           gpointer     user_data)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
attach (GSource      *source,
        GMainContext *context)
{
  g_source_attach (source, context);
  g_source_unref (source);
}

/* A source of higher priority is dispatched in place of the replies, which the context does not check
 * again then. In the next iteration, two calls are sent and answered before the replies are delivered.
 */
static void
test_not_checked (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Overtaking test = { .fixture = fixture };
  GSource *sender = g_timeout_source_new (G_MAXINT), *urgent;
  Outcome first = { 0 };
  gboolean dispatched = FALSE;
  int fds[2];

  g_main_context_push_thread_default (context);
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  urgent = g_unix_fd_source_new (fds[0], G_IO_IN);
  g_source_set_priority (urgent, G_PRIORITY_HIGH);
  g_source_set_callback (urgent, G_SOURCE_FUNC (urgent_cb), &dispatched, NULL);
  attach (urgent, context);
  g_source_set_callback (sender, send_cb, &test, NULL);
  g_source_attach (sender, context); /* before the source of the replies */

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &first);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpint (write (fds[1], "", 1), ==, 1);
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_assert_true (dispatched && first.n == 0);

  g_source_set_ready_time (sender, 0);
  while (test.task.n == 0 || test.reply == NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (first.n, ==, 1);
  g_assert_true (test.in_order);

  norpc_reply_unref (test.reply);
  g_source_unref (sender);
  close (fds[0]);
  close (fds[1]);
  g_main_context_pop_thread_default (context);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/reply-queue/order", test_order);
  TEST ("/reply-queue/order-of-cancelled", test_order_of_cancelled);
  TEST_CAPACITY ("/reply-queue/bound", 2000, test_bound);
  TEST ("/reply-queue/nested", test_nested);
  TEST ("/reply-queue/contexts", test_contexts);
  TEST ("/reply-queue/short-contexts", test_short_contexts);
  TEST ("/reply-queue/thread-ends-with-a-call", test_thread_ends_with_a_call);
  TEST ("/reply-queue/reply-func", test_reply_func);
  TEST ("/reply-queue/not-checked", test_not_checked);

  return g_test_run ();
}
