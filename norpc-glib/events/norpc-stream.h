/* norpc-stream.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-proxy.h>
#include <norpc-glib/core/norpc-version-macros.h>
#include <norpc-glib/events/norpc-item.h>

G_BEGIN_DECLS

#define NORPC_TYPE_STREAM (norpc_stream_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (NorpcStream, norpc_stream, NORPC, STREAM, GObject)

/**
 * NorpcStreamClass:
 * @parent_class: the parent class
 *
 * The class structure of [class@Norpc.Stream].
 *
 * Since: 0.1
 */
struct _NorpcStreamClass
{
  GObjectClass parent_class;

  /*< private >*/
#ifndef __GI_SCANNER__
  const NorpcInterfaceInfo *interface_info;
  guint                     method;
#endif

  gpointer _reserved[8];
};

NORPC_AVAILABLE_IN_ALL
NorpcStream *norpc_proxy_open_stream (NorpcProxy           *self,
                                      GType                 stream_type,
                                      NorpcCall            *call,
                                      GCancellable         *cancellable) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcStream *norpc_call_get_stream   (NorpcCall            *self,
                                      GType                 stream_type);

NORPC_AVAILABLE_IN_ALL
void         norpc_stream_close          (NorpcStream          *self);
NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *
             norpc_stream_get_interface_info (NorpcStream      *self,
                                              guint            *method);

NORPC_AVAILABLE_IN_ALL
gboolean      norpc_stream_is_reader         (NorpcStream         *self);

/* The end that writes */
NORPC_AVAILABLE_IN_ALL
gboolean     norpc_stream_write          (NorpcStream          *self,
                                          NorpcItem            *item,
                                          GError              **error);
NORPC_AVAILABLE_IN_ALL
gboolean     norpc_stream_is_ready       (NorpcStream          *self);
NORPC_AVAILABLE_IN_ALL
void         norpc_stream_ready_async    (NorpcStream          *self,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
gboolean     norpc_stream_ready_finish   (NorpcStream          *self,
                                          GAsyncResult         *result,
                                          GError              **error);
NORPC_AVAILABLE_IN_ALL
void         norpc_stream_end            (NorpcStream          *self);

/* The end that reads */
NORPC_AVAILABLE_IN_ALL
void         norpc_stream_read_async     (NorpcStream          *self,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
NorpcItem   *norpc_stream_read_finish    (NorpcStream          *self,
                                          GAsyncResult         *result,
                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcItem   *norpc_stream_read_sync      (NorpcStream          *self,
                                          GCancellable         *cancellable,
                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcItem   *norpc_stream_try_read       (NorpcStream          *self) G_GNUC_WARN_UNUSED_RESULT;

/* The outcome, for clients */
NORPC_AVAILABLE_IN_ALL
void         norpc_stream_outcome_async  (NorpcStream          *self,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
NorpcReply  *norpc_stream_outcome_finish (NorpcStream          *self,
                                          GAsyncResult         *result,
                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcReply  *norpc_stream_outcome_sync   (NorpcStream          *self,
                                          GCancellable         *cancellable,
                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
