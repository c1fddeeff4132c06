/* cg-params.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-emit-shared.h"

/* Collects types and names of the parameters of a function, aligned as GTK does it. */
typedef struct
{
  CgWriter  *writer;
  GPtrArray *types;  /* (owned) */
  GPtrArray *names;  /* (owned) */
  GString   *docs;   /* (owned) */
  gboolean   lists_all; /* parameters without documentation, too: the scanner of GObject
                           Introspection takes the names of a signal's parameters from them */
} CgParams;

void cg_params_init        (CgParams   *self,
                            CgWriter   *writer);
void cg_params_add         (CgParams   *self,
                            const char *type,
                            const char *name,
                            const char *doc);

/* Adds a parameter for each letter. */
void cg_params_add_letters (CgParams   *self,
                            const char *letters);

/* Frees the parameters. Sets the keys of cg_signature_set () but for doc. */
void cg_params_finish      (CgParams   *self,
                            const char *return_type,
                            const char *function);
