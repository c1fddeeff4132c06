/* stress-content.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The contents of the items of streams, which are counted. They may end in any thread: with their
 * reader, or with whoever closes the stream. */

#include "stress-streams.h"

typedef struct
{
  guint64       number; /* in its stream */
  StressCourse *course; /* (owned) */
} Content;

/* Any thread. */
StressCourse *
stress_course_new (guint64 sequence)
{
  StressCourse *self = g_atomic_rc_box_new0 (StressCourse);

  self->sequence = sequence;

  return self;
}

/* Any thread. */
void
stress_course_unref (StressCourse *self)
{
  g_atomic_rc_box_release (self);
}

/* Any thread, when it has written an item: the reader may have taken one off the stream. */
void
stress_course_check (StressCourse *self,
                     guint         backlog)
{
  g_assert_cmpint (g_atomic_int_get (&self->n_items), <=, (int) backlog + 1);
}

/* Any thread. */
static void
content_free (gpointer data)
{
  Content *self = data;

  stress_count_gone (STRESS_CONTENTS);
  g_atomic_int_add (&self->course->n_items, -1);
  stress_course_unref (self->course);
  self->number = G_MAXUINT64;
  g_free (self);
}

/* Any thread. */
GBytes *
stress_content_new (StressCourse *course,
                    guint64       number)
{
  Content *self = g_new (Content, 1);

  *self = (Content) { number, g_atomic_rc_box_acquire (course) };
  g_atomic_int_inc (&course->n_items);
  stress_count_made (STRESS_CONTENTS);

  return g_bytes_new_with_free_func (self, sizeof *self, content_free, self);
}

/* Any thread. */
void
stress_content_check (GBytes  *content,
                      guint64  sequence,
                      guint64  number)
{
  const Content *self = g_bytes_get_data (content, NULL);

  g_assert_cmpuint (self->course->sequence, ==, sequence);
  g_assert_cmpuint (self->number, ==, number);
}
