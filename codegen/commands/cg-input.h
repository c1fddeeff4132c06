/* cg-input.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

/* The options of all commands that read descriptions. */
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

/* Parses the command line. Takes ownership of @args, a copy of it. */
gboolean       cg_input_parse       (CgInput        *self,
                                     GOptionContext *context,
                                     char          **args,
                                     GError        **error);

/* Reads descriptions, and reports errors to @diagnostics. @first_index is the index of the first
 * one among all descriptions of the run. */
CgDescription *cg_input_read        (const CgInput  *self,
                                     char          **files,
                                     guint           first_index,
                                     CgDiagnostics  *diagnostics);
void           cg_input_clear       (CgInput        *self);

/* Sets the error of an invalid command line, and returns FALSE. */
gboolean       cg_input_fail        (GError        **error,
                                     const char     *message);

/* cg-annotate.c: removes every --annotate from @args, up to a "--", and adds its three strings to
 * @annotations. */
gboolean       cg_annotate_take     (GPtrArray      *annotations,
                                     char          **args,
                                     GError        **error);

/* Applies the annotations of the command line. */
void           cg_annotate_apply    (GPtrArray      *annotations,
                                     CgDescription  *description,
                                     CgDiagnostics  *diagnostics);
