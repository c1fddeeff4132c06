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

extern const CgNameTable cg_declaration_names;
extern const CgNameTable cg_interface_names;
extern const CgNameTable cg_method_names;
extern const CgNameTable cg_stream_names;
extern const CgNameTable cg_signal_names;
extern const CgNameTable cg_property_names;

/* Sets the names of a node in a writer. */
void        cg_names_set     (CgWriter     *writer,
                              const CgNode *node);

/* Gets the name of a node for a key of the tables in cg-names.c. */
const char *cg_names_look_up (const CgNode *node,
                              const char   *key);
