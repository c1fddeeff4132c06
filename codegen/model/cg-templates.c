/* cg-templates.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The files in templates/ are resources of the program. A line "%% NAME" begins a section. It ends
 * at the next line that begins with "%%", or with "%#", a comment. A line "%-" ends it, too, and
 * removes the line break before it. */

#include "cg-templates.h"

#include "cg-template-resources.h"

#include <string.h>

#define FOLDER "/org/norpc/codegen/"
#define SUFFIX ".template"

static void
add_sections (GHashTable *templates,
              const char *file,
              const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *section = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "%% "))
      {
        section = g_string_new (NULL);
        g_hash_table_insert (templates,
                             g_strdup_printf ("%.*s/%s", (int) (strlen (file) - strlen (SUFFIX)),
                                              file, lines[i] + strlen ("%% ")),
                             section);
      }
    else if (g_str_has_prefix (lines[i], "%#"))
      section = NULL;
    else if (g_str_equal (lines[i], "%-"))
      {
        g_string_truncate (section, section->len - 1);
        section = NULL;
      }
    else if (section != NULL && lines[i + 1] != NULL)
      g_string_append_printf (section, "%s\n", lines[i]);
}

static GHashTable *
load (void)
{
  GResource *resource = cg_templates_get_resource ();
  g_auto (GStrv) files = g_resource_enumerate_children (resource, FOLDER,
                                                        G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GHashTable *templates = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (FOLDER, files[i], NULL);
      g_autoptr (GBytes) bytes = g_resource_lookup_data (resource, path,
                                                         G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

      /* GResource ends the data with a zero byte */
      add_sections (templates, files[i], g_bytes_get_data (bytes, NULL));
    }

  return templates;
}

const char *
cg_template (const char *name)
{
  static GHashTable *templates;
  const GString *section;

  if (templates == NULL)
    templates = load ();
  section = g_hash_table_lookup (templates, name);
  if (section == NULL)
    g_error ("there is no template '%s'", name);

  return section->str;
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
