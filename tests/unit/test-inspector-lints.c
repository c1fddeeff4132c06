/* test-inspector-lints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The mistakes that an inspector notices. */

#include "inspect/norpc-lints-private.h"
#include "inspector-fixture.h"

#define MAX_LINTS 1000

static GVariant *
wait_for_lint (NorpcInspector *inspector,
               const char     *name,
               guint          *index)
{
  for (;;)
    {
      GVariant *lints = norpc_inspector_list_lints (inspector, NULL, NULL);

      *index = find_entry (lints, "name", name);
      if (*index < g_variant_n_children (lints))
        return lints;
      g_variant_unref (lints);
      g_usleep (1000);
    }
}

/* It is noticed while the handler runs, and not again when it returns. */
static void
test_blocking (Inspected     *self,
               gconstpointer  unused)
{
  g_autoptr (GVariant) lints = NULL;
  g_autoptr (GVariant) after = NULL;
  Outcome blocked = { 0 };
  guint index;

  probe_probe_proxy_call_block (self->base.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->base.state);
  lints = wait_for_lint (self->inspector, "blocking-handler", &index);
  assert_text (lints, index, "interface", "org.example.Probe");
  assert_text (lints, index, "method", "Block");
  g_assert_cmpuint (get_number (lints, index, "count"), ==, 1);

  probe_state_open_gate (self->base.state);
  outcome_wait (&blocked);
  outcome_clear (&blocked);
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  after = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (get_number (after, index, "count"), ==, 1);
}

/* Runs in the context of the probe. */
static void
sleep_long (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  g_usleep (17 * 1000);
  norpc_call_return_values (call, 0, NULL);
}

/* It is noticed when the handler has returned, with nobody looking meanwhile. */
static void
test_blocked (Inspected     *self,
              gconstpointer  unused)
{
  g_autoptr (GVariant) lints = NULL;
  guint index;

  self->base.state->run = sleep_long;
  for (guint i = 0; i < 2; i++)
    g_assert_true (probe_probe_proxy_call_run_sync (self->base.proxy, NULL, NULL));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  index = find_entry (lints, "name", "blocking-handler");
  g_assert_cmpuint (get_number (lints, index, "count"), ==, 2);
  assert_text (lints, index, "method", "Run");
}

/* Returns how many there are, without handlers that did not return for a while because their thread did not run. */
static gsize
count_others (GVariant *lints)
{
  gsize n = 0;

  for (gsize i = 0; i < g_variant_n_children (lints); i++)
    {
      g_autoptr (GVariant) lint = g_variant_get_child_value (lints, i);
      const char *name;

      g_assert_true (g_variant_lookup (lint, "name", "&s", &name));
      n += !g_str_equal (name, "blocking-handler");
    }

  return n;
}

static void
test_deadline (Inspected     *self,
               gconstpointer  unused)
{
  g_autoptr (GVariant) none = NULL;
  g_autoptr (GVariant) lints = NULL;
  Outcome outcome = { 0 };
  guint index;

  /* These have one. */
  g_assert_true (probe_probe_proxy_call_note_sync (self->base.proxy, 1, NULL, NULL));
  none = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (count_others (none), ==, 0);

  probe_probe_proxy_call_noop (self->base.proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (count_others (lints), ==, 1);
  index = find_entry (lints, "name", "no-deadline");
  assert_text (lints, index, "method", "Noop");
}

/* Runs in the context of the probe. */
static void
answer_twice (ProbeService *service,
              NorpcCall    *call,
              gpointer      data)
{
  norpc_call_return_values (call, 0, NULL);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_warning (Inspected     *self,
              gconstpointer  unused)
{
  g_autoptr (GVariant) lints = NULL;
  guint index;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*was answered twice*");
  self->base.state->run = answer_twice;
  g_assert_true (probe_probe_proxy_call_run_sync (self->base.proxy, NULL, NULL));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  g_test_assert_expected_messages ();

  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  index = find_entry (lints, "name", "warning");
  assert_text (lints, index, "text", "org.example.Probe.Run was answered twice; ignoring the second answer");
}

/* A queue for one call. */
static void
test_full (Inspected     *self,
           gconstpointer  unused)
{
  g_autoptr (GVariant) few = NULL;
  g_autoptr (GVariant) lints = NULL;
  g_autoptr (GVariant) again = NULL;
  Outcome blocked = { 0 }, waiting = { 0 };
  guint index;

  probe_probe_proxy_call_block (self->base.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (self->base.state);
  probe_probe_proxy_call_noop (self->base.proxy, NULL, noop_cb, &waiting);

  for (guint i = 0; i < 9; i++)
    g_assert_false (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  few = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (find_entry (few, "name", "full-queue"), ==, g_variant_n_children (few));
  g_assert_false (probe_probe_proxy_call_noop_sync (self->base.proxy, NULL, NULL));
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  index = find_entry (lints, "name", "full-queue");
  g_assert_cmpuint (get_number (lints, index, "count"), ==, 10);
  assert_text (lints, index, "text", "10 of 12 calls found the queue full, which has a capacity of 1; "
                                     "limit the clients, or make the service faster");
  again = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (get_number (again, index, "count"), ==, 10);

  probe_state_open_gate (self->base.state);
  outcome_wait (&blocked);
  outcome_wait (&waiting);
  outcome_clear (&blocked);
  outcome_clear (&waiting);
}

/* Notes a warning with a number. */
static void
note (guint number)
{
  g_autofree char *text = g_strdup_printf ("warning %u", number);

  norpc_lints_note (NORPC_LINT_WARNING, 0, "", "", 1, 0, text);
}

/* Those that were noticed last are kept, in the order in which they were noticed first. */
static void
test_many (Inspected     *self,
           gconstpointer  unused)
{
  g_autoptr (NorpcInspector) other = NULL;
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) lints = NULL;
  g_autoptr (GVariant) none = NULL;

  for (guint i = 0; i < MAX_LINTS; i++)
    note (i);
  all = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (all), ==, MAX_LINTS);
  assert_text (all, 0, "text", "warning 0");

  /* The first one is noticed again, so the second and the third one have to go. */
  note (0);
  note (MAX_LINTS);
  note (MAX_LINTS + 1);
  lints = norpc_inspector_list_lints (self->inspector, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (lints), ==, MAX_LINTS + 1);
  assert_text (lints, 0, "name", "dropped-lints");
  g_assert_cmpuint (get_number (lints, 0, "count"), ==, 2);
  assert_text (lints, 1, "text", "warning 0");
  g_assert_cmpuint (get_number (lints, 1, "count"), ==, 2);
  assert_text (lints, 2, "text", "warning 3");
  assert_text (lints, MAX_LINTS, "text", "warning 1001");

  g_clear_object (&self->inspector);
  other = norpc_inspector_new ();
  none = norpc_inspector_list_lints (other, NULL, NULL);
  g_assert_cmpuint (g_variant_n_children (none), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_INSPECTED ("/inspector/lints/blocking", test_blocking);
  TEST_INSPECTED ("/inspector/lints/blocked", test_blocked);
  TEST_INSPECTED ("/inspector/lints/deadline", test_deadline);
  TEST_INSPECTED ("/inspector/lints/warning", test_warning);
  g_test_add ("/inspector/lints/full", Inspected, GUINT_TO_POINTER (1), inspected_set_up, test_full,
              inspected_tear_down);
  TEST_INSPECTED ("/inspector/lints/many", test_many);

  return g_test_run ();
}
