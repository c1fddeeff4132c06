/* cg-gir-files.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Finds GIRs in the folders in which GObject Introspection looks for them. */

#include "cg-gir.h"

#include <string.h>

static void
add_data_folder (GPtrArray  *folders,
                 const char *folder)
{
  g_ptr_array_add (folders, g_build_filename (folder, "gir-1.0", NULL));
}

GPtrArray *
cg_gir_folders_new (const char * const *folders)
{
  GPtrArray *self = g_ptr_array_new_with_free_func (g_free);
  const char *variable = g_getenv ("GI_GIR_PATH");
  const char * const *system_folders = g_get_system_data_dirs ();
  g_auto (GStrv) listed = g_strsplit (variable != NULL ? variable : "",
                                      G_SEARCHPATH_SEPARATOR_S, -1);

  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    g_ptr_array_add (self, g_strdup (folders[i]));
  for (guint i = 0; listed[i] != NULL; i++)
    if (*listed[i] != '\0')
      g_ptr_array_add (self, g_strdup (listed[i]));
  add_data_folder (self, g_get_user_data_dir ());
  for (guint i = 0; system_folders[i] != NULL; i++)
    add_data_folder (self, system_folders[i]);
  add_data_folder (self, NORPC_CODEGEN_DATADIR);
  add_data_folder (self, "/usr/share");

  return self;
}

/* Gets the version in a name such as "Gtk-4.0.gir" if it is a GIR of @name, or NULL. */
static char *
get_version (const char *file,
             const char *name)
{
  gsize length = strlen (name);

  if (strncmp (file, name, length) != 0 || file[length] != '-' || !g_str_has_suffix (file, ".gir"))
    return NULL;

  return g_strndup (file + length + 1, strlen (file) - length - 1 - strlen (".gir"));
}

static void
add_versions (const char *folder,
              const char *name,
              GPtrArray  *versions)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *version = get_version (file, name);

      if (version != NULL &&
          !g_ptr_array_find_with_equal_func (versions, version, g_str_equal, NULL))
        g_ptr_array_add (versions, g_steal_pointer (&version));
    }

  if (dir != NULL)
    g_dir_close (dir);
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* The packages that have GIRs, by their names in Debian. Later versions come first. */
static const struct
{
  const char *name;
  const char *version;
  const char *package;
} packages[] = {
  { "GLib", "2.0", "libgirepository1.0-dev" },
  { "GObject", "2.0", "libgirepository1.0-dev" },
  { "Gio", "2.0", "libgirepository1.0-dev" },
  { "Gtk", "4.0", "libgtk-4-dev" },
  { "Gtk", "3.0", "libgtk-3-dev" },
  { "Gdk", "4.0", "libgtk-4-dev" },
  { "Gdk", "3.0", "libgtk-3-dev" },
  { "Gsk", "4.0", "libgtk-4-dev" },
  { "Adw", "1", "libadwaita-1-dev" },
  { "GdkPixbuf", "2.0", "libgdk-pixbuf-2.0-dev" },
  { "Graphene", "1.0", "libgraphene-1.0-dev" },
  { "Pango", "1.0", "libpango1.0-dev" },
  { "cairo", "1.0", "libgirepository1.0-dev" },
  { "Json", "1.0", "libjson-glib-dev" },
  { "Soup", "3.0", "libsoup-3.0-dev" },
  { "Secret", "1", "libsecret-1-dev" },
  { "Gst", "1.0", "libgstreamer1.0-dev" },
};

/* @version may be NULL. */
static void
set_not_found (GError     **error,
               const char  *what,
               const char  *name,
               const char  *version)
{
  const char *package = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (packages) && package == NULL; i++)
    if (g_str_equal (packages[i].name, name) &&
        (version == NULL || g_str_equal (packages[i].version, version)))
      package = packages[i].package;

  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
               "cannot find %s; install it%s%s%s or add its folder with --gir-path", what,
               package != NULL ? " (on Debian: " : "", package != NULL ? package : "",
               package != NULL ? ")" : "");
}

char *
cg_gir_find_version (GPtrArray   *folders,
                     const char  *name,
                     GError     **error)
{
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *all = NULL;

  /* there are no other versions, and their GIRs may be in several folders */
  if (cg_known_types_have (name, CG_KNOWN_TYPES_VERSION))
    return g_strdup (CG_KNOWN_TYPES_VERSION);

  for (guint i = 0; i < folders->len; i++)
    add_versions (g_ptr_array_index (folders, i), name, versions);
  if (versions->len == 1)
    return g_strdup (g_ptr_array_index (versions, 0));

  g_ptr_array_sort (versions, compare_strings);
  g_ptr_array_add (versions, NULL);
  all = g_strjoinv (", ", (char **) versions->pdata);
  if (*all == '\0')
    {
      g_autofree char *what = g_strdup_printf ("a GIR of '%s'", name);

      set_not_found (error, what, name, NULL);
    }
  else
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
                 "there are several versions of '%s': %s; "
                 "choose with <include name=\"%s\" version=\"…\"/>", name, all, name);

  return NULL;
}

char *
cg_gir_find_file (GPtrArray   *folders,
                  const char  *name,
                  const char  *version,
                  GError     **error)
{
  g_autofree char *file = g_strdup_printf ("%s-%s.gir", name, version);

  for (guint i = 0; i < folders->len; i++)
    {
      g_autofree char *path = g_build_filename (g_ptr_array_index (folders, i), file, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }

  set_not_found (error, file, name, version);

  return NULL;
}
