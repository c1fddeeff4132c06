/* test-layer-filter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

/* What the functions have seen: */
typedef struct
{
  int n_calls;     /* atomic */
  int n_good;      /* atomic */
  int n_cancelled; /* atomic */
  int n_failed;    /* atomic */
  int n_destroyed; /* atomic */
} Seen;

/* Each number is doubled, and what is to fail is answered. */
static gboolean
look_at_call (NorpcCall  *call,
              gpointer    data,
              GError    **error)
{
  Seen *seen = data;
  guint n_args;
  GValue *args = norpc_call_get_args (call, &n_args);

  g_atomic_int_inc (&seen->n_calls);
  if (g_str_equal (norpc_call_get_method_name (call), "Note"))
    g_value_set_uint (&args[0], g_value_get_uint (&args[0]) * 2);
  if (g_str_equal (norpc_call_get_method_name (call), "Fail"))
    norpc_call_return_values (call, 0, NULL);

  return TRUE;
}

static void
look_at_reply (NorpcReply *reply,
               gpointer    data)
{
  Seen *seen = data;
  const GError *error = norpc_reply_get_error (reply);

  if (error == NULL)
    g_atomic_int_inc (&seen->n_good);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_atomic_int_inc (&seen->n_cancelled);
  else
    g_atomic_int_inc (&seen->n_failed);

  if (g_str_equal (norpc_reply_get_method_name (reply), "Echo"))
    g_assert_nonnull (g_value_get_boxed (norpc_reply_get_values (reply, NULL)));
}

static void
destroyed_cb (gpointer data)
{
  g_atomic_int_inc (&((Seen *) data)->n_destroyed);
}

static NorpcLayer *
new_filter (Seen           *seen,
            GDestroyNotify  destroy)
{
  NorpcLayer *filter = norpc_filter_new ();

  norpc_filter_set_call_func (NORPC_FILTER (filter), look_at_call, seen, destroy);
  norpc_filter_set_reply_func (NORPC_FILTER (filter), look_at_reply, seen, destroy);

  return filter;
}

static void
test_calls (Layered       *fixture,
            gconstpointer  side)
{
  Seen seen = { 0 };
  Outcome notes[3] = { { 0 } };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("bytes", 5);
  g_autoptr (GBytes) echo = NULL;

  layered_start (fixture, get_side (side),
                 new_filter (&seen, get_side (side) == SIDE_CLIENT ? destroyed_cb : NULL), NULL);
  for (guint i = 0; i < 3; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  outcome_wait (&notes[2]);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, i), ==, 2 * i);

  /* Answered by the function, not by the service. */
  g_assert_true (probe_probe_proxy_call_fail_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 3);
  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, NULL));
  echo = probe_probe_proxy_call_echo_sync (fixture->proxy, bytes, NULL, NULL);
  g_assert_nonnull (echo);
  g_assert_cmpint (g_atomic_int_get (&seen.n_calls), ==, 6);
  g_assert_cmpint (g_atomic_int_get (&seen.n_good), ==, 5);
  g_assert_cmpint (g_atomic_int_get (&seen.n_failed), ==, 1);

  if (get_side (side) == SIDE_CLIENT)
    {
      layered_let_pass (fixture);
      layered_drop (fixture);
      g_assert_cmpint (g_atomic_int_get (&seen.n_destroyed), ==, 2);
    }
}

static void
test_cancelled (Layered       *fixture,
                gconstpointer  unused)
{
  Seen seen = { 0 };
  Outcome held = { 0 };

  layered_start (fixture, SIDE_CLIENT, new_filter (&seen, NULL), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  /* It is told as the client is, in its context. */
  g_assert_cmpint (g_atomic_int_get (&seen.n_cancelled), ==, 0);
  outcome_wait (&held);
  g_assert_cmpint (g_atomic_int_get (&seen.n_cancelled), ==, 1);
  outcome_clear (&held);
  layered_let_pass (fixture);
  layered_drop (fixture);
}

/* Without functions it does nothing. */
static void
test_empty (Layered       *fixture,
            gconstpointer  side)
{
  layered_start (fixture, get_side (side), norpc_filter_new (), NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
}

static void
assert_not_set (NorpcCall    *call,
                guint         index,
                const GValue *value,
                const char   *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_call_set_arg (call, index, value, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
}

static gboolean
replace_args (NorpcCall  *call,
              gpointer    unused,
              GError    **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) wrong = G_VALUE_INIT;
  guint number = g_value_get_uint (norpc_call_get_args (call, NULL));

  g_value_init (&wrong, G_TYPE_INT);
  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, number + 5);
  g_assert_true (norpc_call_set_arg (call, 0, &value, error));
  assert_not_set (call, 0, &wrong,
                  "org.example.Probe.Note: argument 'number': expected a value of type guint, got one of type gint");
  assert_not_set (call, 1, &value,
                  "org.example.Probe.Note: no argument has the index 1; the number of arguments is 1");

  /* The value that the call has may be given, too. */
  return norpc_call_set_arg (call, 0, norpc_call_get_args (call, NULL), error);
}

static void
test_set_arg (Layered       *fixture,
              gconstpointer  side)
{
  NorpcLayer *filter = norpc_filter_new ();

  norpc_filter_set_call_func (NORPC_FILTER (filter), replace_args, NULL, NULL);
  layered_start (fixture, get_side (side), filter, NULL);
  g_assert_true (probe_probe_proxy_call_note_sync (fixture->proxy, 2, NULL, NULL));
  g_assert_cmpuint (fixture->state->numbers->len, ==, 1);
  g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, 0), ==, 7);
}

static void
test_set_arg_unsent (void)
{
  g_autoptr (NorpcCall) call = new_call ("Echo");
  g_autoptr (NorpcCall) empty = new_call ("Noop");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("bytes", 5);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BYTES);
  assert_not_set (call, 0, &value,
                  "org.example.Probe.Echo: argument 'bytes': expected a value of type GBytes, got NULL");
  g_value_set_boxed (&value, bytes);
  g_assert_true (norpc_call_set_arg (call, 0, &value, NULL));
  g_assert_true (g_value_get_boxed (norpc_call_get_args (call, NULL)) == bytes);
  assert_not_set (empty, 0, &value,
                  "org.example.Probe.Noop: no argument has the index 0; the number of arguments is 0");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-filter/calls", test_calls);
  TEST_LAYER ("/layer-filter/cancelled", SIDE_CLIENT, test_cancelled);
  TEST_LAYER_SIDES ("/layer-filter/empty", test_empty);
  TEST_LAYER_SIDES ("/layer-filter/set-arg", test_set_arg);
  g_test_add_func ("/layer-filter/set-arg/unsent", test_set_arg_unsent);

  return g_test_run ();
}
