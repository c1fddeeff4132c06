/* kv-glob.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-glob.h"

typedef struct
{
  const char *at;
  const char *end;
  gboolean fold_case;
} Pattern;

static guchar
fold (const Pattern *pattern,
      char           c)
{
  return pattern->fold_case ? (guchar) g_ascii_tolower (c) : (guchar) c;
}

static gboolean
in_range (const Pattern *pattern,
          char           first,
          char           last,
          char           c)
{
  guchar low = fold (pattern, first);
  guchar high = fold (pattern, last);

  return fold (pattern, c) >= MIN (low, high) &&
         fold (pattern, c) <= MAX (low, high);
}

/* Reads one element of a class: a character, an escaped character, or a range. */
static gboolean
match_class_element (Pattern *pattern,
                     char     c)
{
  gsize left = pattern->end - pattern->at;
  gboolean matches;

  if (left >= 2 && pattern->at[0] == '\\')
    {
      matches = fold (pattern, pattern->at[1]) == fold (pattern, c);
      pattern->at += 2;
    }
  else if (left >= 3 && pattern->at[1] == '-')
    {
      matches = in_range (pattern, pattern->at[0], pattern->at[2], c);
      pattern->at += 3;
    }
  else
    {
      matches = fold (pattern, pattern->at[0]) == fold (pattern, c);
      pattern->at += 1;
    }

  return matches;
}

/* Reads a class after its `[`. A class that is not closed ends with the pattern. */
static gboolean
match_class (Pattern *pattern,
             char     c)
{
  gboolean negated = pattern->at < pattern->end && pattern->at[0] == '^';
  gboolean found = FALSE;

  if (negated)
    pattern->at++;

  while (pattern->at < pattern->end && pattern->at[0] != ']')
    found |= match_class_element (pattern, c);

  if (pattern->at < pattern->end)
    pattern->at++;

  return found != negated;
}

/* Reads one element of the pattern that is not a `*`. */
static gboolean
match_one (Pattern *pattern,
           char     c)
{
  char element = *pattern->at++;

  switch (element)
    {
    case '?':
      return TRUE;

    case '[':
      return match_class (pattern, c);

    case '\\':
      if (pattern->at < pattern->end)
        element = *pattern->at++;
      break;

    default:
      break;
    }

  return fold (pattern, element) == fold (pattern, c);
}

/* Only the last `*` is ever tried again, so a hostile pattern costs no more
 * than its length times that of the text. */
gboolean
kv_glob_match (const char *pattern,
               gsize       pattern_length,
               const char *text,
               gsize       text_length,
               gboolean    fold_case)
{
  Pattern p = { pattern, pattern + pattern_length, fold_case };
  const char *text_end = text + text_length;
  const char *after_star = NULL;
  const char *star_text = NULL;

  while (text < text_end)
    {
      if (p.at < p.end && p.at[0] == '*')
        {
          after_star = ++p.at;
          star_text = text;
        }
      else if (p.at < p.end && match_one (&p, text[0]))
        {
          text++;
        }
      else if (after_star != NULL)
        {
          p.at = after_star;
          text = ++star_text;
        }
      else
        {
          return FALSE;
        }
    }

  while (p.at < p.end && p.at[0] == '*')
    p.at++;

  return p.at == p.end;
}
