/* norpc-wait-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-call-private.h"
#include "norpc-error.h"
#include "norpc-layer-private.h"
#include "norpc-readiness-private.h"
#include "norpc-timer-private.h"
#include "norpc-wait-queue-private.h"

/* The drain waits for a time that is nearer than this by itself: a timer and another
 * thread would be late for it. In microseconds.
 */
#define SHORT_TIME 2000

struct _NorpcWaitQueue
{
  gatomicrefcount ref_count; /* one for the layer, the drain, and each call that has a place */

  const NorpcWaitQueueFuncs *funcs;
  GWeakRef                   layer;
  NorpcTimer                 timer; /* starts the drain */

  GMutex   lock;
  GQueue   held;     /* of Place [lock] */
  GQueue   probes;   /* of Place [lock] */
  guint    n_passed; /* [lock]: and not ended */
  guint    max_held; /* [lock] */
  gboolean passing;  /* [lock]: a thread that sends asks the next endpoint, and passes a call on */
  gboolean draining; /* [lock]: the drain runs, or is about to */
  gboolean forwarding; /* [lock]: it asks the next endpoint, and passes a call on */
  gboolean asking;   /* [lock]: a question is at the next endpoint */
  gboolean granted;  /* [lock]: it was answered with an error, which one call is to find out */
  gboolean closed;   /* [lock] */
};

/* A call's place: it is there until the call has ended, and the thread that ends the call
 * frees it.
 */
typedef struct
{
  NorpcCallWatch  watch; /* the first */
  NorpcWaitQueue *wait_queue; /* (owned) */
  GQueue         *queue; /* (nullable) [lock]: where it waits */
  GList           link;  /* [lock] */
  NorpcCall      *call;  /* (owned) (nullable) [lock]: as long as it waits */
  gboolean        passed; /* [lock] */
} Place;

/* A question to the next endpoint: whether it is ready. */
typedef struct
{
  NorpcCallWatch  watch; /* the first */
  NorpcWaitQueue *wait_queue; /* (owned) */
} Question;

static gpointer take_queue  (gpointer owner);
static void     start_drain (gpointer taken);

static const NorpcTimerFuncs timer_funcs = { take_queue, start_drain };

static NorpcWaitQueue *
norpc_wait_queue_ref (NorpcWaitQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_wait_queue_unref (NorpcWaitQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->held.length == 0 && self->probes.length == 0);

  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

NorpcWaitQueue *
norpc_wait_queue_new (NorpcLayer                *layer,
                      const NorpcWaitQueueFuncs *funcs)
{
  NorpcWaitQueue *self = g_new0 (NorpcWaitQueue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->layer, layer);
  g_mutex_init (&self->lock);
  norpc_timer_init (&self->timer, &timer_funcs, self);
  self->funcs = funcs;
  self->max_held = G_MAXUINT;

  return self;
}

/* Any thread: what NorpcWaitQueueFuncs look at changes only with the lock held. */
void
norpc_wait_queue_lock (NorpcWaitQueue *self)
{
  g_mutex_lock (&self->lock);
}

void
norpc_wait_queue_unlock (NorpcWaitQueue *self)
{
  g_mutex_unlock (&self->lock);
}

/* Any thread, before the first call: so many calls are held, the next are rejected. */
void
norpc_wait_queue_set_max (NorpcWaitQueue *self,
                          guint           max_held)
{
  g_mutex_lock (&self->lock);
  self->max_held = max_held;
  g_mutex_unlock (&self->lock);
}

/* With the lock held: takes a place out of where it waits. Returns its call (owned). */
static NorpcCall *
leave_locked (Place *place)
{
  g_queue_unlink (place->queue, &place->link);
  place->queue = NULL;

  return g_steal_pointer (&place->call);
}

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

/* The thread that ends the call. The service's half of one that was held is dropped before
 * the client has its reply: so the arguments end with the client's half.
 */
static void
call_ended (NorpcCallWatch *watch,
            NorpcCall      *call G_GNUC_UNUSED)
{
  Place *place = (Place *) watch;
  NorpcWaitQueue *self = place->wait_queue;
  NorpcCall *held = NULL;
  gboolean makes_room;

  g_mutex_lock (&self->lock);
  makes_room = place->queue == &self->held || place->passed;
  if (place->queue != NULL)
    held = leave_locked (place);
  else if (place->passed)
    self->n_passed--;
  makes_room = makes_room && self->held.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  g_free (place);
  g_clear_pointer (&held, norpc_call_unref);

  if (makes_room)
    norpc_wait_queue_drain (self);
  norpc_wait_queue_unref (self);
}

/* With the lock held: gives @call a place. FALSE if it has ended. */
static Place *
add_place_locked (NorpcWaitQueue *self,
                  NorpcCall      *call)
{
  Place *place = g_new0 (Place, 1);

  place->wait_queue = self;
  place->link.data = place;

  /* A thread that ends the call meanwhile waits for the lock. */
  if (norpc_call_add_watch (call, &place->watch, call_ended))
    {
      norpc_wait_queue_ref (self);
      return place;
    }

  g_free (place);

  return NULL;
}

/* With the lock held: takes over @call, as the first or the last of those that wait in
 * @queue. FALSE if it has ended: then it is still the caller's.
 */
static gboolean
hold_locked (NorpcWaitQueue *self,
             GQueue         *queue,
             NorpcCall      *call,
             gboolean        first)
{
  Place *place = add_place_locked (self, call);

  if (place == NULL)
    return FALSE;

  place->call = call;
  place->queue = queue;
  if (first)
    g_queue_push_head_link (queue, &place->link);
  else
    g_queue_push_tail_link (queue, &place->link);

  return TRUE;
}

/* With the lock held: counts @call, which passes, if that is wanted. FALSE if it has
 * ended.
 */
static gboolean
count_locked (NorpcWaitQueue *self,
              NorpcCall      *call)
{
  Place *place;

  if (!self->funcs->counts_passed)
    return TRUE;

  place = add_place_locked (self, call);
  if (place == NULL)
    return FALSE;

  place->passed = TRUE;
  self->n_passed++;

  return TRUE;
}

/* With the lock held: starts the drain when the first of those that wait may pass. */
static void
start_timer_locked (NorpcWaitQueue *self,
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

/* Any thread: the next endpoint has answered. */
static void
question_answered (NorpcCallWatch *watch,
                   NorpcCall      *probe)
{
  Question *question = (Question *) watch;
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
  norpc_call_add_watch (probe, &question->watch, question_answered);
  norpc_endpoint_await_ready (norpc_layer_get_endpoint (layer), probe);
}

/* Any thread. */
static gboolean
is_next_ready (NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  return endpoint == NULL || norpc_endpoint_is_ready (endpoint);
}

/* With the lock held: takes the first of those that are held, which passes (owned), or
 * NULL.
 */
static NorpcCall *
take_held_locked (NorpcWaitQueue *self,
                  NorpcLayer     *layer)
{
  Place *place = self->held.head != NULL ? self->held.head->data : NULL;

  if (place == NULL || !self->funcs->admit (layer, self->n_passed, TRUE))
    return NULL;

  place->passed = self->funcs->counts_passed;
  if (place->passed)
    self->n_passed++;

  return leave_locked (place);
}

/* With the lock held: takes the probes that are to be answered (owned): one for each free
 * place, or all if no call is on its way that might free one.
 */
static GPtrArray *
take_probes_locked (NorpcWaitQueue *self,
                    NorpcLayer     *layer)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint room = self->funcs->get_room (layer, self->n_passed, self->held.length);
  gboolean all = room > 0 && self->n_passed + self->held.length == 0 && self->funcs->get_time == NULL;

  while (self->probes.head != NULL && (all || probes->len < room))
    g_ptr_array_add (probes, leave_locked (self->probes.head->data));
  if (probes->len > 0 && self->funcs->promise != NULL)
    self->funcs->promise (layer, probes->len);

  return probes;
}

/* Any thread: a layer that holds calls until the next endpoint is ready has room itself;
 * before others there has to be room behind them, too.
 */
static void
tell_probe (NorpcWaitQueue *self,
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
      start_timer_locked (self, layer);
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

  return alone && is_next_ready (layer);
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
    call = take_held_locked (self, layer);
  self->forwarding = call != NULL;
  if (call != NULL)
    self->granted = FALSE;
  else
    {
      probes = take_probes_locked (self, layer);
      step = end_pass_locked (self, layer, &time);
    }
  g_mutex_unlock (&self->lock);

  if (call != NULL)
    norpc_layer_forward (layer, call);
  for (guint i = 0; probes != NULL && i < probes->len; i++)
    tell_probe (self, layer, probes->pdata[i]);
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

typedef enum
{
  SEND_PASS,
  SEND_ASK, /* pass if the next endpoint is ready */
  SEND_HELD,
  SEND_ENDED,
  SEND_BUSY,
  SEND_CLOSED
} SendVerdict;

/* With the lock held: @call cannot pass now. */
static SendVerdict
hold_or_reject_locked (NorpcWaitQueue *self,
                       NorpcLayer     *layer,
                       NorpcCall      *call,
                       gboolean        first)
{
  if (self->held.length >= self->max_held || (call->must_not_wait && !self->funcs->asks_next))
    return SEND_BUSY;

  call->must_not_wait = FALSE;
  if (!hold_locked (self, &self->held, call, first))
    return SEND_ENDED;
  if (!self->draining)
    start_timer_locked (self, layer);

  return SEND_HELD;
}

/* With the lock held. */
static SendVerdict
judge_locked (NorpcWaitQueue *self,
              NorpcLayer     *layer,
              NorpcCall      *call)
{
  if (self->closed)
    return SEND_CLOSED;

  if (self->held.length > 0 || self->forwarding || self->passing)
    return hold_or_reject_locked (self, layer, call, FALSE);

  if (self->funcs->asks_next)
    {
      self->passing = TRUE;
      return SEND_ASK;
    }

  if (!self->funcs->admit (layer, self->n_passed, FALSE))
    return hold_or_reject_locked (self, layer, call, FALSE);

  return count_locked (self, call) ? SEND_PASS : SEND_ENDED;
}

/* The thread that sends @call (owned), the only one to do so now: passes it on if the next
 * endpoint is ready, so that no other call finds the same place.
 */
static SendVerdict
pass_if_next_is_ready (NorpcWaitQueue *self,
                       NorpcLayer     *layer,
                       NorpcCall      *call)
{
  SendVerdict verdict = SEND_PASS;
  gboolean waiting;

  if (is_next_ready (layer))
    {
      call->must_not_wait = FALSE;
      norpc_layer_forward (layer, g_steal_pointer (&call));
    }

  g_mutex_lock (&self->lock);
  self->passing = FALSE;
  if (call != NULL)
    verdict = hold_or_reject_locked (self, layer, call, TRUE);
  waiting = self->held.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  if (waiting)
    norpc_wait_queue_drain (self);

  return verdict;
}

/* Any thread: passes @call (owned) on, or holds it. */
void
norpc_wait_queue_send (NorpcWaitQueue *self,
                       NorpcLayer     *layer,
                       NorpcCall      *call)
{
  SendVerdict verdict;

  g_mutex_lock (&self->lock);
  verdict = judge_locked (self, layer, call);
  g_mutex_unlock (&self->lock);

  if (verdict == SEND_PASS)
    norpc_layer_forward (layer, call);
  else if (verdict == SEND_ASK)
    verdict = pass_if_next_is_ready (self, layer, call);

  if (verdict == SEND_ENDED)
    norpc_call_unref (call);
  else if (verdict == SEND_BUSY)
    norpc_call_reject (call, NORPC_ERROR_BUSY, "was rejected: it would have to wait");
  else if (verdict == SEND_CLOSED)
    norpc_call_reject (call, NORPC_ERROR_CLOSED, "was not passed on: the layer is gone");
}

/* Any thread. */
gboolean
norpc_wait_queue_is_ready (NorpcWaitQueue *self,
                           NorpcLayer     *layer)
{
  guint room;

  g_mutex_lock (&self->lock);
  room = self->funcs->get_room (layer, self->n_passed, self->held.length);
  g_mutex_unlock (&self->lock);

  return room > 0 && (self->funcs->asks_next || is_next_ready (layer));
}

/* Any thread. */
void
norpc_wait_queue_await_ready (NorpcWaitQueue *self,
                              NorpcLayer     *layer,
                              NorpcCall      *probe)
{
  SendVerdict verdict;

  g_mutex_lock (&self->lock);
  if (self->closed)
    verdict = SEND_CLOSED;
  else if (self->probes.length == 0 && self->funcs->get_room (layer, self->n_passed, self->held.length) > 0)
    verdict = SEND_PASS;
  else
    verdict = hold_locked (self, &self->probes, norpc_call_ref (probe), FALSE) ? SEND_HELD : SEND_ENDED;
  if (verdict == SEND_HELD && !self->draining)
    start_timer_locked (self, layer);
  g_mutex_unlock (&self->lock);

  if (verdict == SEND_PASS)
    tell_probe (self, layer, probe);
  else if (verdict == SEND_CLOSED)
    norpc_call_refuse (probe, NORPC_ERROR_CLOSED, "was not answered: the layer is gone");
  else if (verdict == SEND_ENDED)
    norpc_call_unref (probe);
}

/* With the lock held: adds the calls of @queue, held by norpc_call_hold (). */
static void
add_calls_locked (GPtrArray *calls,
                  GQueue    *queue)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      Place *place = link->data;

      norpc_call_hold (place->call);
      g_ptr_array_add (calls, place->call);
    }
}

/* The thread that disposes of the layer: rejects all calls that wait, and those that still
 * come. Each call leaves the queue as it ends.
 */
void
norpc_wait_queue_close (NorpcWaitQueue *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_release);

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  add_calls_locked (calls, &self->held);
  add_calls_locked (calls, &self->probes);
  g_mutex_unlock (&self->lock);

  norpc_timer_stop (&self->timer);
  for (guint i = 0; i < calls->len; i++)
    norpc_call_refuse (calls->pdata[i], NORPC_ERROR_CLOSED,
                       "was not passed on: the layer that held it is gone");
}
