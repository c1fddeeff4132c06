/* stress-model.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Computes the possible outcomes of a call from the operations on it and on its service.
 * No other outcome is allowed: a call that was not cancelled, whose time was not up, and
 * whose server was not stopped, gets the answer of its service. */

#include "stress.h"

/* How calls have ended, so that a run can be seen to have met all of it. By the
 * codes of NORPC_ERROR, and then those below. Atomic, all of them. */
enum
{
  REPLIED = NORPC_ERROR_INVALID_ARGUMENT + 1,
  FAILED,
  DENIED,
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
  [DENIED] = "denied",
  [CANCELLED] = "cancelled",
};

/* Before the call is made. */
void
stress_facts_init (StressFacts  *self,
                   StressGroup  *group,
                   StressManner  manner,
                   guint64       sequence,
                   GCancellable *cancellable,
                   guint         timeout)
{
  self->group = stress_group_ref (group);
  self->manner = manner;
  self->sequence = sequence;
  g_set_object (&self->cancellable, cancellable);
  self->cancelled = g_cancellable_is_cancelled (cancellable);
  self->timeout = timeout;
  self->n_fates = g_atomic_int_get (&group->n_fates);
  for (int i = 0; i < self->n_fates; i++)
    {
      self->before[i].was_started = g_atomic_int_get (&group->fates[i]->started);
      self->before[i].was_stopped = g_atomic_int_get (&group->fates[i]->stopped);
      self->before[i].n_gone = g_atomic_int_get (&group->fates[i]->n_gone);
    }
  self->sent_time = g_get_monotonic_time ();
}

void
stress_facts_clear (StressFacts *self)
{
  g_clear_pointer (&self->group, stress_group_unref);
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
         self->superseded || self->closed || parent_has_ended (self) ||
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

/* Of several services, those that have stopped for good get no call while others are open.
 * One that was added since may not have been started.
 */
static gboolean
may_be_closed (StressFacts *self)
{
  gboolean all = TRUE, any = FALSE;

  for (int i = 0; i < g_atomic_int_get (&self->group->n_fates); i++)
    {
      gboolean is_new = i >= self->n_fates;
      gboolean closed = stress_fate_may_be_closed (self->group->fates[i],
                                                   !is_new && self->before[i].was_started);

      any = any || (closed && (is_new || !self->before[i].was_stopped));
      all = all && (closed || g_atomic_int_get (&self->group->removed[i]));
    }

  return any || all;
}

/* As many calls as there is room for may have waited at one moment since it was
 * made. */
static gboolean
may_be_full (StressFate *fate,
             int         n_gone)
{
  int n_before = g_atomic_int_get (&fate->n_made) - 1 + g_atomic_int_get (&fate->n_probes) - n_gone;

  return fate->when_full == NORPC_WHEN_FULL_BUSY && n_before >= (int) fate->capacity;
}

static gboolean
may_be_busy (StressFacts *self)
{
  if (self->traits.sheds)
    return TRUE;

  for (int i = 0; i < g_atomic_int_get (&self->group->n_fates); i++)
    if (may_be_full (self->group->fates[i], i < self->n_fates ? self->before[i].n_gone : 0))
      return TRUE;

  return FALSE;
}

static gboolean
any_may_be_ending (StressFacts *self)
{
  for (int i = 0; i < g_atomic_int_get (&self->group->n_fates); i++)
    if (g_atomic_int_get (&self->group->fates[i]->ending))
      return TRUE;

  return FALSE;
}

/* A call that its service would complete later gets no reply if the context ends first. So does a
 * stream that the service works on when it stops. */
static gboolean
may_have_no_reply (StressFacts *self)
{
  return self->manner == STRESS_NEVER ||
         ((self->manner == STRESS_LATER || self->streams) && any_may_be_ending (self));
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
        return may_be_closed (self);

      case NORPC_ERROR_BUSY:
        return may_be_busy (self);

      case NORPC_ERROR_TIMED_OUT:
        return may_be_timed_out (self);

      case NORPC_ERROR_NO_REPLY:
        return may_have_no_reply (self);

      case NORPC_ERROR_WOULD_DEADLOCK:
        return self->may_deadlock;

      case NORPC_ERROR_FAILED:
      case NORPC_ERROR_INVALID_ARGUMENT:
      case NORPC_ERROR_NOT_IMPLEMENTED:
      default:
        return FALSE;
      }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return may_be_cancelled (self);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return self->traits.denies && stress_is_denied (self->sequence);
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
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    end = DENIED;
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

/* Returns what is known of the services, for a message before the end. */
static char *
describe_group (StressFacts *self)
{
  GString *text = g_string_new ("");

  for (int i = 0; i < g_atomic_int_get (&self->group->n_fates); i++)
    {
      StressFate *fate = self->group->fates[i];

      g_string_append_printf (text, "%sservice %u (place %d, started %d, ending %d, stopped %d, "
                              "%d calls made, %d gone, %d before)", i > 0 ? " or " : "",
                              fate->number, fate->place, g_atomic_int_get (&fate->started),
                              g_atomic_int_get (&fate->ending), g_atomic_int_get (&fate->stopped),
                              g_atomic_int_get (&fate->n_made), g_atomic_int_get (&fate->n_gone),
                              i < self->n_fates ? self->before[i].n_gone : 0);
    }

  return g_string_free (text, FALSE);
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
        g_error ("call %" G_GUINT64_FORMAT " to %s, of manner %d, ended with: %s",
                 self->sequence, describe_group (self), self->manner, error->message);
      return;
    }

  g_assert_true (self->manner != STRESS_NEVER && self->manner != STRESS_FAIL &&
                 self->manner != STRESS_UNTIL_CANCELLED);
  g_assert_false (self->cancelled);
  g_assert_false (self->denied);
  g_assert_cmpuint (echoed, ==, self->sequence);
  g_assert_true (stress_bytes_are (echoed_data, self->sequence));
}
