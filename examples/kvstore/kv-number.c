/* kv-number.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-number.h"

/* Accepts a number only in the form in which it is printed: no sign except a minus, no
 * spaces, no leading zeros. So incrementing a value never changes its format. */
gboolean
kv_number_parse (const char *text,
                 gsize       length,
                 gint64     *value)
{
  gboolean negative = length > 0 && text[0] == '-';
  guint64 limit = negative ? (guint64) G_MAXINT64 + 1 : G_MAXINT64;
  guint64 number = 0;
  gsize first = negative ? 1 : 0;

  if (length == first || (text[first] == '0' && length > 1))
    return FALSE;

  for (gsize i = first; i < length; i++)
    {
      guint digit;

      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      digit = text[i] - '0';
      if (number > (limit - digit) / 10)
        return FALSE;
      number = number * 10 + digit;
    }

  *value = negative ? (gint64) (0 - number) : (gint64) number;

  return TRUE;
}
