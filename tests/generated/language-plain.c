/* language-plain.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with synchronous handlers. C and C++. */

#include "language-services.h"

typedef struct
{
  GObject parent_instance;

  TestEntry *noted; /* (owned) (nullable) */
} LanguagePlain;

typedef struct
{
  GObjectClass parent_class;
} LanguagePlainClass;

static gboolean
plain_objects (TestLanguage  *self,
               GFile         *file,
               GCancellable  *cancellable,
               GRegex        *regex,
               GBytes        *bytes,
               GFile        **out_file,
               GCancellable **out_cancellable,
               GRegex       **out_regex,
               GBytes       **out_bytes,
               GError       **error)
{
  *out_file = G_FILE (g_object_ref (file));
  *out_cancellable = cancellable != NULL ? G_CANCELLABLE (g_object_ref (cancellable)) : NULL;
  *out_regex = g_regex_ref (regex);
  *out_bytes = g_bytes_ref (bytes);
  return TRUE;
}

static gboolean
plain_numbers (TestLanguage    *self,
               TestMode         mode,
               TestParts        parts,
               GFileType        type,
               GFileCopyFlags   flags,
               TestMode        *out_mode,
               TestParts       *out_parts,
               GFileType       *out_type,
               GFileCopyFlags  *out_flags,
               GError         **error)
{
  *out_mode = mode;
  *out_parts = parts;
  *out_type = type;
  *out_flags = flags;
  return TRUE;
}

/* Some of these do not free their elements: the one who takes them sees to it. */
static GPtrArray *
give_objects (GPtrArray *array)
{
  GPtrArray *copy = g_ptr_array_new ();

  for (guint i = 0; i < array->len; i++)
    g_ptr_array_add (copy, g_object_ref ((GObject *) g_ptr_array_index (array, i)));
  return copy;
}

static gboolean
plain_arrays (TestLanguage  *self,
              GPtrArray     *files,
              GPtrArray     *entries,
              GArray        *modes,
              GPtrArray     *dates,
              GPtrArray    **out_files,
              GPtrArray    **out_entries,
              GArray       **out_modes,
              GPtrArray    **out_dates,
              GError       **error)
{
  *out_files = give_objects (files);
  *out_entries = g_ptr_array_ref (entries);
  *out_modes = g_array_ref (modes);
  *out_dates = dates != NULL ? g_ptr_array_ref (dates) : NULL;
  return TRUE;
}

static gboolean
plain_records (TestLanguage     *self,
               const TestEntry  *entry,
               const TestTree   *tree,
               TestEntry       **out_entry,
               TestTree        **out_tree,
               GError          **error)
{
  *out_entry = test_entry_copy (entry);
  *out_tree = tree != NULL ? test_tree_copy (tree) : NULL;
  return TRUE;
}

static GFile *
plain_one_file (TestLanguage  *self,
                GFile         *file,
                GError       **error)
{
  return G_FILE (g_object_ref (file));
}

static GPtrArray *
plain_one_array (TestLanguage  *self,
                 GPtrArray     *files,
                 GError       **error)
{
  return give_objects (files);
}

static TestEntry *
plain_one_entry (TestLanguage     *self,
                 const TestEntry  *entry,
                 GError          **error)
{
  return test_entry_copy (entry);
}

static gboolean
plain_moved (TestLanguage  *self,
             GCancellable  *cancellable,
             char          *text,
             TestEntry     *entry,
             GPtrArray     *files,
             GCancellable **out_cancellable,
             char         **out_text,
             TestEntry    **out_entry,
             GPtrArray    **out_files,
             GError       **error)
{
  *out_cancellable = cancellable;
  *out_text = text;
  *out_entry = entry;
  *out_files = files;
  return TRUE;
}

static gboolean
plain_refuse (TestLanguage    *self,
              TestStoreError   code,
              GError         **error)
{
  g_set_error_literal (error, TEST_STORE_ERROR, code, "as told");
  return FALSE;
}

static gboolean
plain_note (TestLanguage     *self,
            const TestEntry  *entry,
            GError          **error)
{
  LanguagePlain *plain = (LanguagePlain *) self;
  g_autoptr (TestEntry) previous = g_steal_pointer (&plain->noted);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_file_new_for_path ("/a"));
  plain->noted = test_entry_copy (entry);
  test_language_emit_noted (self, plain->noted, files, TEST_MODE_FAST, previous);
  return TRUE;
}

static gboolean
plain_last_note (TestLanguage  *self,
                 TestEntry    **out_entry,
                 GError       **error)
{
  LanguagePlain *plain = (LanguagePlain *) self;

  *out_entry = plain->noted;
  plain->noted = NULL;
  return TRUE;
}

static void
language_plain_iface_init (gpointer iface_pointer,
                           gpointer data)
{
  TestLanguageInterface *iface = (TestLanguageInterface *) iface_pointer;

  iface->objects = plain_objects;
  iface->numbers = plain_numbers;
  iface->arrays = plain_arrays;
  iface->records = plain_records;
  iface->one_file = plain_one_file;
  iface->one_array = plain_one_array;
  iface->one_entry = plain_one_entry;
  iface->moved = plain_moved;
  iface->refuse = plain_refuse;
  iface->note = plain_note;
  iface->last_note = plain_last_note;
}

G_DEFINE_TYPE_WITH_CODE (LanguagePlain, language_plain, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TEST_TYPE_LANGUAGE, language_plain_iface_init))

static void
language_plain_finalize (GObject *object)
{
  g_clear_pointer (&((LanguagePlain *) object)->noted, test_entry_free);
  G_OBJECT_CLASS (language_plain_parent_class)->finalize (object);
}

static void
language_plain_class_init (LanguagePlainClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = language_plain_finalize;
}

static void
language_plain_init (LanguagePlain *self)
{
}
