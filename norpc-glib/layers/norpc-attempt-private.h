/* norpc-attempt-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-call-private.h"
#include "norpc-layer.h"

G_BEGIN_DECLS

/*
 * A call of a client that a layer answers with calls of its own, of the same
 * method and with the same arguments: one after the other.
 *
 * When the client's call is given up, so is the one behind the layer. The layer
 * may go meanwhile: then what is on its way is the last attempt.
 */
typedef struct _NorpcAttempt NorpcAttempt;

typedef struct
{
  void (*attempt_ended) (NorpcLayer   *layer, /* the thread that ended it */
                         NorpcAttempt *attempt,
                         NorpcCall    *inner);
  void (*client_ended)  (NorpcLayer   *layer, /* the thread that ended the client's call */
                         NorpcAttempt *attempt);
} NorpcAttemptFuncs;

/* Layers have more behind it. */
struct _NorpcAttempt
{
  NorpcCallWatch outer_watch; /* the first */
  NorpcCallWatch inner_watch;

  gatomicrefcount          ref_count;
  const NorpcAttemptFuncs *funcs;
  GWeakRef                 layer;
  NorpcCall               *outer; /* (owned): the client's */

  GMutex      lock;
  NorpcReply *inner; /* (owned) (nullable) [lock]: the one that is on its way */
  gboolean    ended; /* [lock]: the client's call has */
};

gpointer      norpc_attempt_new       (gsize                    size,
                                       NorpcLayer              *layer,
                                       NorpcCall               *call,
                                       const NorpcAttemptFuncs *funcs);
NorpcAttempt *norpc_attempt_ref       (NorpcAttempt            *self);
void          norpc_attempt_unref     (NorpcAttempt            *self);
void          norpc_attempt_send      (NorpcAttempt            *self,
                                       NorpcLayer              *layer,
                                       gboolean                 is_last);
void          norpc_attempt_answer    (NorpcAttempt            *self,
                                       NorpcCall               *inner);
gboolean      norpc_attempt_has_ended (NorpcAttempt            *self);

G_END_DECLS
