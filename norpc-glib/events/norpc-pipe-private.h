/* norpc-pipe-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "client/norpc-reply-queue-private.h"
#include "norpc-item-private.h"
#include "norpc-wait-private.h"

G_BEGIN_DECLS

/* Called in the reader's context, in the order of its replies and signals: the items up to
 * @number may be read.
 */
typedef void (*NorpcPipeFunc) (GObject *reader,
                               guint64  number);

/* The ends of a pipe. */
typedef enum
{
  NORPC_PIPE_READER,
  NORPC_PIPE_WRITER,
  NORPC_PIPE_N_ENDS
} NorpcPipeEnd;

/*
 * The items of a stream between its two ends, in any threads: a bounded queue.
 *
 * The lock is taken before that of the events and that of a main context. No other code runs while
 * it is held.
 */
struct _NorpcPipe
{
  NorpcCallStream     parent; /* must be first: a call keeps the pipe */
  gatomicrefcount     ref_count;
  NorpcCompletionHook hook; /* of the client's call */

  const NorpcInterfaceInfo *interface_info; /* since construction: of the client, whose form the items have */
  guint  method;   /* since construction */
  guint  capacity; /* since construction */
  GMutex lock;
  GCond  changed;  /* [lock]: there is an item, or nothing follows */

  NorpcItem *oldest; /* (owned) (nullable) [lock]: that has not been read */
  NorpcItem *newest; /* (unowned) (nullable) [lock] */
  guint      n_items; /* [lock]: that take up room, without the end */
  guint64    n_written; /* [lock]: with the end */
  gboolean   ended;  /* [lock]: the writer has ended, or the reader reads no more */
  gboolean   cancelled; /* [lock]: the client has closed its end before the call was answered */
  GError    *error;  /* (owned) (nullable) [lock]: why the call has completed, unless it succeeded */
  gboolean   completed; /* [lock]: the client's call has completed */
  gboolean   abandoned; /* [lock]: because it was cancelled; the service may end its call with the same error */
  gboolean   handled;   /* [lock]: so has the call that the service handles, which may be another one */
  GError    *handled_error; /* (owned) (nullable) [lock]: why, unless it succeeded */
  gboolean   empty;  /* since construction: there is nothing to be read */
  gboolean   drains; /* [lock]: items are dropped, because the reader waits for the outcome only */
  gboolean   keeps_slots; /* [lock]: items that were taken count until norpc_pipe_free_slots () */
  int        drops_elsewhere; /* atomic: a thread of the library may drop items */
  GSource   *watches[NORPC_PIPE_N_ENDS]; /* (owned) (nullable) [lock]: woken up by what the other end does */

  NorpcReplyQueue *reader_queue; /* (owned) (nullable) [lock]: of the reader's context, once there is
                                    a reader */
  GWeakRef         reader;
  NorpcPipeFunc    arrived;      /* [lock] */
  NorpcWait        read_wait;    /* [lock]: of the reader */
  NorpcWait        write_wait;   /* [lock]: of the writer */
};

NorpcPipe *norpc_pipe_new       (const NorpcInterfaceInfo *interface_info,
                                 guint                     method);
NorpcPipe *norpc_pipe_new_empty (const NorpcInterfaceInfo *interface_info,
                                 guint                     method);
NorpcPipe *norpc_pipe_ref       (NorpcPipe                *self);
void       norpc_pipe_unref     (NorpcPipe                *self);

void norpc_pipe_watch_call (NorpcPipe *self,
                            NorpcCall *call);
void norpc_pipe_note_outcome (NorpcPipe    *self,
                              const GError *error);
void norpc_pipe_watch_handled_call (NorpcPipe *self,
                                    NorpcCall *call);

/* The writer's end */
gboolean norpc_pipe_write (NorpcPipe  *self,
                           NorpcItem  *item,
                           GError    **error);
GError  *norpc_pipe_find_write_error (NorpcPipe *self);

/* An end that passes the items on to another process, or gets them from there */
void     norpc_pipe_drop_elsewhere (NorpcPipe *self);
void     norpc_pipe_keep_slots  (NorpcPipe    *self);
void     norpc_pipe_free_slots  (NorpcPipe    *self,
                                 guint64       n_slots);
guint    norpc_pipe_get_n_items (NorpcPipe    *self);
gboolean norpc_pipe_has_items   (NorpcPipe    *self);
void     norpc_pipe_set_watch   (NorpcPipe    *self,
                                 NorpcPipeEnd  end,
                                 GSource      *watch);

/* The reader's end */
void       norpc_pipe_attach (NorpcPipe     *self,
                              GObject       *reader,
                              NorpcPipeFunc  arrived);
NorpcItem *norpc_pipe_take   (NorpcPipe     *self,
                              guint64        max_number,
                              gboolean      *at_end);
void       norpc_pipe_drain  (NorpcPipe     *self);
void       norpc_pipe_close  (NorpcPipe     *self,
                              gboolean       cancels);

G_END_DECLS
