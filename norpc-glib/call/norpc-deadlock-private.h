/* norpc-deadlock-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

#define NORPC_MAX_STOPPED_EXECUTORS 3

/* The reason why a thread blocks: it waits for the reply to a call, or for another thread to
 * start or stop a server. Lives on the stack of that thread.
 */
typedef struct
{
  NorpcCall *call; /* (unowned) (nullable) */

  /* Without a call: the executor that must run until @is_over returns TRUE or, if the executor
   * is a thread, until it has ended.
   */
  gconstpointer executor;                  /* (nullable) */
  gboolean    (*is_over) (gpointer data);  /* (nullable): called with waits_lock held */
  gpointer      data;                      /* (unowned) */

  /* The executors that do not run while the thread is blocked. */
  gconstpointer stopped[NORPC_MAX_STOPPED_EXECUTORS];
  guint         n_stopped;
} NorpcThreadWait;

gboolean norpc_deadlock_begin_wait (NorpcThreadWait *wait);
void     norpc_deadlock_end_wait   (NorpcThreadWait *wait);
void     norpc_deadlock_check      (NorpcCall       *call);

G_END_DECLS
