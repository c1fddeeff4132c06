/* norpc-channel-jobs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The jobs of the worker in the service's context besides serving calls: it releases the
 * arguments of calls that a layer of the server has held and drops in another thread, and
 * runs functions of such layers that belong to the service.
 */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"

typedef struct
{
  NorpcChannelJobFunc func;
  gpointer            data;
} Job;

/* Any thread, with no lock held: has @func run with @data in the context of the service, and
 * at once if the calling thread runs that. FALSE if there is no worker any more: then it does
 * not run.
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

/* The worker's context, or the thread that ends it, with no lock held. */
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
