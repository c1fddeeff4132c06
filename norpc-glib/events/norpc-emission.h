/* norpc-emission.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_EMISSION (norpc_emission_get_type ())

typedef struct _NorpcEmission NorpcEmission;

NORPC_AVAILABLE_IN_ALL
GType          norpc_emission_get_type   (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcEmission *norpc_emission_ref        (NorpcEmission *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_emission_unref      (NorpcEmission *self);
NORPC_AVAILABLE_IN_ALL
guint          norpc_emission_get_n_args (NorpcEmission *self);
NORPC_AVAILABLE_IN_ALL
const GValue  *norpc_emission_get_arg    (NorpcEmission *self,
                                          guint          index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcEmission, norpc_emission_unref)

G_END_DECLS
