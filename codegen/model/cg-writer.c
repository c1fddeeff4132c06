/* cg-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-writer.h"

#include "cg-templates.h"

#include <string.h>

#define MAX_KEY_LENGTH 63

struct _CgWriter
{
  GHashTable *values; /* (owned): of owned values, by key (unowned) */
  GHashTable *lists;  /* (owned): in the same way, of List */
  GString    *text;   /* (owned) */
};

CgWriter *
cg_writer_new (void)
{
  CgWriter *self = g_new0 (CgWriter, 1);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->lists = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->text = g_string_new (NULL);

  return self;
}

void
cg_writer_free (CgWriter *self)
{
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->lists);
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

typedef struct
{
  GPtrArray     *items;
  CgItemFunc     set_item;
  gconstpointer  data;
} List;

void
cg_writer_set_list (CgWriter      *self,
                    const char    *key,
                    GPtrArray     *items,
                    CgItemFunc     func,
                    gconstpointer  data)
{
  const List list = { items, func, data };

  g_hash_table_insert (self->lists, (gpointer) key, g_memdup2 (&list, sizeof list));
}

void
cg_writer_set_flag (CgWriter   *self,
                    const char *key,
                    gboolean    is_set)
{
  cg_writer_set (self, key, is_set ? "1" : "");
}

/* A template that is being expanded. */
typedef struct
{
  CgWriter   *writer;
  const char *start;
  const char *p;        /* what is read next */
  GString    *text;     /* (nullable): where the text goes, unless it is skipped */
  char        mark[MAX_KEY_LENGTH + 1]; /* the last one */
  gboolean    in_lines; /* the open block begins in a line of its own */
} Expansion;

static gboolean expand_block (Expansion *self);

static const char *
get_value (CgWriter   *self,
           const char *key)
{
  const char *value = g_hash_table_lookup (self->values, key);

  if (value == NULL)
    g_error ("the template key $%s$ has no value", key);

  return value;
}

gboolean
cg_writer_is_set (CgWriter   *self,
                  const char *key)
{
  const List *list = g_hash_table_lookup (self->lists, key);

  return list != NULL ? list->items->len > 0 : *get_value (self, key) != '\0';
}

/* @condition is "key" or "!key". */
static gboolean
is_true (CgWriter   *self,
         const char *condition)
{
  gboolean is_not = *condition == '!';

  return cg_writer_is_set (self, condition + is_not) != is_not;
}

/* Expands a part of a block. */
static void
expand_part (Expansion *self)
{
  if (!expand_block (self))
    g_error ("a block of the template does not end: %s", self->start);
}

static void
expand_if (Expansion *self)
{
  GString *text = self->text;
  gboolean is_chosen = text != NULL && is_true (self->writer, self->mark + strlen ("if "));
  gboolean is_done = is_chosen;

  self->text = is_chosen ? text : NULL;
  expand_part (self);
  while (g_str_has_prefix (self->mark, "el"))
    {
      is_chosen = text != NULL && !is_done &&
                  (g_str_equal (self->mark, "else") ||
                   is_true (self->writer, self->mark + strlen ("elif ")));
      is_done |= is_chosen;
      self->text = is_chosen ? text : NULL;
      expand_part (self);
    }
  self->text = text;
}

/* Expands the items of a list to @text. */
static void
expand_items (Expansion  *self,
              const List *list,
              GString    *text,
              const char *between)
{
  const char *body = self->p;
  gboolean is_first = TRUE;

  self->text = text;
  for (guint i = 0; i < list->items->len; i++)
    {
      gsize before = text->len;
      gsize start;

      if (!is_first && between != NULL)
        {
          self->p = between;
          expand_part (self);
        }
      start = text->len;
      cg_writer_take (self->writer, "index", g_strdup_printf ("%u", i));
      list->set_item (self->writer, g_ptr_array_index (list->items, i), list->data);
      self->p = body;
      expand_part (self);
      if (text->len == start)
        g_string_truncate (text, before);
      else
        is_first = FALSE;
    }
}

static void
expand_each (Expansion *self)
{
  const List *list = g_hash_table_lookup (self->writer->lists, self->mark + strlen ("each "));
  g_autoptr (GString) value = g_string_new (NULL);
  GString *text = self->text;
  const char *body = self->p;
  const char *between = NULL;
  const char *rest;

  if (text != NULL && list == NULL)
    g_error ("the template has no list for $%s$", self->mark);

  /* the block is skipped first, to find its parts */
  self->text = NULL;
  expand_part (self);
  if (g_str_equal (self->mark, "between"))
    {
      between = self->p;
      expand_part (self);
    }
  rest = self->p;

  self->p = body;
  if (text != NULL)
    expand_items (self, list, self->in_lines ? text : value, between);
  if (text != NULL && !self->in_lines)
    append_value (text, value->str);
  self->p = rest;
  self->text = text;
}

/* Reads a mark that begins or ends a block, and the block if it begins one. A mark in a line of its
 * own takes the line with it. */
static void
expand_block_mark (Expansion  *self,
                   const char *dollar,
                   gboolean    is_end)
{
  const char *before = dollar;
  gboolean was_in_lines = self->in_lines;
  gboolean is_alone;

  while (before > self->start && before[-1] == ' ')
    before--;
  is_alone = (before == self->start || before[-1] == '\n') && *self->p == '\n' &&
             (!is_end || self->in_lines);
  self->p += is_alone;
  if (is_alone && self->text != NULL)
    trim_line (self->text);
  if (is_end)
    return;

  self->in_lines = is_alone;
  if (g_str_has_prefix (self->mark, "if "))
    expand_if (self);
  else
    expand_each (self);
  self->in_lines = was_in_lines;
}

/* Reads what is between two dollar signs. Returns FALSE if it ends a block, or a part of one. */
static gboolean
expand_mark (Expansion  *self,
             const char *dollar)
{
  static const char * const ends[] = { "else", "between", "end", NULL };
  const char *end = strchr (dollar + 1, '$');
  gboolean is_end;

  g_assert (end != NULL && end - dollar - 1 <= MAX_KEY_LENGTH);
  g_strlcpy (self->mark, dollar + 1, end - dollar);
  self->p = end + 1;
  is_end = g_strv_contains (ends, self->mark) || g_str_has_prefix (self->mark, "elif ");

  if (is_end || strchr (self->mark, ' ') != NULL)
    expand_block_mark (self, dollar, is_end);
  else if (self->text != NULL)
    append_value (self->text, *self->mark == '\0' ? "$" : get_value (self->writer, self->mark));

  return !is_end;
}

/* Expands text up to a mark that ends a block, or a part of one. Returns FALSE at the end of the
 * template. */
static gboolean
expand_block (Expansion *self)
{
  while (*self->p != '\0')
    {
      const char *start = self->p;
      const char *dollar = start + strcspn (start, "$");

      if (self->text != NULL && dollar > start && *start == '\n')
        trim_line (self->text);
      if (self->text != NULL)
        g_string_append_len (self->text, start, dollar - start);
      self->p = dollar;
      if (*dollar == '$' && !expand_mark (self, dollar))
        return TRUE;
    }

  return FALSE;
}

static void
expand (CgWriter   *self,
        GString    *text,
        const char *template_text)
{
  Expansion expansion = { .writer = self, .start = template_text, .p = template_text, .text = text };

  if (expand_block (&expansion))
    g_error ("the template ends a block that does not begin: %s", template_text);
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

void
cg_writer_set_template (CgWriter   *self,
                        const char *key,
                        const char *name)
{
  cg_writer_take (self, key, g_strchomp (cg_writer_expand (self, cg_template (name))));
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
