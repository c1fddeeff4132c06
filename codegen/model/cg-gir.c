/* cg-gir.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Finds GIRs where GObject Introspection finds them. */

#include "cg-gir-private.h"

#include <gio/gio.h>
#include <string.h>

struct _CgGir
{
  GPtrArray  *folders;     /* (owned) (element-type filename): owned, the first goes first */
  GHashTable *namespaces;  /* (owned) (element-type utf8 CgGirNamespace) */
  GPtrArray  *files;       /* (owned) (element-type filename): owned, that were read */
};

static void
add_data_folder (CgGir      *self,
                 const char *folder)
{
  g_ptr_array_add (self->folders, g_build_filename (folder, "gir-1.0", NULL));
}

CgGir *
cg_gir_new (const char * const *folders)
{
  CgGir *self = g_new0 (CgGir, 1);
  const char *variable = g_getenv ("GI_GIR_PATH");
  const char * const *system_folders = g_get_system_data_dirs ();
  g_auto (GStrv) listed = g_strsplit (variable != NULL ? variable : "", G_SEARCHPATH_SEPARATOR_S, -1);

  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func (g_free);
  self->namespaces = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                            (GDestroyNotify) cg_gir_namespace_free);

  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    g_ptr_array_add (self->folders, g_strdup (folders[i]));
  for (guint i = 0; listed[i] != NULL; i++)
    if (*listed[i] != '\0')
      g_ptr_array_add (self->folders, g_strdup (listed[i]));
  add_data_folder (self, g_get_user_data_dir ());
  for (guint i = 0; system_folders[i] != NULL; i++)
    add_data_folder (self, system_folders[i]);
  add_data_folder (self, NORPC_CODEGEN_DATADIR);
  add_data_folder (self, "/usr/share");

  return self;
}

void
cg_gir_free (CgGir *self)
{
  g_hash_table_unref (self->namespaces);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->files);
  g_free (self);
}

/* The version in "Gtk-4.0.gir", if it is a GIR of @name. */
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

      if (version != NULL && !g_ptr_array_find_with_equal_func (versions, version, g_str_equal, NULL))
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
    if (g_str_equal (packages[i].name, name) && (version == NULL || g_str_equal (packages[i].version, version)))
      package = packages[i].package;

  if (package != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "cannot find %s; install it (on Debian: %s) or add its folder with --gir-path", what, package);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "cannot find %s; install it or add its folder with --gir-path", what);
}

/* The one version that is installed. */
static char *
find_version (CgGir       *self,
              const char  *name,
              GError     **error)
{
  g_autoptr (GPtrArray) versions = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *all = NULL;

  /* there will not be others, and each of the three may be there twice */
  if (g_str_equal (name, "GLib") || g_str_equal (name, "GObject") || g_str_equal (name, "Gio"))
    return g_strdup ("2.0");

  for (guint i = 0; i < self->folders->len; i++)
    add_versions (g_ptr_array_index (self->folders, i), name, versions);
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
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "there are several versions of '%s': %s; choose with <include name=\"%s\" version=\"…\"/>",
                 name, all, name);

  return NULL;
}

static char *
find_file (CgGir       *self,
           const char  *name,
           const char  *version,
           GError     **error)
{
  g_autofree char *file = g_strdup_printf ("%s-%s.gir", name, version);

  for (guint i = 0; i < self->folders->len; i++)
    {
      g_autofree char *path = g_build_filename (g_ptr_array_index (self->folders, i), file, NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }

  set_not_found (error, file, name, version);

  return NULL;
}

gboolean
cg_gir_has (CgGir       *self,
            const char  *name,
            const char  *version,
            GError     **error)
{
  g_autofree char *path = find_file (self, name, version, error);

  return path != NULL;
}

const CgGirNamespace *
cg_gir_load (CgGir       *self,
             const char  *name,
             const char  *version,
             GError     **error)
{
  CgGirNamespace *loaded = g_hash_table_lookup (self->namespaces, name);
  g_autofree char *found = NULL;
  g_autofree char *path = NULL;

  if (loaded != NULL)
    return loaded;

  if (version == NULL)
    version = found = find_version (self, name, error);
  if (version == NULL)
    return NULL;

  path = find_file (self, name, version, error);
  if (path == NULL)
    return NULL;

  loaded = cg_gir_namespace_read (path, name, version, error);
  if (loaded != NULL)
    {
      g_hash_table_insert (self->namespaces, loaded->name, loaded);
      g_ptr_array_add (self->files, g_steal_pointer (&path));
    }

  return loaded;
}

const GPtrArray *
cg_gir_get_files (const CgGir *self)
{
  return self->files;
}

const CgGirType *
cg_gir_find (const CgGirNamespace *gir_namespace,
             const char           *name)
{
  return g_hash_table_lookup (gir_namespace->types, name);
}

gboolean
cg_gir_is_header (const char *header)
{
  for (const char *p = header; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || strchr ("<>\"\\", *p) != NULL)
      return FALSE;

  return *header != '\0';
}

static void
add_header (GPtrArray  *headers,
            const char *header)
{
  if (cg_gir_is_header (header) && !g_ptr_array_find_with_equal_func (headers, header, g_str_equal, NULL))
    g_ptr_array_add (headers, g_strdup (header));
}

void
cg_gir_add_headers (const CgGirNamespace *gir_namespace,
                    const CgGirType      *type,
                    GPtrArray            *headers)
{
  for (guint i = 0; i < gir_namespace->headers->len; i++)
    {
      const char *header = g_ptr_array_index (gir_namespace->headers, i);
      const char *slash = strrchr (header, '/');

      if (g_strcmp0 (slash != NULL ? slash + 1 : header, type->header) == 0)
        {
          add_header (headers, header);
          return;
        }
    }

  /* these are there already; not so what Gio has for Unix alone */
  if (g_str_equal (gir_namespace->name, "GLib") || g_str_equal (gir_namespace->name, "GObject") ||
      g_str_equal (gir_namespace->name, "Gio"))
    return;

  for (guint i = 0; i < gir_namespace->headers->len; i++)
    add_header (headers, g_ptr_array_index (gir_namespace->headers, i));
}
