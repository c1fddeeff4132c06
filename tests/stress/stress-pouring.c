/* stress-pouring.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A work that writes the items of a stream, as fast as its client reads them. */

#include "stress-streams.h"

/* The service's context, or the worker's thread, where items have no place among what the service
 * sends. */
static gboolean
write_item (StressWork  *self,
            GError     **error)
{
  guint64 number = self->n_done + 1;
  g_autoptr (GBytes) content = stress_content_new (self->course, number);
  guint64 stamp = self->service != NULL ? stress_service_next_stamp (self->service) : 0;

  if (!stress_target_pour_stream_write (STRESS_TARGET_POUR_STREAM (self->stream), self->fate->number,
                                        stamp, number, content, error))
    return FALSE;

  self->n_done = number;
  stress_course_check (self->course, STRESS_POUR_BACKLOG);

  return TRUE;
}

/* The worker's thread, which has others to serve while the reader is behind. */
static void
pour_elsewhere (gpointer data,
                gpointer unused)
{
  StressWork *self = data;
  g_autoptr (GError) error = NULL;

  while (self->n_done < self->n_items && write_item (self, &error))
    ;
  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    {
      g_usleep (20);
      stress_worker_push (pour_elsewhere, self, NULL);
    }
  else if (error != NULL)
    stress_work_drop_for (self, error);
  else
    stress_work_answer (self);
}

/* There is room for an item, and nobody else writes one. */
static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  StressWork *self = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_main_context_is_owner (stress_service_get_context (self->service)));
  if (norpc_stream_ready_finish (NORPC_STREAM (object), result, &error))
    {
      g_assert_true (norpc_stream_is_ready (self->stream));
      stress_work_pour (self);
      return;
    }

  stress_work_drop_for (self, error);
}

/* Returns FALSE if the work has ended, or goes on later. */
static gboolean
go_on (StressWork *self)
{
  if ((self->sequence + self->n_done) % 4 == 0)
    stress_service_emit (self->service);
  if (self->manner == STRESS_BLOCK)
    g_usleep (self->sequence % 50);
  if (self->manner != STRESS_LATER || (self->sequence + self->n_done) % 3 != 0)
    return TRUE;

  stress_work_later (self, stress_work_pour);

  return FALSE;
}

/* The service's context. */
void
stress_work_pour (StressWork *self)
{
  if (self->manner == STRESS_ELSEWHERE && self->sequence % 2 == 0)
    {
      g_clear_object (&self->service);
      stress_worker_push (pour_elsewhere, self, NULL);
      return;
    }

  while (self->n_done < self->n_items)
    {
      g_autoptr (GError) error = NULL;

      if (write_item (self, &error))
        {
          if (!go_on (self))
            return;
        }
      else if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
        {
          norpc_stream_ready_async (self->stream, stress_service_get_leaving (self->service), ready_cb,
                                    self);
          return;
        }
      else
        {
          stress_work_drop_for (self, error);
          return;
        }
    }

  stress_work_answer (self);
}
