/* norpc-emission-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * One emission of a signal by a service, shared by the clients that get it.
 *
 * Immutable once shared.
 */
typedef struct _NorpcEmission NorpcEmission;

NorpcEmission *norpc_emission_new   (const NorpcInterfaceInfo  *interface_info,
                                     guint                      signal,
                                     const GValue              *args,
                                     guint                      n_args,
                                     GError                   **error);
NorpcEmission *norpc_emission_ref   (NorpcEmission             *self);
void           norpc_emission_unref (NorpcEmission             *self);
void           norpc_emission_emit  (NorpcEmission             *self,
                                     GObject                   *object,
                                     guint                      signal_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcEmission, norpc_emission_unref)

G_END_DECLS
