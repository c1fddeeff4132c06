/* cg-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-writer.h"

#include <string.h>

#define MAX_KEY 40

typedef struct
{
  char     *value;     /* (owned) (nullable): of a key that is set alone */
  gboolean  is_scoped;
  guint     scope;
  guint     index;     /* in the values of the scope */
} Slot;

struct _CgWriter
{
  GHashTable         *slots;  /* (owned) (element-type utf8 Slot): keys are static */
  const char * const *scopes[CG_WRITER_N_SCOPES];
  GString            *text;   /* (owned) */
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  g_free (slot->value);
  g_free (slot);
}

CgWriter *
cg_writer_new (void)
{
  CgWriter *self = g_new0 (CgWriter, 1);

  self->slots = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, slot_free);
  self->text = g_string_new (NULL);

  return self;
}

void
cg_writer_free (CgWriter *self)
{
  g_hash_table_unref (self->slots);
  g_string_free (self->text, TRUE);
  g_free (self);
}

static Slot *
get_slot (CgWriter   *self,
          const char *key)
{
  Slot *slot = g_hash_table_lookup (self->slots, key);

  if (slot == NULL)
    {
      slot = g_new0 (Slot, 1);
      g_hash_table_insert (self->slots, (gpointer) key, slot);
    }

  return slot;
}

/* @key must be a static string. */
void
cg_writer_set (CgWriter   *self,
               const char *key,
               const char *value)
{
  Slot *slot = get_slot (self, key);
  char *copy = g_strdup (value);

  g_assert (!slot->is_scoped);
  g_free (slot->value);
  slot->value = copy;
}

void
cg_writer_add_row (CgWriter   *self,
                   guint       scope,
                   const char *key,
                   guint       index)
{
  Slot *slot = get_slot (self, key);

  g_assert (scope < CG_WRITER_N_SCOPES);
  slot->is_scoped = TRUE;
  slot->scope = scope;
  slot->index = index;
}

void
cg_writer_set_scope (CgWriter           *self,
                     guint               scope,
                     const char * const *values)
{
  g_assert (scope < CG_WRITER_N_SCOPES);
  self->scopes[scope] = values;
}

static const char *
lookup (CgWriter   *self,
        const char *start,
        gsize       length)
{
  char key[MAX_KEY];
  const Slot *slot;

  g_assert (length < sizeof key);
  memcpy (key, start, length);
  key[length] = '\0';

  slot = g_hash_table_lookup (self->slots, key);
  if (slot == NULL || (slot->is_scoped && self->scopes[slot->scope] == NULL))
    g_error ("the template key $%s$ has no value", key);

  return slot->is_scoped ? self->scopes[slot->scope][slot->index] : slot->value;
}

static void
trim_line (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
}

/* What every further line of a value begins with whose first line comes
 * after @line: its comment leader, or as much space. */
static char *
make_leader (const char *line)
{
  const char *p = line + strspn (line, " ");
  gsize n_columns;
  char *leader;

  if (*p == '*' && p[1 + strspn (p + 1, " ")] == '\0')
    return g_strdup (line);

  n_columns = g_utf8_strlen (line, -1);
  leader = g_malloc (n_columns + 1);
  memset (leader, ' ', n_columns);
  leader[n_columns] = '\0';

  return leader;
}

static void
append_value (GString    *text,
              const char *value)
{
  const char *newline = strchr (value, '\n');
  g_autofree char *leader = NULL;
  gsize line;

  if (newline == NULL)
    {
      g_string_append (text, value);
      return;
    }

  for (line = text->len; line > 0 && text->str[line - 1] != '\n';)
    line--;
  leader = make_leader (text->str + line);

  for (; newline != NULL; newline = strchr (value, '\n'))
    {
      g_string_append_len (text, value, newline - value);
      trim_line (text);
      g_string_append_c (text, '\n');
      g_string_append (text, leader);
      value = newline + 1;
    }

  g_string_append (text, value);
  if (*value == '\0')
    trim_line (text);
}

static void
expand (CgWriter   *self,
        GString    *text,
        const char *p)
{
  for (;;)
    {
      const char *dollar = strchr (p, '$');
      const char *end;

      if (dollar == NULL)
        break;

      end = strchr (dollar + 1, '$');
      g_assert (end != NULL);

      g_string_append_len (text, p, dollar - p);
      if (end == dollar + 1)
        g_string_append_c (text, '$');
      else
        append_value (text, lookup (self, dollar + 1, end - dollar - 1));
      p = end + 1;
    }

  g_string_append (text, p);
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
