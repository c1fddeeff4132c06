/* norpc-nats-export.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_NATS_INSIDE) && !defined (NORPC_GLIB_NATS_COMPILATION)
#error "Only <norpc-glib-nats/norpc-glib-nats.h> can be included directly."
#endif

#include <norpc-glib-nats/norpc-nats-connection.h>

G_BEGIN_DECLS

#define NORPC_NATS_TYPE_EXPORT (norpc_nats_export_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcNatsExport, norpc_nats_export, NORPC_NATS, EXPORT, GObject)

/**
 * NORPC_NATS_EXPORT_DEFAULT_CAPACITY:
 *
 * The maximum number of calls of an export that are not answered, if its creator sets no other.
 *
 * Since: 0.1
 */
#define NORPC_NATS_EXPORT_DEFAULT_CAPACITY 1024

/**
 * NORPC_NATS_EXPORT_DEFAULT_QUEUE_GROUP:
 *
 * The queue group of an export, if its creator sets no other: that of micro-services of NATS.
 *
 * Since: 0.1
 */
#define NORPC_NATS_EXPORT_DEFAULT_QUEUE_GROUP "q"

NORPC_AVAILABLE_IN_ALL
NorpcNatsExport *norpc_nats_export_new           (NorpcNatsConnection       *connection,
                                                  const char                *prefix,
                                                  NorpcEndpoint             *endpoint,
                                                  const NorpcInterfaceInfo  *info,
                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcNatsExport *norpc_nats_export_new_full      (NorpcNatsConnection       *connection,
                                                  const char                *prefix,
                                                  NorpcEndpoint             *endpoint,
                                                  const NorpcInterfaceInfo  *info,
                                                  const char                *queue_group,
                                                  guint                      capacity,
                                                  GError                   **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
gboolean         norpc_nats_export_add_interface (NorpcNatsExport           *self,
                                                  const NorpcInterfaceInfo  *info,
                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
gboolean         norpc_nats_export_announce      (NorpcNatsExport           *self,
                                                  const char                *name,
                                                  const char                *version,
                                                  const char                *description,
                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
const char      *norpc_nats_export_get_id        (NorpcNatsExport           *self);
NORPC_AVAILABLE_IN_ALL
void             norpc_nats_export_drain         (NorpcNatsExport           *self,
                                                  GAsyncReadyCallback        callback,
                                                  gpointer                   user_data);
NORPC_AVAILABLE_IN_ALL
gboolean         norpc_nats_export_drain_finish  (NorpcNatsExport           *self,
                                                  GAsyncResult              *result,
                                                  GError                   **error);
NORPC_AVAILABLE_IN_ALL
void             norpc_nats_export_unexport      (NorpcNatsExport           *self);

G_END_DECLS
