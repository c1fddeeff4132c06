/* cg-source.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-diagnostics.h"

G_BEGIN_DECLS

/* The text of one description as valid UTF-8 without a byte order mark. */
typedef struct
{
  const char *name;    /* as given on the command line; interned, since
                        * diagnostics outlive the source */
  guint       index;   /* position on the command line */
  char       *text;    /* (owned): ends in a zero byte; none inside */
  gsize       length;

  /* the last place that was asked for: places are asked for mostly in
   * rising order, so that finding one takes constant time on average */
  gsize       known_offset;
  guint       known_line;
  guint       known_column;
} CgSource;

CgSource  *cg_source_load   (const char    *path,
                             guint          index,
                             CgDiagnostics *diagnostics);
void       cg_source_free   (CgSource      *self);
CgLocation cg_source_locate (CgSource      *self,
                             gsize          offset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgSource, cg_source_free)

G_END_DECLS
