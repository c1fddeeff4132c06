/* norpc-channel-jobs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Jobs that the worker runs in the service's context besides serving calls: it releases the
 * arguments of calls that a layer of the server drops in another thread, and runs functions of
 * such layers that belong to the service.
 */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"

typedef struct
{
  NorpcChannelJobFunc func;
  gpointer            data;
} Job;

/* Thread-safe. Called with no lock held. Runs @func with @data in the service's context,
 * immediately if the calling thread runs that context. Returns FALSE, and does not run @func,
 * if the worker no longer exists.
 */
gboolean
norpc_channel_run_in_service (NorpcChannel        *self,
                              NorpcChannelJobFunc  func,
                              gpointer             data)
{
  gboolean served, here;
  Job *job;

  g_async_queue_lock (self->queue);
  served = self->context != NULL;
  here = served && g_main_context_is_owner (self->context);
  if (served && !here)
    {
      job = g_new (Job, 1);
      *job = (Job) { func, data };
      g_queue_push_tail (&self->jobs, job);
      g_atomic_int_inc (&self->n_jobs);
    }
  g_async_queue_unlock (self->queue);

  if (here)
    func (data);
  else if (served)
    norpc_channel_wake_up (self);

  return served;
}

/* Thread-safe. */
gboolean
norpc_channel_has_jobs (NorpcChannel *self)
{
  return g_atomic_int_get (&self->n_jobs) > 0;
}

/* Runs in the service's context, or in the thread that ends the worker. Called with no lock
 * held.
 */
void
norpc_channel_run_jobs (NorpcChannel *self,
                        guint         max)
{
  for (guint i = 0; i < max && norpc_channel_has_jobs (self); i++)
    {
      g_autofree Job *job = NULL;

      g_async_queue_lock (self->queue);
      job = g_queue_pop_head (&self->jobs);
      if (job != NULL)
        g_atomic_int_add (&self->n_jobs, -1);
      g_async_queue_unlock (self->queue);

      if (job != NULL)
        job->func (job->data);
    }
}
