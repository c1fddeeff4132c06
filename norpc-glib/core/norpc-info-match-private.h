/* norpc-info-match-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * A client and a service may have different infos of one interface: one that was compiled, and one
 * that was made at run time. These functions compare them. They are thread-safe, and call no foreign
 * code.
 *
 * Two members match if their values are the same. If those of one are in the form that those of the other have outside
 * of the process, as values of a declared type are without generated code, the values have to be converted; see
 * norpc-value-convert-private.h.
 */

typedef struct
{
  gboolean    converts; /* values have to be converted */
  const char *problem;  /* (unowned) (nullable): how the members differ, so that values cannot be converted */
} NorpcComparison;

gboolean norpc_interface_infos_match (const NorpcInterfaceInfo *info,
                                      const NorpcInterfaceInfo *other);
gboolean norpc_arg_infos_match       (const NorpcArgInfo       *info,
                                      const NorpcArgInfo       *other);
char    *norpc_methods_find_mismatch (const NorpcMethodInfo    *info,
                                      const NorpcMethodInfo    *other);
gboolean norpc_methods_match         (const NorpcInterfaceInfo *info,
                                      guint                     method,
                                      const NorpcInterfaceInfo *other,
                                      guint                     other_method);

NorpcComparison norpc_methods_compare    (const NorpcInterfaceInfo *info,
                                          guint                     method,
                                          const NorpcInterfaceInfo *other,
                                          guint                     other_method);
NorpcComparison norpc_signals_compare    (const NorpcInterfaceInfo *info,
                                          guint                     signal,
                                          const NorpcInterfaceInfo *other,
                                          guint                     other_signal);
NorpcComparison norpc_properties_compare (const NorpcInterfaceInfo *info,
                                          guint                     property,
                                          const NorpcInterfaceInfo *other,
                                          guint                     other_property);

G_END_DECLS
