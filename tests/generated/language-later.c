/* language-later.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with asynchronous handlers, which lends its results. C and C++. */

#include "language-services.h"

typedef struct
{
  GObject parent_instance;
} LanguageLater;

typedef struct
{
  GObjectClass parent_class;
} LanguageLaterClass;

static gboolean
later_objects (TestLanguage  *self,
               NorpcCall     *call,
               GFile         *file,
               GCancellable  *cancellable,
               GRegex        *regex,
               GBytes        *bytes,
               GError       **error)
{
  test_language_complete_objects (self, call, file, cancellable, regex, bytes);
  return TRUE;
}

static gboolean
later_numbers (TestLanguage    *self,
               NorpcCall       *call,
               TestMode         mode,
               TestParts        parts,
               GFileType        type,
               GFileCopyFlags   flags,
               GError         **error)
{
  test_language_complete_numbers (self, call, mode, parts, type, flags);
  return TRUE;
}

static gboolean
later_arrays (TestLanguage  *self,
              NorpcCall     *call,
              GPtrArray     *files,
              GPtrArray     *entries,
              GArray        *modes,
              GPtrArray     *dates,
              GError       **error)
{
  test_language_complete_arrays (self, call, files, entries, modes, dates);
  return TRUE;
}

static gboolean
later_records (TestLanguage     *self,
               NorpcCall        *call,
               const TestEntry  *entry,
               const TestTree   *tree,
               GError          **error)
{
  test_language_complete_records (self, call, entry, tree);
  return TRUE;
}

static gboolean
later_one_file (TestLanguage  *self,
                NorpcCall     *call,
                GFile         *file,
                GError       **error)
{
  test_language_complete_one_file (self, call, file);
  return TRUE;
}

static gboolean
later_one_array (TestLanguage  *self,
                 NorpcCall     *call,
                 GPtrArray     *files,
                 GError       **error)
{
  test_language_complete_one_array (self, call, files);
  return TRUE;
}

static gboolean
later_one_entry (TestLanguage     *self,
                 NorpcCall        *call,
                 const TestEntry  *entry,
                 GError          **error)
{
  test_language_complete_one_entry (self, call, entry);
  return TRUE;
}

static gboolean
later_moved (TestLanguage  *self,
             NorpcCall     *call,
             GCancellable  *cancellable,
             char          *text,
             TestEntry     *entry,
             GPtrArray     *files,
             GError       **error)
{
  test_language_complete_moved (self, call, cancellable, text, entry, files);
  g_object_unref (cancellable);
  g_free (text);
  test_entry_free (entry);
  g_ptr_array_unref (files);
  return TRUE;
}

static gboolean
later_refuse (TestLanguage    *self,
              NorpcCall       *call,
              TestStoreError   code,
              GError         **error)
{
  norpc_call_return_error_literal (call, TEST_STORE_ERROR, code, "as told");
  return TRUE;
}

static void
language_later_iface_init (gpointer iface_pointer,
                           gpointer data)
{
  TestLanguageInterface *iface = (TestLanguageInterface *) iface_pointer;

  iface->handle_objects = later_objects;
  iface->handle_numbers = later_numbers;
  iface->handle_arrays = later_arrays;
  iface->handle_records = later_records;
  iface->handle_one_file = later_one_file;
  iface->handle_one_array = later_one_array;
  iface->handle_one_entry = later_one_entry;
  iface->handle_moved = later_moved;
  iface->handle_refuse = later_refuse;
}

G_DEFINE_TYPE_WITH_CODE (LanguageLater, language_later, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TEST_TYPE_LANGUAGE, language_later_iface_init))

static void
language_later_class_init (LanguageLaterClass *klass)
{
}

static void
language_later_init (LanguageLater *self)
{
}
