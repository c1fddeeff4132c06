/* norpc-server-registry-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-worker-private.h"

G_BEGIN_DECLS

/*
 * The servers of the process that have started and have not stopped, for inspectors. So are objects that
 * were passed to other contexts, which have a worker without a server.
 *
 * The registry keeps nothing alive, and costs a server a lock when it starts and when it stops.
 */

/* A server at one moment. */
typedef struct
{
  guint             id;           /* unique in the process, and never 0 */
  GType             service_type;
  gboolean          is_exported;  /* it is an object that was passed to another context */
  NorpcServerPhase  phase;
  NorpcChannel     *channel;      /* (owned) */
  NorpcThread      *thread;       /* (owned) (nullable) */
  gconstpointer     context;      /* (unowned): of the service, only to be compared, because it may have
                                     been freed */
  gboolean          is_main;      /* that is the global default one */
  guint             max_open;     /* the maximum number of open calls, or 0 for no limit */
} NorpcServerListing;

/* Called once, when the first server starts. The wing of inspectors sets it, which this one cannot
 * call.
 */
typedef void (*NorpcFirstServerFunc) (void);

extern const NorpcFirstServerFunc norpc_server_registry_first_func;

/* Thread-safe. Called with the number of a server that has stopped, with no lock held. */
typedef void (*NorpcServerStoppedFunc) (guint server);

void       norpc_server_registry_add              (NorpcWorker            *worker);
void       norpc_server_registry_remove           (NorpcWorker            *worker);
GPtrArray *norpc_server_registry_list             (void);
void       norpc_server_registry_set_stopped_func (NorpcServerStoppedFunc  func);

G_END_DECLS
