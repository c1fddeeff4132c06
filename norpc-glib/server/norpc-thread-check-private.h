/* norpc-thread-check-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * The servers that run a service. Running one service on several servers is usually a mistake
 * if they are in different threads.
 *
 * It is stored in the service's qdata, and may outlive the service.
 */
typedef struct
{
  gatomicrefcount ref_count;

  const char *type_name;      /* since construction: of the service */
  gboolean    is_thread_safe; /* since construction: any number of threads may run the service */

  int        n_workers; /* atomic, written with checks_lock */
  GPtrArray *workers;   /* (owned) [checks_lock]: of unowned NorpcWorker that have started */
} NorpcThreadCheck;

NorpcThreadCheck *norpc_thread_check_get           (GObject          *service);
void              norpc_thread_check_unref         (NorpcThreadCheck *self);
void              norpc_thread_check_add_worker    (NorpcThreadCheck *self,
                                                    NorpcWorker      *worker);
void              norpc_thread_check_remove_worker (NorpcThreadCheck *self,
                                                    NorpcWorker      *worker);
NorpcWorker      *norpc_thread_check_dup_server_worker (GObject          *service);
void              norpc_thread_check_warn          (NorpcThreadCheck *self,
                                                    NorpcWorker      *worker,
                                                    NorpcCall        *call);

/* Thread-safe. */
static inline gboolean
norpc_thread_check_is_shared (NorpcThreadCheck *self)
{
  return G_UNLIKELY (g_atomic_int_get (&self->n_workers) > 1);
}

/* Called in the thread in which the service is about to handle @call, for @worker or, if it is
 * NULL, for a NorpcDirect. Warns if the service is running in another thread.
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
