/* cg-doc-builder-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-doc-builder.h"

G_BEGIN_DECLS

struct _CgDocBuilder
{
  GString  *out;        /* (owned): blocks that are complete */
  GString  *block;      /* (owned): the one that is not */
  GString  *span;       /* (owned) (nullable): text of the code or the reference that is open */
  char     *target;     /* (owned) (nullable): of the link that is open, or the namespace of a reference */
  char     *interface;  /* (owned) (nullable) */
  gboolean  is_filled;
  gboolean  is_pre;
  gboolean  is_fresh;   /* nothing follows the mark of an item yet */
  gboolean  was_item;   /* the last complete block is an item */
  gsize     mark;       /* where in the block what is marked begins */
  guint     n_entries;  /* open items that have a term */
};

/* Completes the block. */
void  cg_doc_builder_flush      (CgDocBuilder *self);

void  cg_doc_builder_start_item (CgDocBuilder *self);
void  cg_doc_builder_start_mark (CgDocBuilder *self,
                                 const char   *mark);
void  cg_doc_builder_end_mark   (CgDocBuilder *self,
                                 const char   *mark);
void  cg_doc_builder_start_span (CgDocBuilder *self);

/* Returns the text of the span that is open, or NULL if there is none. */
char *cg_doc_builder_end_span   (CgDocBuilder *self);
void  cg_doc_builder_end_code   (CgDocBuilder *self);
void  cg_doc_builder_start_pre  (CgDocBuilder *self);
void  cg_doc_builder_end_pre    (CgDocBuilder *self);

G_END_DECLS
