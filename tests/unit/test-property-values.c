/* test-property-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The values of properties that a service keeps itself: of a service whose description was read at run time, and of
 * a fake. A service of functions is tested with generated code.
 */

#include "fixture.h"

static const NorpcInterfaceInfo *
read_description (void)
{
  return norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.Keeper'>"
    "<property name='Tags' type='as' access='readwrite'/>"
    "<property name='Options' type='a{sv}' access='readwrite'/>"
    "<property name='Data' type='GLib.Bytes' access='read'/>"
    "<property name='Path' type='o' access='read'/>"
    "<property name='Note' type='ms' access='read'/>"
    "<property name='Small' type='n' access='readwrite'/>"
    "<property name='Place' type='(u(sv))' access='readwrite'/>"
    "</interface></node>", NULL, NULL);
}

/* Makes an object (owned) that keeps its properties, and its endpoint. */
static GObject *
make_keeper (gconstpointer   is_fake,
             NorpcEndpoint **endpoint)
{
  GObject *service;

  if (is_fake)
    {
      NorpcFake *fake = norpc_fake_new (read_description ());

      *endpoint = NORPC_ENDPOINT (fake);
      return g_object_ref (norpc_fake_get_service (fake));
    }

  service = G_OBJECT (norpc_dynamic_service_new (read_description (), NULL, NULL, NULL));
  *endpoint = NORPC_ENDPOINT (norpc_direct_new (service));

  return service;
}

/* Clients can load properties that nothing has set. */
static void
test_empty (gconstpointer is_fake)
{
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (GObject) service = make_keeper (is_fake, &endpoint);
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (endpoint, read_description ());
  const char *names[] = { "Tags", "Options", "Path", "Note", "Small", "Place" };
  const char *values[] = { "@as []", "@a{sv} {}", "objectpath '/'", "@ms nothing", "int16 0", "(uint32 0, ('', <''>))" };
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;

  norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GVariant) value = norpc_dynamic_proxy_dup_value (proxy, names[i], &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      text = g_variant_print (value, TRUE);
      g_assert_cmpstr (text, ==, values[i]);
    }
  g_object_get (proxy, "data", &data, NULL);
  g_assert_cmpuint (g_bytes_get_size (data), ==, 0);
}

static void
count_cb (GObject    *service,
          GParamSpec *pspec,
          guint      *n)
{
  (*n)++;
}

/* A value that is equal is no change, also if it is another copy. */
static void
test_equal (gconstpointer is_fake)
{
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (GObject) service = make_keeper (is_fake, &endpoint);
  const char *tags[] = { "a", "b", NULL };
  guint n = 0;

  g_signal_connect (service, "notify", G_CALLBACK (count_cb), &n);
  g_object_set (service, "tags", tags, "options", g_variant_new_parsed ("{'a': <1>}"), NULL);
  g_assert_cmpuint (n, ==, 2);
  g_object_set (service, "tags", tags, "options", g_variant_new_parsed ("{'a': <1>}"), NULL);
  g_assert_cmpuint (n, ==, 2);
  g_object_set (service, "tags", tags + 1, NULL);
  g_assert_cmpuint (n, ==, 3);
}

/* A value that no client could load is a mistake of the service. */
static void
test_wrong (gconstpointer is_fake)
{
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (GObject) service = make_keeper (is_fake, &endpoint);
  g_auto (GStrv) kept = NULL;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "org.example.Keeper: property 'Tags': expected a value of type GStrv, got NULL");
  g_object_set (service, "tags", NULL, NULL);
  g_test_assert_expected_messages ();
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "org.example.Keeper: property 'Options': *'a{sv}'*'s'");
  g_object_set (service, "options", g_variant_new_string ("x"), NULL);
  g_test_assert_expected_messages ();

  g_object_get (service, "tags", &kept, NULL);
  g_assert_cmpuint (g_strv_length (kept), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint is_fake = 0; is_fake < 2; is_fake++)
    {
      const char *kind = is_fake ? "fake" : "dynamic";
      const struct
      {
        const char     *name;
        GTestDataFunc   func;
      } tests[] = { { "empty", test_empty }, { "equal", test_equal }, { "wrong", test_wrong } };

      for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
        {
          g_autofree char *path = g_strdup_printf ("/property-values/%s/%s", kind, tests[i].name);

          g_test_add_data_func (path, GUINT_TO_POINTER (is_fake), tests[i].func);
        }
    }

  return g_test_run ();
}
