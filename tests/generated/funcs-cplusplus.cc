// SPDX-License-Identifier: LGPL-2.1-or-later

// A service of functions in C++, with the generated code as C++.

#include "generated-funcs.c"

static gboolean
count_add (TestIndex   *service,
           const char  *word,
           guint       *size,
           GError     **error)
{
  auto count = static_cast<guint *> (norpc_simple_service_get_data (service));

  *count += strlen (word);
  *size = *count;

  return TRUE;
}

static void
test_add ()
{
  TestIndexInterface funcs = {};
  g_autoptr (NorpcServer) server = nullptr;
  g_autoptr (TestIndexProxy) proxy = nullptr;
  g_autoptr (GError) error = nullptr;
  guint size = 0;

  funcs.add = count_add;
  server = norpc_serve (test_index_new_for_funcs (&funcs, g_new0 (guint, 1), g_free), &error);
  g_assert_no_error (error);
  proxy = test_index_proxy_new (norpc_server_get_endpoint (server));
  g_assert_true (test_index_proxy_call_add_sync (proxy, "four", &size, nullptr, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, nullptr);
  g_test_add_func ("/funcs/cplusplus", test_add);

  return g_test_run ();
}
