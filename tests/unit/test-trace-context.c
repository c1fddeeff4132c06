/* test-trace-context.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The trace that a call belongs to, and who inherits it. */

#include <string.h>

#include "fixture.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define PARENT "00-" TRACE "-b7ad6b7169203331-01"
#define SPAN "00-" TRACE "-00f067aa0ba902b7-01"

static void
assert_parent (NorpcCall  *call,
               const char *expected)
{
  g_autofree char *parent = norpc_call_dup_trace_parent (call);

  g_assert_cmpstr (parent, ==, expected);
}

static void
test_valid (void)
{
  static const struct { const char *parent; const char *kept; } cases[] =
  {
    { PARENT, PARENT },
    { "00-" TRACE "-b7ad6b7169203331-00", "00-" TRACE "-b7ad6b7169203331-00" },
    { "00-" TRACE "-b7ad6b7169203331-09", "00-" TRACE "-b7ad6b7169203331-09" },
    /* A later version becomes this one, with the flag that this one knows. */
    { "01-" TRACE "-b7ad6b7169203331-03", "00-" TRACE "-b7ad6b7169203331-01" },
    { "cc-" TRACE "-b7ad6b7169203331-f2-what-the-future-says", "00-" TRACE "-b7ad6b7169203331-00" },
    { "cc-" TRACE "-b7ad6b7169203331-01-", "00-" TRACE "-b7ad6b7169203331-01" },
    { "cc-" TRACE "-b7ad6b7169203331-01.x", NULL },
    { "ff-" TRACE "-b7ad6b7169203331-01", NULL },
    { "00-" TRACE "-b7ad6b7169203331-01-", NULL },
    { "00-" TRACE "-b7ad6b7169203331-01 ", NULL },
    { " 00-" TRACE "-b7ad6b7169203331-01", NULL },
    { "00-" TRACE "-b7ad6b7169203331-1", NULL },
    { "00-" TRACE "-b7ad6b7169203331-0G", NULL },
    { "00-" TRACE "-b7ad6b7169203331.01", NULL },
    { "00-" TRACE ".b7ad6b7169203331-01", NULL },
    { "00." TRACE "-b7ad6b7169203331-01", NULL },
    { "0x-" TRACE "-b7ad6b7169203331-01", NULL },
    { "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", NULL },
    { "00-" TRACE "-B7ad6b7169203331-01", NULL },
    { "00-" TRACE "-b7ad6b7169203331-0A", NULL },
    { "00-00000000000000000000000000000000-b7ad6b7169203331-01", NULL },
    { "00-" TRACE "-0000000000000000-01", NULL },
    { "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", NULL },
    { "00", NULL },
    { "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);

      g_test_message ("'%s'", cases[i].parent);
      assert_parent (call, NULL);
      g_assert_cmpint (norpc_call_set_trace_context (call, cases[i].parent, NULL), ==, cases[i].kept != NULL);
      assert_parent (call, cases[i].kept);
    }
}

static void
test_state (void)
{
  g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);
  g_autofree char *longest = g_strnfill (512, 'x');
  g_autofree char *too_long = g_strnfill (513, 'x');
  const struct { const char *state; const char *kept; } cases[] =
  {
    { "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7" },
    { NULL, NULL },
    { "", NULL },
    { longest, longest },
    { too_long, NULL },
    { "a=1\r\nb=2", NULL },
    { "a=\xc3\xa4", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *state = NULL;

      g_assert_true (norpc_call_set_trace_context (call, PARENT, cases[i].state));
      state = norpc_call_dup_trace_state (call);
      g_assert_cmpstr (state, ==, cases[i].kept);
    }

  /* A parent that is not valid does not bring its state. */
  g_assert_false (norpc_call_set_trace_context (call, "x", "a=1"));
  assert_parent (call, PARENT);
}

/* A probe that calls another one. */
typedef struct
{
  Fixture     parts[2];
  const char *span;    /* (nullable): that the first handler makes */
  char       *parent;  /* (owned) (nullable): what it has got */
} Chain;

static void
chain_set_up (Chain         *chain,
              gconstpointer  unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (chain->parts); i++)
    {
      fixture_set_up (&chain->parts[i], NULL);
      chain->parts[i].state->run_data = chain;
    }
}

static void
chain_tear_down (Chain         *chain,
                 gconstpointer  unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (chain->parts); i++)
    fixture_tear_down (&chain->parts[i], NULL);
  g_free (chain->parent);
}

static void
call_next (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Chain *chain = data;

  chain->parent = norpc_call_dup_trace_parent (call);
  if (chain->span != NULL)
    g_assert_true (norpc_call_set_trace_context (call, chain->span, NULL));
  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, NULL, NULL);
  norpc_call_return_values (call, 0, NULL);
}

/* Returns the call (owned) that the second service gets. */
static NorpcCall *
run_chain (Chain *chain)
{
  g_autoptr (GError) error = NULL;

  chain->parts[0].state->run = call_next;
  g_clear_pointer (&chain->parent, g_free);
  probe_probe_proxy_call_run_sync (chain->parts[0].proxy, NULL, &error);
  g_assert_no_error (error);

  return probe_state_take_held (chain->parts[1].state);
}

static void
test_inherited (Chain         *chain,
                gconstpointer  unused)
{
  g_autoptr (NorpcCall) second = NULL;
  g_autofree char *state = NULL;

  norpc_trace_context_push (PARENT, "rojo=1");
  second = run_chain (chain);
  norpc_trace_context_pop ();
  g_assert_cmpstr (chain->parent, ==, PARENT);
  assert_parent (second, PARENT);
  state = norpc_call_dup_trace_state (second);
  g_assert_cmpstr (state, ==, "rojo=1");
}

/* The calls of a handler belong to the span that it makes. */
static void
test_span (Chain         *chain,
           gconstpointer  unused)
{
  g_autoptr (NorpcCall) second = NULL;

  chain->span = SPAN;
  norpc_trace_context_push (PARENT, NULL);
  second = run_chain (chain);
  norpc_trace_context_pop ();
  g_assert_cmpstr (chain->parent, ==, PARENT);
  assert_parent (second, SPAN);
}

/* A call without a trace has none in the end, also after others that had one. */
static void
test_none (Chain         *chain,
           gconstpointer  unused)
{
  norpc_trace_context_push (PARENT, NULL);
  norpc_call_unref (run_chain (chain));
  norpc_trace_context_pop ();

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (NorpcCall) second = run_chain (chain);

      g_assert_null (chain->parent);
      assert_parent (second, NULL);
    }
}

static void
hold_first (Chain *chain)
{
  probe_probe_proxy_call_hold (chain->parts[0].proxy, NULL, NULL, NULL);
}

static void
test_pushed (Chain         *chain,
             gconstpointer  unused)
{
  const char *expected[] = { PARENT, SPAN, SPAN, PARENT, NULL };

  norpc_trace_context_push (PARENT, NULL);
  hold_first (chain);
  norpc_trace_context_push (SPAN, NULL);
  hold_first (chain);
  /* One that is not valid changes nothing. */
  norpc_trace_context_push ("x", NULL);
  hold_first (chain);
  norpc_trace_context_pop ();
  norpc_trace_context_pop ();
  hold_first (chain);
  norpc_trace_context_pop ();
  hold_first (chain);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (NorpcCall) call = probe_state_take_held (chain->parts[0].state);

      assert_parent (call, expected[i]);
    }
}

/* Its own context takes precedence over what the thread has pushed. */
static void
test_own (Chain         *chain,
          gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Hold"));
  g_autoptr (NorpcCall) held = NULL;

  g_assert_true (norpc_call_set_trace_context (call, SPAN, NULL));
  norpc_trace_context_push (PARENT, NULL);
  norpc_endpoint_send (norpc_server_get_endpoint (chain->parts[0].server), norpc_call_ref (call));
  norpc_trace_context_pop ();
  held = probe_state_take_held (chain->parts[0].state);
  assert_parent (held, SPAN);
  norpc_call_unref (call);
}

/* An attempt at a call belongs to the trace of that. */
static void
test_attempt (Chain         *chain,
              gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) endpoint =
    norpc_stack_new (norpc_retry_new (1), norpc_server_get_endpoint (chain->parts[0].server), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (endpoint);
  g_autoptr (NorpcCall) held = NULL;

  norpc_trace_context_push (PARENT, NULL);
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  norpc_trace_context_pop ();
  held = probe_state_take_held (chain->parts[0].state);
  assert_parent (held, PARENT);
}

static gpointer
change (gpointer data)
{
  for (guint i = 0; i < 10000; i++)
    g_assert_true (norpc_call_set_trace_context (data, i % 2 == 0 ? SPAN : PARENT, NULL));

  return NULL;
}

/* Another thread may change it while it is read. */
static void
test_changed (void)
{
  g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);
  GThread *thread = g_thread_new ("change", change, call);

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *parent = norpc_call_dup_trace_parent (call);

      g_assert_true (parent == NULL || g_str_equal (parent, SPAN) || g_str_equal (parent, PARENT));
    }
  g_thread_join (thread);
  assert_parent (call, PARENT);
}

/* Debug messages of a call name its trace. */
static void
test_messages (void)
{
  Fixture fixture = { NULL };

  if (!g_test_subprocess ())
    {
      g_setenv ("G_MESSAGES_DEBUG", "Norpc", TRUE);
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_unsetenv ("G_MESSAGES_DEBUG");
      g_test_trap_assert_passed ();
      g_test_trap_assert_stdout ("*of org.example.Probe.Noop in " PARENT ": handled by ProbeService*"
                                 "*of org.example.Probe.Noop: handled by ProbeService*");
      return;
    }

  fixture_set_up (&fixture, NULL);
  norpc_trace_context_push (PARENT, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  norpc_trace_context_pop ();
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  fixture_tear_down (&fixture, NULL);
}

#define CHAIN_TEST(path, func) g_test_add (path, Chain, NULL, chain_set_up, func, chain_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/trace-context/valid", test_valid);
  g_test_add_func ("/trace-context/state", test_state);
  g_test_add_func ("/trace-context/changed", test_changed);
  g_test_add_func ("/trace-context/messages", test_messages);
  CHAIN_TEST ("/trace-context/inherited", test_inherited);
  CHAIN_TEST ("/trace-context/span", test_span);
  CHAIN_TEST ("/trace-context/none", test_none);
  CHAIN_TEST ("/trace-context/pushed", test_pushed);
  CHAIN_TEST ("/trace-context/own", test_own);
  CHAIN_TEST ("/trace-context/attempt", test_attempt);

  return g_test_run ();
}
