/* test-scanner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The scanner, without a window, on folders that each test makes. */

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "scanner.h"
#include "walk.h"

#define NOBODY 65534

typedef struct
{
  NorpcServer        *server; /* (owned) */
  DemoDiskUsageProxy *proxy;  /* (owned) */
  char               *folder; /* (owned) */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("disk-usage-XXXXXX", &error);
  g_assert_no_error (error);
  self->server = scanner_serve (&error);
  g_assert_no_error (error);
  self->proxy = demo_disk_usage_proxy_new_sync (norpc_server_get_endpoint (self->server), NULL, &error);
  g_assert_no_error (error);
}

/* Also removes what was made unreadable. */
static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->proxy);
  g_object_unref (self->server);
  remove_all (self->folder);
  g_free (self->folder);
}

static void
make_folder (Fixture    *self,
             const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
}

static void
make_file (Fixture    *self,
           const char *name,
           gsize       size)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *content = g_malloc (size);
  g_autoptr (GError) error = NULL;

  memset (content, 'x', size);
  g_file_set_contents (path, content, (gssize) size, &error);
  g_assert_no_error (error);
}

/* Returns the number of folders that could not be read. */
static guint
scan (Fixture *self)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_autoptr (DemoDiskUsageScanStream) stream = demo_disk_usage_proxy_open_scan (self->proxy, folder, NULL);
  g_autoptr (GError) error = NULL;
  guint n_unreadable = 0;

  demo_disk_usage_scan_stream_outcome_sync (stream, &n_unreadable, NULL, &error);
  g_assert_no_error (error);

  return n_unreadable;
}

/* Returns the entry (owned) of that name, or NULL. The news of the service arrives in order, so it is
 * there when a later answer is.
 */
static DemoEntry *
find_entry (Fixture    *self,
            const char *name)
{
  GListModel *entries;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  entries = demo_disk_usage_get_entries (DEMO_DISK_USAGE (self->proxy));
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (DemoEntry) entry = g_list_model_get_item (entries, i);

      if (g_str_equal (demo_entry_get_name (entry), name))
        return g_steal_pointer (&entry);
    }

  return NULL;
}

static guint
get_n_files (Fixture    *self,
             const char *name)
{
  g_autoptr (DemoEntry) entry = find_entry (self, name);

  g_assert_nonnull (entry);

  return demo_entry_get_n_files (entry);
}

static guint64
get_size (Fixture    *self,
          const char *name)
{
  g_autoptr (DemoEntry) entry = find_entry (self, name);

  g_assert_nonnull (entry);

  return demo_entry_get_size (entry);
}

static void
test_sizes (Fixture       *self,
            gconstpointer  data)
{
  make_folder (self, "a/b/c");
  make_file (self, "top", 100000);
  make_file (self, "a/b/one", 200000);
  make_file (self, "a/b/c/two", 400000);
  make_folder (self, "empty");

  g_assert_cmpuint (scan (self), ==, 0);
  g_assert_cmpuint (get_n_files (self, ""), ==, 1);
  g_assert_cmpuint (get_n_files (self, "a"), ==, 2);
  g_assert_cmpuint (get_n_files (self, "empty"), ==, 0);
  g_assert_cmpuint (get_size (self, "a"), >=, 600000);
  g_assert_cmpuint (get_size (self, "a"), <, 700000);
  g_assert_cmpuint (get_size (self, ""), >=, 100000);
  g_assert_cmpuint (demo_disk_usage_get_file_count (DEMO_DISK_USAGE (self->proxy)), ==, 3);
  g_assert_cmpuint (demo_disk_usage_get_size (DEMO_DISK_USAGE (self->proxy)), ==,
                    get_size (self, "") + get_size (self, "a") + get_size (self, "empty"));
}

static void
test_location (Fixture       *self,
               gconstpointer  data)
{
  DemoDiskUsage *usage = DEMO_DISK_USAGE (self->proxy);
  g_autoptr (GError) error = NULL;

  g_assert_false (demo_disk_usage_proxy_call_enter_sync (self->proxy, "a", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  make_folder (self, "a/b");
  make_file (self, "a/b/file", 1);
  scan (self);

  g_assert_true (demo_disk_usage_proxy_call_enter_sync (self->proxy, "a", NULL, &error));
  g_assert_cmpuint (get_n_files (self, "b"), ==, 1);
  g_assert_cmpstr (demo_disk_usage_get_location (usage), ==, "a");
  g_assert_true (demo_disk_usage_proxy_call_enter_sync (self->proxy, "b", NULL, &error));
  g_assert_cmpuint (get_n_files (self, ""), ==, 1);
  g_assert_cmpstr (demo_disk_usage_get_location (usage), ==, "a/b");

  g_assert_true (demo_disk_usage_proxy_call_leave_sync (self->proxy, NULL, &error));
  g_assert_true (demo_disk_usage_proxy_call_leave_sync (self->proxy, NULL, &error));
  g_assert_cmpuint (get_n_files (self, "a"), ==, 1);
  g_assert_false (demo_disk_usage_proxy_call_leave_sync (self->proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_search (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  make_folder (self, "a/Photos");
  make_folder (self, "b/old photos/2020");
  make_file (self, "a/Photos/small", 1000);
  make_file (self, "b/old photos/2020/large", 100000);
  scan (self);

  found = demo_disk_usage_proxy_call_search_sync (self->proxy, "photo", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_cmpstr (demo_entry_get_name (found->pdata[0]), ==, "b/old photos");
  g_assert_cmpstr (demo_entry_get_name (found->pdata[1]), ==, "a/Photos");
}

/* Links lead around in a circle, and one file has two names. */
static void
test_links (Fixture       *self,
            gconstpointer  data)
{
  g_autofree char *loop = g_build_filename (self->folder, "a", "loop", NULL);
  g_autofree char *file = g_build_filename (self->folder, "a", "file", NULL);
  g_autofree char *other = g_build_filename (self->folder, "a", "other", NULL);

  make_folder (self, "a");
  make_file (self, "a/file", 500000);
  g_assert_cmpint (symlink (self->folder, loop), ==, 0);
  g_assert_cmpint (link (file, other), ==, 0);

  g_assert_cmpuint (scan (self), ==, 0);
  g_assert_cmpuint (get_n_files (self, "a"), ==, 2);
  g_assert_cmpuint (get_size (self, "a"), <, 600000);
}

/* The superuser can read everything, so this is done as another user. */
static void
test_unreadable (Fixture       *self,
                 gconstpointer  data)
{
  g_autofree char *secret = g_build_filename (self->folder, "secret", NULL);
  gboolean is_root = geteuid () == 0;

  make_folder (self, "secret");
  make_file (self, "file", 1);
  g_assert_cmpint (g_chmod (secret, 0), ==, 0);
  g_assert_cmpint (g_chmod (self->folder, 0755), ==, 0);

  g_assert_true (!is_root || seteuid (NOBODY) == 0);
  g_assert_cmpuint (scan (self), ==, 1);
  g_assert_true (!is_root || seteuid (0) == 0);
  g_assert_cmpuint (get_n_files (self, ""), ==, 1);
  g_assert_cmpuint (get_n_files (self, "secret"), ==, 0);

  g_assert_cmpint (g_chmod (secret, 0755), ==, 0);
}

static void
check_error (Fixture    *self,
             GFile      *folder,
             GIOErrorEnum code)
{
  g_autoptr (DemoDiskUsageScanStream) stream = demo_disk_usage_proxy_open_scan (self->proxy, folder, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (demo_disk_usage_scan_stream_outcome_sync (stream, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, (int) code);
}

static void
test_wrong_folder (Fixture       *self,
                   gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->folder, "none", NULL);
  g_autoptr (GFile) none = g_file_new_for_path (path);
  g_autoptr (GFile) remote = g_file_new_for_uri ("https://example.org/");

  check_error (self, none, G_IO_ERROR_NOT_FOUND);
  check_error (self, remote, G_IO_ERROR_NOT_SUPPORTED);

  /* The last scan stays. */
  make_file (self, "file", 1);
  scan (self);
  check_error (self, none, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (get_n_files (self, ""), ==, 1);
}

/* A scan is cancelled by the client, and by the next scan. */
static void
test_cancel (Fixture       *self,
             gconstpointer  data)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_autoptr (DemoDiskUsageScanStream) first = NULL;
  g_autoptr (DemoDiskUsageScanStream) second = NULL;
  g_autoptr (GError) error = NULL;

  make_folder (self, "a");
  make_file (self, "a/file", 1);

  /* Both reach the service before its first slice, because calls come before idle sources. */
  first = demo_disk_usage_proxy_open_scan (self->proxy, folder, NULL);
  second = demo_disk_usage_proxy_open_scan (self->proxy, folder, NULL);
  demo_disk_usage_scan_stream_outcome_sync (second, NULL, NULL, &error);
  g_assert_no_error (error);
  if (!demo_disk_usage_scan_stream_outcome_sync (first, NULL, NULL, &error))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_clear_object (&first);
  first = demo_disk_usage_proxy_open_scan (self->proxy, folder, NULL);
  norpc_stream_close (NORPC_STREAM (first));
  g_assert_cmpuint (scan (self), ==, 0);
  g_assert_cmpuint (get_n_files (self, "a"), ==, 1);
}

/* A folder is removed after its name was read, and before it is its turn. */
static void
test_gone (Fixture       *self,
           gconstpointer  data)
{
  g_autofree char *gone = g_build_filename (self->folder, "gone", NULL);
  g_autoptr (Folder) root = folder_new (self->folder);
  g_autoptr (Walk) walk = NULL;
  g_autoptr (GError) error = NULL;

  make_folder (self, "gone");
  make_file (self, "file", 1);
  walk = walk_new (root, &error);
  g_assert_no_error (error);
  /* Each step is as short as possible. */
  g_assert_true (walk_step (walk, 0));
  g_assert_cmpint (g_rmdir (gone), ==, 0);
  while (walk_step (walk, 0))
    ;

  g_assert_cmpuint (walk_get_n_unreadable (walk), ==, 0);
  g_assert_cmpfloat_with_epsilon (walk_get_fraction (walk), 1, 1e-9);
  g_assert_cmpuint (root->n_files, ==, 1);
}

/* Folders come and go while they are scanned. */
static gpointer
change_thread (gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("d%u", i % 10);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (g_mkdir (path, 0755) != 0)
        g_assert_cmpint (g_rmdir (path), ==, 0);
    }

  return NULL;
}

static void
test_changes (Fixture       *self,
              gconstpointer  data)
{
  g_autoptr (GThread) thread = NULL;

  make_folder (self, "a");
  make_file (self, "a/file", 1);
  thread = g_thread_new ("change", change_thread, self);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpuint (scan (self), ==, 0);
  g_thread_join (g_steal_pointer (&thread));

  scan (self);
  g_assert_cmpuint (get_n_files (self, "a"), ==, 1);
}

#define ADD(path, test) g_test_add ("/disk-usage/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("sizes", test_sizes);
  ADD ("location", test_location);
  ADD ("search", test_search);
  ADD ("links", test_links);
  ADD ("unreadable", test_unreadable);
  ADD ("wrong-folder", test_wrong_folder);
  ADD ("cancel", test_cancel);
  ADD ("gone", test_gone);
  ADD ("changes", test_changes);

  return g_test_run ();
}
