/* cg-file.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-file.h"

#include <errno.h>
#include <glib/gstdio.h>

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
