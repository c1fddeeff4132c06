/* cg-entities.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The entities that a document type declaration declares itself. Nothing
 * outside of the file is ever read, what they expand to is text, never
 * markup, and how much it may be is bounded. */

#include "cg-entities.h"

#include <string.h>

#define MAX_DEPTH          16
#define MAX_EXPANDED_BYTES (256 * 1024) /* of all references in one file */

typedef struct
{
  char     *value;     /* (owned) (nullable): NULL if it is outside of the file */
  gboolean  expanding; /* its value is being expanded: it must not recur */
} Entity;

struct _CgEntities
{
  GHashTable *table;   /* (owned) (element-type utf8 Entity) */
  gsize       expanded;
  gboolean    is_external; /* more declarations stand outside of the file */
  char       *skipped;     /* (owned) (nullable) */
};

static void
entity_free (gpointer data)
{
  Entity *entity = data;

  g_free (entity->value);
  g_free (entity);
}

CgEntities *
cg_entities_new (void)
{
  CgEntities *self = g_new0 (CgEntities, 1);

  self->table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entity_free);

  return self;
}

void
cg_entities_free (CgEntities *self)
{
  g_hash_table_unref (self->table);
  g_free (self->skipped);
  g_free (self);
}

static const char *
skip_name (const char *p,
           const char *end)
{
  while (p < end && !g_ascii_isspace (*p) && strchr ("\"'<>&;%[]", *p) == NULL)
    p++;

  return p;
}

/* Declarations that are not read may stand outside of the file. */
void
cg_entities_set_external (CgEntities *self)
{
  self->is_external = TRUE;
}

/* The first declaration of a name counts, as XML says. @value is NULL if it is
 * outside of the file. */
void
cg_entities_add (CgEntities *self,
                 const char *name,
                 const char *value)
{
  Entity *entity;

  if (g_hash_table_contains (self->table, name))
    return;

  entity = g_new0 (Entity, 1);
  entity->value = g_strdup (value);
  g_hash_table_insert (self->table, g_strdup (name), entity);
}

static gboolean
is_predefined (const char *name)
{
  static const char * const names[] = { "lt", "gt", "amp", "quot", "apos", NULL };

  return g_strv_contains (names, name);
}

/* A quote in the value of an entity does not end the attribute that it is
 * expanded in. */
static void
append_text (GString    *expanded,
             const char *text,
             gsize       length,
             guint       depth)
{
  if (depth == 0)
    {
      g_string_append_len (expanded, text, length);
      return;
    }

  for (gsize i = 0; i < length; i++)
    if (text[i] == '"')
      g_string_append (expanded, "&quot;");
    else if (text[i] == '\'')
      g_string_append (expanded, "&apos;");
    else
      g_string_append_c (expanded, text[i]);
}

gunichar
cg_entities_get_character (const char *name)
{
  gboolean is_hex = name[1] == 'x';
  char *end;
  guint64 c = g_ascii_strtoull (name + 1 + is_hex, &end, is_hex ? 16 : 10);

  if (g_ascii_isxdigit (name[1 + is_hex]) && *end == '\0' && c <= 0x10ffff &&
      (c >= 0x20 ? !(c >= 0xd800 && c < 0xe000) && c != 0xfffe && c != 0xffff
                 : c == '\t' || c == '\n' || c == '\r'))
    return (gunichar) c;

  return 0;
}

/* Is @name one that XML has itself? Those are left for GMarkup. */
static gboolean
check_reference (const char  *name,
                 gboolean     is_closed,
                 gboolean    *is_own,
                 GError     **error)
{
  *is_own = FALSE;

  if (*name == '\0' || !is_closed)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE,
                 "'&' begins no reference here; write '&amp;'");
  else if (*name == '#' && cg_entities_get_character (name) == 0)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE,
                 "'&%s;' is not a character of XML", name);
  else
    {
      *is_own = *name == '#' || is_predefined (name);
      return TRUE;
    }

  return FALSE;
}

static gboolean expand (CgEntities  *self,
                        const char  *text,
                        gsize        length,
                        guint        depth,
                        GString     *expanded,
                        gsize       *error_offset,
                        GError     **error);

static gboolean
expand_entity (CgEntities  *self,
               const char  *name,
               guint        depth,
               GString     *expanded,
               GError     **error)
{
  Entity *entity = g_hash_table_lookup (self->table, name);
  gboolean ok;

#define FAIL(...) (g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, __VA_ARGS__), FALSE)
  /* not knowing the declarations there, XML has it that one goes on */
  if (entity == NULL && self->is_external)
    {
      g_free (self->skipped);
      self->skipped = g_strdup (name);
      return TRUE;
    }
  if (entity == NULL)
    return FAIL ("the entity '&%s;' is not declared", name);
  if (entity->value == NULL)
    return FAIL ("the entity '&%s;' is not in this file; nothing outside of it is read", name);
  if (entity->expanding)
    return FAIL ("the entity '&%s;' refers to itself", name);
  if (depth > MAX_DEPTH)
    return FAIL ("entities are nested more than %d deep", MAX_DEPTH);
  if (strchr (entity->value, '<') != NULL)
    return FAIL ("the entity '&%s;' stands for markup; only text is supported", name);

  self->expanded += strlen (entity->value) + 1;
  if (self->expanded > MAX_EXPANDED_BYTES)
    return FAIL ("entities expand to more than %d KiB", MAX_EXPANDED_BYTES / 1024);
#undef FAIL

  entity->expanding = TRUE;
  ok = expand (self, entity->value, strlen (entity->value), depth + 1, expanded, NULL, error);
  entity->expanding = FALSE;

  return ok;
}

/* Expands the reference that begins at the ampersand @start, and returns what
 * follows it, or NULL. */
static const char *
expand_reference (CgEntities  *self,
                  const char  *start,
                  const char  *end,
                  guint        depth,
                  GString     *expanded,
                  GError     **error)
{
  const char *name_end = skip_name (start + 1, end);
  g_autofree char *name = g_strndup (start + 1, name_end - start - 1);
  gboolean is_closed = name_end < end && *name_end == ';';
  const char *rest = is_closed ? name_end + 1 : name_end;
  gboolean is_own;

  if (!check_reference (name, is_closed, &is_own, error))
    return NULL;

  if (is_own)
    g_string_append_len (expanded, start, rest - start);
  else if (!expand_entity (self, name, depth, expanded, error))
    return NULL;

  return rest;
}

static gboolean
expand (CgEntities  *self,
        const char  *text,
        gsize        length,
        guint        depth,
        GString     *expanded,
        gsize       *error_offset,
        GError     **error)
{
  const char *end = text + length;
  const char *p = text;
  const char *ampersand;

  while (p < end && (ampersand = memchr (p, '&', end - p)) != NULL)
    {
      append_text (expanded, p, ampersand - p, depth);
      p = expand_reference (self, ampersand, end, depth, expanded, error);
      if (p == NULL)
        {
          if (error_offset != NULL)
            *error_offset = ampersand - text;
          return FALSE;
        }
    }

  append_text (expanded, p, end - p, depth);

  return TRUE;
}

/* Appends @text to @expanded with all references to declared entities
 * replaced. On failure @error_offset is where the reference stands. */
gboolean
cg_entities_expand (CgEntities  *self,
                    const char  *text,
                    gsize        length,
                    GString     *expanded,
                    gsize       *error_offset,
                    GError     **error)
{
  return expand (self, text, length, 0, expanded, error_offset, error);
}

char *
cg_entities_get_skipped (CgEntities *self)
{
  return g_steal_pointer (&self->skipped);
}
