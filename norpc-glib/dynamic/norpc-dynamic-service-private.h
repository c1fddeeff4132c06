/* norpc-dynamic-service-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dynamic-info-private.h"
#include "norpc-dynamic-service.h"

G_BEGIN_DECLS

void     norpc_dynamic_service_class_install (gpointer              klass,
                                              NorpcDynamicInfo     *info);
void     norpc_dynamic_service_init_values   (GTypeInstance        *instance,
                                              gpointer              klass);
gboolean norpc_dynamic_service_handle        (gpointer              service,
                                              gpointer              vtable,
                                              NorpcCall            *call,
                                              GError              **error);
gboolean norpc_dynamic_service_handle_set    (gpointer              service,
                                              gpointer              vtable,
                                              NorpcCall            *call,
                                              GError              **error);

G_END_DECLS
