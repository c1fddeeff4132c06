/* norpc-stream-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-proxy-private.h"
#include "norpc-pipe-private.h"
#include "norpc-stream.h"

G_BEGIN_DECLS

/* One end of a stream. */
typedef struct
{
  NorpcPipe  *pipe;      /* (owned) (nullable), since construction */
  NorpcCall  *call;      /* (nullable), since construction, a reference to memory: the client's, or
                            that which the service handles */
  gboolean    is_client; /* since construction */
  gboolean    reads;     /* since construction */
  NorpcProxy *proxy;     /* (owned) (nullable), since construction: of the client's end */

  int         closed;    /* atomic */

  /* Accessed by the thread that uses this end. */
  NorpcReply *reply;     /* (owned) (nullable): of the client's end, until it is taken */
  gboolean    has_read;
  gboolean    attached;  /* items are sent to the context of this end */
  gboolean    replied;   /* the reply has arrived, after all items */
  guint64     n_arrived; /* how many items have arrived in the context of this end */
  NorpcWait   outcome_wait;
} NorpcStreamPrivate;

NorpcStreamPrivate *norpc_stream_get_private (NorpcStream *self);

void     norpc_stream_wait       (NorpcStream         *self,
                                  NorpcWait           *wait,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data,
                                  gpointer             source_tag,
                                  NorpcWaitFunc        func);
gboolean norpc_stream_block      (NorpcStream         *self,
                                  gboolean           (*is_over) (NorpcPipe *pipe),
                                  GCancellable        *cancellable,
                                  GError             **error);

GCancellable *norpc_stream_get_owner_gone (NorpcStream *self);
gboolean      norpc_stream_is_muted       (NorpcStream *self);

/* norpc-stream-open.c */
gboolean norpc_stream_needs_client (NorpcCall *call);
void     norpc_stream_drop_elsewhere (NorpcCall *call);

/* norpc-stream-reader.c */
void       norpc_stream_attach           (NorpcStream *self);
void       norpc_stream_continue_reading (NorpcStream *self);
NorpcItem *norpc_stream_take_item        (NorpcStream *self);
gboolean   norpc_stream_is_at_end        (NorpcStream *self);

/* norpc-stream-outcome.c */
void norpc_stream_send_call (NorpcStream           *self,
                             const NorpcCallOrigin *origin,
                             GCancellable          *cancellable);

/* Thread-safe. Returns TRUE if @self is the end of a call's stream that reads. */
static inline gboolean
norpc_stream_may_read (NorpcStream *self)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);

  return priv->reads && priv->pipe != NULL;
}

/* Thread-safe. Returns TRUE if @self is the end of a call's stream that writes. */
static inline gboolean
norpc_stream_may_write (NorpcStream *self)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);

  return !priv->reads && priv->call != NULL;
}

G_END_DECLS
