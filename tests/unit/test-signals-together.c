/* test-signals-together.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An emission that several proxies in one context get. */

#include "signal-fixture.h"

/* More than a context delivers in one dispatch. */
#define N_MANY 200

/* A proxy in the default context, and what its handlers have seen. */
typedef struct
{
  ProbeProbeProxy *proxy; /* (owned) (nullable) */
  Log              log;
} Listener;

static void
lost_cb (NorpcProxy *proxy,
         const char *signal_name,
         guint       n_lost,
         Log        *log)
{
  log_add (log, "lost %u ", n_lost);
}

static NorpcEndpoint *
get_channel (Fixture *fixture)
{
  return NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
}

static void
listener_init (Listener      *self,
               NorpcEndpoint *endpoint)
{
  log_init (&self->log);
  self->proxy = probe_probe_proxy_new (endpoint);
  g_signal_connect (self->proxy, "ticked", G_CALLBACK (ticked_cb), &self->log);
  g_signal_connect (self->proxy, "signals-lost", G_CALLBACK (lost_cb), &self->log);
}

static void
listener_clear (Listener *self)
{
  if (self->proxy != NULL)
    g_assert_finalize_object (g_steal_pointer (&self->proxy));
  log_clear (&self->log);
}

static void
emit (Fixture *fixture,
      guint    n)
{
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (n));
}

/* Each proxy has a backlog of its own. */
static void
test_backlogs (Fixture       *fixture,
               gconstpointer  unused)
{
  Listener early, late;

  listener_init (&early, get_channel (fixture));
  emit (fixture, 3);
  listener_init (&late, get_channel (fixture));
  emit (fixture, 4);
  iterate ();
  log_assert (&early.log, "lost 2 3 1 2 3 4 ");
  log_assert (&late.log, "1 2 3 4 ");

  emit (fixture, 7);
  iterate ();
  log_assert (&early.log, "lost 2 3 4 5 6 7 ");
  log_assert (&late.log, "lost 2 3 4 5 6 7 ");
  listener_clear (&early);
  listener_clear (&late);
}

/* One proxy loses emissions that another one gets. */
static void
test_lost_by_one (Fixture       *fixture,
                  gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) stack = g_object_ref_sink (NORPC_ENDPOINT (balance));
  Listener both, one;
  Fixture other;

  fixture_set_up (&other, NULL);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture));
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (&other));
  listener_init (&both, stack);
  listener_init (&one, get_channel (fixture));

  emit (fixture, 2);
  emit (&other, 4);
  iterate ();
  log_assert (&both.log, "lost 1 2 1 2 3 4 ");
  log_assert (&one.log, "1 2 ");

  listener_clear (&both);
  listener_clear (&one);
  fixture_tear_down (&other, NULL);
}

/* A proxy is released while an emission is on its way to it and to others. */
static void
test_released (Fixture       *fixture,
               gconstpointer  unused)
{
  Listener listeners[3];

  for (guint i = 0; i < 3; i++)
    listener_init (&listeners[i], get_channel (fixture));
  for (guint released = 0; released < 3; released++)
    {
      emit (fixture, 2);
      g_assert_finalize_object (g_steal_pointer (&listeners[released].proxy));
      iterate ();
      for (guint i = 0; i < 3; i++)
        log_assert (&listeners[i].log, i > released ? "1 2 " : "");
    }
  emit (fixture, 1);
  iterate ();

  for (guint i = 0; i < 3; i++)
    listener_clear (&listeners[i]);
}

static void
release_cb (ProbeProbe       *probe,
            guint             number,
            ProbeProbeProxy **proxy)
{
  g_clear_object (proxy);
}

/* The handler of one proxy releases the others, which then get nothing. */
static void
test_released_by_handler (Fixture       *fixture,
                          gconstpointer  unused)
{
  Listener first, second, third;

  listener_init (&first, get_channel (fixture));
  listener_init (&second, get_channel (fixture));
  listener_init (&third, get_channel (fixture));
  g_signal_connect (first.proxy, "ticked", G_CALLBACK (release_cb), &second.proxy);
  emit (fixture, 2);
  iterate ();
  log_assert (&first.log, "1 2 ");
  log_assert (&second.log, "");
  log_assert (&third.log, "1 2 ");

  listener_clear (&first);
  listener_clear (&second);
  listener_clear (&third);
}

static void
recurse_cb (ProbeProbe *probe,
            guint       number,
            Log        *log)
{
  log_add (log, "( ");
  if (number == 1)
    iterate ();
  log_add (log, ") ");
}

/* A handler that runs the context gets what is left of the emission for the other proxies. */
static void
test_recursion (Fixture       *fixture,
                gconstpointer  unused)
{
  ProbeProbeProxy *proxies[3];
  Log log;

  log_init (&log);
  for (guint i = 0; i < 3; i++)
    {
      proxies[i] = probe_probe_proxy_new (get_channel (fixture));
      g_signal_connect (proxies[i], "ticked", G_CALLBACK (ticked_cb), &log);
      g_signal_connect (proxies[i], "ticked", G_CALLBACK (recurse_cb), &log);
    }
  emit (fixture, 2);
  iterate ();
  log_assert (&log, "1 ( 1 ( 1 ( 2 ( ) 2 ( ) 2 ( ) ) ) ) ");

  for (guint i = 0; i < 3; i++)
    g_assert_finalize_object (proxies[i]);
  log_clear (&log);
}

/* A context is freed after it has delivered an emission to some of its proxies. */
static void
test_context_gone (Fixture       *fixture,
                   gconstpointer  unused)
{
  GMainContext *context = g_main_context_new ();
  ProbeProbeProxy *proxies[N_MANY];
  gsize length;
  Log log;

  log_init (&log);
  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_MANY; i++)
    {
      proxies[i] = probe_probe_proxy_new (get_channel (fixture));
      g_signal_connect (proxies[i], "ticked", G_CALLBACK (ticked_cb), &log);
    }
  emit (fixture, 2);
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_main_context_pop_thread_default (context);
  length = log.text->len;
  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, <, N_MANY * strlen ("1 "));

  g_main_context_unref (context);
  emit (fixture, 2);
  for (guint i = 0; i < N_MANY; i++)
    g_assert_finalize_object (proxies[i]);
  g_assert_cmpuint (log.text->len, ==, length);
  log_clear (&log);
}

static void
disconnect (Listener *self)
{
  g_signal_handlers_disconnect_by_func (self->proxy, ticked_cb, &self->log);
}

static void
reconnect (Listener *self)
{
  g_signal_connect (self->proxy, "ticked", G_CALLBACK (ticked_cb), &self->log);
}

/* As long as emissions are on their way to a proxy, it may get those that follow, whatever its handlers:
 * but no more than the backlog, and not after it has got all of them.
 */
static void
test_another_handler (Fixture       *fixture,
                      gconstpointer  unused)
{
  Listener listener, other;

  listener_init (&listener, get_channel (fixture));
  listener_init (&other, get_channel (fixture));
  emit (fixture, 1);
  disconnect (&listener);
  emit (fixture, 2);
  reconnect (&listener);
  iterate ();
  log_assert (&listener.log, "1 1 2 ");

  disconnect (&listener);
  emit (fixture, 1);
  reconnect (&listener);
  iterate ();
  log_assert (&listener.log, "");

  emit (fixture, 1);
  disconnect (&listener);
  emit (fixture, 9);
  reconnect (&listener);
  iterate ();
  log_assert (&listener.log, "1 1 2 3 4 ");
  listener_clear (&listener);
  listener_clear (&other);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signals-together/backlogs", test_backlogs);
  TEST ("/signals-together/lost-by-one", test_lost_by_one);
  TEST ("/signals-together/released", test_released);
  TEST ("/signals-together/released-by-handler", test_released_by_handler);
  TEST ("/signals-together/recursion", test_recursion);
  TEST ("/signals-together/context-gone", test_context_gone);
  TEST ("/signals-together/another-handler", test_another_handler);

  return g_test_run ();
}
