/* norpc-nats-number-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Thread-safe. Reads a decimal number from @min to @max. g_ascii_string_to_signed () may fail for a valid number when several
 * threads use it for the first time: it looks at errno, which the others' initialization may have set.
 */
static inline gboolean
norpc_nats_number_read (const char *text,
                        gint64      min,
                        gint64      max,
                        gint64     *number)
{
  char *end;

  if (!g_ascii_isdigit (text[*text == '-' ? 1 : 0]))
    return FALSE;

  /* A number that is too large or too small becomes G_MAXINT64 or G_MININT64. */
  *number = g_ascii_strtoll (text, &end, 10);

  return *end == '\0' && *number >= min && *number <= max;
}

G_END_DECLS
