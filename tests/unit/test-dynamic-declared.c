/* test-dynamic-declared.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls with values of declared types, between clients and services of which one or both have a description that was
 * read at run time.
 */

#include "atlas-fixture.h"

/* Calls with values of declared types, between clients and services of which one or both have a description that was
 * read at run time.
 */

#include "atlas-fixture.h"

#define POINTS "[(1, 2, 'a'), (3, 4, nothing)]"
#define ENTRY "('key', 10, 3, b'bytes', 'file:///a', '2026-11-30T09:00:00Z', <7>, " POINTS ", [0, 10], (5, 6, 'o'))"

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tuple = g_strdup_printf ("(%s)", text);
  GVariant *value = g_variant_parse (G_VARIANT_TYPE ("(s(siuaymssva(iims)aim(iims))iua(iims)aiasm(iims))"), tuple, NULL,
                                     NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Values arrive as they were sent, and NULL does. */
static void
test_echo (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  static const char * const texts[] = {
    "'text', " ENTRY ", 1, 2, " POINTS ", [1, 0], ['file:///b', 'file:///c'], (7, 8, nothing)",
    /* Numbers and bits that have no names. */
    "'', ('', 6, 16, [], nothing, '2026-11-30T09:00:00Z', <''>, [], [-1], nothing), 5, 8, [], [4], [], nothing",
    "'', ('', 0, 0, [], nothing, '2026-11-30T09:00:00Z', <''>, [], [], nothing), 0, 0, [], [], [], nothing",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) args = parse (texts[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = atlas_call (fixture, "Echo", args, &error);

      g_assert_no_error (error);
      g_assert_cmpvariant (reply, args);
    }
}

/* Arguments that move belong to the handler, whether they are converted or not. */
static void
test_take (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = atlas_call (fixture, "Take", g_variant_new ("(^ay(iims))", "abc", 10, 20, "n"), &error);
  guint64 sum;

  g_assert_no_error (error);
  g_variant_get (reply, "(t)", &sum);
  g_assert_cmpuint (sum, ==, 34);
}

/* Generated functions of a client. */
static void
test_compiled_client (AtlasFixture  *fixture,
                      gconstpointer  kind)
{
  AtlasAtlasProxy *proxy = ATLAS_ATLAS_PROXY (fixture->proxy);
  AtlasPoint point = { 1, 2, NULL };
  g_autoptr (GBytes) data = g_bytes_new_static ("ab", 2);
  g_autoptr (GError) error = NULL;
  guint64 sum;

  g_assert_true (atlas_atlas_proxy_call_take_sync (proxy, g_bytes_ref (data), atlas_point_copy (&point), &sum, NULL,
                                                   &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sum, ==, 5);
}

/* A value that the other side does not have is an error that names it. */
static void
test_wrong_value (AtlasFixture  *fixture,
                  gconstpointer  kind)
{
  g_autoptr (GVariant) args =
    parse ("'', ('', 6, 0, [], nothing, 'never', <''>, [], [], nothing), 0, 0, [], [], [], nothing");
  g_autoptr (GError) error = NULL;

  g_assert_null (atlas_call (fixture, "Echo", args, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Atlas.Echo: argument 'entry': field 'when' of AtlasEntry: 'never' is not a valid GDateTime");
}

/* Descriptions that differ in a declared type. */
static void
assert_difference (AtlasFixture *fixture,
                   const char   *text,
                   const char   *replacement,
                   const char   *method,
                   GVariant     *args,
                   const char   *expected)
{
  const NorpcInterfaceInfo *info = atlas_read_info (text, replacement);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy =
    g_object_new (norpc_dynamic_proxy_type_for (info), "endpoint", channel, "load-properties", FALSE, NULL);
  g_autoptr (GVariant) taken = g_variant_take_ref (args);
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_dynamic_proxy_call_method_sync (proxy, method, taken, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  if (!g_str_has_suffix (error->message, expected))
    g_assert_cmpstr (error->message, ==, expected);
}

static void
test_difference (AtlasFixture  *fixture,
                 gconstpointer  kind)
{
  const char *compiled = fixture->kind & ATLAS_DYNAMIC_SERVICE ? "" : "Atlas";
  g_autofree char *number = g_strdup_printf ("Run as its client describes it: argument 'mode' differs: the value 'Slow' of "
                                             "'Mode' is 11 in one, 10 in the other");
  g_autofree char *value = g_strdup_printf ("argument 'mode' differs: only one of them has the value 'Late' of 'Mode'");
  g_autofree char *other_value = g_strdup_printf ("argument 'mode' differs: only one of them has the value '%s' of '%sMode'",
                                                  *compiled != '\0' ? "slow" : "Slow", compiled);

  assert_difference (fixture, "value=\"10\"", "value=\"11\"", "Run", g_variant_new ("(i)", 11), number);
  assert_difference (fixture, "<value name=\"Slow\" value=\"10\"/>", "<value name=\"Late\" value=\"10\"/>", "Run",
                     g_variant_new ("(i)", 10), value);
  assert_difference (fixture, "<value name=\"Slow\" value=\"10\"/>", "", "Run", g_variant_new ("(i)", 1), other_value);
  assert_difference (fixture, "<field name=\"y\" type=\"i\"/>", "<field name=\"z\" type=\"i\"/>", "Take",
                     g_variant_new ("(^ay(iims))", "", 1, 2, NULL),
                     "argument 'point' differs: field 2 of 'Point' is 'z' in one, 'y' in the other");
  assert_difference (fixture, "<field name=\"y\" type=\"i\"/>", "<field name=\"y\" type=\"u\"/>", "Take",
                     g_variant_new ("(^ay(iums))", "", 1, 2, NULL), "argument 'point' differs");
  assert_difference (fixture, "name=\"tail\"", "name=\"rear\"", "Echo",
                     parse ("'', " ENTRY ", 0, 0, [], [], [], nothing"),
                     "argument 'entry' differs: field 'parts' of Entry: only one of them has the value 'rear' of 'Parts'");
  assert_difference (fixture, "<field name=\"when\" type=\"GLib.DateTime\"/>", "<field name=\"when\" type=\"GLib.Uri\"/>",
                     "Echo", parse ("'', ('', 0, 0, [], nothing, 'http://a', <''>, [], [], nothing), 0, 0, [], [], [], "
                                    "nothing"),
                     "argument 'entry' differs: field 'when' of Entry: 'GUri' is 'GDateTime' in the other");
}

/* A description from elsewhere may have only the forms of the types: nothing can differ but the values. */
static void
test_form_only (AtlasFixture  *fixture,
                gconstpointer  kind)
{
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.Atlas'><method name='Run'><arg type='i'/><arg type='(iims)' direction='out'/>"
    "</method></interface></node>", NULL, NULL);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (channel, info);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  atlas_set_func (fixture, atlas_return_point);
  reply = norpc_dynamic_proxy_call_method_sync (proxy, "Run", g_variant_new ("(i)", 10), NULL, &error);
  g_assert_no_error (error);
  atlas_assert_point (reply, "((4, 5, 'now'),)");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  atlas_add_tests ("echo", test_echo);
  atlas_add_tests ("take", test_take);
  atlas_add_tests ("difference", test_difference);
  atlas_add_tests ("form-only", test_form_only);
  atlas_add_test ("compiled-client", ATLAS_DYNAMIC_SERVICE, test_compiled_client);
  atlas_add_test ("wrong-value", ATLAS_DYNAMIC_CLIENT, test_wrong_value);

  return g_test_run ();
}
