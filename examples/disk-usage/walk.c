/* walk.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "walk.h"

/* The size of the blocks in which stat () counts what a file occupies. */
#define BLOCK_SIZE 512

/* How many files are looked at between two looks at the clock. */
#define FILES_PER_LOOK 32

struct _Walk
{
  GQueue      waiting; /* of unowned Folder: to be read, the next one first */
  Folder     *folder;  /* (unowned) (nullable): the one that is being read */
  DIR        *dir;     /* (owned) (nullable): that of `folder` */
  guint64     size;    /* of files in `folder` that are not counted there yet */
  guint       n_files; /* the number of these files */
  dev_t       device;
  GHashTable *linked;  /* (owned): of owned gint64, the numbers of files with several names */
  double      fraction;
  guint       n_unreadable;
};

/* Returns NULL, with errno set, if the folder cannot be read, or if it was replaced by a link. */
static DIR *
open_folder (const char *path,
             int         flags)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | flags);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;

  if (dir == NULL && fd >= 0)
    close (fd);

  return dir;
}

/* Begins to scan @root, which has a path. Returns NULL if it cannot be read. */
Walk *
walk_new (Folder  *root,
          GError **error)
{
  DIR *dir = open_folder (root->name, 0);
  struct stat info;
  Walk *self;

  if (dir == NULL || fstat (dirfd (dir), &info) != 0)
    {
      int saved_errno = errno;
      g_autofree char *name = g_filename_display_name (root->name);

      if (dir != NULL)
        closedir (dir);
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "%s: %s", name, g_strerror (saved_errno));
      return NULL;
    }

  self = g_new0 (Walk, 1);
  self->folder = root;
  self->dir = dir;
  self->device = info.st_dev;
  self->size = (guint64) info.st_blocks * BLOCK_SIZE;
  self->linked = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  return self;
}

void
walk_free (Walk *self)
{
  g_queue_clear (&self->waiting);
  g_hash_table_unref (self->linked);
  if (self->dir != NULL)
    closedir (self->dir);
  g_free (self);
}

/* Returns TRUE if the file has not been counted under another name. */
static gboolean
is_new (Walk              *self,
        const struct stat *info)
{
  gint64 number = (gint64) info->st_ino;

  return info->st_nlink < 2 || g_hash_table_add (self->linked, g_memdup2 (&number, sizeof number));
}

static void
look_at_file (Walk       *self,
              const char *name)
{
  struct stat info;

  if (g_str_equal (name, ".") || g_str_equal (name, ".."))
    return;

  /* Files may be removed at any time. */
  if (fstatat (dirfd (self->dir), name, &info, AT_SYMLINK_NOFOLLOW) != 0 || info.st_dev != self->device)
    return;

  if (S_ISDIR (info.st_mode))
    {
      folder_add (self->folder, name);
      self->size += (guint64) info.st_blocks * BLOCK_SIZE;
    }
  else if (is_new (self, &info))
    {
      self->size += (guint64) info.st_blocks * BLOCK_SIZE;
      self->n_files++;
    }
}

/* Adds what was found to the folder, and to those around it. */
static void
count_files (Walk *self)
{
  if (self->folder == NULL)
    return;

  folder_add_files (self->folder, self->size, self->n_files);
  self->size = 0;
  self->n_files = 0;
}

/* The folders in the current one are to be read next. They divide its share of the scan. */
static void
finish_folder (Walk *self)
{
  Folder *folder = self->folder;
  guint n_folders = folder->folders != NULL ? folder->folders->len : 0;
  double part = folder->share / (n_folders + 1);

  count_files (self);
  for (guint i = n_folders; i > 0; i--)
    {
      Folder *inner = folder->folders->pdata[i - 1];

      inner->share = part;
      g_queue_push_head (&self->waiting, inner);
    }
  self->fraction += n_folders > 0 ? part : folder->share;
  g_clear_pointer (&self->dir, closedir);
  self->folder = NULL;
}

/* Returns FALSE if there is no other folder. */
static gboolean
begin_folder (Walk *self)
{
  while ((self->folder = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_autofree char *path = folder_dup_path (self->folder);

      self->dir = open_folder (path, O_NOFOLLOW);
      if (self->dir != NULL)
        return TRUE;

      /* One that was removed meanwhile is not missed. */
      if (errno != ENOENT)
        self->n_unreadable++;
      self->fraction += self->folder->share;
    }

  return FALSE;
}

/* Goes on until the monotonic time @until. Returns FALSE at the end. */
gboolean
walk_step (Walk   *self,
           gint64  until)
{
  gboolean more = TRUE;

  do
    {
      struct dirent *file = NULL;

      more = self->dir != NULL || begin_folder (self);
      for (guint i = 0; more && i < FILES_PER_LOOK && (file = readdir (self->dir)) != NULL; i++)
        look_at_file (self, file->d_name);
      if (more && file == NULL)
        finish_folder (self);
    }
  while (more && g_get_monotonic_time () < until);

  count_files (self);

  return more;
}

/* Folders share the scan evenly, however much is in them. */
double
walk_get_fraction (Walk *self)
{
  return MIN (self->fraction, 1);
}

guint
walk_get_n_unreadable (Walk *self)
{
  return self->n_unreadable;
}
