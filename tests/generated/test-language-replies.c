/* test-language-replies.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Results of named types, as functions get them that are called without a GTask. C and C++. */

#include "language-services.h"
#include "language-tests.h"

typedef struct
{
  NorpcServer *server;         /* (owned) */
  TestLanguageProxy *proxy;    /* (owned) */
  gboolean is_cancelled;       /* the calls are to fail */
  guint n;                     /* of replies */

  TestEntry *entry;            /* (owned) */
  GPtrArray *files;            /* (owned) */
  GCancellable *cancellable;   /* (owned) */
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  GType (*get_type) (void) = (GType (*) (void)) data;
  g_autoptr (GObject) service = G_OBJECT (g_object_new (get_type (), NULL));

  f->server = norpc_server_new (service);
  g_assert_true (norpc_server_start (f->server, NULL, NULL));
  f->proxy = test_language_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (f->server)));
  f->entry = language_make_entry ("key");
  f->files = language_make_files ();
  f->cancellable = g_cancellable_new ();
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_clear_object (&f->proxy);
  g_assert_true (norpc_server_stop (f->server, NORPC_STOP_FINISH, NULL, NULL));
  g_clear_object (&f->server);
  g_clear_pointer (&f->entry, test_entry_free);
  g_clear_pointer (&f->files, g_ptr_array_unref);
  g_clear_object (&f->cancellable);
}

static Fixture *
begin_reply (const GError *error,
             gpointer      user_data)
{
  Fixture *f = (Fixture *) user_data;

  f->n++;
  if (!f->is_cancelled)
    g_assert_no_error (error);
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  return f;
}

static void
numbers_cb (TestMode        mode,
            TestParts       parts,
            GFileType       type,
            GFileCopyFlags  flags,
            const GError   *error,
            gpointer        user_data)
{
  gboolean fails = begin_reply (error, user_data)->is_cancelled;

  g_assert_cmpint (mode, ==, fails ? 0 : TEST_MODE_SLOW);
  g_assert_cmpint (parts, ==, fails ? 0 : TEST_PARTS_BOTH);
  g_assert_cmpint (type, ==, fails ? 0 : G_FILE_TYPE_SPECIAL);
  g_assert_cmpint (flags, ==, fails ? 0 : G_FILE_COPY_NOFOLLOW_SYMLINKS);
}

static void
objects_cb (GFile        *file,
            GCancellable *cancellable,
            GRegex       *regex,
            GBytes       *bytes,
            const GError *error,
            gpointer      user_data)
{
  Fixture *f = begin_reply (error, user_data);

  g_assert_true (file == (f->is_cancelled ? NULL : g_ptr_array_index (f->files, 0)));
  g_assert_true (cancellable == (f->is_cancelled ? NULL : f->cancellable));
  g_assert_true ((regex == NULL) == f->is_cancelled);
  g_assert_true ((bytes == NULL) == f->is_cancelled);
}

static void
arrays_cb (GPtrArray    *files,
           GPtrArray    *entries,
           GArray       *modes,
           GPtrArray    *dates,
           const GError *error,
           gpointer      user_data)
{
  Fixture *f = begin_reply (error, user_data);

  g_assert_null (dates);
  if (f->is_cancelled)
    {
      g_assert_null (files);
      g_assert_null (entries);
      g_assert_null (modes);
      return;
    }

  g_assert_cmpuint (files->len, ==, 2);
  g_assert_true (g_ptr_array_index (files, 1) == g_ptr_array_index (f->files, 1));
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_true (test_entry_equal (g_ptr_array_index (entries, 0), f->entry));
  g_assert_cmpuint (modes->len, ==, 0);
}

static void
records_cb (const TestEntry *entry,
            const TestTree  *tree,
            const GError    *error,
            gpointer         user_data)
{
  Fixture *f = begin_reply (error, user_data);

  g_assert_null (tree);
  if (f->is_cancelled)
    g_assert_null (entry);
  else
    g_assert_true (test_entry_equal (entry, f->entry));
}

/* Of values that have moved to the service and back. */
static void
moved_cb (GCancellable    *cancellable,
          const char      *text,
          const TestEntry *entry,
          GPtrArray       *files,
          const GError    *error,
          gpointer         user_data)
{
  Fixture *f = begin_reply (error, user_data);

  g_assert_true (cancellable == (f->is_cancelled ? NULL : f->cancellable));
  g_assert_cmpstr (text, ==, f->is_cancelled ? NULL : "text");
  g_assert_true ((entry == NULL) == f->is_cancelled);
  g_assert_true ((files == NULL) == f->is_cancelled);
}

static void
call_all (Fixture      *f,
          GCancellable *cancellable)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (TestMode));
  g_autoptr (GRegex) regex = g_regex_new ("a", (GRegexCompileFlags) 0, (GRegexMatchFlags) 0, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("b", 1);
  GFile *file = G_FILE (g_ptr_array_index (f->files, 0));

  g_ptr_array_add (entries, f->entry);
  test_language_proxy_call_numbers_with_reply (f->proxy, TEST_MODE_SLOW, TEST_PARTS_BOTH,
                                               G_FILE_TYPE_SPECIAL, G_FILE_COPY_NOFOLLOW_SYMLINKS,
                                               cancellable, numbers_cb, f);
  test_language_proxy_call_objects_with_reply (f->proxy, file, f->cancellable, regex, bytes,
                                               cancellable, objects_cb, f);
  test_language_proxy_call_arrays_with_reply (f->proxy, f->files, entries, modes, NULL,
                                              cancellable, arrays_cb, f);
  test_language_proxy_call_records_with_reply (f->proxy, f->entry, NULL, cancellable, records_cb, f);
  test_language_proxy_call_moved_with_reply (f->proxy, G_CANCELLABLE (g_object_ref (f->cancellable)),
                                             g_strdup ("text"), language_make_entry ("moved"),
                                             language_make_files (), cancellable, moved_cb, f);
  g_assert_cmpuint (f->n, ==, 0);
  while (f->n < 5)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_results (Fixture       *f,
              gconstpointer  data)
{
  call_all (f, NULL);
}

/* Arguments that move are released, too, if the call is not sent. */
static void
test_no_results (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gpointer weak = f->cancellable;

  g_cancellable_cancel (cancellable);
  f->is_cancelled = TRUE;
  call_all (f, cancellable);

  g_object_add_weak_pointer (G_OBJECT (f->cancellable), &weak);
  g_clear_object (&f->cancellable);
  g_assert_null (weak);
}

static void
refuse_cb (const GError *error,
           gpointer      user_data)
{
  g_assert_error (error, TEST_STORE_ERROR, TEST_STORE_ERROR_FULL);
  ++*(guint *) user_data;
}

static void
test_refuse (Fixture       *f,
             gconstpointer  data)
{
  test_language_proxy_call_refuse_with_reply (f->proxy, TEST_STORE_ERROR_FULL, NULL, refuse_cb, &f->n);
  while (f->n == 0)
    g_main_context_iteration (NULL, TRUE);
}

#define ADD(name, func) \
  g_test_add ("/language-replies/plain/" name, Fixture, (gconstpointer) language_plain_get_type, set_up, func, tear_down); \
  g_test_add ("/language-replies/later/" name, Fixture, (gconstpointer) language_later_get_type, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("results", test_results);
  ADD ("no-results", test_no_results);
  ADD ("refuse", test_refuse);

  return g_test_run ();
}
