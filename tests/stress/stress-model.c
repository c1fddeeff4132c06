/* stress-model.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What may come out of a call, computed from what was done to it and to its
 * service. What could not have happened must not come out: a call that nobody
 * cancelled, and that had the time, and whose server nobody stopped, has what
 * its service answers to it. */

#include "stress.h"

static int n_fates; /* atomic */

/* How calls have ended, so that a run can be seen to have met all of it. By the
 * codes of NORPC_ERROR, and then those below. Atomic, all of them. */
enum
{
  REPLIED = NORPC_ERROR_WOULD_DEADLOCK + 1,
  FAILED,
  CANCELLED,
  N_ENDS
};

static int n_ends[N_ENDS];

static const char * const end_names[N_ENDS] = {
  [NORPC_ERROR_BUSY] = "busy",
  [NORPC_ERROR_CLOSED] = "closed",
  [NORPC_ERROR_NO_REPLY] = "without a reply",
  [NORPC_ERROR_TIMED_OUT] = "timed out",
  [NORPC_ERROR_WOULD_DEADLOCK] = "would deadlock",
  [REPLIED] = "replied",
  [FAILED] = "failed",
  [CANCELLED] = "cancelled",
};

StressFate *
stress_fate_new (StressPlace place)
{
  StressFate *self = g_atomic_rc_box_new0 (StressFate);

  self->number = (guint) g_atomic_int_add (&n_fates, 1) + 1;
  self->place = place;
  self->capacity = G_MAXINT;
  self->when_full = NORPC_WHEN_FULL_WAIT;

  return self;
}

StressFate *
stress_fate_ref (StressFate *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
stress_fate_unref (StressFate *self)
{
  g_atomic_rc_box_release (self);
}

/* The service's context, when it gets a call. */
void
stress_fate_open (StressFate *self)
{
  int n_open = g_atomic_int_add (&self->n_open, 1) + 1;

  if (self->max_open != 0)
    g_assert_cmpint (n_open, <=, (int) self->max_open);
}

/* Any thread, before it answers the call, or drops it: whatever its client has done. */
void
stress_fate_close (StressFate *self)
{
  g_atomic_int_add (&self->n_open, -1);
}

gboolean
stress_fate_may_be_closed (StressFate *self,
                           gboolean    was_started)
{
  return !was_started || g_atomic_int_get (&self->ending);
}

/* Before the call is made. */
void
stress_facts_init (StressFacts  *self,
                   StressFate   *fate,
                   StressManner  manner,
                   guint64       sequence,
                   GCancellable *cancellable,
                   guint         timeout)
{
  self->fate = stress_fate_ref (fate);
  self->manner = manner;
  self->sequence = sequence;
  g_set_object (&self->cancellable, cancellable);
  self->cancelled = g_cancellable_is_cancelled (cancellable);
  self->timeout = timeout;
  self->was_started = g_atomic_int_get (&fate->started);
  self->n_gone = g_atomic_int_get (&fate->n_gone);
  self->sent_time = g_get_monotonic_time ();
}

void
stress_facts_clear (StressFacts *self)
{
  g_clear_pointer (&self->fate, stress_fate_unref);
  g_clear_pointer (&self->caller, stress_fate_unref);
  g_clear_object (&self->cancellable);
}

static gboolean
is_relayed (StressFacts *self)
{
  return self->manner == STRESS_RELAY || self->manner == STRESS_RELAY_SYNC;
}

static gboolean
parent_has_ended (StressFacts *self)
{
  return self->parent != NULL && norpc_call_is_cancelled (self->parent);
}

static gboolean
may_be_cancelled (StressFacts *self)
{
  return g_cancellable_is_cancelled (self->cancellable) || self->cancelled_all ||
         self->superseded || parent_has_ended (self) ||
         (self->caller != NULL && g_atomic_int_get (&self->caller->ending));
}

static gboolean
has_had_time (StressFacts *self,
              guint        milliseconds,
              gint64       now)
{
  return milliseconds != 0 && now >= self->sent_time + (gint64) milliseconds * 1000;
}

/* Never early. */
static gboolean
may_be_timed_out (StressFacts *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 parent_deadline = self->parent != NULL ? norpc_call_get_deadline (self->parent) : 0;

  return has_had_time (self, self->timeout, now) ||
         has_had_time (self, self->traits.time_limit, now) ||
         (parent_deadline != 0 && now >= parent_deadline) || parent_has_ended (self);
}

/* As many calls as there is room for may have waited at one moment since it was
 * made. */
static gboolean
may_be_busy (StressFacts *self)
{
  int n_before = g_atomic_int_get (&self->fate->n_made) - 1 +
                 g_atomic_int_get (&self->fate->n_probes) - self->n_gone;

  return self->traits.sheds ||
         (self->fate->when_full == NORPC_WHEN_FULL_BUSY && n_before >= (int) self->fate->capacity);
}

/* What is to be done later in a context that ends is never done. */
static gboolean
may_have_no_reply (StressFacts *self)
{
  return self->manner == STRESS_NEVER ||
         (self->manner == STRESS_LATER && g_atomic_int_get (&self->fate->ending));
}

static gboolean
is_failure_of (StressFacts  *self,
               const GError *error,
               int           code)
{
  return g_error_matches (error, G_IO_ERROR, code) &&
         g_ascii_strtoull (error->message, NULL, 10) == self->sequence;
}

static gboolean
may_end_with (StressFacts  *self,
              const GError *error)
{
  if (error->domain == NORPC_ERROR)
    switch ((NorpcError) error->code)
      {
      case NORPC_ERROR_CLOSED:
        return stress_fate_may_be_closed (self->fate, self->was_started);

      case NORPC_ERROR_BUSY:
        return may_be_busy (self);

      case NORPC_ERROR_TIMED_OUT:
        return may_be_timed_out (self);

      case NORPC_ERROR_NO_REPLY:
        return may_have_no_reply (self);

      case NORPC_ERROR_WOULD_DEADLOCK:
        return self->may_deadlock;

      case NORPC_ERROR_FAILED:
      case NORPC_ERROR_NOT_IMPLEMENTED:
      default:
        return FALSE;
      }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return may_be_cancelled (self);
  if (self->manner == STRESS_FAIL)
    return is_failure_of (self, error, G_IO_ERROR_NOT_FOUND);

  return is_relayed (self) && is_failure_of (self, error, G_IO_ERROR_PROXY_FAILED);
}

static void
count_end (const GError *error)
{
  guint end = REPLIED;

  if (error != NULL && error->domain == NORPC_ERROR)
    end = error->code;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end = CANCELLED;
  else if (error != NULL)
    end = FAILED;
  g_atomic_int_inc (&n_ends[end]);
}

void
stress_model_print (void)
{
  for (guint i = 0; i < N_ENDS; i++)
    if (end_names[i] != NULL)
      g_printerr ("stress: ended %s: %d\n", end_names[i], g_atomic_int_get (&n_ends[i]));
}

/* When the call has ended. */
void
stress_facts_check (StressFacts  *self,
                    guint64       echoed,
                    GBytes       *echoed_data,
                    const GError *error)
{
  count_end (error);
  if (error != NULL)
    {
      if (!may_end_with (self, error))
        g_error ("call %" G_GUINT64_FORMAT " to service %u (place %d, %d calls made, %d gone, "
                 "%d before), of manner %d, ended with: %s",
                 self->sequence, self->fate->number, self->fate->place,
                 g_atomic_int_get (&self->fate->n_made), g_atomic_int_get (&self->fate->n_gone),
                 self->n_gone, self->manner, error->message);
      return;
    }

  g_assert_true (self->manner != STRESS_NEVER && self->manner != STRESS_FAIL);
  g_assert_false (self->cancelled);
  g_assert_cmpuint (echoed, ==, self->sequence);
  g_assert_true (stress_bytes_are (echoed_data, self->sequence));
}
