/* cg-suggest.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Suggestions for an unknown word. */

#include "cg-suggest.h"

#include <string.h>

#define MAX_WORD 64

/* Gets the number of characters that must be inserted, deleted, replaced or swapped to turn one
 * word into the other. Case does not count. */
static guint
measure (const char *a,
         const char *b)
{
  guint rows[3][MAX_WORD + 1];
  guint *before = rows[0], *last = rows[1], *row = rows[2];
  gsize n = strlen (b);

  for (gsize j = 0; j <= n; j++)
    last[j] = j;

  for (gsize i = 1; a[i - 1] != '\0'; i++)
    {
      guint *next;

      row[0] = i;
      for (gsize j = 1; j <= n; j++)
        {
          char x = g_ascii_tolower (a[i - 1]);
          char y = g_ascii_tolower (b[j - 1]);

          row[j] = MIN (MIN (last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
          if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) && y == g_ascii_tolower (a[i - 2]))
            row[j] = MIN (row[j], before[j - 2] + 1);
        }
      next = before;
      before = last;
      last = row;
      row = next;
    }

  return last[n];
}

void
cg_suggestion_offer (CgSuggestion *self,
                     const char   *candidate)
{
  gsize longer = MAX (strlen (self->word), strlen (candidate));
  guint distance;

  if (longer > MAX_WORD || *self->word == '\0')
    return;

  distance = measure (self->word, candidate);
  /* a third of a word, but never all of it */
  if (distance > (longer + 2) / 3 || distance >= longer)
    return;

  if (self->best == NULL || distance < self->distance)
    {
      self->best = candidate;
      self->distance = distance;
    }
}

/* Makes the end of a message: "; did you mean 'direction'?", or "". */
char *
cg_suggestion_make_text (const CgSuggestion *self)
{
  return self->best != NULL ? g_strdup_printf ("; did you mean '%s'?", self->best) : g_strdup ("");
}

static const struct
{
  const char *word;
  const char *type;
} type_words[] = {
  { "string", "s" }, { "str", "s" }, { "char*", "s" }, { "utf8", "s" }, { "qstring", "s" },
  { "string[]", "as" }, { "strv", "as" }, { "stringlist", "as" }, { "qstringlist", "as" },
  { "boolean", "b" }, { "bool", "b" },
  { "byte", "y" }, { "uchar", "y" }, { "uint8", "y" }, { "uint8_t", "y" },
  { "bytes", "ay" }, { "byte[]", "ay" }, { "bytearray", "ay" }, { "qbytearray", "ay" },
  { "short", "n" }, { "int16", "n" }, { "int16_t", "n" }, { "uint16", "q" }, { "uint16_t", "q" },
  { "int", "i" }, { "int32", "i" }, { "int32_t", "i" }, { "integer", "i" },
  { "uint", "u" }, { "uint32", "u" }, { "uint32_t", "u" }, { "unsigned", "u" },
  { "long", "x" }, { "int64", "x" }, { "int64_t", "x" },
  { "uint64", "t" }, { "uint64_t", "t" }, { "size", "t" },
  { "double", "d" }, { "float", "d" },
  { "variant", "v" }, { "signature", "g" }, { "fd", "h" }, { "handle", "h" },
  { "object", "o" }, { "objectpath", "o" }, { "path", "o" },
  { "dict", "a{sv}" }, { "vardict", "a{sv}" }, { "asv", "a{sv}" },
  { "{sv}", "a{sv}" }, { "{ss}", "a{ss}" },
};

char *
cg_suggest_type (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (type_words); i++)
    if (g_ascii_strcasecmp (type_words[i].word, word) == 0 ||
        (*word == 'g' && g_ascii_strcasecmp (type_words[i].word, word + 1) == 0))
      return g_strdup_printf ("; did you mean '%s'?", type_words[i].type);

  return g_strdup ("");
}
