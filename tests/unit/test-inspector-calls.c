/* test-inspector-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that an inspector sees: those in flight, their events, and their rates. */

#include "inspect/norpc-call-log-parts-private.h"
#include "inspector-fixture.h"
#include "stats/norpc-stats-recorder-private.h"

/* One call in each stage. */
static void
test_stages (Inspected     *self,
             gconstpointer  unused)
{
  g_autoptr (GVariant) calls = NULL;
  Outcome held = { 0 }, blocked = { 0 }, waiting = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (self->base.proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (self->base.state);
  norpc_timeout_push (60000);
  probe_probe_proxy_call_block (self->base.proxy, NULL, block_cb, &blocked);
  norpc_timeout_pop ();
  probe_state_wait_blocked (self->base.state);
  probe_probe_proxy_call_noop (self->base.proxy, NULL, noop_cb, &waiting);

  calls = norpc_inspector_list_calls (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (calls), ==, 3);
  assert_text (calls, 0, "method", "Hold");
  assert_text (calls, 0, "stage", "open");
  assert_text (calls, 0, "interface", "org.example.Probe");
  assert_text (calls, 0, "client", "main");
  g_assert_cmpuint (get_number (calls, 0, "age"), >=, get_number (calls, 1, "age"));
  g_assert_cmpuint (get_number (calls, 0, "parent"), ==, 0);
  assert_text (calls, 1, "method", "Block");
  assert_text (calls, 1, "stage", "handled");
  g_assert_cmpuint (get_number (calls, 1, "time-left"), <=, 60 * G_GUINT64_CONSTANT (1000000000));
  g_assert_cmpuint (get_number (calls, 1, "time-left"), >, 30 * G_GUINT64_CONSTANT (1000000000));
  assert_text (calls, 2, "method", "Noop");
  assert_text (calls, 2, "stage", "waiting");
  g_assert_cmpuint (get_number (calls, 2, "call"), >, get_number (calls, 1, "call"));

  probe_state_open_gate (self->base.state);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&held);
  outcome_wait (&blocked);
  outcome_wait (&waiting);
  outcome_clear (&held);
  outcome_clear (&blocked);
  outcome_clear (&waiting);

  g_clear_pointer (&calls, g_variant_unref);
  calls = norpc_inspector_list_calls (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (calls), ==, 0);
}

/* The client no longer waits, but the handler runs on. */
static void
test_ended (Inspected     *self,
            gconstpointer  unused)
{
  g_autoptr (GVariant) calls = NULL;
  g_autoptr (GVariant) later = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome blocked = { 0 };

  probe_probe_proxy_call_block (self->base.proxy, cancellable, block_cb, &blocked);
  probe_state_wait_blocked (self->base.state);
  g_cancellable_cancel (cancellable);
  outcome_wait (&blocked);
  g_assert_error (blocked.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&blocked);

  calls = norpc_inspector_list_calls (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (calls), ==, 1);
  assert_text (calls, 0, "stage", "ended");

  /* The next call is handled after it has returned. */
  probe_state_open_gate (self->base.state);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  later = norpc_inspector_list_calls (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (later), ==, 0);
}

static void
test_events (Inspected     *self,
             gconstpointer  unused)
{
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) later = NULL;
  guint64 call;

  g_assert_true (probe_probe_proxy_call_note_sync (self->base.proxy, 7, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_fail_sync (self->base.proxy, NULL, NULL));

  events = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (events), ==, 6);
  call = get_number (events, 0, "call");
  assert_text (events, 0, "kind", "sent");
  assert_text (events, 0, "args", "number=7");
  assert_text (events, 1, "kind", "handled");
  assert_text (events, 2, "kind", "completed");
  assert_text (events, 2, "outcome", "answered");
  g_assert_cmpuint (get_number (events, 2, "call"), ==, call);
  g_assert_cmpuint (get_number (events, 0, "time"), <=, get_number (events, 1, "time"));
  g_assert_cmpuint (get_number (events, 1, "time"), <=, get_number (events, 2, "time"));
  assert_text (events, 5, "method", "Fail");
  assert_text (events, 5, "outcome", "failed");

  later = norpc_inspector_list_events (self->inspector, get_number (events, 4, "serial"), NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (later), ==, 1);
  assert_text (later, 0, "kind", "completed");
  g_assert_cmpuint (get_number (later, 0, "serial"), ==, get_number (events, 5, "serial"));
}

/* Runs in the context of the probe. */
static void
unlock_store (ProbeService *service,
              NorpcCall    *call,
              gpointer      data)
{
  g_assert_true (store_store_proxy_call_unlock_sync (data, "ada", "secret", NULL, NULL));
  norpc_call_return_values (call, 0, NULL);
}

/* A service that calls another one, whose argument is sensitive. */
static void
test_nested (Inspected     *self,
             gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  g_autoptr (StoreStoreProxy) proxy = store_store_proxy_new (norpc_server_get_endpoint (store));
  g_autoptr (GVariant) events = NULL;
  g_autofree char *text = NULL;
  guint inner, outer;

  self->base.state->run = unlock_store;
  self->base.state->run_data = proxy;
  g_assert_true (probe_probe_proxy_call_run_sync (self->base.proxy, NULL, NULL));

  events = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
  outer = find_entry (events, "method", "Run");
  inner = find_entry (events, "method", "Unlock");
  assert_text (events, inner, "args", "user='ada', password=<sensitive>");
  g_assert_cmpuint (get_number (events, inner, "parent"), ==, get_number (events, outer, "call"));
  g_assert_cmpuint (get_number (events, inner, "from"), ==, get_number (events, outer, "service"));
  g_assert_cmpuint (get_number (events, inner, "service"), !=, get_number (events, outer, "service"));
  g_assert_cmpuint (get_number (events, outer, "from"), ==, 0);

  text = g_variant_print (events, FALSE);
  g_assert_nonnull (strstr (text, "ada"));
  g_assert_null (strstr (text, "secret"));
}

/* The first event since there is an inspector has the number 1, so a client can tell how many it has missed. */
static void
test_serials (Inspected     *self,
              gconstpointer  unused)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) events = NULL;

      g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
      events = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
      g_assert_cmpuint (g_variant_n_children (events), ==, 3);
      g_assert_cmpuint (get_number (events, 0, "serial"), ==, 1);
      g_clear_object (&self->inspector);
      self->inspector = norpc_inspector_new ();
    }
}

/* The last events are kept, and listed in parts. */
static void
test_many_events (Inspected     *self,
                  gconstpointer  unused)
{
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) last = NULL;
  g_autoptr (GVariant) before = NULL;
  guint64 n_before;

  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  before = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
  n_before = get_number (before, 2, "serial");
  for (guint i = 0; i < 2000; i++)
    g_assert_true (probe_probe_proxy_call_note_sync (self->base.proxy, i, NULL, NULL));

  first = norpc_inspector_list_events (self->inspector, 0, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (first), ==, 1000);
  g_assert_cmpuint (get_number (first, 0, "serial"), ==, n_before + 6000 - 4096 + 1);
  last = norpc_inspector_list_events (self->inspector, n_before + 5999, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (last), ==, 1);
  g_assert_cmpuint (get_number (last, 0, "serial"), ==, n_before + 6000);
}

static void
test_rates (Inspected     *self,
            gconstpointer  unused)
{
  g_autoptr (NorpcInspector) other = norpc_inspector_new ();
  g_autoptr (NorpcInspector) late = NULL;
  g_autoptr (GVariant) methods = NULL;
  g_autoptr (GVariant) unseen = NULL;
  g_autoptr (GVariant) dict = NULL;
  g_autoptr (GVariant) idle = NULL;
  g_autoptr (GVariant) seen = NULL;
  double rate;
  guint note;

  for (guint i = 0; i < 10; i++)
    g_assert_true (probe_probe_proxy_call_note_sync (self->base.proxy, i, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_fail_sync (self->base.proxy, NULL, NULL));

  methods = norpc_inspector_list_methods (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (methods), ==, 2);
  note = find_entry (methods, "method", "Note");
  g_assert_cmpuint (get_number (methods, note, "calls"), ==, 10);
  g_assert_cmpuint (get_number (methods, note, "failed"), ==, 0);
  g_assert_cmpuint (get_number (methods, note, "in-flight"), ==, 0);
  g_assert_cmpuint (get_number (methods, note, "median"), >, 0);
  g_assert_cmpuint (get_number (methods, note, "max"), >=, get_number (methods, note, "p99"));
  g_assert_cmpuint (get_number (methods, 1 - note, "failed"), ==, 1);

  idle = norpc_inspector_list_methods (self->inspector, NULL, NULL);
  note = find_entry (idle, "method", "Note");
  g_assert_cmpuint (get_number (idle, note, "calls"), ==, 10);
  g_assert_cmpuint (get_number (idle, note, "max"), ==, 0);

  /* One that comes later has seen none of them. */
  late = norpc_inspector_new ();
  unseen = norpc_inspector_list_methods (late, NULL, NULL);
  note = find_entry (unseen, "method", "Note");
  g_assert_cmpuint (get_number (unseen, note, "calls"), ==, 10);
  g_assert_cmpuint (get_number (unseen, note, "max"), ==, 0);
  dict = g_variant_get_child_value (unseen, note);
  g_assert_true (g_variant_lookup (dict, "rate", "d", &rate));
  g_assert_cmpfloat (rate, ==, 0);

  /* Another inspector has not listed them yet. */
  seen = norpc_inspector_list_methods (other, NULL, NULL);
  g_assert_cmpuint (get_number (seen, find_entry (seen, "method", "Note"), "max"), >, 0);
}

/* The two ways to set a property are one method. */
static void
test_setters (Inspected     *self,
              gconstpointer  unused)
{
  g_autoptr (NorpcServer) store = serve_store (NULL);
  g_autoptr (StoreStoreProxy) proxy = store_store_proxy_new (norpc_server_get_endpoint (store));
  g_autoptr (GVariant) methods = NULL;
  g_autoptr (NorpcStats) stats = NULL;
  guint index, n = 0;

  norpc_server_set_collect_stats (store, TRUE);
  g_object_set (proxy, "title", "a", NULL);
  g_assert_true (store_store_proxy_set_title_sync (proxy, "b", NULL, NULL));
  g_assert_true (store_store_proxy_set_title_sync (proxy, "c", NULL, NULL));

  methods = norpc_inspector_list_methods (self->inspector, NULL, NULL);
  index = find_entry (methods, "method", "Properties.Set.Title");
  g_assert_cmpuint (get_number (methods, index, "calls"), ==, 3);
  g_assert_cmpuint (get_number (methods, index, "failed"), ==, 0);
  g_assert_cmpuint (get_number (methods, index, "max"), >, 0);
  for (guint i = 0; i < g_variant_n_children (methods); i++)
    {
      g_autofree char *name = get_text (methods, i, "method");

      n += g_str_equal (name, "Properties.Set.Title");
    }
  g_assert_cmpuint (n, ==, 1);

  stats = norpc_server_get_stats (store);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (norpc_stats_get_method (stats, "Properties.Set.Title")), ==, 3);
  g_assert_true (norpc_server_stop (store, NORPC_STOP_FINISH, NULL, NULL));
}

/* The statistics of servers that have stopped are freed, also if nobody lists the rates. */
static void
test_stopped (Inspected     *self,
              gconstpointer  unused)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NorpcServer) store = serve_store (NULL);
      g_autoptr (StoreStoreProxy) proxy = store_store_proxy_new (norpc_server_get_endpoint (store));

      g_assert_true (store_store_proxy_call_unlock_sync (proxy, "ada", "secret", NULL, NULL));
      g_assert_cmpuint (g_hash_table_size (norpc_call_log.servers), ==, 1);
      g_assert_true (norpc_server_stop (store, NORPC_STOP_FINISH, NULL, NULL));
      g_assert_cmpuint (g_hash_table_size (norpc_call_log.servers), ==, 0);
    }
}

/* A call that was sent before the inspector came, and one that is in flight when it goes. */
static void
test_comes_and_goes (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GVariant) calls = NULL;
  g_autoptr (GVariant) methods = NULL;
  Outcome before = { 0 }, within = { 0 };
  NorpcCall *first, *second;

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_false (norpc_metrics_are_enabled ());
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &before);
  first = probe_state_take_held (fixture->state);

  inspector = norpc_inspector_new ();
  g_assert_true (norpc_metrics_are_enabled ());
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &within);
  second = probe_state_take_held (fixture->state);
  calls = norpc_inspector_list_calls (inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (calls), ==, 1);

  g_clear_object (&inspector);
  g_assert_false (norpc_metrics_are_enabled ());
  inspector = norpc_inspector_new ();
  norpc_call_return_values (first, 0, NULL);
  norpc_call_return_values (second, 0, NULL);
  norpc_call_unref (first);
  norpc_call_unref (second);
  outcome_wait (&before);
  outcome_wait (&within);
  g_assert_true (before.ok && within.ok);

  /* Those that another inspector saw are not in the new lists. */
  methods = norpc_inspector_list_methods (inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (methods), ==, 0);
}

static int n_callers; /* atomic: threads that send calls */

/* Sends calls while inspectors come and go. */
static gpointer
call_much (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (norpc_server_get_endpoint (fixture->server));

  for (guint i = 0; i < 5000; i++)
    g_assert_true (probe_probe_proxy_call_note_sync (proxy, i, NULL, NULL));
  g_atomic_int_dec_and_test (&n_callers);

  return NULL;
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  unused)
{
  GThread *threads[2];
  guint64 n = 0;

  n_callers = G_N_ELEMENTS (threads);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_much, fixture);
  while (g_atomic_int_get (&n_callers) > 0)
    {
      g_autoptr (NorpcInspector) inspector = norpc_inspector_new ();
      g_autoptr (GVariant) calls = norpc_inspector_list_calls (inspector, NULL, NULL);
      g_autoptr (GVariant) events = norpc_inspector_list_events (inspector, 0, NULL, NULL);
      g_autoptr (GVariant) methods = norpc_inspector_list_methods (inspector, NULL, NULL);

      n += g_variant_n_children (calls) + g_variant_n_children (events) + g_variant_n_children (methods);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (n, >, 0);
  g_assert_false (norpc_metrics_are_enabled ());
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_INSPECTED ("/inspector/calls/stages", test_stages);
  TEST_INSPECTED ("/inspector/calls/ended", test_ended);
  TEST_INSPECTED ("/inspector/calls/events", test_events);
  TEST_INSPECTED ("/inspector/calls/nested", test_nested);
  TEST_INSPECTED ("/inspector/calls/serials", test_serials);
  TEST_INSPECTED ("/inspector/calls/many-events", test_many_events);
  TEST_INSPECTED ("/inspector/calls/rates", test_rates);
  TEST_INSPECTED ("/inspector/calls/setters", test_setters);
  TEST_INSPECTED ("/inspector/calls/stopped", test_stopped);
  TEST ("/inspector/calls/comes-and-goes", test_comes_and_goes);
  TEST ("/inspector/calls/threads", test_threads);

  return g_test_run ();
}
