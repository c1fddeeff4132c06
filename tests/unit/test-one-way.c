/* test-one-way.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls without a reply. */

#include <string.h>

#include "fixture.h"

static void
send_by_name (Fixture    *fixture,
              const char *name,
              guint       number)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, norpc_interface_info_find_method (info, name));

  if (g_str_equal (name, "Note"))
    g_value_set_uint (norpc_call_get_args (call, NULL), number);
  norpc_proxy_send (NORPC_PROXY (fixture->proxy), call);
}

/* They keep their place among the calls that have one. */
static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 100; i += 2)
    {
      send_by_name (fixture, "Note", i);
      probe_probe_proxy_call_note (fixture->proxy, i + 1, NULL, NULL, NULL);
    }
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));

  g_assert_cmpuint (fixture->state->numbers->len, ==, 100);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, i), ==, i);
}

/* How many warnings there were of which calls; [warnings_lock] */
static GMutex warnings_lock;
static GString *warnings;

static void
note_warning (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        user_data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    {
      g_log_default_handler (domain, level, message, user_data);
      return;
    }

  g_mutex_lock (&warnings_lock);
  g_string_append_printf (warnings, "%s\n", message);
  g_mutex_unlock (&warnings_lock);
}

/* Returns what was warned of since the last time (owned). */
static char *
take_warnings (void)
{
  char *taken;

  g_mutex_lock (&warnings_lock);
  taken = g_string_free (warnings, FALSE);
  warnings = g_string_new (NULL);
  g_mutex_unlock (&warnings_lock);

  return taken;
}

static void
fail_with (ProbeService *service,
           NorpcCall    *call,
           gpointer      code)
{
  norpc_call_return_error (call, G_IO_ERROR, GPOINTER_TO_INT (code), "Error %d", GPOINTER_TO_INT (code));
}

/* That a service fails is warned of once for each method and reason. */
static void
test_failed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (ProbeOtherProxy) other = probe_other_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  g_autofree char *failed = NULL, *failed_again = NULL, *other_reason = NULL, *other_interface = NULL;

  g_free (take_warnings ());
  for (guint i = 0; i < 3; i++)
    {
      fixture->state->run = fail_with;
      fixture->state->run_data = GINT_TO_POINTER (i < 2 ? G_IO_ERROR_NO_SPACE : G_IO_ERROR_BUSY);
      send_by_name (fixture, "Run", 0);
      g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
      if (i == 0)
        failed = take_warnings ();
      else if (i == 1)
        failed_again = take_warnings ();
      else
        other_reason = take_warnings ();
    }
  for (guint i = 0; i < 2; i++)
    norpc_proxy_send (NORPC_PROXY (other), norpc_call_new (probe_other_interface_info (), 0));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  other_interface = take_warnings ();

  g_assert_cmpstr (failed, ==, "The one-way call org.example.Probe.Run failed: Error 12\n");
  g_assert_cmpstr (failed_again, ==, "");
  g_assert_cmpstr (other_reason, ==, "The one-way call org.example.Probe.Run failed: Error 26\n");
  g_assert_cmpstr (other_interface, ==,
                   "The one-way call org.example.Other.Nothing failed: "
                   "ProbeService does not implement org.example.Other\n");
}

/* A handler may do anything. That it fails is told, and that it does not answer is not. */
static void
test_outcomes (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) held = NULL;

  g_autofree char *failures = NULL;

  g_free (take_warnings ());
  send_by_name (fixture, "Fail", 0);
  send_by_name (fixture, "Mute", 0);
  send_by_name (fixture, "Drop", 0);
  send_by_name (fixture, "Hold", 0);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 5);

  held = probe_state_take_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (held));
  norpc_call_return_values (held, 0, NULL);

  failures = take_warnings ();
  g_assert_nonnull (strstr (failures, "org.example.Probe.Fail failed"));
  g_assert_nonnull (strstr (failures, "org.example.Probe.Mute failed"));
  g_assert_null (strstr (failures, "org.example.Probe.Drop"));
}

/* There is no room, or no server: it is dropped without a warning, and what it carries
 * released.
 */
static void
test_lost (Fixture       *fixture,
           gconstpointer  unused)
{
  Outcome blocked = { 0 };
  g_autoptr (GError) error = NULL;

  g_autofree char *told = NULL;

  g_free (take_warnings ());
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  send_by_name (fixture, "Note", 1);
  send_by_name (fixture, "Note", 2);
  send_by_name (fixture, "Note", 3);
  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  /* Only then is there room again. */
  while (probe_state_get_n_handled (fixture->state) < 3)
    g_thread_yield ();

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (fixture->state->numbers->len, ==, 2);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  send_by_name (fixture, "Note", 4);
  g_assert_cmpuint (fixture->state->numbers->len, ==, 2);
  told = take_warnings ();
  g_assert_cmpstr (told, ==, "");
}

static void
send_on_behalf (ProbeService *service,
                NorpcCall    *call,
                gpointer      fixture)
{
  send_by_name (fixture, "Hold", 0);
  norpc_call_ref (call);
  g_object_set_data_full (G_OBJECT (service), "call", call, (GDestroyNotify) norpc_call_unref);
}

/* One that a handler sends is not cancelled with the call that it handles. */
static void
test_not_inherited (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) held = NULL;
  Outcome outcome = { 0 };

  fixture->state->run = send_on_behalf;
  fixture->state->run_data = fixture;
  probe_probe_proxy_call_run (fixture->proxy, cancellable, run_cb, &outcome);
  held = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (norpc_call_is_cancelled (held));
  outcome_clear (&outcome);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);

  warnings = g_string_new (NULL);
  g_log_set_default_handler (note_warning, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  TEST ("/one-way/order", test_order);
  TEST ("/one-way/failed", test_failed);
  TEST ("/one-way/outcomes", test_outcomes);
  TEST_CAPACITY ("/one-way/lost", 2, test_lost);
  TEST ("/one-way/not-inherited", test_not_inherited);

  result = g_test_run ();
  g_free (take_warnings ());

  return result;
}
