/* norpc-backoff-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-alarm-private.h"

G_BEGIN_DECLS

/*
 * What waits for its next attempt: each for twice as long as before, and by chance a
 * bit less, so that those that failed together do not come back together.
 */
typedef struct
{
  guint       delay;     /* since construction: milliseconds */
  guint       max_delay; /* since construction: milliseconds */
  NorpcAlarm *alarm;     /* (owned), since construction: for the first of those that wait */

  GMutex     lock;
  GSequence *waiting; /* (owned) [lock]: of unowned NorpcBackoffEntry, by time */
} NorpcBackoff;

/* In whatever waits. */
typedef struct
{
  gpointer       data;  /* since construction: what it is in */
  gint64         time;  /* [lock]: of the next attempt */
  GSequenceIter *place; /* (nullable) [lock] */
} NorpcBackoffEntry;

void     norpc_backoff_init     (NorpcBackoff      *self,
                                 GObject           *object,
                                 NorpcAlarmFunc     func);
void     norpc_backoff_clear    (NorpcBackoff      *self);
void     norpc_backoff_add      (NorpcBackoff      *self,
                                 NorpcBackoffEntry *entry,
                                 guint              n_attempts);
gboolean norpc_backoff_remove   (NorpcBackoff      *self,
                                 NorpcBackoffEntry *entry);
gpointer norpc_backoff_take_due (NorpcBackoff      *self);
gpointer norpc_backoff_take_any (NorpcBackoff      *self);

G_END_DECLS
