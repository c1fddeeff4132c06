/* cg-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-writer.h"

#include <string.h>

typedef struct
{
  char    *key;    /* (owned) */
  GString *value;  /* (owned) (nullable) until set */
} Slot;

/* A template is compiled to pieces once: text, and the key that follows it. */
typedef struct
{
  const char *text;
  gsize       length;
  const Slot *slot;    /* (nullable) */
} Piece;

struct _CgWriter
{
  GHashTable *slots;     /* (owned) (element-type utf8 Slot) */
  GHashTable *known;     /* (owned) (element-type gpointer Slot): by the key's address */
  GHashTable *templates; /* (owned) (element-type gpointer GArray<Piece>): by its address */
  GString    *text;      /* (owned) */
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  if (slot->value != NULL)
    g_string_free (slot->value, TRUE);
  g_free (slot->key);
  g_free (slot);
}

static void
template_free (gpointer data)
{
  g_array_unref (data);
}

CgWriter *
cg_writer_new (void)
{
  CgWriter *self = g_new0 (CgWriter, 1);

  self->slots = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, slot_free);
  self->known = g_hash_table_new (NULL, NULL);
  self->templates = g_hash_table_new_full (NULL, NULL, NULL, template_free);
  self->text = g_string_new (NULL);

  return self;
}

void
cg_writer_free (CgWriter *self)
{
  g_hash_table_unref (self->templates);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->slots);
  g_string_free (self->text, TRUE);
  g_free (self);
}

static Slot *
get_slot (CgWriter   *self,
          const char *key,
          gsize       length)
{
  g_autofree char *copy = g_strndup (key, length);
  Slot *slot = g_hash_table_lookup (self->slots, copy);

  if (slot == NULL)
    {
      slot = g_new0 (Slot, 1);
      slot->key = g_steal_pointer (&copy);
      g_hash_table_insert (self->slots, slot->key, slot);
    }

  return slot;
}

void
cg_writer_set (CgWriter   *self,
               const char *key,
               const char *value)
{
  Slot *slot = g_hash_table_lookup (self->known, key);

  if (slot == NULL)
    {
      slot = get_slot (self, key, strlen (key));
      g_hash_table_insert (self->known, (gpointer) key, slot);
    }

  if (slot->value == NULL)
    slot->value = g_string_new (value);
  else
    g_string_assign (slot->value, value);
}

static void
trim_line (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
}

/* The start of every further line of a value whose first line comes after the line of
 * @length bytes at @line: its comment leader, or as much space. */
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
              const char *value,
              gsize       value_length)
{
  const char *end = value + value_length;
  const char *newline = memchr (value, '\n', value_length);
  gsize line = text->len;
  gsize length;

  if (newline == NULL)
    {
      g_string_append_len (text, value, value_length);
      return;
    }

  while (line > 0 && text->str[line - 1] != '\n')
    line--;
  length = text->len - line;

  for (; newline != NULL; newline = memchr (value, '\n', end - value))
    {
      g_string_append_len (text, value, newline - value);
      trim_line (text);
      g_string_append_c (text, '\n');
      append_leader (text, line, length);
      value = newline + 1;
    }

  g_string_append_len (text, value, end - value);
  if (value == end)
    trim_line (text);
}

static GArray *
compile (CgWriter   *self,
         const char *p)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  const char *dollar;

  while ((dollar = strchr (p, '$')) != NULL)
    {
      const char *end = strchr (dollar + 1, '$');
      Piece piece = { p, dollar - p, NULL };

      g_assert (end != NULL);

      if (end == dollar + 1)
        piece.length++;
      else
        piece.slot = get_slot (self, dollar + 1, end - dollar - 1);
      g_array_append_val (pieces, piece);
      p = end + 1;
    }

  if (*p != '\0')
    {
      Piece piece = { p, strlen (p), NULL };

      g_array_append_val (pieces, piece);
    }

  return pieces;
}

static void
expand (CgWriter   *self,
        GString    *text,
        const char *template_text)
{
  const GArray *pieces = g_hash_table_lookup (self->templates, template_text);

  if (pieces == NULL)
    {
      GArray *compiled = compile (self, template_text);

      g_hash_table_insert (self->templates, (gpointer) template_text, compiled);
      pieces = compiled;
    }

  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);

      if (piece->length > 0 && *piece->text == '\n')
        trim_line (text);
      g_string_append_len (text, piece->text, piece->length);
      if (piece->slot != NULL)
        {
          if (piece->slot->value == NULL)
            g_error ("the template key $%s$ has no value", piece->slot->key);
          append_value (text, piece->slot->value->str, piece->slot->value->len);
        }
    }
}

/* Appends the expanded template to what was written. */
void
cg_writer_emit (CgWriter   *self,
                const char *template_text)
{
  expand (self, self->text, template_text);
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

/* Returns all that was written, without empty lines at its end; the writer is
 * empty after that. */
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
