/* test-value-results.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Results are checked when a call is answered. */

#include "values-service.h"

static void
assert_broken (GError     **error,
               const char  *message)
{
  g_assert_error (*error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_clear_error (error);
}

static void
test_results (ValuesFixture *f,
              gconstpointer  unused)
{
  g_autoptr (ValuesTrip) trip = values_make_trip ("High Street", 0.5);
  g_autoptr (GPtrArray) files = values_make_files ("two");
  g_autoptr (GPtrArray) places = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  values_state.breaks = TRUE;
  g_assert_null (values_values_proxy_call_text_sync (f->retrying, "text", NULL, &error));
  assert_broken (&error, "org.example.Values.Text: result 'back': expected valid UTF-8, got '\357\277\275'");

  g_assert_null (values_values_proxy_call_latest_sync (f->proxy, "text", NULL, &error));
  assert_broken (&error, "org.example.Values.Latest: result 'back': expected a value of type gchararray, got NULL");

  g_assert_false (values_values_proxy_call_files_sync (f->proxy, files, NULL, NULL, NULL, &error));
  assert_broken (&error, "org.example.Values.Files: result 'back': element 2: "
                         "expected a value of type GFile, got NULL");

  g_assert_false (values_values_proxy_call_places_sync (f->proxy, places, NULL, NULL, NULL, &error));
  assert_broken (&error, "org.example.Values.Places: result 'back': element 0: "
                         "expected a value of type ValuesPlace, got NULL");

  g_assert_false (values_values_proxy_call_modes_sync (f->proxy, trip->modes, NULL, NULL, NULL, &error));
  assert_broken (&error, "org.example.Values.Modes: result 'back': expected a value of type GArray, got NULL");

  g_assert_false (values_values_proxy_call_trip_sync (f->proxy, trip, NULL, NULL, NULL, &error));
  assert_broken (&error, "org.example.Values.Trip: result 'back': field 'start' of ValuesTrip: "
                         "field 'street' of ValuesPlace: expected a value of type gchararray, got NULL");
}

/* Everything right: the results are equal to the arguments. */
static void
test_right (ValuesFixture *f,
            gconstpointer  unused)
{
  g_autoptr (ValuesTrip) trip = values_make_trip ("High Street", 0.5);
  g_autoptr (ValuesTrip) back = NULL;
  g_autoptr (GArray) modes = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (values_values_proxy_call_trip_sync (f->retrying, trip, &back, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (values_trip_equal (trip, back));
  g_assert_true (values_values_proxy_call_modes_sync (f->proxy, trip->modes, &modes, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (modes->len, ==, trip->modes->len);
}

/* A handler that is given its results as GValues. */
static gboolean
return_values (gpointer   service,
               gpointer   vtable,
               NorpcCall *call,
               GError   **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  const char *text = g_value_get_string (&norpc_call_get_args (call, NULL)[0]);

  g_value_init (&value, g_str_equal (text, "string") ? G_TYPE_STRING : G_TYPE_INT);
  norpc_call_return_values (call, g_str_equal (text, "too few") ? 0 : 1,
                            g_str_equal (text, "none") ? NULL : &value);

  return TRUE;
}

static void
test_return_values (ValuesFixture *f,
                    gconstpointer  unused)
{
  const NorpcInterfaceInfo *generated = values_values_interface_info ();
  NorpcMethodInfo method = *generated->methods[norpc_interface_info_find_method (generated, "Text")];
  const NorpcMethodInfo * const methods[] = { &method, NULL };
  NorpcInterfaceInfo info = *generated;
  const struct
  {
    const char *text;
    const char *message;
  } rows[] = {
    { "string", "org.example.Values.Text: result 'back': expected a value of type gchararray, got NULL" },
    { "number", "org.example.Values.Text: result 'back': expected a value of type gchararray, got one of type gint" },
    { "too few", "org.example.Values.Text: expected 1 results, got 0" },
    { "none", "org.example.Values.Text: expected 1 results, got 0" },
  };

  method.dispatch = return_values;
  info.methods = methods;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      NorpcCall *call = norpc_call_new (&info, 0);
      g_autoptr (GError) error = NULL;

      g_value_set_string (&norpc_call_get_args (call, NULL)[0], rows[i].text);
      g_assert_null (norpc_proxy_call_sync (NORPC_PROXY (f->proxy), call, NULL, &error));
      assert_broken (&error, rows[i].message);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_VALUES ("/value-results/right", test_right);
  TEST_VALUES ("/value-results/wrong", test_results);
  TEST_VALUES ("/value-results/return-values", test_return_values);

  return g_test_run ();
}
