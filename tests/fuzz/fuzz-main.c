/* fuzz-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs a target on every file of folders, without libFuzzer. */

#include "fuzz.h"

static void
run_file (const char *path)
{
  /* in a block of its own size, so that reading past its end is seen */
  g_autofree char *text = NULL;
  g_autofree uint8_t *data = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  data = g_memdup2 (text, length);
  LLVMFuzzerTestOneInput (data, length);
}

static guint
run_folder (const char *path)
{
  GDir *folder = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (folder);
  for (; (name = g_dir_read_name (folder)) != NULL; n++)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      /* what it is, if it ends here */
      g_print ("%s\n", name);
      run_file (file);
    }

  g_dir_close (folder);

  return n;
}

int
main (int    argc,
      char **argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);

  for (int i = 1; i < argc; i++)
    g_assert_cmpuint (run_folder (argv[i]), >, 0);

  return 0;
}
