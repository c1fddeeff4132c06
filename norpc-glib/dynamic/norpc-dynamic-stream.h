/* norpc-dynamic-stream.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-version-macros.h>
#include <norpc-glib/events/norpc-stream.h>

G_BEGIN_DECLS

#define NORPC_TYPE_DYNAMIC_STREAM (norpc_dynamic_stream_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcDynamicStream, norpc_dynamic_stream, NORPC, DYNAMIC_STREAM, NorpcStream)

NORPC_AVAILABLE_IN_ALL
NorpcDynamicStream *norpc_dynamic_stream_get_for_call (NorpcCall            *call);
NORPC_AVAILABLE_IN_ALL
gboolean            norpc_dynamic_stream_write        (NorpcDynamicStream   *self,
                                                       GVariant             *values,
                                                       GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean            norpc_dynamic_stream_write_values (NorpcDynamicStream   *self,
                                                       guint                 n_values,
                                                       const GValue         *values,
                                                       GError              **error);
NORPC_AVAILABLE_IN_ALL
void                norpc_dynamic_stream_next_async   (NorpcDynamicStream   *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
GVariant           *norpc_dynamic_stream_next_finish  (NorpcDynamicStream   *self,
                                                       GAsyncResult         *result,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant           *norpc_dynamic_stream_next_sync    (NorpcDynamicStream   *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcItem          *norpc_dynamic_stream_next_item_finish (NorpcDynamicStream   *self,
                                                           GAsyncResult         *result,
                                                           GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcItem          *norpc_dynamic_stream_next_item_sync (NorpcDynamicStream   *self,
                                                         GCancellable         *cancellable,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant           *norpc_dynamic_stream_try_next     (NorpcDynamicStream   *self) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void                norpc_dynamic_stream_outcome_async (NorpcDynamicStream   *self,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
GVariant           *norpc_dynamic_stream_outcome_finish (NorpcDynamicStream   *self,
                                                         GAsyncResult         *result,
                                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GVariant           *norpc_dynamic_stream_outcome_sync (NorpcDynamicStream   *self,
                                                       GCancellable         *cancellable,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcReply         *norpc_dynamic_stream_outcome_reply_finish (NorpcDynamicStream   *self,
                                                               GAsyncResult         *result,
                                                               GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcReply         *norpc_dynamic_stream_outcome_reply_sync (NorpcDynamicStream   *self,
                                                             GCancellable         *cancellable,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
