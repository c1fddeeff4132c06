/* norpc-number-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Thread-safe. Reads a decimal number from 1 to @max. g_ascii_string_to_unsigned () may fail for a valid number when several
 * threads use it for the first time: it looks at errno, which the others' initialization may have set.
 */
static inline gboolean
norpc_number_read (const char *text,
                   guint64     max,
                   guint64    *number)
{
  char *end;

  if (!g_ascii_isdigit (*text))
    return FALSE;

  /* A number that is too large becomes G_MAXUINT64. */
  *number = g_ascii_strtoull (text, &end, 10);

  return *end == '\0' && *number >= 1 && *number <= max;
}

G_END_DECLS
