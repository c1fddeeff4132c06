/* norpc-wait-queue-drain.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The drain of a wait queue: the job that passes waiting calls on. */

#include "call/norpc-call-private.h"
#include "client/norpc-layer-private.h"
#include "client/norpc-readiness-private.h"
#include "core/norpc-background-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-weak-ref.h"
#include "norpc-wait-queue-parts-private.h"

/* The drain itself waits for a time that is nearer than this, in microseconds, because a timer
 * and another thread would be late.
 */
#define SHORT_TIME 2000

/* A probe that asks the next endpoint whether it is ready. */
typedef struct
{
  NorpcCompletionHook  hook; /* must be first */
  NorpcWaitQueue *wait_queue; /* (owned) */
} Question;

/* Called with the lock held. Returns FALSE if nothing waits, or if the drain is running
 * already. The drain decides with the lock held whether to stop, so it sees all changes.
 */
static gboolean
claim_drain_locked (NorpcWaitQueue *self)
{
  if (self->closed || self->draining || self->waiting.length + self->probes.length == 0)
    return FALSE;

  self->draining = TRUE;

  return TRUE;
}

/* Called with the lock held. Makes the timer start the drain when the first waiting call may
 * pass.
 */
void
norpc_wait_queue_start_timer_locked (NorpcWaitQueue *self,
                                     NorpcLayer     *layer)
{
  if (self->funcs->get_time != NULL && !self->closed)
    norpc_timer_start (&self->timer, self->funcs->get_time (layer));
}

/* Runs in the timers' thread. */
static gpointer
take_queue (gpointer owner)
{
  return norpc_wait_queue_ref (owner);
}

/* Runs in the timers' thread. */
static void
start_drain (gpointer taken)
{
  NorpcWaitQueue *self = taken;

  norpc_wait_queue_drain (self);
  norpc_wait_queue_unref (self);
}

const NorpcTimerFuncs norpc_wait_queue_timer_funcs = { take_queue, start_drain };

/* Thread-safe. Called when the next endpoint has answered. */
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

/* Runs in the drain. Starts the drain again when the next endpoint is ready. */
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

/* Thread-safe. */
gboolean
norpc_wait_queue_is_next_ready (NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  return endpoint == NULL || norpc_endpoint_is_ready (endpoint);
}

/* Thread-safe. A layer that queues calls until the next endpoint is ready has capacity of its
 * own. For other layers, the next endpoint must have capacity, too.
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

/* The next step of the drain, when no call can pass. */
typedef enum
{
  DRAIN_STOP,
  DRAIN_AGAIN, /* immediately */
  DRAIN_ASK,  /* stop until the next endpoint has answered */
  DRAIN_SLEEP /* sleep for a short time */
} DrainStep;

static DrainStep
end_pass_locked (NorpcWaitQueue *self,
                 NorpcLayer     *layer,
                 gint64         *time)
{
  gboolean waiting = self->waiting.length + self->probes.length > 0;

  if (waiting && !self->closed && self->funcs->get_time != NULL)
    {
      *time = self->funcs->get_time (layer);
      if (*time - norpc_clock_now () < SHORT_TIME && !norpc_clock_is_manual ())
        return DRAIN_SLEEP;
      norpc_wait_queue_start_timer_locked (self, layer);
    }

  self->draining = FALSE;
  if (self->funcs->asks_next && self->waiting.length > 0 && !self->asking && !self->closed)
    {
      self->asking = TRUE;
      return DRAIN_ASK;
    }

  return DRAIN_STOP;
}

/* Runs in the drain. Returns TRUE if the next endpoint is ready. From this check until the
 * call is passed on, no thread that sends a call uses the same capacity.
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

/* Runs in the drain. Not written with MAX, which would read the clock twice. */
static void
sleep_until (gint64 time)
{
  gint64 duration = time - norpc_clock_now ();

  if (duration > 0)
    g_usleep ((gulong) duration);
}

/* Runs in the drain. Passes one call on, or answers waiting probes. Returns FALSE if there is
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
  /* A thread that is sending a call passes its own call first. */
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

/* Runs in a thread of the pool. */
static void
run_drain (gpointer data)
{
  NorpcWaitQueue *self = data;
  g_autoptr (NorpcLayer) layer = norpc_weak_ref_get (&self->layer);

  /* A layer that was disposed of has closed its queue. */
  while (layer != NULL && drain_step (self, layer))
    ;

  norpc_wait_queue_unref (self);
}

/* Thread-safe. Called after a change that may let calls pass. */
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
