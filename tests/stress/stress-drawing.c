/* stress-drawing.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A work that reads the items of a stream that its client writes. All of it is in the service's
 * context. */

#include "stress-streams.h"

static void read_on (StressWork *self);

static StressTargetFillStream *
get_stream (StressWork *self)
{
  return STRESS_TARGET_FILL_STREAM (self->stream);
}

static void
note_item (StressWork *self,
           guint64     number,
           GBytes     *content)
{
  if (number != self->n_done + 1)
    g_error ("stream %" G_GUINT64_FORMAT ": item %" G_GUINT64_FORMAT " follows item %u in the service",
             self->sequence, number, self->n_done);
  self->n_done++;
  g_assert_cmpuint (self->n_done, <=, self->n_items);
  stress_content_check (content, self->sequence, number);
}

/* Some services refuse what else is written before they answer. None reads on after that, unless another
 * thread is ending the call just then. */
static void
finish (StressWork *self)
{
  g_autoptr (StressTargetFillStream) stream = g_object_ref (get_stream (self));
  g_autoptr (NorpcCall) call = norpc_call_ref (self->call);
  gboolean answers = self->manner == STRESS_AT_ONCE || self->manner == STRESS_LATER;

  if (self->sequence % 3 == 0)
    norpc_stream_close (self->stream);
  stress_work_answer (self);
  if (answers && norpc_call_is_replied (call))
    g_assert_false (stress_target_fill_stream_try_next (stream, NULL, NULL));
}

/* The client has written all items, or it has failed to. */
static void
note_end (StressWork   *self,
          const GError *error)
{
  if (error != NULL)
    {
      stress_work_drop_for (self, error);
      return;
    }

  g_assert_cmpuint (self->n_done, ==, self->n_items);
  finish (self);
}

/* Returns FALSE if there is none. */
static gboolean
try_item (StressWork *self)
{
  g_autoptr (GBytes) content = NULL;
  guint64 number;

  if (!stress_target_fill_stream_try_next (get_stream (self), &number, &content))
    return FALSE;

  note_item (self, number, content);

  return TRUE;
}

static void
go_on (StressWork *self)
{
  if (self->sequence % 2 == 0)
    while (self->n_done < self->n_wanted && try_item (self))
      ;
  if (self->n_done >= self->n_wanted)
    finish (self);
  else if (self->manner == STRESS_LATER && (self->sequence + self->n_done) % 3 == 0)
    stress_work_later (self, read_on);
  else
    read_on (self);
}

static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  StressWork *self = user_data;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  guint64 number;

  g_assert_true (g_main_context_is_owner (stress_service_get_context (self->service)));
  g_assert_true (g_main_context_get_thread_default () == stress_service_get_context (self->service));
  if (!stress_target_fill_stream_next_finish (STRESS_TARGET_FILL_STREAM (object), result, &number, &content,
                                              &error))
    {
      note_end (self, error);
      return;
    }

  note_item (self, number, content);
  g_clear_pointer (&content, g_bytes_unref);
  go_on (self);
}

static void
read_on (StressWork *self)
{
  stress_target_fill_stream_next_async (get_stream (self), stress_service_get_leaving (self->service), next_cb,
                                        self);
}

/* A service that blocks may do so until the deadline, as its client may wait for it. */
static gboolean
may_block (StressWork *self)
{
  return self->sequence % 16 == 7 && self->fate->place != STRESS_CLIENT_CONTEXT &&
         self->fate->place != STRESS_DIRECT && norpc_call_get_deadline (self->call) != 0;
}

/* Returns FALSE if the work has ended. */
static gboolean
read_sync (StressWork *self)
{
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  guint64 number;

  if (stress_target_fill_stream_next_sync (get_stream (self), &number, &content, NULL, &error))
    {
      note_item (self, number, content);
      return TRUE;
    }

  note_end (self, error);

  return FALSE;
}

/* The handler. */
void
stress_work_draw (StressWork *self)
{
  gboolean more = TRUE;

  if (!may_block (self))
    {
      if (self->n_wanted > 0)
        read_on (self);
      else
        finish (self);
      return;
    }

  while (more && self->n_done < self->n_wanted)
    more = read_sync (self);
  if (more)
    finish (self);
}
