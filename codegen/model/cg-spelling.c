/* cg-spelling.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The spelling of names in C. */

#include "cg-spelling.h"

#include <string.h>

/* Inserts an underscore before a capital letter that follows another character. */
char *
cg_camel_case_to_uscore (const char *name)
{
  GString *lower = g_string_new (NULL);
  gboolean after_other = FALSE;

  for (; *name == '_'; name++)
    g_string_append_c (lower, '_');

  for (; *name != '\0'; name++)
    {
      gboolean is_upper = g_ascii_isupper (*name);

      if (is_upper && after_other)
        g_string_append_c (lower, '_');
      g_string_append_c (lower, g_ascii_tolower (*name));
      after_other = !is_upper;
    }

  return g_string_free (lower, FALSE);
}

/* Turns "read_all" into "ReadAll". */
char *
cg_uscore_to_camel_case (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, "_", -1);

  for (char **word = words; *word != NULL; word++)
    **word = g_ascii_toupper (**word);

  return g_strjoinv (NULL, words);
}

/* Turns "org.example.Kv" into "OrgExampleKv". */
char *
cg_strip_dots (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, ".", -1);

  for (char **word = words; *word != NULL; word++)
    **word = g_ascii_toupper (**word);

  return g_strjoinv (NULL, words);
}

static char *
remove_underscores (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, "_", -1);

  return g_strjoinv (NULL, words);
}

/* A name with an underscore after its first character is an "ugly" one, which is not in camel case. */
gboolean
cg_is_ugly (const char *name)
{
  return name != NULL && strchr (name, '_') > name;
}

/* Replaces all characters that an identifier cannot have by underscores. */
char *
cg_make_identifier (const char *name)
{
  GString *identifier = g_string_new (NULL);

  if (g_ascii_isdigit (*name))
    g_string_append_c (identifier, '_');

  for (; *name != '\0'; name = g_utf8_next_char (name))
    g_string_append_c (identifier, g_ascii_isalnum (*name) ? *name : '_');

  return g_string_free (identifier, FALSE);
}

/* Sets the keys for the beginning of all names. */
void
cg_spelling_set_namespace (CgWriter   *writer,
                           const char *c_namespace)
{
  g_autofree char *camel = remove_underscores (c_namespace);
  g_autofree char *lower = cg_is_ugly (c_namespace)
                           ? g_ascii_strdown (c_namespace, -1)
                           : cg_camel_case_to_uscore (c_namespace);
  g_autofree char *upper = g_ascii_strup (lower, -1);
  const char *end = *lower != '\0' ? "_" : "";
  g_autofree char *lower_prefix = g_strconcat (lower, end, NULL);
  g_autofree char *upper_prefix = g_strconcat (upper, end, NULL);

  cg_writer_set (writer, "Ns", cg_is_ugly (c_namespace) ? camel : c_namespace);
  cg_writer_set (writer, "ns", lower_prefix);
  cg_writer_set (writer, "NS", upper_prefix);
  cg_writer_set (writer, "MODULE", upper);
}

/* Sets the keys for the names of an interface. */
void
cg_spelling_set_interface (CgWriter     *writer,
                           const CgNode *node,
                           const char   *prefix)
{
  const char *c_name = node->c_name;
  const char *name = node->name;
  g_autofree char *camel = NULL;
  g_autofree char *lower = NULL;
  g_autofree char *upper = NULL;

  if (c_name == NULL && g_str_has_prefix (name, prefix))
    name += strlen (prefix);

  if (cg_is_ugly (c_name))
    {
      g_autofree char *identifier = cg_make_identifier (c_name);

      camel = remove_underscores (identifier);
      lower = g_ascii_strdown (identifier, -1);
    }
  else
    {
      camel = c_name != NULL ? cg_make_identifier (c_name) : cg_strip_dots (name);
      lower = cg_camel_case_to_uscore (camel);
    }
  upper = g_ascii_strup (lower, -1);

  cg_writer_set (writer, "Name", camel);
  cg_writer_set (writer, "name", lower);
  cg_writer_set (writer, "NAME", upper);
  cg_writer_set (writer, "dbus_name", node->name);
}
