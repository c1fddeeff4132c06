/* cg-doc-markup.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-doc-markup.h"

#include <string.h>

#define BLANKS " \t\r\n"

struct _CgDocMarkup
{
  GString *text;    /* (owned) */
  char    *target;  /* (owned) (nullable): of the link that is open */
};

typedef enum
{
  MARK_PARAGRAPH,
  MARK_ITEM,
  MARK_CODE,
  MARK_LINK
} Mark;

typedef struct
{
  const char *name;
  Mark        mark;
  const char *target;  /* (nullable): the attribute of a link that has it */
} Element;

static const Element elements[] = {
  { "para", MARK_PARAGRAPH, NULL },
  { "p", MARK_PARAGRAPH, NULL },
  { "itemizedlist", MARK_PARAGRAPH, NULL },
  { "orderedlist", MARK_PARAGRAPH, NULL },
  { "ul", MARK_PARAGRAPH, NULL },
  { "ol", MARK_PARAGRAPH, NULL },
  { "listitem", MARK_ITEM, NULL },
  { "li", MARK_ITEM, NULL },
  { "item", MARK_ITEM, NULL },
  { "dt", MARK_ITEM, NULL },
  { "dd", MARK_PARAGRAPH, NULL },
  { "definition", MARK_PARAGRAPH, NULL },
  { "literal", MARK_CODE, NULL },
  { "tt", MARK_CODE, NULL },
  { "code", MARK_CODE, NULL },
  { "link", MARK_LINK, NULL }, /* within a page, which is nowhere here */
  { "ulink", MARK_LINK, "url" },
  { "a", MARK_LINK, "href" },
};

static const Element *
find_element (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (elements); i++)
    if (g_str_equal (elements[i].name, name))
      return &elements[i];

  return NULL;
}

CgDocMarkup *
cg_doc_markup_new (void)
{
  CgDocMarkup *self = g_new0 (CgDocMarkup, 1);

  self->text = g_string_new (NULL);

  return self;
}

void
cg_doc_markup_free (CgDocMarkup *self)
{
  g_string_free (self->text, TRUE);
  g_free (self->target);
  g_free (self);
}

/* Nothing of a block or an item is there yet. */
static gboolean
is_fresh (const CgDocMarkup *self)
{
  gsize length = self->text->len;

  return length == 0 ||
         (length >= 2 && (memcmp (self->text->str + length - 2, "\n\n", 2) == 0 ||
                          memcmp (self->text->str + length - 2, "- ", 2) == 0));
}

static void
trim (CgDocMarkup *self)
{
  while (self->text->len > 0 && strchr (BLANKS, self->text->str[self->text->len - 1]) != NULL)
    g_string_truncate (self->text, self->text->len - 1);
}

static void
start_block (CgDocMarkup *self)
{
  if (is_fresh (self))
    return;

  trim (self);
  if (self->text->len > 0)
    g_string_append (self->text, "\n\n");
}

static void
start_link (CgDocMarkup  *self,
            const char   *target,
            const char  **attributes)
{
  for (; target != NULL && self->target == NULL && *attributes != NULL; attributes += 2)
    if (g_str_equal (attributes[0], target) && strstr (attributes[1], "://") != NULL)
      {
        self->target = g_strdup (attributes[1]);
        g_string_append_c (self->text, '[');
      }
}

void
cg_doc_markup_start (CgDocMarkup  *self,
                     const char   *element,
                     const char  **attributes)
{
  const Element *found = find_element (element);

  if (found == NULL)
    return;

  if (found->mark == MARK_PARAGRAPH)
    start_block (self);
  else if (found->mark == MARK_CODE)
    g_string_append_c (self->text, '`');
  else if (found->mark == MARK_LINK)
    start_link (self, found->target, attributes);
  else
    {
      trim (self);
      g_string_append (self->text, self->text->len > 0 ? "\n- " : "- ");
    }
}

void
cg_doc_markup_end (CgDocMarkup *self,
                   const char  *element)
{
  const Element *found = find_element (element);

  if (found == NULL)
    return;

  if (found->mark == MARK_PARAGRAPH)
    start_block (self);
  else if (found->mark == MARK_CODE)
    g_string_append_c (self->text, '`');
  else if (found->mark == MARK_LINK && self->target != NULL)
    {
      g_string_append_printf (self->text, "](%s)", self->target);
      g_clear_pointer (&self->target, g_free);
    }
}

void
cg_doc_markup_text (CgDocMarkup *self,
                    const char  *text,
                    gsize        length)
{
  if (is_fresh (self))
    for (; length > 0 && strchr (BLANKS, *text) != NULL; length--)
      text++;

  g_string_append_len (self->text, text, length);
}

char *
cg_doc_markup_finish (CgDocMarkup *self)
{
  trim (self);

  return g_strdup (self->text->str);
}

/* Reads the tag at @p, and returns what follows it, or NULL if it is none that is known. */
static const char *
read_tag (CgDocMarkup *self,
          const char  *p)
{
  gboolean is_end = p[1] == '/';
  const char *name = p + 1 + is_end;
  const char *end = name + strcspn (name, "<>\n");
  g_autofree char *element = g_strndup (name, strspn (name, G_CSET_a_2_z));
  const char *found = g_strstr_len (name, end - name, "url=\"");
  const char *url = found != NULL ? found + strlen ("url=\"") : "";
  g_autofree char *target = found != NULL ? g_strndup (url, strcspn (url, "\">")) : NULL;
  const char *attributes[] = { target != NULL ? "url" : NULL, target, NULL };

  if (*end != '>' || find_element (element) == NULL ||
      (name[strlen (element)] != '>' && name[strlen (element)] != ' '))
    return NULL;

  if (is_end)
    cg_doc_markup_end (self, element);
  else
    cg_doc_markup_start (self, element, attributes);

  return end + 1;
}

char *
cg_doc_from_docbook (const char *text)
{
  g_autoptr (CgDocMarkup) self = NULL;

  if (strstr (text, "</") == NULL)
    return g_strdup (text);

  self = cg_doc_markup_new ();
  while (*text != '\0')
    {
      const char *rest = *text == '<' ? read_tag (self, text) : NULL;
      gsize length = 1 + strcspn (text + 1, "<");

      if (rest == NULL)
        cg_doc_markup_text (self, text, length);
      text = rest != NULL ? rest : text + length;
    }

  return cg_doc_markup_finish (self);
}
