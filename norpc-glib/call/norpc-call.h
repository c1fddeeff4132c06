/* norpc-call.h
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

#define NORPC_TYPE_CALL (norpc_call_get_type ())

/**
 * NorpcPriority:
 * @NORPC_PRIORITY_LOW: served after all other calls
 * @NORPC_PRIORITY_NORMAL: the default
 * @NORPC_PRIORITY_URGENT: served before all calls that are not urgent
 *
 * The order in which a service gets its calls. Calls of the same priority are served in
 * the order in which they were sent.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_PRIORITY_LOW    = -1,
  NORPC_PRIORITY_NORMAL = 0,
  NORPC_PRIORITY_URGENT = 1
} NorpcPriority;

NORPC_AVAILABLE_IN_ALL
GType                     norpc_call_get_type             (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcCall                *norpc_call_new                  (const NorpcInterfaceInfo *interface_info,
                                                           guint                     method) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcCall                *norpc_call_ref                  (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_unref                (NorpcCall                *self);

NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_call_get_interface_info   (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
guint                     norpc_call_get_method           (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
const char               *norpc_call_get_method_name      (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
GValue                   *norpc_call_get_args             (NorpcCall                *self,
                                                           guint                    *n_args);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_call_set_arg              (NorpcCall                *self,
                                                           guint                     index,
                                                           const GValue             *value,
                                                           GError                  **error);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_begin_move           (NorpcCall                *self,
                                                           gpointer                  iface,
                                                           gsize                     handle_offset,
                                                           gsize                     sync_offset);
NORPC_AVAILABLE_IN_ALL
gpointer                  norpc_call_steal_pointer        (NorpcCall                *self,
                                                           guint                     index) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_drop_fd              (NorpcCall                *self,
                                                           int                       fd);
NORPC_AVAILABLE_IN_ALL
gint64                    norpc_call_get_deadline         (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_set_timeout          (NorpcCall                *self,
                                                           guint                     milliseconds);
NORPC_AVAILABLE_IN_ALL
NorpcPriority             norpc_call_get_priority         (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_set_priority         (NorpcCall                *self,
                                                           NorpcPriority             priority);
NORPC_AVAILABLE_IN_ALL
guint                     norpc_call_get_client           (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
GCancellable             *norpc_call_get_cancellable      (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_call_is_cancelled         (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_call_is_replied           (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_call_mark_sent            (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_mark_rejected        (NorpcCall                *self);

NORPC_AVAILABLE_IN_ALL
GValue                   *norpc_call_begin_reply          (NorpcCall                *self,
                                                           const NorpcInterfaceInfo *interface_info,
                                                           guint                     method);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_end_reply            (NorpcCall                *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_end_reply_on_return (NorpcCall           *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_return_values        (NorpcCall                *self,
                                                           guint                     n_values,
                                                           const GValue             *values);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_return_error         (NorpcCall                *self,
                                                           GQuark                    domain,
                                                           int                       code,
                                                           const char               *format,
                                                           ...) G_GNUC_PRINTF (4, 5);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_return_error_literal (NorpcCall                *self,
                                                           GQuark                    domain,
                                                           int                       code,
                                                           const char               *message);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_return_gerror        (NorpcCall                *self,
                                                           const GError             *error);
NORPC_AVAILABLE_IN_ALL
void                      norpc_call_take_error           (NorpcCall                *self,
                                                           GError                   *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcCall, norpc_call_unref)

G_END_DECLS
