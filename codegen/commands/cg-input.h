/* cg-input.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

G_BEGIN_DECLS

/* Options of all commands that read descriptions. */
typedef struct
{
  char       *interface_prefix;  /* (owned) (nullable) until parsed */
  char       *c_namespace;       /* (owned) (nullable) until parsed */
  char      **gir_path;          /* (owned) (nullable): folders */
  GPtrArray  *annotations;       /* (owned) (nullable) (element-type utf8): of the command line */
  CgWarnings  warnings;
  char      **files;             /* (owned) (nullable): the arguments that are no options */
} CgInput;

void           cg_input_add_entries (CgInput        *self,
                                     GOptionContext *context);

/* Parses all of the command line. @args is a copy of it, which is taken over
 * and apart. */
gboolean       cg_input_parse       (CgInput        *self,
                                     GOptionContext *context,
                                     char          **args,
                                     GError        **error);

/* Reads descriptions, and says to @diagnostics what is wrong with them.
 * @first_index is the place of the first among all that are read. */
CgDescription *cg_input_read        (const CgInput  *self,
                                     char          **files,
                                     guint           first_index,
                                     CgDiagnostics  *diagnostics);
void           cg_input_clear       (CgInput        *self);

/* Sets the error of a wrong command line, and returns FALSE. */
gboolean       cg_input_fail        (GError        **error,
                                     const char     *message);

/* cg-annotate.c: takes every --annotate out of @args, up to a "--". Three strings of each
 * are added to @annotations. */
gboolean       cg_annotate_take     (GPtrArray      *annotations,
                                     char          **args,
                                     GError        **error);

/* Annotates what was read as the command line says. */
void           cg_annotate_apply    (GPtrArray      *annotations,
                                     CgDescription  *description,
                                     CgDiagnostics  *diagnostics);

G_END_DECLS
