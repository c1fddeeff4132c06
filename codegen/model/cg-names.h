/* cg-names.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-model.h"
#include "cg-writer.h"

/* cg-naming.c */
void        cg_names_resolve       (CgDescription     *description,
                                    const char        *interface_prefix,
                                    const char        *c_namespace,
                                    CgDiagnostics     *diagnostics);

/* A row: the key in templates, the pattern of the name, in which keys of earlier rows can be used,
 * and whether it is an identifier at file scope, which must be unique. */
typedef struct
{
  const char *key;
  const char *pattern;
  gboolean    global;
} CgNameRow;

/* A node has its names in the order of the rows. */
struct _CgNameTable
{
  const CgNameRow *rows;
  gsize            n_rows;
};

/* Gets the table for a kind of nodes, a template in names.template. It lives as long as the program. */
const CgNameTable *
            cg_names_get_table (const char   *kind);

/* Sets the names of a node in a writer. */
void        cg_names_set     (CgWriter     *writer,
                              const CgNode *node);

/* Gets the name of a node for a key of the tables. */
const char *cg_names_look_up (const CgNode *node,
                              const char   *key);
