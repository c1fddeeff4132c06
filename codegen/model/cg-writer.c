/* cg-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-writer.h"

#include <string.h>

#define MAX_KEY_LENGTH 63

struct _CgWriter
{
  GHashTable *values; /* (owned): of owned values, by key (unowned) */
  GString    *text;   /* (owned) */
};

CgWriter *
cg_writer_new (void)
{
  CgWriter *self = g_new0 (CgWriter, 1);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->text = g_string_new (NULL);

  return self;
}

void
cg_writer_free (CgWriter *self)
{
  g_hash_table_unref (self->values);
  g_string_free (self->text, TRUE);
  g_free (self);
}

void
cg_writer_set (CgWriter   *self,
               const char *key,
               const char *value)
{
  cg_writer_take (self, key, g_strdup (value));
}

void
cg_writer_take (CgWriter   *self,
                const char *key,
                char       *value)
{
  g_hash_table_insert (self->values, (gpointer) key, value);
}

static void
trim_line (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
}

/* Appends the start of each further line of a value. The text before its first line is @length
 * bytes at @line; its comment leader is repeated, and other text is replaced by blanks. */
static void
append_leader (GString *text,
               gsize    line,
               gsize    length)
{
  const char *start = text->str + line;
  gsize indent = strspn (start, " ");

  if (start[indent] == '*' && indent + 1 + strspn (start + indent + 1, " ") >= length)
    {
      g_string_append_len (text, start, length);
      return;
    }

  for (gsize i = 0; i < length; i++)
    if ((text->str[line + i] & 0xc0) != 0x80)
      g_string_append_c (text, ' ');
}

static void
append_value (GString    *text,
              const char *value)
{
  const char *newline = strchr (value, '\n');
  gsize line = text->len;
  gsize length;

  if (newline == NULL)
    {
      g_string_append (text, value);
      return;
    }

  while (line > 0 && text->str[line - 1] != '\n')
    line--;
  length = text->len - line;

  for (; newline != NULL; newline = strchr (value, '\n'))
    {
      g_string_append_len (text, value, newline - value);
      trim_line (text);
      g_string_append_c (text, '\n');
      append_leader (text, line, length);
      value = newline + 1;
    }

  g_string_append (text, value);
  if (*value == '\0')
    trim_line (text);
}

static void
append_key (CgWriter   *self,
            GString    *text,
            const char *start,
            gsize       length)
{
  char key[MAX_KEY_LENGTH + 1];
  const char *value;

  g_assert (length <= MAX_KEY_LENGTH);
  memcpy (key, start, length);
  key[length] = '\0';
  value = g_hash_table_lookup (self->values, key);

  if (value == NULL)
    g_error ("the template key $%s$ has no value", key);
  append_value (text, value);
}

static void
expand (CgWriter   *self,
        GString    *text,
        const char *p)
{
  while (*p != '\0')
    {
      const char *dollar = p + strcspn (p, "$");
      const char *end;

      if (dollar > p && *p == '\n')
        trim_line (text);
      g_string_append_len (text, p, dollar - p);
      if (*dollar == '\0')
        return;

      end = strchr (dollar + 1, '$');
      g_assert (end != NULL);
      if (end == dollar + 1)
        g_string_append_c (text, '$');
      else
        append_key (self, text, dollar + 1, end - dollar - 1);
      p = end + 1;
    }
}

/* Appends the expanded template to what was written. */
void
cg_writer_emit (CgWriter   *self,
                const char *template_text)
{
  expand (self, self->text, template_text);
}

void
cg_writer_set_expanded (CgWriter   *self,
                        const char *key,
                        const char *template_text)
{
  cg_writer_take (self, key, cg_writer_expand (self, template_text));
}

/* Appends the expanded template to @text, after @separator if there is something in @text. */
void
cg_writer_append (CgWriter   *self,
                  GString    *text,
                  const char *separator,
                  const char *template_text)
{
  g_autofree char *added = cg_writer_expand (self, template_text);

  if (text->len > 0)
    g_string_append (text, separator);
  g_string_append (text, added);
}

/* Returns the expanded template. */
char *
cg_writer_expand (CgWriter   *self,
                  const char *template_text)
{
  GString *text = g_string_new (NULL);

  expand (self, text, template_text);

  return g_string_free (text, FALSE);
}

/* Returns the text that was written, without empty lines at its end, and empties the writer. */
char *
cg_writer_finish (CgWriter *self)
{
  char *text;

  while (g_str_has_suffix (self->text->str, "\n\n"))
    g_string_truncate (self->text, self->text->len - 1);
  text = g_string_free (self->text, FALSE);
  self->text = g_string_new (NULL);

  return text;
}
