/* test-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services in programs that a NorpcHelper starts. */

#include <unistd.h>

#include "fixture.h"
#include "wire-service.h"

#define CRASH 1000 /* The argument of Fail that ends the program. */

static NorpcHelper *
new_helper (const char *argument,
            guint       max_restarts)
{
  const char *argv[] = { WIRE_HELPER, argument, NULL };

  return g_object_new (NORPC_TYPE_HELPER, "argv", argv, "object-path", "/org/example/Wire", "max-restarts",
                       max_restarts, "min-delay", 1, "max-delay", 10, NULL);
}

static void
wait_for_state (NorpcHelper      *helper,
                NorpcHelperState  state)
{
  while (norpc_helper_get_state (helper) != state)
    g_main_context_iteration (NULL, FALSE);
}

/* The reason is known a moment after the state. */
static void
wait_for_error (NorpcHelper *helper,
                GQuark       domain,
                int          code,
                const char  *message)
{
  g_autoptr (GError) error = norpc_helper_dup_error (helper);

  while (error == NULL || strcmp (error->message, message) != 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_clear_error (&error);
      error = norpc_helper_dup_error (helper);
    }
  g_assert_error (error, domain, code);
}

static void
crash (WireWireProxy *proxy)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (wire_wire_proxy_call_fail_sync (proxy, CRASH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
call (WireWireProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* The first call waits until the program is connected. */
static void
test_start (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 3);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));

  call (proxy);
  g_assert_cmpint (norpc_helper_get_state (helper), ==, NORPC_HELPER_RUNNING);
  g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, 1);
}

static void
outcome_cb (GObject      *proxy,
            GAsyncResult *result,
            gpointer      data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* All calls in flight complete, and the same proxy works with the next process. */
static void
test_restart (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 10);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));

  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (GAsyncResult) outcome = NULL;
      g_autoptr (GError) error = NULL;
      guint number;

      wire_wire_proxy_call_hold (proxy, NULL, outcome_cb, &outcome);
      crash (proxy);
      while (outcome == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (wire_wire_proxy_call_hold_finish (proxy, outcome, &number, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      while (norpc_helper_get_n_starts (helper) != i + 1)
        g_main_context_iteration (NULL, FALSE);
      wait_for_state (helper, NORPC_HELPER_RUNNING);
      call (proxy);
    }
}

/* The last attempt comes 2.25 s after the first one at the earliest. */
static NorpcEndpoint *
new_patient_endpoint (NorpcHelper *helper)
{
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 8, "delay", 100, NULL);

  return norpc_stack_new (retry, helper, NULL);
}

/* The helper waits for 100, 200 and 400 ms, and rejects calls meanwhile. Only the call that the program has when it ends
 * is not sent again.
 */
static void
test_retry (void)
{
  const char *argv[] = { WIRE_HELPER, NULL };
  g_autoptr (NorpcHelper) helper = norpc_helper_new (argv, "/org/example/Wire");
  g_autoptr (NorpcEndpoint) endpoint = new_patient_endpoint (helper);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (endpoint);

  call (proxy);
  for (guint i = 1; i <= 3; i++)
    {
      crash (proxy);
      call (proxy);
      g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, i + 1);
    }
}

static void
wait_for_volume (WireWireProxy *proxy,
                 double         volume)
{
  while (wire_wire_get_volume (WIRE_WIRE (proxy)) != volume)
    g_main_context_iteration (NULL, TRUE);
}

/* The proxy has the properties of the next process. */
static void
test_properties (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 10);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  wait_for_volume (proxy, 0.5);
  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 0.75);
  norpc_proxy_write_value_sync (NORPC_PROXY (proxy), "volume", &value, NULL, &error);
  g_assert_no_error (error);
  wait_for_volume (proxy, 0.75);
  crash (proxy);
  wait_for_volume (proxy, 0.5);
}

static void
count_cb (guint *n_notified)
{
  ++*n_notified;
}

/* Calls can be made all the time while a process is replaced: "connected" does not change, but the properties do. */
static void
test_connected (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 10);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  guint n_notified = 0;

  g_signal_connect_swapped (proxy, "notify::connected", G_CALLBACK (count_cb), &n_notified);
  wait_for_volume (proxy, 0.5);
  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 0.75);
  norpc_proxy_write_value_sync (NORPC_PROXY (proxy), "volume", &value, NULL, &error);
  g_assert_no_error (error);
  wait_for_volume (proxy, 0.75);
  norpc_helper_restart (helper);
  wait_for_volume (proxy, 0.5);
  iterate ();
  g_assert_cmpuint (n_notified, ==, 0);
  norpc_helper_stop (helper);
  iterate ();
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
}

/* A client that needs its value of a property in each process. */
typedef struct
{
  NorpcHelper   *helper;    /* (unowned) */
  WireWireProxy *proxy;     /* (unowned) */
  guint          n_starts;  /* of the process that has got the value */
  gboolean       was_connected;
  GString       *connected; /* (owned): how it has changed */
} Keeper;

static void
state_changed_cb (NorpcHelper *helper,
                  GParamSpec  *pspec G_GNUC_UNUSED,
                  gpointer     user_data)
{
  Keeper *self = user_data;
  guint n_starts = norpc_helper_get_n_starts (helper);

  if (norpc_helper_get_state (helper) != NORPC_HELPER_RUNNING || n_starts == self->n_starts)
    return;

  self->n_starts = n_starts;
  wire_wire_set_volume (WIRE_WIRE (self->proxy), 0.75);
}

static void
connected_cb (Keeper *self)
{
  gboolean is_connected = norpc_proxy_is_connected (NORPC_PROXY (self->proxy));

  if (is_connected != self->was_connected)
    g_string_append (self->connected, is_connected ? "connected " : "gone ");
  self->was_connected = is_connected;
}

/* Waits until the process with this number has the value. */
static void
wait_for_kept (Keeper *self,
               guint   n_starts)
{
  g_autoptr (GError) error = NULL;

  while (self->n_starts != n_starts)
    g_main_context_iteration (NULL, TRUE);
  norpc_proxy_load_sync (NORPC_PROXY (self->proxy), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (wire_wire_get_volume (WIRE_WIRE (self->proxy)), ==, 0.75);
}

/* After a crash, clients see that there is no process for a while. They do not see it when a process is replaced, but the
 * state of the helper tells both.
 */
static void
test_kept_value (void)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 10);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  Keeper keeper = { helper, proxy, 0, TRUE, g_string_new (NULL) };

  g_signal_connect (helper, "notify::state", G_CALLBACK (state_changed_cb), &keeper);
  wait_for_kept (&keeper, 1);
  iterate ();
  g_signal_connect_swapped (proxy, "notify::connected", G_CALLBACK (connected_cb), &keeper);

  norpc_helper_restart (helper);
  wait_for_kept (&keeper, 2);
  iterate ();
  g_assert_cmpstr (keeper.connected->str, ==, "");

  crash (proxy);
  while (keeper.connected->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (keeper.connected->str, ==, "gone ");
  norpc_manual_clock_advance (clock, 10);
  wait_for_kept (&keeper, 3);
  iterate ();
  g_assert_cmpstr (keeper.connected->str, ==, "gone connected ");

  g_signal_handlers_disconnect_by_data (helper, &keeper);
  g_signal_handlers_disconnect_by_data (proxy, &keeper);
  g_string_free (keeper.connected, TRUE);
}

/* A program that ends again and again is not started for ever. */
static void
test_ends_too_often (void)
{
  g_autoptr (NorpcHelper) helper = new_helper ("fail", 3);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_autoptr (GError) error = NULL;
  gint64 left;

  g_assert_null (norpc_helper_dup_error (helper));
  wait_for_state (helper, NORPC_HELPER_FAILED);
  g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, 4);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (helper)));
  wait_for_error (helper, NORPC_ERROR, NORPC_ERROR_CLOSED, "It exited with status 1");
  do /* on a busy machine, the reason may be known later */
    {
      g_clear_error (&error);
      g_assert_false (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
    }
  while (!g_str_has_suffix (error->message, "its helper process has ended too often: It exited with status 1"));

  norpc_helper_restart (helper);
  while (norpc_helper_get_n_starts (helper) != 8)
    g_main_context_iteration (NULL, FALSE);
  wait_for_state (helper, NORPC_HELPER_FAILED);
}

static void
note_state_cb (NorpcHelper *helper,
               GParamSpec  *pspec G_GNUC_UNUSED,
               GArray      *states)
{
  NorpcHelperState state;

  g_object_get (helper, "state", &state, NULL);
  g_assert_cmpint (state, ==, norpc_helper_get_state (helper));
  g_array_append_val (states, state);
}

/* The state is notified in the context in which the helper was made. */
static void
test_state (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 0);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_autoptr (GArray) states = g_array_new (FALSE, FALSE, sizeof (NorpcHelperState));

  g_signal_connect (helper, "notify::state", G_CALLBACK (note_state_cb), states);
  call (proxy);
  g_assert_cmpuint (states->len, ==, 0);
  iterate ();
  g_assert_cmpuint (states->len, ==, 1);
  g_assert_cmpint (g_array_index (states, NorpcHelperState, 0), ==, NORPC_HELPER_RUNNING);
  crash (proxy);
  while (states->len == 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_array_index (states, NorpcHelperState, 1), ==, NORPC_HELPER_FAILED);
  norpc_helper_stop (helper);
  iterate ();
  g_assert_cmpint (g_array_index (states, NorpcHelperState, 2), ==, NORPC_HELPER_STOPPED);
}

/* It is known how a program has ended a moment after its connection is closed. */
static void
test_reasons (void)
{
  const char *argv[] = { "/bin/sh", "-c", "kill -SEGV $$", NULL };
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 3);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));

  crash (proxy);
  wait_for_error (helper, NORPC_ERROR, NORPC_ERROR_CLOSED, "It exited with status 1");

  g_clear_object (&helper);
  helper = norpc_helper_new (argv, "/");
  wait_for_error (helper, NORPC_ERROR, NORPC_ERROR_CLOSED, "It was ended by signal 11 (Segmentation fault)");
}

/* A process that hangs, for example, is replaced. Calls wait for the next one. */
static void
test_restart_on_demand (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 0);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));

  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (GAsyncResult) outcome = NULL;
      g_autoptr (GError) error = NULL;
      guint number;

      call (proxy);
      g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, i);
      wire_wire_proxy_call_hold (proxy, NULL, outcome_cb, &outcome);
      call (proxy);
      norpc_helper_restart (helper);
      g_assert_cmpint (norpc_helper_get_state (helper), ==, NORPC_HELPER_STARTING);
      call (proxy);
      while (outcome == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_false (wire_wire_proxy_call_hold_finish (proxy, outcome, &number, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
    }
  g_assert_null (norpc_helper_dup_error (helper));
}

static void
test_no_program (void)
{
  const char *argv[] = { "/nonexistent/program", NULL };
  g_autoptr (NorpcHelper) helper = NULL;
  g_autoptr (GError) error = NULL;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "The helper '/nonexistent/program' cannot be started: *");
  helper = g_object_new (NORPC_TYPE_HELPER, "argv", argv, "max-restarts", 0, NULL);
  wait_for_state (helper, NORPC_HELPER_FAILED);
  g_test_assert_expected_messages ();
  error = norpc_helper_dup_error (helper);
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, 0);

  g_clear_object (&helper);
  helper = g_object_new (NORPC_TYPE_HELPER, NULL);
  norpc_helper_restart (helper);
  g_assert_cmpint (norpc_helper_get_state (helper), ==, NORPC_HELPER_FAILED);
  g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, 0);
}

/* A mistake of the program is reported when the helper is made. */
static void
test_wrong_path (void)
{
  const char *argv[] = { WIRE_HELPER, NULL };
  g_autoptr (NorpcHelper) helper = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "NorpcHelper: 'org/example/Wire' is not an object path");
  helper = g_object_new (NORPC_TYPE_HELPER, "argv", argv, "object-path", "org/example/Wire", NULL);
  g_test_assert_expected_messages ();
  norpc_helper_restart (helper);
  proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_assert_false (wire_wire_proxy_call_fail_sync (proxy, 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "its helper has no program"));
  g_assert_cmpuint (norpc_helper_get_n_starts (helper), ==, 0);
}

static void
test_stop (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 3);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

  call (proxy);
  wire_wire_proxy_call_hold (proxy, NULL, outcome_cb, &outcome);
  norpc_helper_stop (helper);
  while (outcome == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (wire_wire_proxy_call_hold_finish (proxy, outcome, &number, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpint (norpc_helper_get_state (helper), ==, NORPC_HELPER_STOPPED);
  norpc_helper_stop (helper);
  norpc_helper_restart (helper);
  g_assert_cmpint (norpc_helper_get_state (helper), ==, NORPC_HELPER_STOPPED);
}

/* An error of a declared domain is known by its name, although nothing has used the domain in this process. */
static void
test_error (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 3);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_autoptr (GError) error = NULL;

  g_assert_false (wire_wire_proxy_call_fail_sync (proxy, 1, NULL, &error));
  g_assert_cmpstr (g_quark_to_string (error->domain), ==, "wire-failure-quark");
  g_assert_cmpint (error->code, ==, WIRE_FAILURE_LOST);
  g_assert_cmpstr (error->message, ==, "failure 1");
}

/* The program knows who has started it. */
static void
test_sender (void)
{
  g_autoptr (NorpcHelper) helper = new_helper (NULL, 3);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (helper));
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  gint64 user;

  wire_wire_proxy_call_who_am_i_sync (proxy, &name, &user, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "");
  g_assert_cmpint (user, ==, getuid ());
}

/* A program that nobody has started so says so. */
static void
test_not_helper (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_helper_connect (&error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/helper/error", test_error);
  g_test_add_func ("/helper/sender", test_sender);
  g_test_add_func ("/helper/start", test_start);
  g_test_add_func ("/helper/restart", test_restart);
  g_test_add_func ("/helper/retry", test_retry);
  g_test_add_func ("/helper/restart-on-demand", test_restart_on_demand);
  g_test_add_func ("/helper/reasons", test_reasons);
  g_test_add_func ("/helper/state", test_state);
  g_test_add_func ("/helper/properties", test_properties);
  g_test_add_func ("/helper/connected", test_connected);
  g_test_add_func ("/helper/kept-value", test_kept_value);
  g_test_add_func ("/helper/ends-too-often", test_ends_too_often);
  g_test_add_func ("/helper/no-program", test_no_program);
  g_test_add_func ("/helper/wrong-path", test_wrong_path);
  g_test_add_func ("/helper/stop", test_stop);
  g_test_add_func ("/helper/not-a-helper", test_not_helper);

  return g_test_run ();
}
