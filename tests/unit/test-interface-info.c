/* test-interface-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Interfaces as data. */

#include "core/norpc-interface-info-private.h"
#include "fixture.h"

static void
test_lookup (void)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();

  g_assert_cmpstr (norpc_interface_info_get_name (info), ==, "org.example.Probe");
  g_assert_cmpuint (norpc_interface_info_get_n_methods (info), ==, 12);
  g_assert_cmpint (norpc_interface_info_find_method (info, "Noop"), ==, 0);
  g_assert_cmpint (norpc_interface_info_find_method (info, "Echo"), ==, 1);
  g_assert_cmpint (norpc_interface_info_find_method (info, "echo"), ==, -1);
  g_assert_true (info->get_type () == PROBE_TYPE_PROBE);
  g_assert_cmpuint (info->methods[0]->timeout, ==, 0);
  g_assert_cmpuint (info->methods[9]->timeout, ==, 20);
}

/* GIO takes it as it is. */
static void
test_dbus (void)
{
  GDBusInterfaceInfo *dbus = norpc_interface_info_get_dbus (probe_probe_interface_info ());
  g_autoptr (GString) xml = g_string_new (NULL);
  GDBusMethodInfo *echo = g_dbus_interface_info_lookup_method (dbus, "Echo");

  g_assert_nonnull (echo);
  g_assert_cmpstr (echo->in_args[0]->name, ==, "bytes");
  g_assert_cmpstr (echo->out_args[0]->signature, ==, "ay");
  g_dbus_interface_info_generate_xml (dbus, 0, xml);
  g_assert_nonnull (strstr (xml->str, "<method name=\"Echo\">"));
}

static void
test_types (void)
{
  const struct
  {
    const char *signature;
    GType       type;
  } rows[] = {
    { "y", G_TYPE_UCHAR },   { "b", G_TYPE_BOOLEAN }, { "n", G_TYPE_INT },
    { "q", G_TYPE_UINT },    { "i", G_TYPE_INT },     { "u", G_TYPE_UINT },
    { "x", G_TYPE_INT64 },   { "t", G_TYPE_UINT64 },  { "d", G_TYPE_DOUBLE },
    { "h", G_TYPE_INT },     { "s", G_TYPE_STRING },  { "o", G_TYPE_STRING },
    { "g", G_TYPE_STRING },  { "as", G_TYPE_STRV },   { "ao", G_TYPE_STRV },
    { "ag", G_TYPE_STRV },   { "ay", G_TYPE_BYTES },  { "v", G_TYPE_VARIANT },
    { "ai", G_TYPE_VARIANT }, { "aay", G_TYPE_VARIANT }, { "aas", G_TYPE_VARIANT },
    { "(s)", G_TYPE_VARIANT }, { "a{sv}", G_TYPE_VARIANT },
    { "ms", G_TYPE_STRING }, { "mas", G_TYPE_STRV },  { "may", G_TYPE_BYTES },
    { "mi", G_TYPE_VARIANT }, { "mb", G_TYPE_VARIANT }, { "mv", G_TYPE_VARIANT },
    { "mms", G_TYPE_VARIANT }, { "ams", G_TYPE_VARIANT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpstr (g_type_name (norpc_signature_get_gtype (rows[i].signature)), ==,
                     g_type_name (rows[i].type));
}

/* A GValue cannot have the type of an interface that does not require GObject. */
static void
test_bare_interface (void)
{
  NorpcArgInfo info = { { -1, (char *) "a", (char *) "", NULL }, NORPC_ARG_FLAGS_NONE, g_type_plugin_get_type };

  g_assert_true (norpc_arg_info_get_gtype (&info.dbus) == G_TYPE_OBJECT);
  info.get_type = g_file_get_type;
  g_assert_true (norpc_arg_info_get_gtype (&info.dbus) == G_TYPE_FILE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/interface-info/lookup", test_lookup);
  g_test_add_func ("/interface-info/dbus", test_dbus);
  g_test_add_func ("/interface-info/types", test_types);
  g_test_add_func ("/interface-info/bare-interface", test_bare_interface);

  return g_test_run ();
}
