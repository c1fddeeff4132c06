/* norpc-value-check-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

char *norpc_value_find_problem  (const NorpcArgInfo *info,
                                 const GValue       *value);
char *norpc_object_find_problem (gpointer            object,
                                 GType               type);
void  norpc_object_check_fields (GObject            *object);

G_END_DECLS
