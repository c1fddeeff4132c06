/* test-dynamic-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams between clients and services of which one or both have a description that was read at run time. */

#include "meter-fixture.h"

static void
next_dynamic_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      log)
{
  NorpcDynamicStream *stream = NORPC_DYNAMIC_STREAM (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) values = norpc_dynamic_stream_next_finish (stream, result, &error);
  g_autofree char *text = values != NULL ? g_variant_print (values, FALSE) : NULL;

  g_assert_no_error (error);
  log_add (log, "%s; ", text != NULL ? text : "end");
  if (values != NULL)
    norpc_dynamic_stream_next_async (stream, NULL, next_dynamic_cb, log);
}

static void
outcome_dynamic_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      log)
{
  g_autoptr (GVariant) values = norpc_dynamic_stream_outcome_finish (NORPC_DYNAMIC_STREAM (object), result, NULL);
  guint64 sum;

  g_assert_nonnull (values);
  g_variant_get (values, "(t)", &sum);
  log_add (log, "outcome %" G_GUINT64_FORMAT "; ", sum);
}

static NorpcDynamicStream *
open_count (MeterFixture *fixture,
            guint         upto)
{
  g_autoptr (GError) error = NULL;
  NorpcDynamicStream *stream = norpc_dynamic_proxy_open_stream (NORPC_DYNAMIC_PROXY (fixture->proxy), "Count",
                                                                g_variant_new ("(u)", upto), NULL, &error);

  g_assert_no_error (error);

  return stream;
}

static void
test_async (MeterFixture  *fixture,
            gconstpointer  kind)
{
  g_autoptr (NorpcDynamicStream) stream = open_count (fixture, 3);

  norpc_dynamic_stream_next_async (stream, NULL, next_dynamic_cb, &fixture->log);
  log_wait (&fixture->log, "end; ");
  log_assert (&fixture->log, "(1,); (2,); (3,); end; ");
  norpc_dynamic_stream_outcome_async (stream, NULL, outcome_dynamic_cb, &fixture->log);
  log_wait (&fixture->log, "outcome 6; ");
}

static void
test_sync (MeterFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcDynamicStream) stream = open_count (fixture, 2);
  g_autoptr (GVariant) outcome = NULL;

  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (GVariant) values = norpc_dynamic_stream_next_sync (stream, NULL, NULL);
      guint number;

      g_variant_get (values, "(u)", &number);
      g_assert_cmpuint (number, ==, i);
    }
  g_assert_null (norpc_dynamic_stream_next_sync (stream, NULL, NULL));
  g_assert_null (norpc_dynamic_stream_try_next (stream));
  outcome = norpc_dynamic_stream_outcome_sync (stream, NULL, NULL);
  g_assert_nonnull (outcome);
}

/* Values of any type are passed as GValues. */
static void
test_values (MeterFixture  *fixture,
             gconstpointer  kind)
{
  NorpcDynamicProxy *proxy = NORPC_DYNAMIC_PROXY (fixture->proxy);
  g_auto (GValue) upto = G_VALUE_INIT;
  g_autoptr (NorpcDynamicStream) stream = NULL;
  g_autoptr (NorpcReply) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_value_init (&upto, G_TYPE_UINT);
  g_value_set_uint (&upto, 2);
  g_assert_null (norpc_dynamic_proxy_open_stream_for_values (proxy, "Count", 0, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "org.example.Meter.Count: expected 1 argument, got 0");
  g_clear_error (&error);
  g_assert_null (norpc_dynamic_proxy_open_stream_for_values (proxy, "Put", 1, &upto, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);

  stream = norpc_dynamic_proxy_open_stream_for_values (proxy, "Count", 1, &upto, NULL, NULL);
  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (NorpcItem) item = norpc_dynamic_stream_next_item_sync (stream, NULL, NULL);

      g_assert_cmpuint (g_value_get_uint (norpc_item_get_values (item, NULL)), ==, i);
    }
  g_assert_null (norpc_dynamic_stream_next_item_sync (stream, NULL, NULL));
  outcome = norpc_dynamic_stream_outcome_reply_sync (stream, NULL, NULL);
  g_assert_cmpuint (g_value_get_uint64 (norpc_reply_get_values (outcome, NULL)), ==, 3);
}

/* A wrong item is not written. The client's end of a stream that goes in writes. */
static void
test_wrong_values (MeterFixture  *fixture,
                   gconstpointer  kind)
{
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.Sink'><stream name='Put' direction='in'>"
    "<arg name='text' type='s' direction='out'/></stream></interface></node>", NULL, NULL);
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (norpc_proxy_get_endpoint (fixture->proxy), info);
  g_autoptr (NorpcDynamicStream) stream = norpc_dynamic_proxy_open_stream_for_values (proxy, "Put", 0, NULL, NULL,
                                                                                      NULL);
  g_auto (GValue) number = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&number, G_TYPE_UINT);
  g_assert_false (norpc_dynamic_stream_write_values (stream, 0, NULL, &error));
  g_assert_cmpstr (error->message, ==, "org.example.Sink.Put: expected 1 value, got 0");
  g_clear_error (&error);
  g_assert_false (norpc_dynamic_stream_write_values (stream, 1, &number, &error));
  g_assert_cmpstr (error->message, ==,
                   "org.example.Sink.Put: item 'text': expected a value of type gchararray, got one of type guint");
}

static void
test_compiled_client (MeterFixture  *fixture,
                      gconstpointer  kind)
{
  g_autoptr (MeterMeterCountStream) stream = meter_meter_proxy_open_count (METER_METER_PROXY (fixture->proxy), 2, NULL);
  guint number;
  guint64 sum;

  for (guint i = 1; i <= 2; i++)
    {
      g_assert_true (meter_meter_count_stream_next_sync (stream, &number, NULL, NULL));
      g_assert_cmpuint (number, ==, i);
    }
  g_assert_false (meter_meter_count_stream_next_sync (stream, &number, NULL, NULL));
  g_assert_true (meter_meter_count_stream_outcome_sync (stream, &sum, NULL, NULL));
  g_assert_cmpuint (sum, ==, 3);
}

/* The error of the service is the outcome: it writes more items than may wait for the reader. */
static void
test_full (MeterFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcDynamicStream) stream = open_count (fixture, 100);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) later = meter_call (fixture, "Double", g_variant_new ("(s)", "a"), &error);

  g_assert_no_error (error);
  g_assert_null (norpc_dynamic_stream_outcome_sync (stream, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
}

static void
test_wrong (MeterFixture  *fixture,
            gconstpointer  kind)
{
  NorpcDynamicProxy *proxy = NORPC_DYNAMIC_PROXY (fixture->proxy);
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_dynamic_proxy_open_stream (proxy, "Double", g_variant_new ("(s)", ""), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Meter.Double is not a stream");
  g_clear_error (&error);
  g_assert_null (norpc_dynamic_proxy_call_method_sync (proxy, "Count", g_variant_new ("(u)", 1), NULL, &error));
  g_assert_cmpstr (error->message, ==, "org.example.Meter.Count is a stream, which is opened");
  g_clear_error (&error);
  g_assert_false (norpc_dynamic_proxy_send_method (proxy, "Double", g_variant_new ("(s)", ""), &error));
  g_assert_cmpstr (error->message, ==, "org.example.Meter.Double is not one-way");
}

static void
add_client_test (const char *path,
                 MeterKind   kind,
                 void      (*func) (MeterFixture *fixture, gconstpointer kind))
{
  g_test_add (path, MeterFixture, GINT_TO_POINTER (kind), meter_fixture_set_up, func, meter_fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_client_test ("/dynamic/streams/async/both", METER_DYNAMIC_CLIENT | METER_DYNAMIC_SERVICE, test_async);
  add_client_test ("/dynamic/streams/async/client", METER_DYNAMIC_CLIENT, test_async);
  add_client_test ("/dynamic/streams/sync/both", METER_DYNAMIC_CLIENT | METER_DYNAMIC_SERVICE, test_sync);
  add_client_test ("/dynamic/streams/sync/client", METER_DYNAMIC_CLIENT, test_sync);
  add_client_test ("/dynamic/streams/full/both", METER_DYNAMIC_CLIENT | METER_DYNAMIC_SERVICE, test_full);
  add_client_test ("/dynamic/streams/full/client", METER_DYNAMIC_CLIENT, test_full);
  add_client_test ("/dynamic/streams/values/both", METER_DYNAMIC_CLIENT | METER_DYNAMIC_SERVICE, test_values);
  add_client_test ("/dynamic/streams/values/client", METER_DYNAMIC_CLIENT, test_values);
  add_client_test ("/dynamic/streams/wrong-values", METER_DYNAMIC_CLIENT, test_wrong_values);
  add_client_test ("/dynamic/streams/service", METER_DYNAMIC_SERVICE, test_compiled_client);
  add_client_test ("/dynamic/streams/wrong", METER_DYNAMIC_CLIENT, test_wrong);

  return g_test_run ();
}
