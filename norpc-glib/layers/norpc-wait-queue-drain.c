/* norpc-wait-queue-drain.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The drain of a wait queue: the job that passes held calls on. */

#include "call/norpc-call-private.h"
#include "client/norpc-layer-private.h"
#include "client/norpc-readiness-private.h"
#include "core/norpc-background-private.h"
#include "norpc-wait-queue-parts-private.h"

/* The drain waits for a time that is nearer than this by itself: a timer and another
 * thread would be late for it. In microseconds.
 */
#define SHORT_TIME 2000

/* A question to the next endpoint: whether it is ready. */
typedef struct
{
  NorpcCompletionHook  hook; /* the first */
  NorpcWaitQueue *wait_queue; /* (owned) */
} Question;

/* With the lock held: FALSE if nothing waits, or if the drain runs already: that decides with
 * the lock held whether it is done, so it sees what has changed.
 */
static gboolean
claim_drain_locked (NorpcWaitQueue *self)
{
  if (self->closed || self->draining || self->held.length + self->probes.length == 0)
    return FALSE;

  self->draining = TRUE;

  return TRUE;
}

/* With the lock held: starts the drain when the first of those that wait may pass. */
void
norpc_wait_queue_start_timer_locked (NorpcWaitQueue *self,
                                     NorpcLayer     *layer)
{
  if (self->funcs->get_time != NULL && !self->closed)
    norpc_timer_start (&self->timer, self->funcs->get_time (layer));
}

/* The timers' thread. */
static gpointer
take_queue (gpointer owner)
{
  return norpc_wait_queue_ref (owner);
}

/* The timers' thread. */
static void
start_drain (gpointer taken)
{
  NorpcWaitQueue *self = taken;

  norpc_wait_queue_drain (self);
  norpc_wait_queue_unref (self);
}

const NorpcTimerFuncs norpc_wait_queue_timer_funcs = { take_queue, start_drain };

/* Any thread: the next endpoint has answered. */
static void
next_answered (NorpcCompletionHook *hook,
               NorpcCall           *probe)
{
  Question *question = (Question *) hook;
  NorpcWaitQueue *self = question->wait_queue;

  g_free (question);

  g_mutex_lock (&self->lock);
  self->asking = FALSE;
  self->granted = probe->error != NULL;
  g_mutex_unlock (&self->lock);

  norpc_wait_queue_drain (self);
  norpc_wait_queue_unref (self);
}

/* The drain: has itself started again when the next endpoint is ready. */
static void
ask_next (NorpcWaitQueue *self,
          NorpcLayer     *layer)
{
  g_autoptr (NorpcCall) probe = norpc_probe_new ();
  Question *question = g_new0 (Question, 1);

  question->wait_queue = norpc_wait_queue_ref (self);
  norpc_call_add_completion_hook (probe, &question->hook, next_answered);
  norpc_endpoint_await_ready (norpc_layer_get_endpoint (layer), probe);
}

/* Any thread. */
gboolean
norpc_wait_queue_is_next_ready (NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  return endpoint == NULL || norpc_endpoint_is_ready (endpoint);
}

/* Any thread: a layer that holds calls until the next endpoint is ready has room itself;
 * before others there has to be room behind them, too.
 */
void
norpc_wait_queue_answer_probe (NorpcWaitQueue *self,
                               NorpcLayer     *layer,
                               NorpcCall      *probe)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  if (self->funcs->asks_next || endpoint == NULL)
    norpc_call_return_values (probe, 0, NULL);
  else
    norpc_endpoint_await_ready (endpoint, probe);
}

/* With the lock held, when nothing can pass: what the drain does next. */
typedef enum
{
  DRAIN_STOP,
  DRAIN_AGAIN, /* at once */
  DRAIN_ASK,  /* stop until the next endpoint has answered */
  DRAIN_SLEEP /* a short time */
} DrainStep;

static DrainStep
end_pass_locked (NorpcWaitQueue *self,
                 NorpcLayer     *layer,
                 gint64         *time)
{
  gboolean waiting = self->held.length + self->probes.length > 0;

  if (waiting && !self->closed && self->funcs->get_time != NULL)
    {
      *time = self->funcs->get_time (layer);
      if (*time - g_get_monotonic_time () < SHORT_TIME)
        return DRAIN_SLEEP;
      norpc_wait_queue_start_timer_locked (self, layer);
    }

  self->draining = FALSE;
  if (self->funcs->asks_next && self->held.length > 0 && !self->asking && !self->closed)
    {
      self->asking = TRUE;
      return DRAIN_ASK;
    }

  return DRAIN_STOP;
}

/* The drain: whether the next endpoint takes a call. From the question on, until the call
 * has been passed on, no thread that sends finds the same place.
 */
static gboolean
may_forward (NorpcWaitQueue *self,
             NorpcLayer     *layer)
{
  gboolean alone;

  if (!self->funcs->asks_next)
    return TRUE;

  g_mutex_lock (&self->lock);
  alone = !self->passing;
  self->forwarding = alone;
  g_mutex_unlock (&self->lock);

  return alone && norpc_wait_queue_is_next_ready (layer);
}

/* The drain. The macro MAX would look at the clock twice. */
static void
sleep_until (gint64 time)
{
  gint64 duration = time - g_get_monotonic_time ();

  if (duration > 0)
    g_usleep ((gulong) duration);
}

/* The drain: passes one call on, or answers probes that wait for room. FALSE if there is
 * nothing more to do now.
 */
static gboolean
drain_step (NorpcWaitQueue *self,
            NorpcLayer     *layer)
{
  gboolean may_pass = may_forward (self, layer);
  g_autoptr (GPtrArray) probes = NULL;
  DrainStep step = DRAIN_AGAIN;
  NorpcCall *call = NULL;
  gint64 time = 0;

  g_mutex_lock (&self->lock);
  /* A thread that sends passes its own call first. */
  if ((may_pass || self->granted) && !self->passing)
    call = norpc_wait_queue_pop_locked (self, layer);
  self->forwarding = call != NULL;
  if (call != NULL)
    self->granted = FALSE;
  else
    {
      probes = norpc_wait_queue_take_probes_locked (self, layer);
      step = end_pass_locked (self, layer, &time);
    }
  g_mutex_unlock (&self->lock);

  if (call != NULL)
    norpc_layer_forward (layer, call);
  for (guint i = 0; probes != NULL && i < probes->len; i++)
    norpc_wait_queue_answer_probe (self, layer, probes->pdata[i]);
  if (step == DRAIN_ASK)
    ask_next (self, layer);
  else if (step == DRAIN_SLEEP)
    sleep_until (time);

  return step == DRAIN_AGAIN || step == DRAIN_SLEEP;
}

/* A thread of the pool. */
static void
run_drain (gpointer data)
{
  NorpcWaitQueue *self = data;
  g_autoptr (NorpcLayer) layer = g_weak_ref_get (&self->layer);

  /* A layer that is gone has closed its queue. */
  while (layer != NULL && drain_step (self, layer))
    ;

  norpc_wait_queue_unref (self);
}

/* Any thread: something has changed that may let calls pass. */
void
norpc_wait_queue_drain (NorpcWaitQueue *self)
{
  gboolean claimed;

  g_mutex_lock (&self->lock);
  claimed = claim_drain_locked (self);
  g_mutex_unlock (&self->lock);

  if (claimed)
    norpc_background_push (run_drain, norpc_wait_queue_ref (self));
}
