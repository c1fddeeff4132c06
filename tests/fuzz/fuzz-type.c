/* fuzz-type.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is a type string. GLib must be of the same opinion. */

#include "fuzz.h"

#include "model/cg-types.h"

#include <string.h>

/* As GLib has it, without what is in GVariant alone, and without its limits. */
static gboolean
is_valid (const char *text)
{
  return g_variant_type_string_is_valid (text) &&
         strpbrk (text, "r?*") == NULL &&
         strstr (text, "()") == NULL &&
         strstr (text, "mm") == NULL &&
         strlen (text) <= 255;
}

/* A dictionary entry is valid by itself to GLib, and its keys may be any. */
static gboolean
has_free_entry (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '{' && (p == text || p[-1] != 'a'))
      return TRUE;

  return FALSE;
}

static guint
count (const char *text,
       char        c)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == c;

  return n;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *message = NULL;

  if (cg_type_check (text, &message))
    {
      g_assert_null (message);
      g_assert_true (is_valid (text));
      g_assert_true (g_variant_type_is_definite (G_VARIANT_TYPE (text)));
      g_assert_nonnull (cg_type_find (text)->c_in);
    }
  else
    {
      g_assert_nonnull (message);
      g_assert_true (g_utf8_validate (message, -1, NULL) || !g_utf8_validate (text, -1, NULL));
      g_assert_true (!is_valid (text) || has_free_entry (text) ||
                     count (text, 'a') > 32 || count (text, '(') + count (text, '{') > 32);
    }

  return 0;
}
