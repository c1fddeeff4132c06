/* scanner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The service: it owns the tree of folders, and walks the file system in slices, so that it answers other
 * calls meanwhile. All of this runs in its thread.
 */

#include <glib/gi18n.h>

#include "scanner.h"
#include "walk.h"

#define SLICE_TIME (5 * G_TIME_SPAN_MILLISECOND)
#define REFRESH_TIME (50 * G_TIME_SPAN_MILLISECOND)
#define MAX_FOUND 50

typedef struct
{
  Folder     *root;     /* (owned) (nullable): what was scanned last */
  Folder     *location; /* (unowned) (nullable): in that tree */
  GListStore *entries;  /* (owned): of the location: its files, and then its folders */

  /* While a scan runs */
  Walk                    *walk;         /* (owned) (nullable) */
  NorpcCall               *call;         /* (owned) (nullable) */
  DemoDiskUsageScanStream *stream;       /* (owned) (nullable) */
  guint                    slices_id;    /* the source that does the slices, or 0 */
  gint64                   refreshed_at; /* monotonic time: when the clients last got news */
} Scanner;

static Scanner *
scanner_new (void)
{
  Scanner *self = g_new0 (Scanner, 1);

  self->entries = g_list_store_new (DEMO_TYPE_ENTRY);

  return self;
}

static void
scanner_free (gpointer data)
{
  Scanner *self = data;

  g_clear_pointer (&self->root, folder_free);
  g_object_unref (self->entries);
  g_free (self);
}

/* The location */

static DemoEntry *
entry_new_for_files (Folder *folder)
{
  return demo_entry_new ("", folder->own_size, folder->n_own_files);
}

static DemoEntry *
entry_new_for_folder (Folder *folder)
{
  g_autofree char *name = g_filename_display_name (folder->name);

  return demo_entry_new (name, folder->size, folder->n_files);
}

/* An entry never changes: one that has grown is replaced. */
static void
refresh_entry (Scanner *self,
               guint    position,
               Folder  *folder,
               gboolean is_inside)
{
  g_autoptr (DemoEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->entries), position);
  g_autoptr (DemoEntry) replacement = NULL;
  guint64 size = is_inside ? folder->size : folder->own_size;
  guint n_files = is_inside ? folder->n_files : folder->n_own_files;

  if (demo_entry_get_size (entry) == size && demo_entry_get_n_files (entry) == n_files)
    return;

  replacement = is_inside ? entry_new_for_folder (folder) : entry_new_for_files (folder);
  g_list_store_splice (self->entries, position, 1, (gpointer *) &replacement, 1);
}

/* Brings the properties and the entries up to date. Clients get all of it at once. */
static void
refresh (gpointer service)
{
  Scanner *self = norpc_simple_service_get_data (service);
  GPtrArray *folders = self->location->folders;
  guint n_folders = folders != NULL ? folders->len : 0;
  guint n_entries = g_list_model_get_n_items (G_LIST_MODEL (self->entries));
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_entries; i++)
    refresh_entry (self, i, i == 0 ? self->location : folders->pdata[i - 1], i > 0);
  if (n_entries == 0)
    g_ptr_array_add (added, entry_new_for_files (self->location));
  for (guint i = MAX (n_entries, 1); i <= n_folders; i++)
    g_ptr_array_add (added, entry_new_for_folder (folders->pdata[i - 1]));
  g_list_store_splice (self->entries, n_entries, 0, added->pdata, added->len);

  g_object_set (service, "size", self->location->size, "file-count", self->location->n_files, NULL);
  self->refreshed_at = g_get_monotonic_time ();
}

static void
set_location (gpointer  service,
              Folder   *location)
{
  Scanner *self = norpc_simple_service_get_data (service);
  g_autofree char *path = folder_dup_shown_path (location);

  self->location = location;
  g_list_store_remove_all (self->entries);
  g_object_set (service, "location", path, NULL);
  refresh (service);
}

/* Goes to the folder at @path, seen from @from (nullable). */
static gboolean
go (gpointer     service,
    Folder      *from,
    const char  *path,
    GError     **error)
{
  Folder *folder = from != NULL ? folder_find (from, path) : NULL;

  if (folder == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no folder “%s” here"), path);
      return FALSE;
    }

  set_location (service, folder);

  return TRUE;
}

static gboolean
scanner_enter (DemoDiskUsage  *service,
               const char     *name,
               GError        **error)
{
  Scanner *self = norpc_simple_service_get_data (service);

  return go (service, self->location, name, error);
}

static gboolean
scanner_go (DemoDiskUsage  *service,
            const char     *path,
            GError        **error)
{
  Scanner *self = norpc_simple_service_get_data (service);

  return go (service, self->root, path, error);
}

static gboolean
scanner_leave (DemoDiskUsage  *service,
               GError        **error)
{
  Scanner *self = norpc_simple_service_get_data (service);

  if (self->location == NULL || self->location->parent == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("The folder around this one was not scanned"));
      return FALSE;
    }

  set_location (service, self->location->parent);

  return TRUE;
}

/* Scanning */

static void
forget_scan (Scanner *self)
{
  norpc_context_remove_source (self->slices_id);
  self->slices_id = 0;
  g_clear_pointer (&self->walk, walk_free);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->call, norpc_call_unref);
}

static void
complete_scan (gpointer service)
{
  Scanner *self = norpc_simple_service_get_data (service);

  refresh (service);
  demo_disk_usage_complete_scan (service, self->call, walk_get_n_unreadable (self->walk));
  forget_scan (self);
}

/* Does nothing if no scan runs. */
static void
cancel_scan (gpointer    service,
             const char *reason)
{
  Scanner *self = norpc_simple_service_get_data (service);

  if (self->call == NULL)
    return;

  refresh (service);
  norpc_call_return_error_literal (self->call, G_IO_ERROR, G_IO_ERROR_CANCELLED, reason);
  forget_scan (self);
}

static gboolean
slice_cb (gpointer service)
{
  Scanner *self = norpc_simple_service_get_data (service);
  gint64 now = g_get_monotonic_time ();

  if (norpc_call_is_cancelled (self->call))
    {
      cancel_scan (service, "The scan was cancelled");
      return G_SOURCE_REMOVE;
    }

  if (!walk_step (self->walk, now + SLICE_TIME))
    {
      complete_scan (service);
      return G_SOURCE_REMOVE;
    }

  if (now < self->refreshed_at + REFRESH_TIME)
    return G_SOURCE_CONTINUE;

  /* A client that is slow misses some steps of the progress, and never the outcome. */
  refresh (service);
  if (norpc_stream_is_ready (NORPC_STREAM (self->stream)))
    demo_disk_usage_scan_stream_write (self->stream, walk_get_fraction (self->walk), NULL);

  return G_SOURCE_CONTINUE;
}

static gboolean
scanner_handle_scan (DemoDiskUsage            *service,
                     NorpcCall                *call,
                     DemoDiskUsageScanStream  *stream,
                     GFile                    *file,
                     GError                  **error)
{
  Scanner *self = norpc_simple_service_get_data (service);
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (Folder) root = NULL;
  g_autoptr (Walk) walk = NULL;

  if (path == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("Only local folders can be scanned"));
      return FALSE;
    }

  root = folder_new (path);
  walk = walk_new (root, error);
  if (walk == NULL)
    return FALSE;

  cancel_scan (service, "Another scan has begun");
  g_clear_pointer (&self->root, folder_free);
  self->root = g_steal_pointer (&root);
  self->walk = g_steal_pointer (&walk);
  self->call = norpc_call_ref (call);
  self->stream = g_object_ref (stream);
  set_location (service, self->root);
  self->slices_id = norpc_context_idle_add (slice_cb, service);

  return TRUE;
}

/* Searching */

static int
compare_sizes (gconstpointer a,
               gconstpointer b)
{
  const Folder *first = *(const Folder *const *) a;
  const Folder *second = *(const Folder *const *) b;

  return first->size > second->size ? -1 : first->size < second->size;
}

static gboolean
has_text (Folder     *folder,
          const char *text)
{
  g_autofree char *name = g_filename_display_name (folder->name);
  g_autofree char *folded = g_utf8_casefold (name, -1);

  return strstr (folded, text) != NULL;
}

/* Returns the folders below @root (unowned, container owned) that have @text in their names, or NULL if
 * the search was cancelled.
 */
static GPtrArray *
find_folders (Folder        *root,
              const char    *text,
              GCancellable  *cancellable,
              GError       **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autoptr (GPtrArray) around = g_ptr_array_new ();

  g_ptr_array_add (around, root);
  while (around->len > 0)
    {
      GPtrArray *folders = ((Folder *) g_ptr_array_steal_index_fast (around, around->len - 1))->folders;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      for (guint i = 0; folders != NULL && i < folders->len; i++)
        {
          g_ptr_array_add (around, folders->pdata[i]);
          if (has_text (folders->pdata[i], text))
            g_ptr_array_add (found, folders->pdata[i]);
        }
    }

  return g_steal_pointer (&found);
}

static GPtrArray *
scanner_search (DemoDiskUsage  *service,
                const char     *text,
                GError        **error)
{
  Scanner *self = norpc_simple_service_get_data (service);
  /* A newer search cancels this one. */
  GCancellable *cancellable = norpc_call_get_cancellable (norpc_call_get_current ());
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) found = NULL;

  if (self->root == NULL)
    return g_steal_pointer (&entries);

  found = find_folders (self->root, folded, cancellable, error);
  if (found == NULL)
    return NULL;

  g_ptr_array_sort (found, compare_sizes);
  for (guint i = 0; i < MIN (found->len, MAX_FOUND); i++)
    {
      Folder *folder = found->pdata[i];
      g_autofree char *path = folder_dup_shown_path (folder);

      g_ptr_array_add (entries, demo_entry_new (path, folder->size, folder->n_files));
    }

  return g_steal_pointer (&entries);
}

/* The life cycle */

static void
scanner_stop (gpointer service)
{
  cancel_scan (service, "The scanner stops");
}

static const DemoDiskUsageInterface scanner_funcs = {
  .handle_scan = scanner_handle_scan,
  .enter = scanner_enter,
  .go = scanner_go,
  .leave = scanner_leave,
  .search = scanner_search
};

/* Starts a scanner in a thread of its own. Returns its server (owned), or NULL. */
NorpcServer *
scanner_serve (GError **error)
{
  Scanner *self = scanner_new ();
  DemoDiskUsage *service = demo_disk_usage_new_for_funcs (&scanner_funcs, self, scanner_free);

  g_object_set (service, "entries", self->entries, "location", "", NULL);
  norpc_simple_service_set_lifecycle (service, NULL, scanner_stop);

  return norpc_serve (service, error);
}
