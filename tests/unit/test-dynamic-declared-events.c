/* test-dynamic-declared-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams, signals and properties of declared types, between clients and services of which one or both have a
 * description that was read at run time.
 */

#include <string.h>

#include "atlas-fixture.h"

/* Streams */

static void
test_walk (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcDynamicStream) stream = NULL;
  g_autoptr (GVariant) outcome = NULL;
  g_autoptr (GError) error = NULL;

  stream = norpc_dynamic_proxy_open_stream (NORPC_DYNAMIC_PROXY (fixture->proxy), "Walk", g_variant_new ("(u)", 3), NULL,
                                            &error);
  g_assert_no_error (error);
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GVariant) item = norpc_dynamic_stream_next_sync (stream, NULL, &error);
      int x, y;

      g_assert_no_error (error);
      g_variant_get (item, "((iims)im(s))", &x, &y, NULL, NULL, NULL, NULL);
      g_assert_cmpint (x, ==, i);
      g_assert_cmpint (y, ==, 7);
    }
  g_assert_null (norpc_dynamic_stream_next_sync (stream, NULL, &error));
  g_assert_no_error (error);
  outcome = norpc_dynamic_stream_outcome_sync (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (outcome), ==, "((iims))");
}

static void
test_compiled_walk (AtlasFixture  *fixture,
                    gconstpointer  kind)
{
  g_autoptr (AtlasAtlasWalkStream) stream = atlas_atlas_proxy_open_walk (ATLAS_ATLAS_PROXY (fixture->proxy), 3, NULL);
  g_autoptr (AtlasPoint) last = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AtlasPoint) point = NULL;

      g_assert_true (atlas_atlas_walk_stream_next_sync (stream, &point, NULL, NULL, NULL, &error));
      g_assert_cmpint (point->x, ==, i);
      g_assert_cmpint (point->y, ==, 7);
    }
  last = atlas_atlas_walk_stream_outcome_sync (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (last->x, ==, 3);
}

static NorpcDynamicStream *
open_draw (AtlasFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  NorpcDynamicStream *stream = norpc_dynamic_proxy_open_stream (NORPC_DYNAMIC_PROXY (fixture->proxy), "Draw", NULL, NULL,
                                                                &error);

  g_assert_no_error (error);

  return stream;
}

static void
test_draw (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcDynamicStream) stream = open_draw (fixture);
  g_autoptr (GVariant) outcome = NULL;
  g_autoptr (GError) error = NULL;
  int sum;

  for (int i = 0; i < 3; i++)
    g_assert_true (norpc_dynamic_stream_write (stream, g_variant_new ("(im(s))", 10, FALSE, NULL), &error));
  norpc_stream_end (NORPC_STREAM (stream));
  outcome = norpc_dynamic_stream_outcome_sync (stream, NULL, &error);
  g_assert_no_error (error);
  g_variant_get (outcome, "(i)", &sum);
  g_assert_cmpint (sum, ==, 30);
}

static void
test_compiled_draw (AtlasFixture  *fixture,
                    gconstpointer  kind)
{
  g_autoptr (AtlasAtlasDrawStream) stream = atlas_atlas_proxy_open_draw (ATLAS_ATLAS_PROXY (fixture->proxy), NULL);
  g_autoptr (GError) error = NULL;
  int sum;

  g_assert_true (atlas_atlas_draw_stream_write (stream, ATLAS_MODE_SLOW, NULL, &error));
  g_assert_true (atlas_atlas_draw_stream_write (stream, ATLAS_MODE_READ_ONLY, NULL, &error));
  norpc_stream_end (NORPC_STREAM (stream));
  g_assert_true (atlas_atlas_draw_stream_outcome_sync (stream, &sum, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (sum, ==, 11);
}

/* A service with generated code reads an item that it cannot have: the read fails. */
static void
test_wrong_item (AtlasFixture  *fixture,
                 gconstpointer  kind)
{
  g_autoptr (NorpcDynamicStream) stream = open_draw (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_dynamic_stream_write (stream, g_variant_new ("(im(s))", 4, TRUE, "never"), &error));
  norpc_stream_end (NORPC_STREAM (stream));
  g_assert_null (norpc_dynamic_stream_outcome_sync (stream, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Atlas.Draw: item 'day': field 'date' of AtlasDay: 'never' is not a valid GDateTime");
}

/* A service without generated code writes one: the write fails. */
static void
test_wrong_written_item (AtlasFixture  *fixture,
                         gconstpointer  kind)
{
  g_autoptr (AtlasAtlasWalkStream) stream = atlas_atlas_proxy_open_walk (ATLAS_ATLAS_PROXY (fixture->proxy),
                                                                         ATLAS_WRONG_STEPS, NULL);
  g_autoptr (AtlasPoint) last = NULL;
  g_autoptr (GError) error = NULL;

  last = atlas_atlas_walk_stream_outcome_sync (stream, NULL, &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Atlas.Walk: item 'day': field 'date' of AtlasDay: 'never' is not a valid GDateTime");
}

/* Signals */

static void
dynamic_moved_cb (NorpcProxy *proxy,
                  GVariant   *point,
                  int         mode,
                  const char *why,
                  Log        *log)
{
  g_autofree char *text = g_variant_print (point, FALSE);

  log_add (log, "%s %d %s; ", text, mode, why);
}

static void
compiled_moved_cb (AtlasAtlasProxy  *proxy,
                   const AtlasPoint *point,
                   AtlasMode         mode,
                   const char       *why,
                   Log              *log)
{
  log_add (log, "(%d, %d, '%s') %d %s; ", point->x, point->y, point->name, (int) mode, why);
}

static void
test_signal (AtlasFixture  *fixture,
             gconstpointer  kind)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) dynamic = norpc_dynamic_proxy_new (channel, fixture->info);
  g_autoptr (AtlasAtlasProxy) compiled = atlas_atlas_proxy_new (channel);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (dynamic, "moved", G_CALLBACK (dynamic_moved_cb), &fixture->log);
  g_signal_connect (compiled, "moved", G_CALLBACK (compiled_moved_cb), &fixture->log);
  g_signal_connect (fixture->proxy, "moved",
                    fixture->kind & ATLAS_DYNAMIC_CLIENT ? G_CALLBACK (dynamic_moved_cb) : G_CALLBACK (compiled_moved_cb),
                    &fixture->log);
  reply = atlas_call (fixture, "Shout", g_variant_new ("((iims))", 1, 2, "n"), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      log_wait (&fixture->log, "shout; ");
      g_assert_true (g_str_has_prefix (fixture->log.text->str, "(1, 2, 'n') 1 shout; "));
      g_string_erase (fixture->log.text, 0, strlen ("(1, 2, 'n') 1 shout; "));
    }
}

/* A signal whose types differ does not reach the client, and a warning says so once. */
static void
test_other_signal (AtlasFixture  *fixture,
                   gconstpointer  kind)
{
  const NorpcInterfaceInfo *info = atlas_read_info ("value=\"10\"", "value=\"12\"");
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy =
    g_object_new (norpc_dynamic_proxy_type_for (info), "endpoint", channel, "load-properties", FALSE, NULL);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING,
                         "org.example.Atlas.Moved does not reach a client that describes the signal in another way: "
                         "argument 'mode' differs: the value 'Slow' of 'Mode' is 12 in one, 10 in the other");
  g_signal_connect (proxy, "moved", G_CALLBACK (dynamic_moved_cb), &fixture->log);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariant) reply = atlas_call (fixture, "Shout", g_variant_new ("((iims))", 1, 2, "n"), NULL);

      g_assert_nonnull (reply);
    }
  iterate ();
  g_test_assert_expected_messages ();
  log_assert (&fixture->log, "");
}

static void
emit_wrong_date (AtlasFixture *fixture,
                 NorpcCall    *call)
{
  g_assert_true (norpc_dynamic_service_emit_variant (NORPC_DYNAMIC_SERVICE (fixture->service), "Dated",
                                                     g_variant_new ("((s))", "never"), NULL));
  norpc_call_return_variant (call, g_variant_new ("((iims))", 1, 2, NULL));
}

static void
dated_cb (AtlasAtlasProxy *proxy,
          const AtlasDay  *day,
          Log             *log)
{
  log_add (log, "dated; ");
}

/* A service emits a value that the client does not have. */
static void
test_wrong_signal (AtlasFixture  *fixture,
                   gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;

  g_signal_connect (fixture->proxy, "dated", G_CALLBACK (dated_cb), &fixture->log);
  atlas_set_func (fixture, emit_wrong_date);
  reply = atlas_call (fixture, "Run", g_variant_new ("(i)", 10), NULL);
  g_assert_nonnull (reply);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "org.example.Atlas.Dated: argument 'day': field 'date' of AtlasDay: 'never' is not a valid GDateTime; "
                         "the signal was not passed on to a client");
  iterate ();
  g_test_assert_expected_messages ();
  log_assert (&fixture->log, "");
}

static void
emit_unnamed_mode (AtlasFixture *fixture,
                   NorpcCall    *call)
{
  g_assert_true (norpc_dynamic_service_emit_variant (NORPC_DYNAMIC_SERVICE (fixture->service), "Moved",
                                                     g_variant_new ("((iims)is)", 1, 2, "n", 4, "unnamed"), NULL));
  norpc_call_return_variant (call, g_variant_new ("((iims))", 1, 2, NULL));
}

/* A number that the enumeration does not name arrives. */
static void
test_unnamed_signal (AtlasFixture  *fixture,
                     gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;

  g_signal_connect (fixture->proxy, "moved", G_CALLBACK (compiled_moved_cb), &fixture->log);
  atlas_set_func (fixture, emit_unnamed_mode);
  reply = atlas_call (fixture, "Run", g_variant_new ("(i)", 10), NULL);
  g_assert_nonnull (reply);
  log_wait (&fixture->log, "(1, 2, 'n') 4 unnamed; ");
}

/* Properties */

static void
test_properties (AtlasFixture  *fixture,
                 gconstpointer  kind)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (AtlasAtlasProxy) compiled = atlas_atlas_proxy_new (channel);
  g_autoptr (NorpcDynamicProxy) dynamic = norpc_dynamic_proxy_new (channel, fixture->info);
  g_autoptr (GVariant) place = NULL;
  g_autoptr (AtlasPoint) point = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *sent = g_variant_new_maybe (NULL, g_variant_new ("(iims)", 8, 9, "place"));

  g_assert_true (norpc_dynamic_proxy_set_value_sync (dynamic, "Place", sent, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (compiled), NULL, &error));
  point = atlas_atlas_dup_place (ATLAS_ATLAS (compiled));
  g_assert_cmpint (point->y, ==, 9);

  atlas_atlas_set_mode (ATLAS_ATLAS (compiled), ATLAS_MODE_SLOW);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (dynamic), NULL, &error));
  g_assert_no_error (error);
  place = norpc_dynamic_proxy_dup_value (dynamic, "Mode", NULL);
  g_assert_cmpint (g_variant_get_int32 (place), ==, 10);
}

/* A property is not set to a value that the service does not have, or that its GObject property does not allow. */
static void
test_wrong_property (AtlasFixture  *fixture,
                     gconstpointer  kind)
{
  NorpcDynamicProxy *proxy = NORPC_DYNAMIC_PROXY (fixture->proxy);
  GVariant *day = g_variant_new_parsed ("@m(s) ('never',)");
  g_autoptr (GError) error = NULL;
  AtlasMode mode;

  g_object_set (fixture->service, "mode", ATLAS_MODE_SLOW, NULL);
  g_assert_false (norpc_dynamic_proxy_set_value_sync (proxy, "Mode", g_variant_new_int32 (5), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Atlas: property 'Mode': 5 is not a valid AtlasMode");
  g_object_get (fixture->service, "mode", &mode, NULL);
  g_assert_cmpint (mode, ==, ATLAS_MODE_SLOW);

  g_clear_error (&error);
  g_assert_false (norpc_dynamic_proxy_set_value_sync (proxy, "Since", day, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Atlas: property 'Since': field 'date' of AtlasDay: 'never' is not a valid GDateTime");
}

/* Nor is one read. */
static void
test_wrong_read_property (AtlasFixture  *fixture,
                          gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_dynamic_service_set_value (NORPC_DYNAMIC_SERVICE (fixture->service), "Since",
                                                  g_variant_new_parsed ("@m(s) ('never',)"), NULL));
  g_assert_false (norpc_proxy_load_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Atlas: property 'Since': field 'date' of AtlasDay: 'never' is not a valid GDateTime");
}

/* A number that the enumeration does not name is read. */
static void
test_unnamed_property (AtlasFixture  *fixture,
                       gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;

  g_object_set (fixture->service, "mode", 5, NULL);
  g_assert_true (norpc_proxy_load_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (atlas_atlas_get_mode (ATLAS_ATLAS (fixture->proxy)), ==, 5);
}

/* The service of a test double may have one, too. */
static void
test_fake_property (AtlasFixture  *fixture,
                    gconstpointer  kind)
{
  g_autoptr (NorpcFake) fake = norpc_fake_new (atlas_atlas_interface_info ());
  g_autoptr (AtlasAtlasProxy) proxy = atlas_atlas_proxy_new (NORPC_ENDPOINT (fake));
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_fake_set_property_variant (fake, "Mode", g_variant_new_int32 (5), &error));
  g_assert_no_error (error);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (atlas_atlas_get_mode (ATLAS_ATLAS (proxy)), ==, 5);
}

static void
test_other_property (AtlasFixture  *fixture,
                     gconstpointer  kind)
{
  const NorpcInterfaceInfo *info = atlas_read_info ("value=\"10\"", "value=\"12\"");
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy =
    g_object_new (norpc_dynamic_proxy_type_for (info), "endpoint", channel, "load-properties", FALSE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "the type of the property 'Mode' differs: the value 'Slow' of 'Mode' is 12 in "
                                            "one, 10 in the other"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  atlas_add_test ("streams/out/both", ATLAS_DYNAMIC_SERVICE | ATLAS_DYNAMIC_CLIENT, test_walk);
  atlas_add_test ("streams/out/client", ATLAS_DYNAMIC_CLIENT, test_walk);
  atlas_add_test ("streams/out/service", ATLAS_DYNAMIC_SERVICE, test_compiled_walk);
  atlas_add_test ("streams/in/both", ATLAS_DYNAMIC_SERVICE | ATLAS_DYNAMIC_CLIENT, test_draw);
  atlas_add_test ("streams/in/client", ATLAS_DYNAMIC_CLIENT, test_draw);
  atlas_add_test ("streams/in/service", ATLAS_DYNAMIC_SERVICE, test_compiled_draw);
  atlas_add_test ("streams/wrong-item", ATLAS_DYNAMIC_CLIENT, test_wrong_item);
  atlas_add_test ("streams/wrong-written-item", ATLAS_DYNAMIC_SERVICE, test_wrong_written_item);
  atlas_add_tests ("signals/values", test_signal);
  atlas_add_tests ("signals/other", test_other_signal);
  atlas_add_test ("signals/wrong", ATLAS_DYNAMIC_SERVICE, test_wrong_signal);
  atlas_add_test ("signals/unnamed", ATLAS_DYNAMIC_SERVICE, test_unnamed_signal);
  atlas_add_tests ("properties/values", test_properties);
  atlas_add_tests ("properties/other", test_other_property);
  atlas_add_test ("properties/wrong", ATLAS_DYNAMIC_CLIENT, test_wrong_property);
  atlas_add_test ("properties/wrong-read", ATLAS_DYNAMIC_SERVICE, test_wrong_read_property);
  atlas_add_test ("properties/unnamed", ATLAS_DYNAMIC_SERVICE, test_unnamed_property);
  atlas_add_test ("properties/fake", ATLAS_DYNAMIC_SERVICE, test_fake_property);

  return g_test_run ();
}
