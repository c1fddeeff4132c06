/* test-interface-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Interfaces as data. */

#include "fixture.h"
#include "norpc-interface-info-private.h"

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

static gboolean
accepts (const char    *signature,
         NorpcArgFlags  flags,
         GVariant      *variant)
{
  NorpcArgInfo info = { { -1, (char *) "a", (char *) signature, NULL }, flags, NULL };
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, norpc_signature_get_gtype (signature));
  if (G_VALUE_HOLDS_VARIANT (&value))
    g_value_set_variant (&value, variant);

  return norpc_arg_info_accepts (&info.dbus, &value);
}

static void
test_accepts (void)
{
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_int32 (1));
  g_auto (GValue) wrong = G_VALUE_INIT;
  NorpcArgInfo info = { { -1, (char *) "a", (char *) "s", NULL }, NORPC_ARG_FLAGS_NONE, NULL };

  g_assert_true (accepts ("i", NORPC_ARG_FLAGS_NONE, NULL));
  g_assert_true (accepts ("mi", NORPC_ARG_FLAGS_NONE, number));
  g_assert_true (accepts ("mi", NORPC_ARG_FLAGS_NONE, NULL));
  g_assert_false (accepts ("mu", NORPC_ARG_FLAGS_NONE, number));
  g_assert_false (accepts ("ai", NORPC_ARG_FLAGS_NONE, number));
  g_assert_false (accepts ("ai", NORPC_ARG_FLAGS_NONE, NULL));
  g_assert_true (accepts ("ai", NORPC_ARG_FLAGS_NULLABLE, NULL));
  g_assert_false (accepts ("s", NORPC_ARG_FLAGS_NONE, NULL));
  g_assert_true (accepts ("ms", NORPC_ARG_FLAGS_NONE, NULL));
  g_assert_true (accepts ("s", NORPC_ARG_FLAGS_NULLABLE, NULL));

  g_value_init (&wrong, G_TYPE_INT);
  g_assert_false (norpc_arg_info_accepts (&info.dbus, &wrong));
}

/* The type of a value may be told otherwise than by the signature. */
static void
test_typed (void)
{
  NorpcArgInfo info = { { -1, (char *) "a", (char *) "", NULL }, NORPC_ARG_FLAGS_NONE, g_ptr_array_get_type };
  g_auto (GValue) array = G_VALUE_INIT;

  g_assert_true (norpc_arg_info_get_gtype (&info.dbus) == G_TYPE_PTR_ARRAY);

  g_value_init (&array, G_TYPE_PTR_ARRAY);
  g_assert_false (norpc_arg_info_accepts (&info.dbus, &array));
  info.flags = NORPC_ARG_FLAGS_NULLABLE;
  g_assert_true (norpc_arg_info_accepts (&info.dbus, &array));
  g_value_take_boxed (&array, g_ptr_array_new ());
  info.flags = NORPC_ARG_FLAGS_NONE;
  g_assert_true (norpc_arg_info_accepts (&info.dbus, &array));
}

/* A GValue cannot have the type of an interface that does not require GObject. */
static void
test_bare_interface (void)
{
  NorpcArgInfo info = { { -1, (char *) "a", (char *) "", NULL }, NORPC_ARG_FLAGS_NONE, g_type_plugin_get_type };
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (norpc_arg_info_get_gtype (&info.dbus) == G_TYPE_OBJECT);
  g_value_init (&value, norpc_arg_info_get_gtype (&info.dbus));
  g_value_take_object (&value, g_object_new (G_TYPE_OBJECT, NULL));
  g_assert_true (norpc_arg_info_accepts (&info.dbus, &value));

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
  g_test_add_func ("/interface-info/accepts", test_accepts);

  g_test_add_func ("/interface-info/typed", test_typed);
  g_test_add_func ("/interface-info/bare-interface", test_bare_interface);

  return g_test_run ();
}
