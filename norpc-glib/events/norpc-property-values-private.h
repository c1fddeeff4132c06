/* norpc-property-values-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* The values of the properties of an interface that a service keeps itself. They are used in the service's
 * context. The identifier of a property is its index and one, as norpc_property_install () gives it.
 */
typedef struct _NorpcPropertyValues NorpcPropertyValues;

NorpcPropertyValues *norpc_property_values_new  (const NorpcInterfaceInfo  *interface_info);
void                 norpc_property_values_free (NorpcPropertyValues       *self);
void                 norpc_property_values_get  (const NorpcPropertyValues *self,
                                                 guint                      property_id,
                                                 GValue                    *value);
void                 norpc_property_values_set  (NorpcPropertyValues       *self,
                                                 guint                      property_id,
                                                 const GValue              *value,
                                                 GObject                   *owner,
                                                 GParamSpec                *pspec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcPropertyValues, norpc_property_values_free)

G_END_DECLS
