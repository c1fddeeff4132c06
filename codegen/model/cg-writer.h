/* cg-writer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Writes text from templates. In a template, `$key$` stands for a value, and
 * `$$` for a dollar sign. An unknown key is a bug and aborts. Keys live as
 * long as the writer: most are literals.
 *
 * Lines of a value after its first hang at the column of the `$`. Where only
 * a comment leader (` * `) stands in front, the leader is repeated.
 *
 * `$if key$…$elif key$…$else$…$end$` chooses a text: the first whose key has a value that is not
 * empty, or a list with items; for `!key`, the opposite. `$each key$…$between$…$end$` repeats a
 * text for each item of a list, with the second text between those that are not empty; $index$ is its number. A mark of
 * this kind in a line of its own takes the line with it. If $each key$ is in a line with other text,
 * what it writes hangs like a value. */
typedef struct _CgWriter CgWriter;

CgWriter *cg_writer_new          (void);
void      cg_writer_free         (CgWriter   *self);
void      cg_writer_set          (CgWriter   *self,
                                  const char *key,
                                  const char *value);

/* Sets the key to @value, and frees that. */
void      cg_writer_take         (CgWriter   *self,
                                  const char *key,
                                  char       *value);

/* Sets the key to the expanded template. */
void      cg_writer_set_expanded (CgWriter   *self,
                                  const char *key,
                                  const char *template_text);
/* Sets the key to "1" or "", for $if key$. */
void      cg_writer_set_flag     (CgWriter   *self,
                                  const char *key,
                                  gboolean    is_set);
gboolean  cg_writer_is_set       (CgWriter   *self,
                                  const char *key);

/* Sets the keys of an item of a list. */
typedef void (*CgItemFunc) (CgWriter      *self,
                            gpointer       item,
                            gconstpointer  data);

/* Sets the list for $each key$, whose text is expanded after @func has been called with an item.
 * Borrows @items and @data. */
void      cg_writer_set_list     (CgWriter      *self,
                                  const char    *key,
                                  GPtrArray     *items,
                                  CgItemFunc     func,
                                  gconstpointer  data);

/* Sets the key to the template of that name, expanded, without line breaks at its end. */
void      cg_writer_set_template (CgWriter   *self,
                                  const char *key,
                                  const char *name);
void      cg_writer_emit         (CgWriter   *self,
                                  const char *template_text);
char     *cg_writer_expand       (CgWriter   *self,
                                  const char *template_text);
void      cg_writer_append       (CgWriter   *self,
                                  GString    *text,
                                  const char *separator,
                                  const char *template_text);
char     *cg_writer_finish       (CgWriter   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgWriter, cg_writer_free)
