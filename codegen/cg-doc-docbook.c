/* cg-doc-docbook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Comments and annotations have no elements, but text that was written for
 * gtk-doc has DocBook in it, as text. */

#include "cg-doc-builder.h"

#include <string.h>

#define NAME_CHARACTERS G_CSET_a_2_z G_CSET_DIGITS

typedef struct
{
  char       *name;     /* (owned) */
  const char *rest;     /* what follows the tag */
  gboolean    is_end;
  char       *url;      /* (owned) (nullable) */
} Tag;

typedef struct
{
  const char   *text;
  CgDocBuilder *builder;   /* (owned) */
  GHashTable   *open;      /* (owned) (element-type utf8): elements that were */
  GHashTable   *end_tags;  /* (owned) (element-type utf8 utf8): where the last of each is */
  const char   *code_end;  /* (nullable): where the last "]|" is */
} Reader;

static void
tag_clear (Tag *tag)
{
  g_free (tag->name);
  g_free (tag->url);
}

static char *
find_url (const char *tag,
          const char *end)
{
  const char *start = g_strstr_len (tag, end - tag, "url=\"");
  const char *close = start != NULL ? memchr (start + strlen ("url=\""), '"', end - start - strlen ("url=\"")) : NULL;

  return close != NULL ? g_strndup (start + strlen ("url=\""), close - start - strlen ("url=\"")) : NULL;
}

/* Where the last end tag of an element is: one that has none is no tag, but
 * perhaps "<type>", to be filled in. Each is looked for once. */
static const char *
find_end_tag (Reader     *self,
              const char *name)
{
  const char *found = g_hash_table_lookup (self->end_tags, name);

  if (found == NULL && !g_hash_table_contains (self->end_tags, name))
    {
      g_autofree char *end_tag = g_strdup_printf ("</%s>", name);

      found = g_strrstr (self->text, end_tag);
      g_hash_table_insert (self->end_tags, g_strdup (name), (gpointer) found);
    }

  return found;
}

/* Is there a tag at @p of an element that is known, and that is whole? */
static gboolean
read_tag (Reader     *self,
          const char *p,
          Tag        *tag)
{
  const char *name = p + 1 + (p[1] == '/');
  gsize length = strspn (name, NAME_CHARACTERS);
  const char *end = name + strcspn (name, "<>\n");

  *tag = (Tag) { g_strndup (name, length), end + 1, p[1] == '/', NULL };
  if (length > 1 && *end == '>' && (name[length] == '>' || name[length] == ' ') &&
      cg_doc_builder_knows (tag->name) && find_end_tag (self, tag->name) >= p)
    {
      tag->url = find_url (name, end);
      return TRUE;
    }

  tag_clear (tag);

  return FALSE;
}

/* "|[ ... ]|" is code in lines of its own. */
static const char *
read_code (Reader     *self,
           const char *p)
{
  static const char *attributes[] = { NULL };
  const char *start = p + strlen ("|[");
  const char *end;

  if (self->code_end == NULL || self->code_end < start)
    return NULL;

  end = strstr (start, "]|");
  cg_doc_builder_start (self->builder, "programlisting", attributes);
  start += strspn (start, " \t");
  start += *start == '\n';
  cg_doc_builder_text (self->builder, start, MAX (end - start, 0));
  cg_doc_builder_end (self->builder, "programlisting");

  return end + strlen ("]|");
}

/* What follows the markup at @p, or NULL if it is none. */
static const char *
read_markup (Reader     *self,
             const char *p)
{
  const char *attributes[] = { NULL, NULL, NULL };
  Tag tag;

  if (g_str_has_prefix (p, "|["))
    return read_code (self, p);
  if (*p != '<' || !read_tag (self, p, &tag))
    return NULL;

  attributes[0] = tag.url != NULL ? "url" : NULL;
  attributes[1] = tag.url;
  if (!tag.is_end)
    {
      g_hash_table_add (self->open, g_strdup (tag.name));
      cg_doc_builder_start (self->builder, tag.name, attributes);
    }
  else if (g_hash_table_contains (self->open, tag.name))
    cg_doc_builder_end (self->builder, tag.name);
  else
    tag.rest = NULL;
  tag_clear (&tag);

  return tag.rest;
}

static char *
read_all (Reader *self)
{
  const char *p = self->text;

  while (*p != '\0')
    {
      const char *rest = *p == '<' || *p == '|' ? read_markup (self, p) : NULL;
      gsize length = 1 + strcspn (p + 1, "<|");

      if (rest == NULL)
        {
          cg_doc_builder_text (self->builder, p, length);
          rest = p + length;
        }
      p = rest;
    }

  return cg_doc_builder_finish (self->builder);
}

char *
cg_doc_from_docbook (const char *text)
{
  Reader self = { .text = text, .code_end = g_strrstr (text, "]|") };
  char *markdown;

  if (strstr (text, "</") == NULL && self.code_end == NULL)
    return g_strdup (text);

  self.builder = cg_doc_builder_new (FALSE, NULL);
  self.open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.end_tags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  markdown = read_all (&self);

  g_hash_table_unref (self.end_tags);
  g_hash_table_unref (self.open);
  cg_doc_builder_free (self.builder);

  return markdown;
}
