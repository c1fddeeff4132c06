/* test-fake-dynamic.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Fakes, and their clients, whose description was read at run time. */

#include "fake-fixture.h"

static const char store_xml[] =
  "<node>"
  "  <interface name='org.example.Store'>"
  "    <method name='Get'>"
  "      <arg name='key' type='s'/>"
  "      <arg name='value' type='s' direction='out'><annotation name='org.norpc.Nullable' value='true'/></arg>"
  "    </method>"
  "    <method name='Clear'>"
  "      <arg name='all' type='b'/>"
  "    </method>"
  "    <signal name='Changed'>"
  "      <arg name='key' type='s'/>"
  "      <arg name='amount' type='u'/>"
  "    </signal>"
  "    <property name='Size' type='u' access='read'/>"
  "    <property name='Title' type='s' access='readwrite'/>"
  "  </interface>"
  "</node>";

static void
assert_get_dynamic (NorpcEndpoint *endpoint,
                    const char    *expected)
{
  g_autoptr (GError) error = NULL;
  NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (store_xml, NULL, &error);
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (GVariant) results = NULL;
  const char *value;

  g_assert_no_error (error);
  proxy = norpc_dynamic_proxy_new (endpoint, info);
  results = norpc_dynamic_proxy_call_method_sync (proxy, "Get", g_variant_new ("(s)", "a"), NULL, &error);
  g_assert_no_error (error);
  g_variant_get (results, "(m&s)", &value);
  g_assert_cmpstr (value, ==, expected);
}

/* A proxy without generated code. */
static void
test_dynamic_proxy (Faked         *self,
                    gconstpointer  unused)
{
  answer_get (self, "x");
  answer_get (self, NULL);
  assert_get_dynamic (NORPC_ENDPOINT (self->fake), "x");
  assert_get_dynamic (NORPC_ENDPOINT (self->fake), NULL);
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Get"), ==, 2);
}

static void
changed_cb (StoreStore *store,
            const char *key,
            guint       amount,
            gpointer    user_data)
{
  g_assert_cmpstr (key, ==, "k");
  g_assert_cmpuint (amount, ==, 3);
  *(gboolean *) user_data = TRUE;
}

/* A fake of a description that is read at run time, for both kinds of proxies. */
static void
test_dynamic_fake (Faked         *self,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (store_xml, NULL, &error);
  g_autoptr (NorpcFake) fake = norpc_fake_new (info);
  gboolean changed = FALSE;

  g_clear_object (&self->proxy);
  self->proxy = store_store_proxy_new (NORPC_ENDPOINT (fake));
  norpc_fake_rule_set_times (norpc_fake_answer (fake, "Get", &error, "x"), NORPC_FAKE_ALWAYS);
  g_assert_no_error (error);
  assert_get (self, "a", "x");
  assert_get_dynamic (NORPC_ENDPOINT (fake), "x");

  g_signal_connect (self->proxy, "changed", G_CALLBACK (changed_cb), &changed);
  g_assert_true (norpc_fake_emit_variant (fake, "Changed", g_variant_new ("(su)", "k", 3), &error));
  iterate ();
  g_assert_true (changed);

  /* Another description of the same method. */
  g_assert_nonnull (norpc_fake_answer_variant (fake, "Clear", NULL, &error));
  g_assert_false (store_store_proxy_call_clear_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake/dynamic/proxy", test_dynamic_proxy);
  TEST_FAKE ("/fake/dynamic/fake", test_dynamic_fake);

  return g_test_run ();
}
