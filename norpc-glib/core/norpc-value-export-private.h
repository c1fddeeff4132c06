/* norpc-value-export-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * Objects that stay in the main context of their owner. Between contexts, a handle takes the place
 * of the object: a thread-safe object of the same interface. The sender exports the value, which
 * replaces objects by handles; the receiver imports it, which replaces handles by what its context
 * has for them. Implemented in objects/, for each interface type.
 */
typedef struct
{
  gpointer (*export_object) (GType    type,    /* in the sender's thread: returns a handle (owned) */
                             gpointer object);
  gpointer (*import_object) (GType    type,    /* in the receiver's thread, for its thread-default
                                                  context: returns an object (owned) */
                             gpointer handle);
} NorpcExportFuncs;

void norpc_type_set_export_funcs (GType                   type,
                                  const NorpcExportFuncs *funcs);

gboolean norpc_type_is_exported     (GType               type);
gboolean norpc_arg_info_is_exported (const NorpcArgInfo *info);
void     norpc_value_export         (const NorpcArgInfo *info,
                                     GValue             *value);
void     norpc_value_import         (const NorpcArgInfo *info,
                                     GValue             *value);
void     norpc_values_export        (GDBusArgInfo * const *infos,
                                     GValue               *values,
                                     guint                 n_values);
void     norpc_values_import        (GDBusArgInfo * const *infos,
                                     GValue               *values,
                                     guint                 n_values);

G_END_DECLS
