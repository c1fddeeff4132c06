/* stress-content.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The contents of the items of streams, which are counted. They may end in any thread: with their
 * reader, or with whoever closes the stream. */

#include "stress-streams.h"

typedef struct
{
  guint64 sequence; /* of the call */
  guint64 number;   /* in its stream */
} Content;

/* Any thread. */
static void
content_free (gpointer data)
{
  Content *self = data;

  stress_count_gone (STRESS_CONTENTS);
  self->number = G_MAXUINT64;
  g_free (self);
}

/* Any thread. */
GBytes *
stress_content_new (guint64 sequence,
                    guint64 number)
{
  Content *self = g_new (Content, 1);

  *self = (Content) { sequence, number };
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

  g_assert_cmpuint (self->sequence, ==, sequence);
  g_assert_cmpuint (self->number, ==, number);
}
