/* norpc-emission-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"
#include "norpc-emission.h"

G_BEGIN_DECLS

NorpcEmission *norpc_emission_new           (const NorpcInterfaceInfo  *interface_info,
                                             guint                      signal,
                                             const GValue              *args,
                                             guint                      n_args,
                                             GError                   **error);
NorpcEmission *norpc_emission_import        (NorpcEmission             *self,
                                             GDBusArgInfo * const      *infos);
NorpcEmission *norpc_emission_convert       (NorpcEmission             *self,
                                             const NorpcInterfaceInfo  *interface_info,
                                             guint                      signal,
                                             const NorpcInterfaceInfo  *to_info,
                                             guint                      to_signal,
                                             GError                   **error);
NorpcEmission *norpc_emission_new_unchecked (const GValue              *args,
                                             guint                      n_args);
NorpcEmission *norpc_emission_new_take      (GValue                    *values,
                                             guint                      n_values);
void           norpc_emission_emit          (NorpcEmission             *self,
                                             GObject                   *object,
                                             guint                      signal_id);

G_END_DECLS
