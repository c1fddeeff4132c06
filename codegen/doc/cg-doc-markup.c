/* cg-doc-markup.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-doc.h"

#include <string.h>

typedef enum
{
  MARK_UNKNOWN,
  MARK_TEXT,
  MARK_PARAGRAPH,
  MARK_ITEM,
  MARK_CODE
} Mark;

static Mark
find_mark (const char *element)
{
  static const struct
  {
    const char *element;
    Mark        mark;
  } marks[] = {
    { "para", MARK_PARAGRAPH },
    { "p", MARK_PARAGRAPH }, /* of Telepathy and KDE */
    { "itemizedlist", MARK_PARAGRAPH },
    { "orderedlist", MARK_PARAGRAPH },
    { "listitem", MARK_ITEM },
    { "literal", MARK_CODE },
    { "link", MARK_TEXT }, /* a link within the page, which does not exist here */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (g_str_equal (marks[i].element, element))
      return marks[i].mark;

  return MARK_UNKNOWN;
}

/* Returns TRUE at the beginning of a block or an item. */
static gboolean
is_fresh (const GString *markdown)
{
  const char *end = markdown->str + markdown->len;

  return markdown->len == 0 ||
         (markdown->len >= 2 &&
          (memcmp (end - 2, "\n\n", 2) == 0 || memcmp (end - 2, "- ", 2) == 0));
}

static void
trim (GString *markdown)
{
  while (markdown->len > 0 && g_ascii_isspace (markdown->str[markdown->len - 1]))
    g_string_truncate (markdown, markdown->len - 1);
}

void
cg_doc_markup_tag (GString    *markdown,
                   const char *element,
                   gboolean    is_end)
{
  Mark mark = find_mark (element);

  if (mark == MARK_CODE)
    g_string_append_c (markdown, '`');
  else if (mark == MARK_PARAGRAPH && !is_fresh (markdown))
    {
      trim (markdown);
      g_string_append (markdown, markdown->len > 0 ? "\n\n" : "");
    }
  else if (mark == MARK_ITEM && !is_end)
    {
      trim (markdown);
      g_string_append (markdown, markdown->len > 0 ? "\n- " : "- ");
    }
}

void
cg_doc_markup_text (GString    *markdown,
                    const char *text,
                    gsize       length)
{
  if (is_fresh (markdown))
    for (; length > 0 && g_ascii_isspace (*text); length--)
      text++;

  g_string_append_len (markdown, text, length);
}

/* Reads the tag at @p, and returns the text after it, or NULL if the tag is unknown. */
static const char *
read_tag (GString    *markdown,
          const char *p)
{
  gboolean is_end = p[1] == '/';
  const char *name = p + 1 + is_end;
  gsize length = strspn (name, G_CSET_a_2_z);
  const char *end = name + strcspn (name, "<>\n");
  g_autofree char *element = g_strndup (name, length);

  if (*end != '>' || (name[length] != '>' && name[length] != ' ') ||
      find_mark (element) == MARK_UNKNOWN)
    return NULL;

  cg_doc_markup_tag (markdown, element, is_end);

  return end + 1;
}

char *
cg_doc_from_docbook (const char *text)
{
  GString *markdown;

  if (strstr (text, "</") == NULL)
    return g_strdup (text);

  markdown = g_string_new (NULL);
  while (*text != '\0')
    {
      const char *rest = *text == '<' ? read_tag (markdown, text) : NULL;
      gsize length = 1 + strcspn (text + 1, "<");

      if (rest == NULL)
        cg_doc_markup_text (markdown, text, length);
      text = rest != NULL ? rest : text + length;
    }

  return g_strchomp (g_string_free (markdown, FALSE));
}
