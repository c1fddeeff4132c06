/* norpc-fake-delays.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-timer-private.h"
#include "norpc-fake-delays-private.h"

/* Reference-counted: one reference for the fake, and one for the job that its timer starts. */
struct _NorpcFakeDelays
{
  NorpcTimer timer; /* for the first answer */

  GMutex   lock;
  GQueue   waiting;  /* [lock]: of owned Delayed, by time */
  gboolean answering; /* [lock]: a job gives answers, one at a time, so that they keep their order */
  gboolean closed;   /* [lock] */
};

typedef struct
{
  NorpcFakeCall *call; /* (owned) */
  NorpcFakeRule *rule; /* (owned) */
  gint64         time;
} Delayed;

static gpointer take_delays (gpointer owner);
static void     start_answers (gpointer taken);

static const NorpcTimerFuncs timer_funcs = { take_delays, start_answers };

NorpcFakeDelays *
norpc_fake_delays_new (void)
{
  NorpcFakeDelays *self = g_atomic_rc_box_new0 (NorpcFakeDelays);

  norpc_timer_init (&self->timer, &timer_funcs, self);
  g_mutex_init (&self->lock);

  return self;
}

static void
delayed_free (gpointer data)
{
  Delayed *self = data;

  g_object_unref (self->call);
  g_object_unref (self->rule);
  g_free (self);
}

static void
delays_clear (gpointer data)
{
  NorpcFakeDelays *self = data;

  g_queue_clear_full (&self->waiting, delayed_free);
  g_mutex_clear (&self->lock);
}

NorpcFakeDelays *
norpc_fake_delays_ref (NorpcFakeDelays *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
norpc_fake_delays_unref (NorpcFakeDelays *self)
{
  g_atomic_rc_box_release_full (self, delays_clear);
}

/* Thread-safe. Gives an answer at @time. */
void
norpc_fake_delays_add (NorpcFakeDelays *self,
                       NorpcFakeCall   *call,
                       NorpcFakeRule   *rule,
                       gint64           time)
{
  Delayed *delayed = g_new (Delayed, 1);
  GList *after;

  *delayed = (Delayed) { g_object_ref (call), g_object_ref (rule), time };

  g_mutex_lock (&self->lock);
  after = self->waiting.tail;
  while (after != NULL && ((Delayed *) after->data)->time > time)
    after = after->prev;
  g_queue_insert_after (&self->waiting, after, delayed);
  if (!self->closed)
    norpc_timer_start (&self->timer, ((Delayed *) self->waiting.head->data)->time);
  g_mutex_unlock (&self->lock);
}

/* Runs in the timers' thread. */
static gpointer
take_delays (gpointer owner)
{
  return norpc_fake_delays_ref (owner);
}

/* Runs in a thread of the pool. Takes the first answer (owned) that is due. If there is none, sets the
 * timer, ends the job and returns NULL.
 */
static Delayed *
take_due_answer (NorpcFakeDelays *self)
{
  Delayed *first;

  g_mutex_lock (&self->lock);
  first = g_queue_peek_head (&self->waiting);
  if (first != NULL && first->time <= norpc_clock_now ())
    g_queue_pop_head (&self->waiting);
  else
    {
      if (first != NULL && !self->closed)
        norpc_timer_start (&self->timer, first->time);
      self->answering = FALSE;
      first = NULL;
    }
  g_mutex_unlock (&self->lock);

  return first;
}

/* Runs in a thread of the pool. */
static void
give_answers (gpointer data)
{
  NorpcFakeDelays *self = data;
  Delayed *delayed;

  while ((delayed = take_due_answer (self)) != NULL)
    {
      norpc_fake_call_complete (delayed->call, norpc_fake_rule_get_results (delayed->rule),
                                norpc_fake_rule_get_failure (delayed->rule));
      delayed_free (delayed);
    }

  norpc_fake_delays_unref (self);
}

/* Runs in the timers' thread. */
static void
start_answers (gpointer taken)
{
  NorpcFakeDelays *self = taken;
  gboolean starts;

  g_mutex_lock (&self->lock);
  starts = !self->answering && !self->closed;
  self->answering = self->answering || starts;
  g_mutex_unlock (&self->lock);

  if (starts)
    norpc_background_push (give_answers, self);
  else
    norpc_fake_delays_unref (self);
}

/* Thread-safe. Takes ownership of @self. No answer is given any more, and the calls are to be completed
 * by the caller.
 */
void
norpc_fake_delays_close (NorpcFakeDelays *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);

  norpc_timer_stop (&self->timer);
  norpc_fake_delays_unref (self);
}
