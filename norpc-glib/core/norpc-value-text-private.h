/* norpc-value-text-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * Values as text for humans: short, without what is sensitive, and without a look into objects.
 */

char *norpc_values_to_text (GDBusArgInfo * const *infos,
                            const GValue         *values,
                            guint                 n_values,
                            gsize                 max_length);

G_END_DECLS
