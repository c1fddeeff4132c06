/* cg-doc-elements.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the elements of documentation become in Markdown. */

#include "cg-doc-builder-private.h"

#include "cg-xml-reader.h"

#include <string.h>

typedef struct
{
  const char **attributes;   /* (nullable) */
} Tag;

typedef void (*TagFunc) (CgDocBuilder *self,
                         const Tag    *tag);

static const char *
find_attribute (const Tag  *tag,
                const char *name)
{
  return tag->attributes != NULL ? cg_xml_find_attribute (tag->attributes, name) : NULL;
}

/* Paragraphs, lists, and what has some. */
static void
start_block (CgDocBuilder *self,
             const Tag    *tag)
{
  (void) tag;

  if (!self->is_fresh)
    cg_doc_builder_flush (self);
}

static void
end_block (CgDocBuilder *self,
           const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_flush (self);
}

static void
start_item (CgDocBuilder *self,
            const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_start_item (self);
}

static void
start_entry (CgDocBuilder *self,
             const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_start_item (self);
  self->n_entries++;
}

static void
end_entry (CgDocBuilder *self,
           const Tag    *tag)
{
  (void) tag;

  self->n_entries -= self->n_entries > 0;
  cg_doc_builder_flush (self);
}

/* An item of its own, or the rest of one that has a term. */
static void
start_list_item (CgDocBuilder *self,
                 const Tag    *tag)
{
  (void) tag;

  if (self->n_entries == 0)
    cg_doc_builder_start_item (self);
}

static void
start_strong (CgDocBuilder *self,
              const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_start_mark (self, "**");
}

static void
end_strong (CgDocBuilder *self,
            const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_end_mark (self, "**");
}

/* What is explained by the rest of its item. */
static void
end_term (CgDocBuilder *self,
          const Tag    *tag)
{
  end_strong (self, tag);
  g_string_append (self->block, ": ");
  self->is_fresh = TRUE;
}

/* A term that begins an item itself. */
static void
start_item_term (CgDocBuilder *self,
                 const Tag    *tag)
{
  start_item (self, tag);
  start_strong (self, tag);
}

static void
start_title (CgDocBuilder *self,
             const Tag    *tag)
{
  cg_doc_builder_flush (self);
  start_strong (self, tag);
}

static void
end_title (CgDocBuilder *self,
           const Tag    *tag)
{
  end_strong (self, tag);
  cg_doc_builder_flush (self);
}

static void
start_emphasis (CgDocBuilder *self,
                const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_start_mark (self, "*");
}

static void
end_emphasis (CgDocBuilder *self,
              const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_end_mark (self, "*");
}

static void
start_code (CgDocBuilder *self,
            const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_start_span (self);
}

static void
end_code (CgDocBuilder *self,
          const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_end_code (self);
}

static void
start_pre (CgDocBuilder *self,
           const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_start_pre (self);
}

static void
end_pre (CgDocBuilder *self,
         const Tag    *tag)
{
  (void) tag;

  cg_doc_builder_end_pre (self);
}

static void
add_break (CgDocBuilder *self,
           const Tag    *tag)
{
  (void) tag;

  g_string_append_c (self->block, self->is_filled ? ' ' : '\n');
}

/* One within the page goes nowhere here. */
static void
start_link (CgDocBuilder *self,
            const Tag    *tag)
{
  const char *target = find_attribute (tag, "href");

  if (target == NULL)
    target = find_attribute (tag, "url");
  if (target == NULL || strstr (target, "://") == NULL || self->target != NULL)
    return;

  self->target = g_strdup (target);
  g_string_append_c (self->block, '[');
}

static void
end_link (CgDocBuilder *self,
          const Tag    *tag)
{
  (void) tag;

  if (self->target != NULL)
    g_string_append_printf (self->block, "](%s)", self->target);
  g_clear_pointer (&self->target, g_free);
}

static gboolean
is_name (const char *text)
{
  return *text != '\0' && strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.") == strlen (text);
}

/* Names that are linked when it is known what there is; other text is code. */
static void
end_reference (CgDocBuilder *self,
               const char   *prefix)
{
  if (self->span == NULL || prefix == NULL || !is_name (g_strstrip (self->span->str)))
    {
      cg_doc_builder_end_code (self);
      return;
    }

  g_autofree char *name = cg_doc_builder_end_span (self);

  g_string_append_printf (self->block, "#%s%s%s", prefix, *prefix != '\0' ? "." : "", name);
}

static void
end_member_ref (CgDocBuilder *self,
                const Tag    *tag)
{
  (void) tag;

  end_reference (self, self->interface);
}

static void
start_dbus_ref (CgDocBuilder *self,
                const Tag    *tag)
{
  const char *namespace = find_attribute (tag, "namespace");

  g_free (self->target);
  self->target = g_strdup (namespace != NULL ? namespace : "");
  cg_doc_builder_start_span (self);
}

static void
end_dbus_ref (CgDocBuilder *self,
              const Tag    *tag)
{
  g_autofree char *prefix = g_steal_pointer (&self->target);

  (void) tag;

  end_reference (self, prefix);
}

static const struct
{
  TagFunc     start;    /* (nullable) */
  TagFunc     end;      /* (nullable) */
  const char *elements;
} rows[] = {
  { start_block, end_block,
    " p para simpara doc description summary rationale div blockquote note warning important caution tip"
    " ul ol dl list itemizedlist orderedlist variablelist errors seealso example section table tr"
    " refsect1 refsect2 refsect3 " },
  { start_item, end_block, " li item error " },
  { start_entry, end_entry, " varlistentry " },
  { start_list_item, end_block, " listitem " },
  { start_strong, end_term, " term " },
  { start_item_term, end_term, " dt " },
  { NULL, end_block, " dd definition " },
  { start_emphasis, end_emphasis, " em i emphasis replaceable firstterm " },
  { start_strong, end_strong, " strong b " },
  { start_code, end_code,
    " code tt literal type constant function parameter varname filename command option classname"
    " structname structfield envar interfacename methodname userinput computeroutput symbol"
    " sgmltag value-ref error-ref token-ref " },
  { start_pre, end_pre, " pre programlisting screen " },
  { start_title, end_title, " title h1 h2 h3 h4 h5 h6 " },
  { start_link, end_link, " a ulink " },
  { start_code, end_member_ref, " member-ref " },
  { start_dbus_ref, end_dbus_ref, " dbus-ref " },
  { add_break, NULL, " br sbr " },
};

/* The row of an element, or that behind the last: its text is text. */
static gsize
find_row (const char *element)
{
  g_autofree char *word = g_strconcat (" ", element, " ", NULL);
  gsize i = 0;

  while (i < G_N_ELEMENTS (rows) && strstr (rows[i].elements, word) == NULL)
    i++;

  return i;
}

gboolean
cg_doc_builder_knows (const char *element)
{
  return find_row (element) < G_N_ELEMENTS (rows);
}

void
cg_doc_builder_start (CgDocBuilder  *self,
                      const char    *element,
                      const char   **attributes)
{
  const Tag tag = { attributes };
  gsize row = find_row (element);

  if (row < G_N_ELEMENTS (rows) && rows[row].start != NULL)
    rows[row].start (self, &tag);
}

void
cg_doc_builder_end (CgDocBuilder *self,
                    const char   *element)
{
  const Tag tag = { NULL };
  gsize row = find_row (element);

  if (row < G_N_ELEMENTS (rows) && rows[row].end != NULL)
    rows[row].end (self, &tag);
}
