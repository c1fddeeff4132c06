/* test-nats-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The types whose values can be sent over NATS, and those whose values cannot. */

#include <string.h>

#include "nats-fixture.h"

static void
call_mix (Fixture    *fixture,
          const char *maybe)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0b", 3);
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_parsed ("<{'x': (1, <2.5>), 'y': (-3, <'z'>)}>"));
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'n': <1>}"));
  g_autoptr (GBytes) bytes_again = NULL;
  g_autoptr (GVariant) any_again = NULL, dict_again = NULL;
  g_autofree char *maybe_again = NULL;
  g_autoptr (GError) error = NULL;
  guint64 sum;
  double real;

  depot_depot_proxy_call_mix_sync (fixture->proxy, 1, TRUE, -2, G_MAXINT64, 2.5, maybe, bytes, any, dict, &real,
                                   &maybe_again, &bytes_again, &any_again, &dict_again, &sum, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (real, ==, 2.5);
  g_assert_cmpstr (maybe_again, ==, maybe);
  g_assert_true (g_bytes_equal (bytes, bytes_again));
  g_assert_true (g_variant_equal (any, any_again));
  g_assert_true (g_variant_equal (dict, dict_again));
  g_assert_cmpuint (sum, ==, G_MAXINT64);
}

static void
test_types (Fixture       *fixture,
            gconstpointer  unused)
{
  call_mix (fixture, "a");
  call_mix (fixture, "");
  call_mix (fixture, NULL);
}

static void
assert_not_portable (const GError *error,
                     const char   *member)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, member));
}

static void
test_not_portable (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GCancellable) token = g_cancellable_new ();
  g_autoptr (GError) lend_error = NULL, borrow_error = NULL, open_error = NULL;

  g_assert_false (depot_depot_proxy_call_lend_sync (fixture->proxy, token, NULL, &lend_error));
  assert_not_portable (lend_error, "org.example.Depot.Lend cannot be called over NATS: the argument 'token'");
  g_assert_null (depot_depot_proxy_call_borrow_sync (fixture->proxy, NULL, &borrow_error));
  assert_not_portable (borrow_error, "org.example.Depot.Borrow cannot be called over NATS: the result 'token'");
  g_assert_false (depot_depot_proxy_call_open_sync (fixture->proxy, 0, NULL, &open_error));
  assert_not_portable (open_error, "org.example.Depot.Open cannot be called over NATS: the argument 'file'");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);
  fixture_assert_echo (fixture);
}

/* Calls with a variant, or with a dictionary of variants. */
static void
assert_mix_not_portable (Fixture    *fixture,
                         const char *any_text,
                         const char *dict_text,
                         const char *member)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_parsed (any_text));
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed (dict_text));
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_mix_sync (fixture->proxy, 1, TRUE, -2, 3, 2.5, NULL, bytes, any, dict, NULL,
                                                   NULL, NULL, NULL, NULL, NULL, NULL, &error));
  assert_not_portable (error, member);
}

/* A file descriptor in a variant does not cross either. */
static void
test_handles (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GVariant) any = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

#define MIX "org.example.Depot.Mix cannot be called over NATS: the argument "
  assert_mix_not_portable (fixture, "<@h 0>", "@a{sv} {}", MIX "'any' has a file descriptor");
  assert_mix_not_portable (fixture, "<[<1>, <(1, {'x': <<@h 0>>})>]>", "@a{sv} {}", MIX "'any' has a file descriptor");
  assert_mix_not_portable (fixture, "<1>", "{'a': <1>, 'h': <[@h 0]>}", MIX "'dict' has a file descriptor");
#undef MIX
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);

  g_assert_false (depot_depot_proxy_call_find_sync (fixture->proxy, &number, &any, NULL, &error));
  assert_not_portable (error,
                       "org.example.Depot.Find cannot be called over NATS: the result 'any' has a file descriptor");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 1);
}

static void
add_tests (void)
{
  TEST ("/nats/values/types", test_types);
  TEST ("/nats/values/not-portable", test_not_portable);
  TEST ("/nats/values/handles", test_handles);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
