/* test-futures.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions of proxies that return futures of libdex, and fibers that await them. */

#include "generated-futures-dex.h"

typedef struct
{
  NorpcServer   *server; /* (owned) */
  TestDeskProxy *desk;   /* (owned) */
} Fixture;

static int n_cancelled; /* atomic */

static char *
desk_greet (TestDesk    *service G_GNUC_UNUSED,
            const char  *name,
            GError     **error)
{
  if (*name != '\0')
    return g_strconcat ("Hello, ", name, NULL);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "There is nobody to greet");
  return NULL;
}

static gboolean
desk_divide (TestDesk  *service G_GNUC_UNUSED,
             int        dividend,
             int        divisor,
             int       *quotient,
             int       *remainder,
             GError   **error G_GNUC_UNUSED)
{
  *quotient = dividend / divisor;
  *remainder = dividend % divisor;

  return TRUE;
}

static gboolean
desk_ping (TestDesk  *service G_GNUC_UNUSED,
           GError   **error G_GNUC_UNUSED)
{
  return TRUE;
}

/* Runs in the thread that cancels the call. */
static void
cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      user_data G_GNUC_UNUSED)
{
  g_atomic_int_inc (&n_cancelled);
}

/* The call is owned by its cancellable until that is cancelled. */
static gboolean
desk_handle_wait (TestDesk   *service G_GNUC_UNUSED,
                  NorpcCall  *call,
                  GError    **error G_GNUC_UNUSED)
{
  g_cancellable_connect (norpc_call_get_cancellable (call), G_CALLBACK (cancelled_cb),
                         norpc_call_ref (call), (GDestroyNotify) norpc_call_unref);

  return TRUE;
}

static const TestDeskInterface funcs = {
  .greet = desk_greet,
  .divide = desk_divide,
  .ping = desk_ping,
  .handle_wait = desk_handle_wait,
};

static void
set_up (Fixture       *self,
        gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  self->server = norpc_serve (test_desk_new_for_funcs (&funcs, NULL, NULL), &error);
  g_assert_no_error (error);
  self->desk = test_desk_proxy_new (norpc_server_get_endpoint (self->server));
  n_cancelled = 0;
}

static void
tear_down (Fixture       *self,
           gconstpointer  data G_GNUC_UNUSED)
{
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_clear_object (&self->desk);
  g_clear_object (&self->server);
}

/* Runs a fiber, and iterates the main context until it has ended. */
static void
run_fiber (DexFiberFunc func,
           gpointer     data)
{
  DexFuture *future = dex_scheduler_spawn (NULL, 0, func, data, NULL);
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_get_value (future, &error) != NULL);
  g_assert_no_error (error);
  dex_unref (future);
}

/* A fiber: it awaits one call after the other, as if they were synchronous. */
static DexFuture *
ask (gpointer data)
{
  TestDeskProxy *desk = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = dex_await_string (test_desk_proxy_call_greet_future (desk, "Ada"), &error);

  if (greeting == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_assert_cmpstr (greeting, ==, "Hello, Ada");
  g_assert_true (dex_await (test_desk_proxy_call_ping_future (desk), &error));
  g_assert_no_error (error);

  return dex_future_new_true ();
}

static void
test_fiber (Fixture       *self,
            gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (ask, self->desk);
}

static DexFuture *
ask_in_thread (gpointer endpoint)
{
  g_autoptr (TestDeskProxy) desk = test_desk_proxy_new (endpoint);

  return ask (desk);
}

static DexFuture *
spawn_in_thread (gpointer endpoint)
{
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, ask_in_thread, endpoint, NULL);
}

/* The replies go to the main context of the thread in which the fiber runs. */
static void
test_thread (Fixture       *self,
             gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (spawn_in_thread, norpc_server_get_endpoint (self->server));
}

static DexFuture *
divide (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcReply) reply = dex_await_boxed (test_desk_proxy_call_divide_future (data, 17, 5), &error);
  const GValue *results;

  if (reply == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  results = norpc_reply_get_values (reply, NULL);
  g_assert_cmpint (g_value_get_int (&results[0]), ==, 3);
  g_assert_cmpint (g_value_get_int (&results[1]), ==, 2);

  return dex_future_new_true ();
}

static void
test_several_results (Fixture       *self,
                      gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (divide, self->desk);
}

static DexFuture *
fail (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = dex_await_string (test_desk_proxy_call_greet_future (data, ""), &error);

  g_assert_null (greeting);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);

  return dex_future_new_true ();
}

static void
test_error (Fixture       *self,
            gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (fail, self->desk);
}

static DexFuture *
ask_at_once (gpointer data)
{
  g_autoptr (GError) error = NULL;
  DexFuture *both = dex_future_all (test_desk_proxy_call_greet_future (data, "Ada"),
                                    test_desk_proxy_call_greet_future (data, "Bob"), NULL);

  g_assert_true (dex_await (dex_ref (both), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (dex_future_set_get_value_at (DEX_FUTURE_SET (both), 1, NULL)), ==, "Hello, Bob");
  dex_unref (both);

  return dex_future_new_true ();
}

static void
test_at_once (Fixture       *self,
              gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (ask_at_once, self->desk);
}

/* A fiber that waits for no longer than a few milliseconds. */
static DexFuture *
wait_briefly (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (dex_future_first (test_desk_proxy_call_wait_future (data),
                                               dex_timeout_new_msec (20), NULL), &error));
  g_assert_error (error, DEX_ERROR, DEX_ERROR_TIMED_OUT);

  return dex_future_new_true ();
}

/* The service sees that the future has been discarded. */
static void
test_discarded (Fixture       *self,
                gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (wait_briefly, self->desk);
  while (g_atomic_int_get (&n_cancelled) == 0)
    g_main_context_iteration (NULL, FALSE);
}

static DexFuture *
wait_for_server (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;
  DexFuture *future = test_desk_proxy_call_wait_future (self->desk);

  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_assert_false (dex_await (future, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  return dex_future_new_true ();
}

static void
test_stopped (Fixture       *self,
              gconstpointer  data G_GNUC_UNUSED)
{
  run_fiber (wait_for_server, self);
}

#define add(path, func) \
  g_test_add ("/futures/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();

  add ("fiber", test_fiber);
  add ("thread", test_thread);
  add ("several-results", test_several_results);
  add ("error", test_error);
  add ("at-once", test_at_once);
  add ("discarded", test_discarded);
  add ("stopped", test_stopped);

  return g_test_run ();
}
