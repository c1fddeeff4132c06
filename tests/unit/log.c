/* log.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "log.h"

void
log_init (Log *self)
{
  self->text = g_string_new (NULL);
  self->thread = g_thread_self ();
}

void
log_add (Log        *self,
         const char *format,
         ...)
{
  va_list args;

  g_assert_true (self->thread == g_thread_self ());
  va_start (args, format);
  g_string_append_vprintf (self->text, format, args);
  va_end (args);
}

void
log_clear (Log *self)
{
  g_string_free (self->text, TRUE);
}

/* Iterates the default main context until a handler has written @text. */
void
log_wait (Log        *self,
          const char *text)
{
  while (strstr (self->text->str, text) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* For notifications of one batch, whose order is GObject's. */
void
log_assert_any (Log        *self,
                const char *expected,
                const char *other)
{
  if (!g_str_equal (self->text->str, other))
    g_assert_cmpstr (self->text->str, ==, expected);
  log_truncate (self);
}

void
log_truncate (Log *self)
{
  g_string_truncate (self->text, 0);
}
