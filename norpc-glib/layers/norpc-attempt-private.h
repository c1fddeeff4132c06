/* norpc-attempt-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "client/norpc-layer.h"

G_BEGIN_DECLS

/*
 * A call of a client that a layer answers with calls of its own, of the same
 * method and with the same arguments: one after the other.
 *
 * When the client's call is cancelled, so is the one behind the layer. As any thread may
 * end either, the functions that are told call nothing foreign.
 */
typedef struct _NorpcAttempt NorpcAttempt;

typedef struct
{
  void (*attempt_ended) (NorpcAttempt *attempt, /* the thread that ended it */
                         NorpcReply   *reply); /* (owned) */
  void (*client_ended)  (NorpcAttempt *attempt); /* the thread that ended the client's call */
  void (*finalize)      (NorpcAttempt *attempt);
} NorpcAttemptFuncs;

/* Layers have more behind it. */
struct _NorpcAttempt
{
  NorpcCompletionHook outer_watch; /* the first */

  gatomicrefcount          ref_count;
  const NorpcAttemptFuncs *funcs;
  NorpcCall               *outer; /* held by norpc_call_ref_memory (): the client's */
  NorpcCall               *owed;  /* (owned) (nullable): the same, until it is answered; of the
                                     thread that sends or has seen the last attempt end */

  GMutex     lock;
  NorpcCall *inner; /* (nullable) [lock], held by norpc_call_ref_memory (): the one that is on its way */
  gboolean   ended; /* [lock]: the client's call has */
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
