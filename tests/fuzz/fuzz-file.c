/* fuzz-file.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fuzz.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

/* There is one in a process; its folder is removed when the process ends. */
static FuzzFile *opened;

static void
remove_opened (void)
{
  GDir *dir = g_dir_open (opened->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (opened->folder, name, NULL);

      g_unlink (path);
    }

  g_dir_close (dir);
  close (opened->fd);
  g_rmdir (opened->folder);
  g_free (opened->path);
  g_free (opened->folder);
}

void
fuzz_file_open (FuzzFile   *self,
                const char *name)
{
  g_assert_null (opened);

  self->folder = g_dir_make_tmp ("norpc-fuzz-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->path = g_build_filename (self->folder, name, NULL);
  self->fd = g_open (self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (self->fd, >=, 0);

  opened = self;
  atexit (remove_opened);
}

void
fuzz_file_write (FuzzFile   *self,
                 const void *data,
                 gsize       size)
{
  g_assert_cmpint (ftruncate (self->fd, 0), ==, 0);
  g_assert_cmpint (pwrite (self->fd, data, size, 0), ==, (gssize) size);
}
