/* norpc-attempt-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "client/norpc-layer.h"

G_BEGIN_DECLS

/*
 * A call of a client that a layer answers with calls of its own, attempts, that have the same
 * method and arguments and are sent one after the other.
 *
 * When the client's call is cancelled, so is the current attempt. Any thread may complete
 * either of them, so the functions must not run application code.
 */
typedef struct _NorpcAttempt NorpcAttempt;

typedef struct
{
  void (*attempt_ended) (NorpcAttempt *attempt, /* in the thread that completes the attempt */
                         NorpcReply   *reply); /* (owned) */
  void (*client_ended)  (NorpcAttempt *attempt); /* in the thread that completes the client's
                                                    call */
  void (*finalize)      (NorpcAttempt *attempt);
} NorpcAttemptFuncs;

/* Layers embed this struct as the first field of their own. */
struct _NorpcAttempt
{
  NorpcCompletionHook outer_hook; /* must be first */

  gatomicrefcount          ref_count;
  const NorpcAttemptFuncs *funcs;
  NorpcCall               *outer; /* a reference to memory: the client's call */
  NorpcCall               *owed;  /* (owned) (nullable): the same call, until it is answered;
                                     accessed by the thread that sends an attempt or completes
                                     the last one */

  GMutex     lock;
  NorpcCall *inner; /* (nullable) [lock], a reference to memory: the attempt in flight */
  gboolean   ended; /* [lock]: the client's call has completed */
};

gpointer      norpc_attempt_new       (gsize                    size,
                                       NorpcCall               *call,
                                       const NorpcAttemptFuncs *funcs);
gboolean      norpc_attempt_begin     (NorpcAttempt            *self);
NorpcAttempt *norpc_attempt_ref       (NorpcAttempt            *self);
void          norpc_attempt_unref     (NorpcAttempt            *self);
void          norpc_attempt_send      (NorpcAttempt            *self,
                                       NorpcLayer              *layer,
                                       gboolean                 is_last);
void          norpc_attempt_answer    (NorpcAttempt            *self,
                                       NorpcReply              *reply);
gboolean      norpc_attempt_has_ended (NorpcAttempt            *self);

G_END_DECLS
