/* norpc-nats-request-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-serving-private.h"

G_BEGIN_DECLS

/* The purpose of a request. */
typedef enum
{
  NORPC_NATS_CALL, /* of a method, which may not exist */
  NORPC_NATS_GET_PROPERTIES,
  NORPC_NATS_SET_PROPERTY
} NorpcNatsRequestKind;

/* A message that asks for a call. */
typedef struct
{
  gatomicrefcount  ref_count;
  NorpcNatsServed *served;       /* (owned), since construction */
  natsMsg         *message;      /* (owned), since construction: used by one thread at a time */
  NorpcNatsRequestKind kind;     /* since construction */
  int              method;       /* since construction: -1 if there is none of this name */
  gint64           start;        /* since construction: when it came */
  GCancellable    *cancellable;  /* (owned), since construction */
  gboolean         is_counted;   /* [lock of the serving]: until it is answered */
  gboolean         is_answered;  /* [lock of the serving] */
  gboolean         is_cancelled; /* [lock of the serving] */
  gboolean         is_rejected;  /* no handler has begun with it: accessed by the thread that answers it */
} NorpcNatsRequest;

NorpcNatsRequest *norpc_nats_request_new    (NorpcNatsServed  *served,
                                             natsMsg          *message);
NorpcNatsRequest *norpc_nats_request_ref    (NorpcNatsRequest *self);
void              norpc_nats_request_unref  (NorpcNatsRequest *self);
void              norpc_nats_request_handle (NorpcNatsRequest *self);
void              norpc_nats_request_reject (NorpcNatsRequest *self,
                                             NorpcError        code,
                                             const char       *outcome);
void              norpc_nats_request_reject_new (NorpcNatsRequest *self,
                                                 NorpcError        code,
                                                 const char       *outcome);

G_END_DECLS
