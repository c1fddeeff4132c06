/* cg-emit-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

typedef struct
{
  CgWriter *writer;
  guint     n_annotations;  /* arrays of them so far */
} CgInfoEmitter;

/* cg-emit-info-arrays.c. Each function writes arrays, and returns the
 * expression for one of pointers: "NULL" if there is nothing in it. The keys
 * of names are those of arrays. */
void  cg_info_set_string       (CgInfoEmitter *self,
                                const char    *key,
                                const char    *value);
void  cg_info_set_index        (CgInfoEmitter *self,
                                guint          index);
void  cg_info_emit_values      (CgInfoEmitter *self,
                                const char    *type,
                                const char    *array,
                                GPtrArray     *rows);
char *cg_info_emit_pointers    (CgInfoEmitter *self,
                                const char    *type,
                                const char    *array,
                                GPtrArray     *pointers);
char *cg_info_emit_annotations (CgInfoEmitter *self,
                                const CgNode  *node);
char *cg_info_emit_args        (CgInfoEmitter *self,
                                GPtrArray     *args,
                                const char    *value_array,
                                const char    *array);
void  cg_info_set_type         (CgInfoEmitter   *self,
                                const CgTypeUse *use);
void  cg_info_emit_fields      (CgInfoEmitter       *self,
                                const CgDeclaration *record);

/* cg-emit-info-members.c. Sets the keys of signals, properties and streams in the
 * interface: signals_value, dbus_signals_value, … */
void  cg_info_emit_members     (CgInfoEmitter     *self,
                                const CgInterface *interface);

G_END_DECLS
