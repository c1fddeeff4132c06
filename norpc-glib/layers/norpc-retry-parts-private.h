/* norpc-retry-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-budget-private.h"
#include "norpc-retry-queue-private.h"
#include "norpc-retry.h"

G_BEGIN_DECLS

/* Private to the files of the retry. */

/* State shared by the layer and its attempts, which may outlive the layer. */
typedef struct
{
  gatomicrefcount ref_count;
  GWeakRef        layer;

  /* Set at construction; @has_func is set before the first call. */
  guint            max_attempts;
  double           ratio;
  guint            reserve;   /* per second */
  guint            delay;     /* milliseconds */
  guint            max_delay; /* milliseconds */
  gboolean         has_func;
  NorpcRetryQueue *queue; /* (owned): of Retrial; has its own lock */

  GMutex      lock;
  NorpcBudget budget; /* [lock] */
} NorpcRetryPolicy;

struct _NorpcRetry
{
  NorpcLayer parent_instance;

  NorpcRetryPolicy *policy; /* (owned), since construction */

  /* Set before the first call. */
  NorpcRetryFunc func; /* (nullable) */
  gpointer       func_data;
  GDestroyNotify func_destroy; /* (nullable) */
};

NorpcRetryPolicy *norpc_retry_policy_new   (NorpcRetry       *layer);
void              norpc_retry_policy_unref (NorpcRetryPolicy *self);

void norpc_retry_begin (NorpcRetry *self,
                        NorpcCall  *call);

G_END_DECLS
