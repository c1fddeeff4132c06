/* test-value-infos.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Descriptions that are made at run time. A signature that is NULL is a programmer error. */

#include "values-service.h"

/* Returns FALSE if no call can be made. */
static gboolean
make_call (const NorpcArgInfo *arg,
           const NorpcArgInfo *result)
{
  GDBusArgInfo *in_args[] = { (GDBusArgInfo *) arg, NULL };
  GDBusArgInfo *out_args[] = { (GDBusArgInfo *) result, NULL };
  const NorpcMethodInfo method = { { -1, (char *) "Method", in_args, out_args, NULL }, NULL, 0, 0 };
  const NorpcMethodInfo * const methods[] = { &method, NULL };
  const NorpcInterfaceInfo info = { { -1, (char *) "org.example.Made", NULL, NULL, NULL, NULL },
                                    NULL, methods, NULL, NULL };
  g_autoptr (NorpcCall) call = norpc_call_new (&info, 0);

  return call != NULL;
}

static void
assert_no_call (const NorpcArgInfo *arg,
                const NorpcArgInfo *result,
                const char         *message)
{
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, message);
  g_assert_false (make_call (arg, result));
  g_test_assert_expected_messages ();
}

static void
test_method (void)
{
  const NorpcArgInfo text = { { -1, (char *) "text", (char *) "s", NULL }, 0, NULL, NULL };
  const NorpcArgInfo bare = { { -1, (char *) "bare", NULL, NULL }, 0, NULL, NULL };
  const NorpcArgInfo typed = { { -1, (char *) "typed", NULL, NULL }, 0, g_file_get_type, NULL };

  g_assert_true (make_call (&text, &text));
  g_assert_true (make_call (NULL, NULL));
  assert_no_call (&bare, NULL, "*norpc_arg_infos_have_signatures (info->in_args)*");
  assert_no_call (&typed, NULL, "*norpc_arg_infos_have_signatures (info->in_args)*");
  assert_no_call (&text, &bare, "*norpc_arg_infos_have_signatures (info->out_args)*");
  assert_no_call (NULL, &typed, "*norpc_arg_infos_have_signatures (info->out_args)*");
}

static void
test_signal (void)
{
  const NorpcArgInfo bare = { { -1, (char *) "bare", NULL, NULL }, 0, NULL, NULL };
  GDBusArgInfo *args[] = { (GDBusArgInfo *) &bare, NULL };
  const NorpcSignalInfo signal_info = { { -1, (char *) "Signal", args, NULL }, "signal", 0, 0, 0 };
  const NorpcSignalInfo * const signals[] = { &signal_info, NULL };
  const NorpcInterfaceInfo info = { { -1, (char *) "org.example.Made", NULL, NULL, NULL, NULL },
                                    values_values_get_type, NULL, signals, NULL };
  GTypeInterface *iface = g_type_default_interface_ref (VALUES_TYPE_VALUES);
  NorpcProxyClass *klass = g_type_class_ref (VALUES_TYPE_VALUES_PROXY);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*have_signatures (interface_info)*");
  norpc_interface_install_members (iface, &info);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*have_signatures (interface_info)*");
  norpc_proxy_class_install_members (klass, &info);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (g_signal_lookup ("signal", VALUES_TYPE_VALUES), ==, 0);

  g_type_class_unref (klass);
  g_type_default_interface_unref (iface);
}

static void
test_record (void)
{
  static const NorpcFieldInfo fields[] = {
    { { { -1, (char *) "text", (char *) "s", NULL }, 0, NULL, NULL }, 0 },
    { { { -1, (char *) "bare", NULL, NULL }, 0, NULL, NULL }, sizeof (char *) },
  };
  GType type = g_boxed_type_register_static ("MadeRecord", (GBoxedCopyFunc) g_strdup, g_free);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*fields_have_signatures (n_fields, fields)*");
  norpc_record_type_set_fields (type, g_free, G_N_ELEMENTS (fields), fields);
  g_test_assert_expected_messages ();
  norpc_record_type_set_fields (type, g_free, 1, fields);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/value-infos/method", test_method);
  g_test_add_func ("/value-infos/signal", test_signal);
  g_test_add_func ("/value-infos/record", test_record);

  return g_test_run ();
}
