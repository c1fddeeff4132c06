/* cg-doc-builder.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-doc-builder.h"

#include <string.h>

#define FILL_COLUMN 72

typedef enum
{
  ROLE_NONE,      /* its text is text */
  ROLE_BLOCK,
  ROLE_ITEM,      /* of a list */
  ROLE_LIST_ITEM, /* the same, but where it is the rest of another */
  ROLE_TERM,      /* what is explained by the rest of its item */
  ROLE_ITEM_TERM, /* both at once */
  ROLE_REST,      /* of an item */
  ROLE_EMPHASIS,
  ROLE_STRONG,
  ROLE_CODE,
  ROLE_PRE,
  ROLE_TITLE,
  ROLE_LINK,
  ROLE_MEMBER_REF,
  ROLE_DBUS_REF,
  ROLE_BREAK
} Role;

static const struct
{
  Role        role;
  const char *elements;
} roles[] = {
  { ROLE_BLOCK,
    " p para simpara doc description summary rationale div blockquote note warning important caution tip"
    " ul ol dl list itemizedlist orderedlist variablelist errors seealso example section table tr"
    " refsect1 refsect2 refsect3 " },
  { ROLE_ITEM, " li item varlistentry error " },
  { ROLE_LIST_ITEM, " listitem " },
  { ROLE_TERM, " term " },
  { ROLE_ITEM_TERM, " dt " },
  { ROLE_REST, " dd definition " },
  { ROLE_EMPHASIS, " em i emphasis replaceable firstterm " },
  { ROLE_STRONG, " strong b " },
  { ROLE_CODE,
    " code tt literal type constant function parameter varname filename command option classname"
    " structname structfield envar interfacename methodname userinput computeroutput symbol"
    " sgmltag value-ref error-ref token-ref " },
  { ROLE_PRE, " pre programlisting screen " },
  { ROLE_TITLE, " title h1 h2 h3 h4 h5 h6 " },
  { ROLE_LINK, " a ulink " },
  { ROLE_MEMBER_REF, " member-ref " },
  { ROLE_DBUS_REF, " dbus-ref " },
  { ROLE_BREAK, " br sbr " },
};

struct _CgDocBuilder
{
  GString  *out;        /* (owned): blocks that are complete */
  GString  *block;      /* (owned): the one that is not */
  GString  *span;       /* (owned) (nullable): text of the code or the reference that is open */
  char     *target;     /* (owned) (nullable): of the link that is open, or the namespace of a reference */
  char     *interface;  /* (owned) */
  gboolean  is_filled;
  gboolean  is_pre;
  gboolean  is_fresh;   /* nothing follows the mark of an item yet */
  gboolean  was_item;   /* the last complete block is an item */
  gsize     mark;       /* where in the block what is marked begins */
  guint     n_entries;  /* open items that have a term */
};

static Role
find_role (const char *element)
{
  g_autofree char *word = g_strconcat (" ", element, " ", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (strstr (roles[i].elements, word) != NULL)
      return roles[i].role;

  return ROLE_NONE;
}

gboolean
cg_doc_builder_knows (const char *element)
{
  return find_role (element) != ROLE_NONE;
}

CgDocBuilder *
cg_doc_builder_new (gboolean    is_filled,
                    const char *interface)
{
  CgDocBuilder *self = g_new0 (CgDocBuilder, 1);

  self->out = g_string_new (NULL);
  self->block = g_string_new (NULL);
  self->interface = g_strdup (interface);
  self->is_filled = is_filled;

  return self;
}

void
cg_doc_builder_free (CgDocBuilder *self)
{
  g_string_free (self->out, TRUE);
  g_string_free (self->block, TRUE);
  if (self->span != NULL)
    g_string_free (self->span, TRUE);
  g_free (self->target);
  g_free (self->interface);
  g_free (self);
}

/* One paragraph in lines that are not too long; its words stay what they are. */
static char *
fill (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  GString *filled = g_string_new (NULL);
  gsize column = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      gsize length = g_utf8_strlen (words[i], -1);

      if (length == 0)
        continue;
      if (column > 0 && column + 1 + length > FILL_COLUMN)
        {
          g_string_append_c (filled, '\n');
          column = 0;
        }
      else if (column > 0)
        {
          g_string_append_c (filled, ' ');
          column++;
        }
      g_string_append (filled, words[i]);
      column += length;
    }

  return g_string_free (filled, FALSE);
}

/* Paragraphs have an empty line between them; items of a list, none. */
static void
flush (CgDocBuilder *self)
{
  g_autofree char *text = self->is_pre || !self->is_filled ? g_strdup (self->block->str) : fill (self->block->str);
  const char *start = text + strspn (text, "\r\n");
  gboolean is_item = g_str_has_prefix (start, "- ");

  g_strchomp (text);
  g_string_truncate (self->block, 0);
  self->mark = 0;
  self->is_fresh = FALSE;
  if (*start == '\0' || g_str_equal (start, "-"))
    return;

  if (self->out->len > 0)
    g_string_append (self->out, is_item && self->was_item ? "\n" : "\n\n");
  g_string_append (self->out, start);
  self->was_item = is_item;
}

static void
append (CgDocBuilder *self,
        const char   *text)
{
  g_string_append (self->block, text);
}

static void
start_mark (CgDocBuilder *self,
            const char   *mark)
{
  append (self, mark);
  self->mark = self->block->len;
}

static void
start_item (CgDocBuilder *self)
{
  flush (self);
  append (self, "- ");
  self->is_fresh = TRUE;
}

static void
start_block (CgDocBuilder *self)
{
  if (!self->is_fresh)
    flush (self);
}

static const char *
find_attribute (const char **names,
                const char **values,
                const char  *name)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return values[i];

  return NULL;
}

static void
start_span (CgDocBuilder *self)
{
  if (self->span == NULL)
    self->span = g_string_new (NULL);
}

static void
start_link (CgDocBuilder  *self,
            const char   **names,
            const char   **values)
{
  const char *target = find_attribute (names, values, "href");

  if (target == NULL)
    target = find_attribute (names, values, "url");
  /* one within the page goes nowhere here */
  if (target != NULL && strstr (target, "://") != NULL && self->target == NULL)
    {
      self->target = g_strdup (target);
      append (self, "[");
    }
}

void
cg_doc_builder_start (CgDocBuilder  *self,
                      const char    *element,
                      const char   **names,
                      const char   **values)
{
  switch (find_role (element))
    {
    case ROLE_BLOCK:
      start_block (self);
      break;

    case ROLE_ITEM:
      start_item (self);
      self->n_entries += g_str_equal (element, "varlistentry");
      break;

    case ROLE_LIST_ITEM:
      if (self->n_entries == 0)
        start_item (self);
      break;

    case ROLE_ITEM_TERM:
      start_item (self);
      start_mark (self, "**");
      break;

    case ROLE_TITLE:
      flush (self);
      start_mark (self, "**");
      break;

    case ROLE_TERM:
    case ROLE_STRONG:
      start_mark (self, "**");
      break;

    case ROLE_EMPHASIS:
      start_mark (self, "*");
      break;

    case ROLE_PRE:
      flush (self);
      self->is_pre = TRUE;
      append (self, "```\n");
      break;

    case ROLE_LINK:
      start_link (self, names, values);
      break;

    case ROLE_DBUS_REF:
      g_free (self->target);
      self->target = g_strdup (find_attribute (names, values, "namespace"));
      start_span (self);
      break;

    case ROLE_CODE:
    case ROLE_MEMBER_REF:
      if (!self->is_pre)
        start_span (self);
      break;

    case ROLE_BREAK:
      append (self, self->is_filled ? " " : "\n");
      break;

    case ROLE_REST:
    case ROLE_NONE:
    default:
      break;
    }
}

/* What ends a mark must be next to what it marks. */
static void
append_mark (CgDocBuilder *self,
             const char   *mark)
{
  gsize length = self->block->len;

  while (length > self->mark && g_ascii_isspace (self->block->str[length - 1]))
    length--;
  if (length == self->mark && g_str_has_suffix (self->block->str, mark))
    g_string_truncate (self->block, length - strlen (mark));
  else if (length > 0)
    g_string_insert (self->block, length, mark);
  self->mark = 0;
}

/* Names in references have no blanks, and begin with a capital. */
static gboolean
is_name (const char *text)
{
  return *text != '\0' && strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.") == strlen (text);
}

static void
end_span (CgDocBuilder *self,
          Role          role)
{
  g_autoptr (GString) span = g_steal_pointer (&self->span);
  g_autofree char *target = role == ROLE_DBUS_REF ? g_steal_pointer (&self->target) : NULL;

  if (span == NULL || *g_strstrip (span->str) == '\0')
    return;

  if (role == ROLE_MEMBER_REF && is_name (span->str) && self->interface != NULL)
    g_string_append_printf (self->block, "#%s.%s", self->interface, span->str);
  else if (role == ROLE_DBUS_REF && is_name (span->str))
    g_string_append_printf (self->block, "#%s%s%s", target != NULL ? target : "", target != NULL ? "." : "", span->str);
  else
    {
      g_strdelimit (span->str, "`", '\'');
      g_string_append_printf (self->block, "`%s`", span->str);
    }
}

/* Code is indented from its first column. */
static void
end_pre (CgDocBuilder *self)
{
  g_auto (GStrv) lines = g_strsplit (self->block->str, "\n", -1);
  gsize indent = G_MAXSIZE;
  gboolean has_text = FALSE;

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    if (*g_strchomp (lines[i]) != '\0')
      indent = MIN (indent, strspn (lines[i], " \t"));

  g_string_truncate (self->block, 0);
  append (self, "```");
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      has_text = has_text || *lines[i] != '\0';
      if (has_text)
        g_string_append_printf (self->block, "\n%s", lines[i] + MIN (indent, strlen (lines[i])));
    }
  while (g_str_has_suffix (self->block->str, "\n"))
    g_string_truncate (self->block, self->block->len - 1);
  append (self, "\n```");
  flush (self);
  self->is_pre = FALSE;
}

void
cg_doc_builder_end (CgDocBuilder *self,
                    const char   *element)
{
  Role role = find_role (element);

  switch (role)
    {
    case ROLE_BLOCK:
    case ROLE_ITEM:
    case ROLE_LIST_ITEM:
    case ROLE_REST:
      self->n_entries -= g_str_equal (element, "varlistentry") && self->n_entries > 0;
      flush (self);
      break;

    case ROLE_TERM:
    case ROLE_ITEM_TERM:
      append_mark (self, "**");
      append (self, ": ");
      self->is_fresh = TRUE;
      break;

    case ROLE_TITLE:
      append_mark (self, "**");
      flush (self);
      break;

    case ROLE_STRONG:
      append_mark (self, "**");
      break;

    case ROLE_EMPHASIS:
      append_mark (self, "*");
      break;

    case ROLE_PRE:
      end_pre (self);
      break;

    case ROLE_LINK:
      if (self->target != NULL)
        g_string_append_printf (self->block, "](%s)", self->target);
      g_clear_pointer (&self->target, g_free);
      break;

    case ROLE_CODE:
    case ROLE_MEMBER_REF:
    case ROLE_DBUS_REF:
      end_span (self, role);
      break;

    case ROLE_BREAK:
    case ROLE_NONE:
    default:
      break;
    }
}

void
cg_doc_builder_text (CgDocBuilder *self,
                     const char   *text,
                     gsize         length)
{
  if (self->span != NULL)
    {
      g_string_append_len (self->span, text, length);
      return;
    }

  if (self->is_fresh || (self->mark > 0 && self->mark == self->block->len))
    while (length > 0 && g_ascii_isspace (*text))
      {
        text++;
        length--;
      }
  if (length == 0)
    return;

  self->is_fresh = FALSE;
  g_string_append_len (self->block, text, length);
}

char *
cg_doc_builder_finish (CgDocBuilder *self)
{
  if (self->span != NULL)
    end_span (self, ROLE_CODE);
  flush (self);

  return g_strstrip (g_strdup (self->out->str));
}
