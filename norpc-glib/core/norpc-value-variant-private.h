/* norpc-value-variant-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * The values of arguments as a GVariant, and the reverse. The type of the variant is the signature
 * of the description, as a maybe type if the value may be NULL.
 */

char     *norpc_value_set_variant    (const NorpcArgInfo   *info,
                                      GValue               *value,
                                      GVariant             *variant);
GVariant *norpc_value_to_variant     (const NorpcArgInfo   *info,
                                      const GValue         *value,
                                      char                **problem);

gboolean  norpc_values_set_variant   (GDBusArgInfo * const *infos,
                                      GValue               *values,
                                      guint                 n_values,
                                      GVariant             *variant,
                                      const char           *kind,
                                      char                **problem);
GVariant *norpc_values_to_variant    (GDBusArgInfo * const *infos,
                                      const GValue         *values,
                                      guint                 n_values,
                                      const char           *kind,
                                      char                **problem);

G_END_DECLS
