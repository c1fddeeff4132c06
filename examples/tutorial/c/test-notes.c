/* test-notes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "notes-service.h"

#include <glib/gstdio.h>

static void
test_notes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("notes-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "notes.txt", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcServer) server = notes_serve (path, &error);
  g_autoptr (DemoNotesProxy) proxy = NULL;
  g_auto (GStrv) notes = NULL;
  guint number;

  g_assert_no_error (error);
  proxy = demo_notes_proxy_new (norpc_server_get_endpoint (server));

  g_assert_true (demo_notes_proxy_call_add_sync (proxy, "Buy milk", &number, NULL, &error));
  g_assert_cmpuint (number, ==, 1);
  notes = demo_notes_proxy_call_find_sync (proxy, "milk", NULL, &error);
  g_assert_cmpstrv (notes, ((const char *[]) { "Buy milk", NULL }));

  g_assert_false (demo_notes_proxy_call_add_sync (proxy, "", &number, NULL, &error));
  g_assert_error (error, DEMO_NOTES_ERROR, DEMO_NOTES_ERROR_EMPTY);

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/notes", test_notes);

  return g_test_run ();
}
