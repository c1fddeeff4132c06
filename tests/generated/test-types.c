/* test-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values of every type arrive as they were sent: through proxies of both kinds
 * of call, a server and a NorpcDirect, and services of both forms. C and C++. */

#include "types-fixture.h"
#include "types-services.h"

#include <string.h>

static const char * const no_strings[] = { NULL };
static const char * const some_strings[] = { "one", "", "\xe4\xba\x8c", NULL };
static const char * const some_paths[] = { "/", "/org/example", NULL };
static const char * const some_signatures[] = { "", "a{sv}", NULL };

static void
test_nothing (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  CALL (ok, f, nothing, (), (), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static void
check_numbers (Fixture  *f,
               guint8    byte,
               gboolean  truth,
               gint16    int16,
               guint16   uint16,
               gint      int32,
               guint     uint32,
               gint64    int64,
               guint64   uint64,
               double    number,
               gint      handle)
{
  g_autoptr (GError) error = NULL;
  guint8 byte_back;
  gboolean truth_back, ok;
  gint16 int16_back;
  guint16 uint16_back;
  gint int32_back, handle_back;
  guint uint32_back;
  gint64 int64_back;
  guint64 uint64_back;
  double number_back;

  CALL (ok, f, numbers,
        (byte, truth, int16, uint16, int32, uint32, int64, uint64, number, handle,),
        (&byte_back, &truth_back, &int16_back, &uint16_back, &int32_back, &uint32_back,
         &int64_back, &uint64_back, &number_back, &handle_back,),
        &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpint (byte_back, ==, byte);
  g_assert_cmpint (truth_back, ==, truth);
  g_assert_cmpint (int16_back, ==, int16);
  g_assert_cmpint (uint16_back, ==, uint16);
  g_assert_cmpint (int32_back, ==, int32);
  g_assert_cmpuint (uint32_back, ==, uint32);
  g_assert_cmpint (int64_back, ==, int64);
  g_assert_cmpuint (uint64_back, ==, uint64);
  g_assert_cmpfloat (number_back, ==, number);
  g_assert_cmpint (handle_back, ==, handle);
}

static void
test_numbers (Fixture       *f,
              gconstpointer  data)
{
  check_numbers (f, 0, FALSE, 0, 0, 0, 0, 0, 0, 0.0, 0);
  check_numbers (f, G_MAXUINT8, TRUE, G_MAXINT16, G_MAXUINT16, G_MAXINT32, G_MAXUINT32,
                 G_MAXINT64, G_MAXUINT64, 1e308, G_MAXINT32);
  check_numbers (f, 1, TRUE, G_MININT16, 1, G_MININT32, 1, G_MININT64, 1, -0.5, -1);
}

static void
test_strings (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *string = NULL, *path = NULL, *signature = NULL;
  gboolean ok;

  CALL (ok, f, strings, ("\xe4\xba\x8c", "/org/example", "a{sv}",),
        (&string, &path, &signature,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpstr (string, ==, "\xe4\xba\x8c");
  g_assert_cmpstr (path, ==, "/org/example");
  g_assert_cmpstr (signature, ==, "a{sv}");
}

/* Results without a return location are not leaked. */
static void
test_not_asked_for (Fixture       *f,
                    gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  gboolean ok;

  CALL (ok, f, strings, ("a string", "/path", "s",), (NULL, &path, NULL,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpstr (path, ==, "/path");
}

static void
check_arrays (Fixture            *f,
              const char         *content,
              gsize               size,
              const char * const *strings,
              const char * const *paths,
              const char * const *signatures)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (content, size);
  g_autoptr (GBytes) bytes_back = NULL;
  g_auto (GStrv) strings_back = NULL;
  g_auto (GStrv) paths_back = NULL;
  g_auto (GStrv) signatures_back = NULL;
  gboolean ok;

  CALL (ok, f, arrays, (bytes, strings, paths, signatures,),
        (&bytes_back, &strings_back, &paths_back, &signatures_back,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_true (g_bytes_equal (bytes_back, bytes));
  g_assert_cmpstrv (strings_back, (char **) strings);
  g_assert_cmpstrv (paths_back, (char **) paths);
  g_assert_cmpstrv (signatures_back, (char **) signatures);
}

static void
test_arrays (Fixture       *f,
             gconstpointer  data)
{
  check_arrays (f, "", 0, no_strings, no_strings, no_strings);
  check_arrays (f, "a\0b\xff", 4, some_strings, some_paths, some_signatures);
}

static void
test_variants (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_variant (g_variant_new_int32 (7)));
  g_autoptr (GVariant) pair = g_variant_ref_sink (g_variant_new_parsed ("('x', {'a': <1>})"));
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) lists = g_variant_ref_sink (g_variant_new_parsed ("[[1, 2], []]"));
  g_autoptr (GVariant) variant_back = NULL;
  g_autoptr (GVariant) pair_back = NULL;
  g_autoptr (GVariant) dict_back = NULL;
  g_autoptr (GVariant) lists_back = NULL;
  gboolean ok;

  CALL (ok, f, variants, (variant, pair, dict, lists,),
        (&variant_back, &pair_back, &dict_back, &lists_back,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpvariant (variant_back, variant);
  g_assert_cmpvariant (pair_back, pair);
  g_assert_cmpvariant (dict_back, dict);
  g_assert_cmpvariant (lists_back, lists);
}

/* A floating reference is sunk by the call, as by any function of GLib. */
static void
test_floating (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) back = NULL;

  CALL (back, f, one_variant, (g_variant_new ("(ii)", 4, 2),), (), &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (back, G_VARIANT_TYPE ("(ii)")));
  g_assert_false (g_variant_is_floating (back));
}

static void
check_nullables (Fixture            *f,
                 const char         *string,
                 const char         *attribute,
                 const char         *path,
                 GBytes             *bytes,
                 const char * const *strings,
                 GVariant           *number,
                 GVariant           *pair)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *string_back = NULL;
  g_autofree char *attribute_back = NULL;
  g_autofree char *path_back = NULL;
  g_autoptr (GBytes) bytes_back = NULL;
  g_auto (GStrv) strings_back = NULL;
  g_autoptr (GVariant) number_back = NULL;
  g_autoptr (GVariant) pair_back = NULL;
  gboolean ok;

  CALL (ok, f, nullables, (string, attribute, path, bytes, strings, number, pair,),
        (&string_back, &attribute_back, &path_back, &bytes_back, &strings_back, &number_back,
         &pair_back,),
        &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpstr (string_back, ==, string);
  g_assert_cmpstr (attribute_back, ==, attribute);
  g_assert_cmpstr (path_back, ==, path);
  g_assert_true (bytes_back == bytes || g_bytes_equal (bytes_back, bytes));
  g_assert_true ((strings_back == NULL) == (strings == NULL));
  if (strings != NULL)
    g_assert_cmpstrv (strings_back, (char **) strings);
  g_assert_true (number_back == number || g_variant_equal (number_back, number));
  g_assert_true (pair_back == pair || g_variant_equal (pair_back, pair));
}

static void
test_nullables (Fixture       *f,
                gconstpointer  data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("bytes", 5);
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_int32 (-3));
  g_autoptr (GVariant) pair = g_variant_ref_sink (g_variant_new ("(ii)", 1, 2));

  check_nullables (f, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  check_nullables (f, "string", "attribute", "/path", bytes, some_strings, number, pair);
}

static void
test_one_result (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *string = NULL;
  g_auto (GStrv) strings = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("bytes", 5);
  g_autoptr (GBytes) bytes_back = NULL;
  g_autoptr (GVariant) pair = g_variant_ref_sink (g_variant_new ("(ii)", 1, 2));
  g_autoptr (GVariant) pair_back = NULL;
  gint number = 0;
  gboolean ok;

  CALL (ok, f, one_number, (-8,), (&number,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpint (number, ==, -8);

  CALL (string, f, one_string, ("string",), (), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (string, ==, "string");

  CALL (strings, f, one_strings, (some_strings,), (), &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (strings, (char **) some_strings);

  CALL (bytes_back, f, one_bytes, (bytes,), (), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes_back, bytes));

  CALL (pair_back, f, one_variant, (pair,), (), &error);
  g_assert_no_error (error);
  g_assert_cmpvariant (pair_back, pair);
}

static void
test_one_nullable (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *string = NULL;
  gboolean ok;

  CALL (ok, f, one_nullable, (NULL,), (&string,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_null (string);

  CALL (ok, f, one_nullable, ("string",), (&string,), &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpstr (string, ==, "string");
}

static void
test_refuse (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  CALL (ok, f, refuse, ("not for you",), (), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpstr (error->message, ==, "not for you");
  g_assert_false (ok);
}

static void
test_unimplemented (Fixture       *f,
                    gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  CALL (ok, f, unimplemented, (), (), &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "org.example.Test.Types.Unimplemented"));
  g_assert_false (ok);
}

static void
test_wrong_result (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) pair = NULL;

  CALL (pair, f, wrong_type, (), (), &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Test.Types.WrongType: result 'result': "
                                       "expected a GVariant of type '(ii)', got one of type '(ss)'");
  g_assert_null (pair);
}

static void
test_wrong_argument (Fixture       *f,
                     gconstpointer  data)
{
  g_autoptr (GVariant) wrong = g_variant_ref_sink (g_variant_new ("(is)", 1, "two"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) pair = NULL;
  g_autofree char *string = NULL;

  CALL (pair, f, one_variant, (wrong,), (), &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Test.Types.OneVariant: argument 'pair': "
                                       "expected a GVariant of type '(ii)', got one of type '(is)'");
  g_assert_null (pair);
  g_clear_error (&error);

  CALL (string, f, one_string, (NULL,), (), &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Test.Types.OneString: argument 'string': "
                                       "expected a value of type gchararray, got NULL");
  g_assert_null (string);
}

/* A result that belongs to another method is not taken for this one's. */
static void
test_wrong_finish (Fixture       *f,
                   gconstpointer  data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  test_types_proxy_call_nothing (f->proxy, NULL, fixture_result_cb, f);
  result = fixture_wait_for_result (f);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*The result is not that of a call of*");
  ok = test_types_proxy_call_refuse_finish (f->proxy, result, &error);
  g_test_assert_expected_messages ();
  g_assert_false (ok);
}

static void
add_tests (const char *name,
           const Way  *way)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "nothing", test_nothing },
    { "numbers", test_numbers },
    { "strings", test_strings },
    { "not-asked-for", test_not_asked_for },
    { "arrays", test_arrays },
    { "variants", test_variants },
    { "floating", test_floating },
    { "nullables", test_nullables },
    { "one-result", test_one_result },
    { "one-nullable", test_one_nullable },
    { "refuse", test_refuse },
    { "unimplemented", test_unimplemented },
    { "wrong-result", test_wrong_result },
    { "wrong-argument", test_wrong_argument },
    { "wrong-finish", test_wrong_finish },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/generated/%s/%s", name, tests[i].name);

      g_test_add (path, Fixture, way, fixture_set_up, tests[i].func, fixture_tear_down);
    }
}

int
main (int   argc,
      char *argv[])
{
  GType plain = types_plain_get_type ();
  GType later = types_later_get_type ();
  const Way ways[] = {
    { plain, FALSE, FALSE },
    { plain, FALSE, TRUE },
    { plain, TRUE, FALSE },
    { plain, TRUE, TRUE },
    { later, FALSE, FALSE },
    { later, FALSE, TRUE },
    { later, TRUE, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  add_tests ("plain/server/sync", &ways[0]);
  add_tests ("plain/server/async", &ways[1]);
  add_tests ("plain/direct/sync", &ways[2]);
  add_tests ("plain/direct/async", &ways[3]);
  add_tests ("later/server/sync", &ways[4]);
  add_tests ("later/server/async", &ways[5]);
  add_tests ("later/direct/async", &ways[6]);
  return g_test_run ();
}
