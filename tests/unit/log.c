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
