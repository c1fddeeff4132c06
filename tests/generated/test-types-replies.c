/* test-types-replies.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Results of every type, as functions get them that are called without a GTask. A call that
 * failed has 0 and NULL in their stead. C and C++. */

#include "types-fixture.h"
#include "types-services.h"

static const char * const some_strings[] = { "one", "", "\xe4\xba\x8c", NULL };
static const char * const some_paths[] = { "/", "/org/example", NULL };
static const char * const some_signatures[] = { "", "a{sv}", NULL };

/* A reply function notes that it has run. */
typedef struct
{
  guint n;
  gboolean is_cancelled;  /* the call is to fail */
  GVariant *pair;         /* (owned) */
} Seen;

static gboolean
begin_reply (const GError *error,
             gpointer      user_data)
{
  Seen *seen = (Seen *) user_data;

  seen->n++;
  if (!seen->is_cancelled)
    g_assert_no_error (error);
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  return error == NULL;
}

static void
nothing_cb (const GError *error,
            gpointer      user_data)
{
  begin_reply (error, user_data);
}

static void
numbers_cb (guint8        byte,
            gboolean      truth,
            gint16        int16,
            guint16       uint16,
            gint          int32,
            guint         uint32,
            gint64        int64,
            guint64       uint64,
            double        number,
            gint          handle,
            const GError *error,
            gpointer      user_data)
{
  gboolean ok = begin_reply (error, user_data);

  g_assert_cmpint (byte, ==, ok ? G_MAXUINT8 : 0);
  g_assert_cmpint (truth, ==, ok);
  g_assert_cmpint (int16, ==, ok ? G_MININT16 : 0);
  g_assert_cmpint (uint16, ==, ok ? G_MAXUINT16 : 0);
  g_assert_cmpint (int32, ==, ok ? G_MININT32 : 0);
  g_assert_cmpuint (uint32, ==, ok ? G_MAXUINT32 : 0);
  g_assert_cmpint (int64, ==, ok ? G_MININT64 : 0);
  g_assert_cmpuint (uint64, ==, ok ? G_MAXUINT64 : 0);
  g_assert_cmpfloat (number, ==, ok ? 1e308 : 0);
  g_assert_cmpint (handle, ==, ok ? -1 : 0);
}

static void
strings_cb (const char   *string,
            const char   *path,
            const char   *signature,
            const GError *error,
            gpointer      user_data)
{
  gboolean ok = begin_reply (error, user_data);

  g_assert_cmpstr (string, ==, ok ? "\xe4\xba\x8c" : NULL);
  g_assert_cmpstr (path, ==, ok ? "/org/example" : NULL);
  g_assert_cmpstr (signature, ==, ok ? "a{sv}" : NULL);
}

static void
arrays_cb (GBytes             *bytes,
           const char * const *strings,
           const char * const *paths,
           const char * const *signatures,
           const GError       *error,
           gpointer            user_data)
{
  if (!begin_reply (error, user_data))
    {
      g_assert_null (bytes);
      g_assert_null (strings);
      g_assert_null (paths);
      g_assert_null (signatures);
      return;
    }

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "a\0b", 3);
  g_assert_cmpstrv ((char **) strings, (char **) some_strings);
  g_assert_cmpstrv ((char **) paths, (char **) some_paths);
  g_assert_cmpstrv ((char **) signatures, (char **) some_signatures);
}

static void
nullables_cb (const char         *string,
              const char         *attribute,
              const char         *path,
              GBytes             *bytes,
              const char * const *strings,
              GVariant           *number,
              GVariant           *pair,
              const GError       *error,
              gpointer            user_data)
{
  begin_reply (error, user_data);
  g_assert_null (string);
  g_assert_null (attribute);
  g_assert_null (path);
  g_assert_null (bytes);
  g_assert_null (strings);
  g_assert_null (number);
  g_assert_null (pair);
}

/* A result that is returned elsewhere. */
static void
one_variant_cb (GVariant     *result,
                const GError *error,
                gpointer      user_data)
{
  if (begin_reply (error, user_data))
    g_assert_cmpvariant (result, ((Seen *) user_data)->pair);
  else
    g_assert_null (result);
}

/* One that may outlive the reply. */
static void
one_string_cb (const char   *result,
               const GError *error,
               gpointer      user_data)
{
  char **kept = (char **) user_data;

  g_assert_no_error (error);
  g_assert_null (*kept);
  *kept = g_strdup (result);
}

static void
refuse_cb (const GError *error,
           gpointer      user_data)
{
  *(GError **) user_data = g_error_copy (error);
}

static void
call_all (Fixture      *f,
          GCancellable *cancellable,
          Seen         *seen)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0b", 3);

  test_types_proxy_call_nothing_with_reply (f->proxy, cancellable, nothing_cb, seen);
  test_types_proxy_call_numbers_with_reply (f->proxy, G_MAXUINT8, TRUE, G_MININT16, G_MAXUINT16,
                                            G_MININT32, G_MAXUINT32, G_MININT64, G_MAXUINT64, 1e308,
                                            -1, cancellable, numbers_cb, seen);
  test_types_proxy_call_strings_with_reply (f->proxy, "\xe4\xba\x8c", "/org/example", "a{sv}",
                                            cancellable, strings_cb, seen);
  test_types_proxy_call_arrays_with_reply (f->proxy, bytes, some_strings, some_paths, some_signatures,
                                           cancellable, arrays_cb, seen);
  test_types_proxy_call_nullables_with_reply (f->proxy, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                              cancellable, nullables_cb, seen);
  test_types_proxy_call_one_variant_with_reply (f->proxy, seen->pair, cancellable, one_variant_cb, seen);
  g_assert_cmpuint (seen->n, ==, 0);
  while (seen->n < 6)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_results (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GVariant) pair = g_variant_ref_sink (g_variant_new ("(ii)", 1, 2));
  Seen seen = { 0, FALSE, pair };

  call_all (f, NULL, &seen);
}

static void
test_no_results (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) pair = g_variant_ref_sink (g_variant_new ("(ii)", 1, 2));
  Seen seen = { 0, TRUE, pair };

  g_cancellable_cancel (cancellable);
  call_all (f, cancellable, &seen);
}

static void
test_kept (Fixture       *f,
           gconstpointer  data)
{
  g_autofree char *kept = NULL;

  test_types_proxy_call_one_string_with_reply (f->proxy, "string", NULL, one_string_cb, &kept);
  while (kept == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (kept, ==, "string");
}

/* The error of the service. */
static void
test_refuse (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  test_types_proxy_call_refuse_with_reply (f->proxy, "not for you", NULL, refuse_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpstr (error->message, ==, "not for you");
}

static void
test_wrong_proxy (Fixture       *f,
                  gconstpointer  data)
{
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*TEST_IS_TYPES_PROXY (self)*");
  test_types_proxy_call_nothing_with_reply (NULL, NULL, nothing_cb, NULL);
  g_test_assert_expected_messages ();
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
    { "results", test_results },
    { "no-results", test_no_results },
    { "kept", test_kept },
    { "refuse", test_refuse },
    { "wrong-proxy", test_wrong_proxy },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/types-replies/%s/%s", name, tests[i].name);

      g_test_add (path, Fixture, way, fixture_set_up, tests[i].func, fixture_tear_down);
    }
}

int
main (int   argc,
      char *argv[])
{
  const Way ways[] = {
    { types_plain_get_type (), FALSE, TRUE },
    { types_later_get_type (), FALSE, TRUE },
    { types_plain_get_type (), TRUE, TRUE },
  };

  g_test_init (&argc, &argv, NULL);

  add_tests ("plain", &ways[0]);
  add_tests ("later", &ways[1]);
  add_tests ("direct", &ways[2]);

  return g_test_run ();
}
