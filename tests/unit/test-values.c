/* test-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values are checked where they come in. */

#include "values-service.h"

/* How a call ended. */
static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static void
assert_refused (GError     **error,
                const char  *message)
{
  g_assert_error (*error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_assert_cmpuint (values_state.n_calls, ==, 0);
  g_clear_error (error);
}

/* It is called back, and not within the call. */
static void
test_async (ValuesFixture *f,
            gconstpointer  unused)
{
  g_autoptr (GVariant) wrong = g_variant_ref_sink (g_variant_new_parsed ("{'a': 'b'}"));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  values_values_proxy_call_dict (f->proxy, wrong, NULL, result_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (values_values_proxy_call_dict_finish (f->proxy, result, &error));
  assert_refused (&error, "org.example.Values.Dict: argument 'dict': "
                          "expected a GVariant of type 'a{sv}', got one of type 'a{ss}'");
}

static void
test_sync (ValuesFixture *f,
           gconstpointer  unused)
{
  g_autoptr (GPtrArray) files = values_make_files ("two");
  g_autoptr (GPtrArray) places = g_ptr_array_new ();
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint8));
  g_autoptr (GError) error = NULL;

  g_assert_null (values_values_proxy_call_text_sync (f->proxy, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Text: argument 'text': expected a value of type gchararray, got NULL");

  g_assert_null (values_values_proxy_call_text_sync (f->retrying, "\xff", NULL, &error));
  assert_refused (&error, "org.example.Values.Text: argument 'text': expected valid UTF-8, got '\357\277\275'");

  g_ptr_array_insert (files, 1, NULL);
  g_ptr_array_set_free_func (files, NULL);
  g_assert_false (values_values_proxy_call_files_sync (f->proxy, files, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Files: argument 'files': element 1: "
                          "expected a value of type GFile, got NULL");
  g_object_unref (files->pdata[0]);
  g_object_unref (files->pdata[2]);

  g_ptr_array_add (places, NULL);
  g_assert_false (values_values_proxy_call_places_sync (f->proxy, places, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Places: argument 'places': element 0: "
                          "expected a value of type ValuesPlace, got NULL");

  g_array_set_size (numbers, 1);
  g_assert_false (values_values_proxy_call_modes_sync (f->proxy, numbers, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Modes: argument 'modes': "
                          "expected an array of elements of 4 bytes, got one of 1");
}

/* Values deep in a record. */
static void
test_records (ValuesFixture *f,
              gconstpointer  unused)
{
  g_autoptr (ValuesTrip) trip = values_make_trip ("High Street", 0.5);
  ValuesPlace *stop = g_ptr_array_index (trip->stops, 0);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&stop->street, g_free);
  g_assert_false (values_values_proxy_call_trip_sync (f->proxy, trip, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Trip: argument 'trip': field 'stops' of ValuesTrip: element 0: "
                          "field 'street' of ValuesPlace: expected a value of type gchararray, got NULL");
  stop->street = g_strdup ("Side Street");

  g_object_unref (trip->files->pdata[1]);
  trip->files->pdata[1] = NULL;
  g_ptr_array_set_free_func (trip->files, NULL);
  g_assert_false (values_values_proxy_call_trip_sync (f->proxy, trip, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Trip: argument 'trip': field 'files' of ValuesTrip: element 1: "
                          "expected a value of type GFile, got NULL");
  g_object_unref (trip->files->pdata[0]);
  g_clear_pointer (&trip->files, g_ptr_array_unref);

  g_clear_pointer (&trip->next->tags, g_strfreev);
  g_assert_false (values_values_proxy_call_trip_sync (f->proxy, trip, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Values.Trip: argument 'trip': field 'next' of ValuesTrip: "
                          "field 'tags' of ValuesTrip: expected a value of type GStrv, got NULL");
}

/* A call that is made by hand, with nothing in it, or with what was not asked for. */
static void
test_by_hand (ValuesFixture *f,
              gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = values_values_interface_info ();
  guint text = (guint) norpc_interface_info_find_method (info, "Text");
  NorpcCall *call = norpc_call_new (info, text);
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (f->proxy));
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_endpoint_call_sync (endpoint, call, NULL, &error));
  assert_refused (&error, "org.example.Values.Text: argument 'text': expected a value of type gchararray, got NULL");

  call = norpc_call_new (info, text);
  g_value_unset (&norpc_call_get_args (call, NULL)[0]);
  g_assert_null (norpc_proxy_call_sync (NORPC_PROXY (f->proxy), call, NULL, &error));
  assert_refused (&error, "org.example.Values.Text: argument 'text': "
                          "expected a value of type gchararray, got an unset value");
}

/* A filter may change arguments after they were checked. */
static gboolean
change_text (NorpcCall  *call,
             gpointer    user_data,
             GError    **error)
{
  g_value_set_string (&norpc_call_get_args (call, NULL)[0], user_data);

  return TRUE;
}

static void
test_filter (ValuesFixture *f,
             gconstpointer  on_server)
{
  NorpcLayer *filter = norpc_filter_new ();
  g_autoptr (GObject) service = g_object_new (values_service_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (ValuesValuesProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  norpc_filter_set_call_func (NORPC_FILTER (filter), change_text, NULL, NULL);
  if (on_server)
    norpc_server_add_layer (server, filter);
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  stack = norpc_stack_new (on_server ? norpc_load_shed_new () : filter, norpc_server_get_channel (server), NULL);
  proxy = values_values_proxy_new (stack);
  g_assert_null (values_values_proxy_call_text_sync (proxy, "good", NULL, &error));
  assert_refused (&error, "org.example.Values.Text: argument 'text': expected a value of type gchararray, got NULL");
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
}

static void
test_filter_on_server (ValuesFixture *f,
                       gconstpointer  unused)
{
  test_filter (f, f);
}

static void
test_one_way (ValuesFixture *f,
              gconstpointer  unused)
{
  g_autofree char *back = NULL;
  g_autoptr (GError) error = NULL;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING,
                         "*org.example.Values.Tell: argument 'text': expected a value of type gchararray, got NULL");
  values_values_proxy_call_tell (f->proxy, NULL);
  g_test_assert_expected_messages ();

  values_values_proxy_call_tell (f->proxy, "text");
  back = values_values_proxy_call_text_sync (f->proxy, "after it", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (values_state.n_calls, ==, 2);
}

/* A call that is not sent takes nobody's place. The service has its turn when the
 * context is iterated, so the first call waits when the second is made.
 */
static void
test_latest_wins (ValuesFixture *f,
                  gconstpointer  unused)
{
  g_autoptr (GObject) service = g_object_new (values_service_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, NULL);
  g_autoptr (ValuesValuesProxy) proxy = NULL;
  g_autoptr (GAsyncResult) good = NULL;
  g_autoptr (GAsyncResult) bad = NULL;
  g_autofree char *back = NULL;
  g_autoptr (GError) error = NULL;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  proxy = values_values_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  values_values_proxy_call_latest (proxy, "good", NULL, result_cb, &good);
  values_values_proxy_call_latest (proxy, NULL, NULL, result_cb, &bad);
  while (good == NULL || bad == NULL)
    g_main_context_iteration (NULL, TRUE);
  back = values_values_proxy_call_latest_finish (proxy, good, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back, ==, "good");
  g_assert_null (values_values_proxy_call_latest_finish (proxy, bad, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
}

/* As a language binding may make it. */
static void
test_no_endpoint (void)
{
  g_autoptr (ValuesValuesProxy) proxy = g_object_new (VALUES_TYPE_VALUES_PROXY, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (values_values_proxy_call_text_sync (proxy, "text", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);

  values_values_proxy_call_text (proxy, "text", NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (values_values_proxy_call_text_finish (proxy, result, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  values_values_proxy_call_tell (proxy, "text");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/values/no-endpoint", test_no_endpoint);
  TEST_VALUES ("/values/async", test_async);
  TEST_VALUES ("/values/sync", test_sync);
  TEST_VALUES ("/values/records", test_records);
  TEST_VALUES ("/values/by-hand", test_by_hand);
  TEST_VALUES ("/values/filter/client", test_filter);
  TEST_VALUES ("/values/filter/server", test_filter_on_server);
  TEST_VALUES ("/values/one-way", test_one_way);
  TEST_VALUES ("/values/latest-wins", test_latest_wins);

  return g_test_run ();
}
