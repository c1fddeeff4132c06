/* cg-templates.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The text of generated code. A line "%% NAME" in a file of templates/ begins a section. It ends at the next
 * line that begins with "%%", or with "%#", a comment. A line "%-" ends it, too, and removes the line break
 * before it. Each file begins with a comment. */

#include "cg-templates.h"

#include "cg-template-files.h"

#include <string.h>

/* Returns NULL if there is no such file. */
static const char *
find_file (const char *name,
           gsize       length)
{
  for (const CgTemplateFile *file = cg_template_files; file->name != NULL; file++)
    if (strncmp (file->name, name, length) == 0 && file->name[length] == '\0')
      return file->text;

  return NULL;
}

/* Returns the text of the section that follows the line break at @begin. */
static char *
copy_section (const char *begin)
{
  const char *end = begin;

  while ((end = strstr (end, "\n%")) != NULL)
    {
      gboolean joins = strncmp (end + 1, "%-\n", 3) == 0;

      if (joins || end[2] == '%' || end[2] == '#')
        return g_strndup (begin + 1, (gsize) (end - begin) - (joins ? 1 : 0));
      end++;
    }

  return g_strdup (begin + 1);
}

/* Returns NULL if there is no such section. */
static char *
load (const char *name)
{
  const char *slash = strchr (name, '/');
  const char *file = find_file (name, (gsize) (slash - name));
  g_autofree char *head = g_strconcat ("\n%% ", slash + 1, "\n", NULL);
  const char *found = file != NULL ? strstr (file, head) : NULL;

  return found != NULL ? copy_section (found + strlen (head) - 1) : NULL;
}

const char *
cg_template (const char *name)
{
  static GHashTable *templates;
  char *text;

  if (templates == NULL)
    templates = g_hash_table_new (g_str_hash, g_str_equal);
  text = g_hash_table_lookup (templates, name);
  if (text != NULL)
    return text;

  text = load (name);
  if (text == NULL)
    g_error ("there is no template '%s'", name);
  g_hash_table_insert (templates, g_strdup (name), text);

  return text;
}

const char *
cg_template_find_word (const char *name,
                       const char *word)
{
  const char *text = cg_template (name);
  gsize length = strlen (word);

  for (const char *p = strstr (text, word); length > 0 && p != NULL; p = strstr (p + 1, word))
    if ((p == text || g_ascii_isspace (p[-1])) && strchr (" \n=", p[length]) != NULL)
      return p;

  return NULL;
}

gboolean
cg_template_has_word (const char *name,
                      const char *word)
{
  return cg_template_find_word (name, word) != NULL;
}
