/* folder.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "folder.h"

Folder *
folder_new (const char *path)
{
  Folder *self = g_new0 (Folder, 1);

  self->name = g_strdup (path);
  self->share = 1;

  return self;
}

/* Takes the folders in @self out of it, to the end of @folders. */
static void
move_folders (Folder    *self,
              GPtrArray *folders)
{
  if (self->folders != NULL)
    g_ptr_array_extend_and_steal (folders, g_steal_pointer (&self->folders));
}

/* Without recursion, because folders may be nested deeply. */
void
folder_free (Folder *self)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new ();

  g_ptr_array_add (folders, self);
  while (folders->len > 0)
    {
      Folder *folder = g_ptr_array_steal_index_fast (folders, folders->len - 1);

      move_folders (folder, folders);
      g_free (folder->name);
      g_free (folder);
    }
}

/* Returns the new folder (unowned). */
Folder *
folder_add (Folder     *self,
            const char *name)
{
  Folder *folder = folder_new (name);

  folder->parent = self;
  folder->share = 0;
  if (self->folders == NULL)
    self->folders = g_ptr_array_new ();
  g_ptr_array_add (self->folders, folder);

  return folder;
}

/* Counts files that are directly in the folder. */
void
folder_add_files (Folder  *self,
                  guint64  size,
                  guint    n_files)
{
  self->own_size += size;
  self->n_own_files += n_files;
  for (; self != NULL; self = self->parent)
    {
      self->size += size;
      self->n_files += n_files;
    }
}

/* Returns the folder directly in @self that is shown with the name that @path begins with (unowned), or NULL. */
static Folder *
find_first (Folder     *self,
            const char *path)
{
  gsize length = strcspn (path, G_DIR_SEPARATOR_S);

  for (guint i = 0; self->folders != NULL && i < self->folders->len; i++)
    {
      Folder *folder = self->folders->pdata[i];
      g_autofree char *name = g_filename_display_name (folder->name);

      if (strlen (name) == length && memcmp (name, path, length) == 0)
        return folder;
    }

  return NULL;
}

/* Returns a folder below it (unowned) by the path that is shown, or NULL. */
Folder *
folder_find (Folder     *self,
             const char *shown_path)
{
  while (self != NULL && *shown_path != '\0')
    {
      self = find_first (self, shown_path);
      shown_path += strcspn (shown_path, G_DIR_SEPARATOR_S);
      shown_path += *shown_path != '\0';
    }

  return self;
}

/* Joins the names from that of the root, or from below it, to that of @self. */
static char *
join_names (Folder   *self,
            gboolean  with_root)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_ptr_array_add (names, NULL);
  for (; self != NULL && (with_root || self->parent != NULL); self = self->parent)
    g_ptr_array_insert (names, 0, self->name);

  return g_build_filenamev ((char **) names->pdata);
}

/* Returns its path in the file system (owned). */
char *
folder_dup_path (Folder *self)
{
  return join_names (self, TRUE);
}

/* Returns its path below the root (owned), in UTF-8. It is empty for the root. */
char *
folder_dup_shown_path (Folder *self)
{
  g_autofree char *path = join_names (self, FALSE);

  return g_filename_display_name (path);
}
