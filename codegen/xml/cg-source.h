/* cg-source.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-diagnostics.h"

typedef struct
{
  gsize offset;
  guint line;
  guint column;
} CgPlace;

/* The text of one description. */
typedef struct
{
  const char *name;      /* as given on the command line; interned, since
                          * diagnostics outlive the source */
  guint       index;     /* position on the command line */
  char       *text;      /* ends in a zero byte; none inside. It belongs to the
                          * diagnostics, which show lines of it */
  gsize       length;
  const char *encoding;  /* (nullable): of the text, if not what it declares */

  /* the last location that was computed, and an earlier one from which later computations start, so
   * that each takes constant time on average */
  CgPlace     last;
  CgPlace     anchor;
} CgSource;

CgSource  *cg_source_load   (const char     *path,
                             guint           index,
                             CgDiagnostics  *diagnostics);
CgLocation cg_source_locate (CgSource       *self,
                             gsize           offset);

/* Promises that no location before the last one will be computed. */
void       cg_source_anchor (CgSource       *self);

/* Reads a regular file that is not too large; files of other kinds can block forever. The text ends
 * with a zero byte. */
char      *cg_file_read     (const char     *path,
                             gsize          *length,
                             GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSource, g_free)
