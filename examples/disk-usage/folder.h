/* folder.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A folder that is being scanned, or was. The root owns all others. Used in one thread. */
typedef struct _Folder Folder;

struct _Folder
{
  char      *name;    /* (owned): of the root, its path */
  Folder    *parent;  /* (unowned) (nullable) */
  GPtrArray *folders; /* (owned) (nullable): of owned Folder, in the order in which they were found */
  guint64    size;    /* with all that is in it */
  guint      n_files; /* with all that is in it */
  guint64    own_size;    /* of the files directly in it, and of itself */
  guint      n_own_files; /* directly in it */
  double     share;   /* the part of the scan that is left for it, until its contents are known */
};

Folder *folder_new            (const char *path);
void    folder_free           (Folder     *self);
Folder *folder_add            (Folder     *self,
                               const char *name);
void    folder_add_files      (Folder     *self,
                               guint64     size,
                               guint       n_files);
Folder *folder_find           (Folder     *self,
                               const char *shown_path);
char   *folder_dup_path       (Folder     *self);
char   *folder_dup_shown_path (Folder     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Folder, folder_free)
