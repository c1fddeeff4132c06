/* norpc-dynamic-member-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* Members by their names in the description, or by those of GObject. Each function returns the index, or
 * -1 with @error set, which says so if the member needs generated code.
 */

int norpc_dynamic_find_method   (const NorpcInterfaceInfo  *info,
                                 const char                *name,
                                 GError                   **error);
int norpc_dynamic_find_signal   (const NorpcInterfaceInfo  *info,
                                 const char                *name,
                                 GError                   **error);
int norpc_dynamic_find_property (const NorpcInterfaceInfo  *info,
                                 const char                *name,
                                 GError                   **error);

char *norpc_dynamic_property_set_variant (const NorpcInterfaceInfo  *info,
                                          guint                      property,
                                          GValue                    *value,
                                          GVariant                  *variant);
GVariant *norpc_dynamic_property_dup_variant (GObject                   *object,
                                              const NorpcInterfaceInfo  *info,
                                              const char                *name,
                                              GError                   **error);

G_END_DECLS
