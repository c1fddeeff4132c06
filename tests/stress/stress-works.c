/* stress-works.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Works on streams: how they begin, go on later, and end. */

#include "stress-streams.h"

/* A step that a work takes later. */
typedef struct
{
  StressWork    *work; /* (owned) (nullable) */
  StressWorkStep step;
} Step;

/* The service's context, when a handler begins. The work may go on later. */
static StressWork *
work_new (gpointer   service,
          NorpcCall *call,
          gpointer   stream,
          guint      manner,
          guint64    sequence,
          GBytes    *data)
{
  StressWork *self = g_new0 (StressWork, 1);

  self->service = g_object_ref (service);
  self->fate = stress_fate_ref (stress_service_get_fate (service));
  self->call = norpc_call_ref (call);
  self->stream = g_object_ref (stream);
  self->course = stress_course_new (sequence);
  self->manner = manner;
  self->sequence = sequence;
  stress_count_made (STRESS_WORKS);

  g_assert_true (stress_bytes_are (data, sequence));
  stress_argument_handled (data, STRESS_LATER, &self->origin);
  if (manner == STRESS_ELSEWHERE)
    stress_argument_handled (data, STRESS_ELSEWHERE, &self->origin);
  stress_argument_done (data);

  return self;
}

gboolean
stress_work_handle_pour (StressTarget            *target,
                         NorpcCall               *call,
                         StressTargetPourStream  *stream,
                         guint                    manner,
                         guint                    lane,
                         guint64                  sequence,
                         GBytes                  *data,
                         guint                    n_items,
                         GError                 **error)
{
  StressWork *self;

  stress_service_admit (target, call, lane, sequence);
  self = work_new (target, call, stream, manner, sequence, data);
  self->n_items = n_items;
  stress_service_set_busy (target, TRUE);
  stress_work_pour (self);
  stress_service_set_busy (target, FALSE);

  return TRUE;
}

gboolean
stress_work_handle_fill (StressTarget            *target,
                         NorpcCall               *call,
                         StressTargetFillStream  *stream,
                         guint                    manner,
                         guint                    lane,
                         guint64                  sequence,
                         GBytes                  *data,
                         guint                    n_items,
                         guint                    n_wanted,
                         GError                 **error)
{
  StressWork *self;

  stress_service_admit (target, call, lane, sequence);
  self = work_new (target, call, stream, manner, sequence, data);
  self->n_items = n_items;
  self->n_wanted = n_wanted;
  stress_service_set_busy (target, TRUE);
  stress_work_draw (self);
  stress_service_set_busy (target, FALSE);

  return TRUE;
}

static void
work_free (StressWork *self)
{
  g_object_unref (self->stream);
  norpc_call_unref (self->call);
  g_clear_object (&self->service);
  stress_fate_unref (self->fate);
  stress_course_unref (self->course);
  g_free (self);
  stress_count_gone (STRESS_WORKS);
}

/* Drops the call, which has ended already, or ends so. */
void
stress_work_drop (StressWork *self)
{
  stress_fate_close (self->fate);
  work_free (self);
}

/* The stream has ended with @error, or the service stops. */
void
stress_work_drop_for (StressWork   *self,
                      const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT) &&
      !g_error_matches (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  stress_work_drop (self);
}

static void
step_free (gpointer data)
{
  Step *step = data;

  /* The context ends first. */
  if (step->work != NULL)
    stress_work_drop (step->work);
  g_free (step);
}

static gboolean
step_cb (gpointer user_data)
{
  Step *step = user_data;
  StressWork *work = g_steal_pointer (&step->work);

  if (g_cancellable_is_cancelled (stress_service_get_leaving (work->service)))
    stress_work_drop (work);
  else
    step->step (work);

  return G_SOURCE_REMOVE;
}

/* The service's context. When the service stops, the thread of the context may end, which may outlive
 * it for long. */
void
stress_work_later (StressWork     *self,
                   StressWorkStep  step)
{
  g_autoptr (GSource) leaving = g_cancellable_source_new (stress_service_get_leaving (self->service));
  g_autoptr (GSource) source = self->n_done % 2 == 0 ? g_idle_source_new ()
                                                     : g_timeout_source_new (self->n_done % 3);
  Step *data = g_new (Step, 1);

  *data = (Step) { self, step };
  g_source_set_callback (source, step_cb, data, step_free);
  g_source_set_dummy_callback (leaving);
  g_source_add_child_source (source, leaving);
  g_source_attach (source, stress_service_get_context (self->service));
}

/* The service's context, when all items are done. */
void
stress_work_answer (StressWork *self)
{
  switch (self->manner)
    {
    case STRESS_NEVER:
      stress_work_drop (self);
      return;

    case STRESS_FAIL:
      stress_fate_close (self->fate);
      norpc_call_return_error (self->call, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%" G_GUINT64_FORMAT,
                               self->sequence);
      break;

    case STRESS_ELSEWHERE:
      stress_answer_in_worker (self->fate, self->call, self->sequence, &self->origin);
      break;

    case STRESS_AT_ONCE:
    case STRESS_LATER:
    case STRESS_BLOCK:
    case STRESS_RELAY:
    case STRESS_RELAY_SYNC:
    case STRESS_UNTIL_CANCELLED:
    case STRESS_N_MANNERS:
    default:
      stress_fate_close (self->fate);
      stress_service_answer (self->service, self->call, self->sequence, &self->origin);
      break;
    }

  work_free (self);
}
