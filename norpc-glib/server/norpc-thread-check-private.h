/* norpc-thread-check-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Which servers an object is the service of: more than one, as a rule, is a
 * mistake, if they are in different threads.
 *
 * It is kept with the object, and may outlive it.
 */
typedef struct
{
  gatomicrefcount ref_count;

  const char *type_name; /* since construction: of the service */

  int        n_workers; /* atomic, written with the lock of homes */
  GPtrArray *workers;   /* (owned) [lock of homes]: of unowned NorpcWorker that have begun */
} NorpcThreadCheck;

NorpcThreadCheck *norpc_thread_check_get           (GObject          *service);
void              norpc_thread_check_unref         (NorpcThreadCheck *self);
void              norpc_thread_check_add_worker    (NorpcThreadCheck *self,
                                                    NorpcWorker      *worker);
void              norpc_thread_check_remove_worker (NorpcThreadCheck *self,
                                                    NorpcWorker      *worker);
void              norpc_thread_check_warn          (NorpcThreadCheck *self,
                                                    NorpcWorker      *worker,
                                                    NorpcCall        *call);

/* Any thread. */
static inline gboolean
norpc_thread_check_is_shared (NorpcThreadCheck *self)
{
  return G_UNLIKELY (g_atomic_int_get (&self->n_workers) > 1);
}

/* The thread in which the service is going to handle @call, for @worker if that
 * is not NULL: warns if another has the service.
 */
static inline void
norpc_thread_check_run (NorpcThreadCheck *self,
                        NorpcWorker      *worker,
                        NorpcCall        *call)
{
  if (G_UNLIKELY (g_atomic_int_get (&self->n_workers) > (worker != NULL ? 1 : 0)))
    norpc_thread_check_warn (self, worker, call);
}

G_END_DECLS
