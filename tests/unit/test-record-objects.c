/* test-record-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Records that are objects. */

#include "library-service.h"

static LibraryEverything *
make_everything (void)
{
  static const char * const tags[] = { "a", "b", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("xyz", 3);
  g_autoptr (LibraryLabel) label = library_label_new ("one");
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func ((GDestroyNotify) library_label_free);
  g_autoptr (GFile) file = g_file_new_for_path ("/tmp");
  LibraryEverything *everything;

  g_ptr_array_add (labels, library_label_new ("two"));
  everything = library_everything_new (200, TRUE, -30000, 60000, -5, 4000000000u, G_MININT64, G_MAXUINT64, 0.5,
                                       "title", NULL, "/a/b", tags, bytes, g_variant_new ("(ii)", 1, 2),
                                       LIBRARY_GENRE_FOLK, LIBRARY_MARKS_LOVED | LIBRARY_MARKS_PLAYED, label,
                                       labels, file, 7);

  /* The object has copies. */
  ((LibraryLabel *) g_ptr_array_index (labels, 0))->name[0] = 'T';
  label->name[0] = 'O';

  return everything;
}

static void
test_getters (void)
{
  g_autoptr (LibraryEverything) everything = make_everything ();
  GPtrArray *labels = library_everything_get_labels (everything);
  gint first, second;

  g_assert_cmpuint (library_everything_get_byte (everything), ==, 200);
  g_assert_true (library_everything_get_flag (everything));
  g_assert_cmpint (library_everything_get_int16 (everything), ==, -30000);
  g_assert_cmpuint (library_everything_get_uint16 (everything), ==, 60000);
  g_assert_cmpint (library_everything_get_int32 (everything), ==, -5);
  g_assert_cmpuint (library_everything_get_uint32 (everything), ==, 4000000000u);
  g_assert_cmpint (library_everything_get_int64 (everything), ==, G_MININT64);
  g_assert_cmpuint (library_everything_get_uint64 (everything), ==, G_MAXUINT64);
  g_assert_cmpfloat (library_everything_get_real (everything), ==, 0.5);
  g_assert_cmpstr (library_everything_get_track_title (everything), ==, "title");
  g_assert_null (library_everything_get_comment (everything));
  g_assert_cmpstr (library_everything_get_path (everything), ==, "/a/b");
  g_assert_cmpstr (library_everything_get_tags (everything)[1], ==, "b");
  g_assert_cmpuint (g_bytes_get_size (library_everything_get_bytes (everything)), ==, 3);
  g_variant_get (library_everything_get_variant (everything), "(ii)", &first, &second);
  g_assert_cmpint (second, ==, 2);
  g_assert_cmpint (library_everything_get_genre (everything), ==, LIBRARY_GENRE_FOLK);
  g_assert_cmpuint (library_everything_get_marks (everything), ==, LIBRARY_MARKS_LOVED | LIBRARY_MARKS_PLAYED);
  g_assert_cmpstr (library_everything_get_label (everything)->name, ==, "one");
  g_assert_cmpuint (labels->len, ==, 1);
  g_assert_cmpstr (((LibraryLabel *) g_ptr_array_index (labels, 0))->name, ==, "two");
  g_assert_true (G_IS_FILE (library_everything_get_file (everything)));
  g_assert_cmpint (library_everything_get_type_ (everything), ==, 7);
}

/* Every field is a property that can be read, and can be set by the constructor alone. */
static void
test_properties (void)
{
  g_autoptr (LibraryEverything) everything = make_everything ();
  guint n_properties;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (everything), &n_properties);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree GValue *values = g_new0 (GValue, n_properties);
  g_autoptr (LibraryEverything) copy = NULL;

  g_assert_cmpuint (n_properties, ==, 21);
  for (guint i = 0; i < n_properties; i++)
    {
      g_assert_cmpuint (pspecs[i]->flags & (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY), ==,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY);
      g_object_get_property (G_OBJECT (everything), pspecs[i]->name, &values[i]);
      g_ptr_array_add (names, (gpointer) pspecs[i]->name);
    }
  g_assert_nonnull (g_object_class_find_property (G_OBJECT_GET_CLASS (everything), "track-title"));

  copy = LIBRARY_EVERYTHING (g_object_new_with_properties (LIBRARY_TYPE_EVERYTHING, n_properties,
                                                           (const char **) names->pdata, values));
  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (copy), pspecs[i]->name, &value);
      if (!G_VALUE_HOLDS_BOXED (&value))
        g_assert_cmpint (g_param_values_cmp (pspecs[i], &value, &values[i]), ==, 0);
      g_value_unset (&values[i]);
    }
  g_assert_cmpstr (library_everything_get_label (copy)->name, ==, "one");
  g_assert_cmpint (library_everything_get_int16 (copy), ==, -30000);
}

/* A binding may leave properties out. */
static void
test_defaults (void)
{
  g_autoptr (LibraryEverything) everything = g_object_new (LIBRARY_TYPE_EVERYTHING, NULL);

  g_assert_cmpstr (library_everything_get_track_title (everything), ==, "");
  g_assert_cmpstr (library_everything_get_path (everything), ==, "/");
  g_assert_null (library_everything_get_comment (everything));
  g_assert_null (library_everything_get_label (everything));
  g_assert_cmpuint (library_everything_get_byte (everything), ==, 0);
}

/* It can be the source of a binding, and in a GListStore. */
static void
test_use (void)
{
  g_autoptr (LibrarySong) song = library_song_new ("title", 4);
  g_autoptr (LibrarySong) other = library_song_new ("other", 0);
  g_autoptr (GListStore) store = g_list_store_new (LIBRARY_TYPE_SONG);
  g_autoptr (GSocketClient) target = g_socket_client_new ();
  guint position;

  g_list_store_append (store, other);
  g_list_store_append (store, song);
  g_assert_true (g_list_store_find (store, song, &position));
  g_assert_cmpuint (position, ==, 1);

  g_object_bind_property (song, "number", target, "timeout", G_BINDING_SYNC_CREATE);
  g_assert_cmpuint (g_socket_client_get_timeout (target), ==, 4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/record-objects/getters", test_getters);
  g_test_add_func ("/record-objects/properties", test_properties);
  g_test_add_func ("/record-objects/defaults", test_defaults);
  g_test_add_func ("/record-objects/use", test_use);

  return g_test_run ();
}
