/* inspector-process.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "inspector-process.h"

/* Runs a test in a process of its own, with the variable set, unless it is that. The folder of @value is
 * new, if it has a %s for it. Returns TRUE in that process.
 */
gboolean
is_inspected (const char *path,
              const char *value,
              const char *expected_stderr)
{
  g_autofree char *folder = NULL;
  g_autofree char *set = NULL;

  if (g_test_subprocess ())
    return TRUE;

  folder = g_dir_make_tmp ("norpc-XXXXXX", NULL);
  g_setenv ("NORPC_TEST_FOLDER", folder, TRUE);
  set = g_strdup_printf ("%s%s", g_str_equal (value, "folder") ? "" : value,
                         g_str_has_suffix (value, "=") || g_str_equal (value, "folder") ? folder : "");
  if (g_str_has_suffix (value, "="))
    {
      char *file = g_strconcat (set, "/socket", NULL);

      g_free (set);
      set = file;
    }
  g_setenv ("NORPC_INSPECT", set, TRUE);
  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("NORPC_INSPECT");
  g_test_trap_assert_passed ();
  if (expected_stderr != NULL)
    g_test_trap_assert_stderr (expected_stderr);

  return FALSE;
}

/* Makes a file in the folder of the test. */
void
touch (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), name, NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

/* Returns TRUE if the folder of the test has a file. */
gboolean
has_file (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

NorpcInspector *
connect_to (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("NORPC_TEST_FOLDER"), name, NULL);
  g_autoptr (GError) error = NULL;
  NorpcInspector *inspector = norpc_inspector_new_for_address (path, NULL, &error);

  g_assert_no_error (error);

  return inspector;
}

void
invoked_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}
