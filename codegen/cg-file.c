/* cg-file.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Kinds of files, and symbolic links. */

#include "cg-file.h"

#include <errno.h>
#include <glib/gstdio.h>

/* The limit of Linux. */
#define MAX_LINKS 40

gboolean
cg_file_check_input (const char  *path,
                     GError     **error)
{
  GStatBuf info;
  int code = 0;

  if (g_stat (path, &info) != 0)
    code = errno;
  else if (S_ISDIR (info.st_mode))
    code = EISDIR;
  else if (S_ISREG (info.st_mode))
    return TRUE;

  g_set_error_literal (error, G_FILE_ERROR, code != 0 ? g_file_error_from_errno (code) : G_FILE_ERROR_FAILED,
                       code != 0 ? g_strerror (code) : "it is not a regular file");

  return FALSE;
}

char *
cg_file_resolve_links (const char *path)
{
  g_autofree char *target = g_strdup (path);

  for (int i = 0; i < MAX_LINKS; i++)
    {
      g_autofree char *link = g_file_read_link (target, NULL);
      g_autofree char *folder = NULL;

      if (link == NULL)
        return g_steal_pointer (&target);

      folder = g_path_get_dirname (target);
      g_free (target);
      target = g_path_is_absolute (link) ? g_steal_pointer (&link) : g_build_filename (folder, link, NULL);
    }

  /* The links form a circle, so opening @path fails. */
  return g_strdup (path);
}
