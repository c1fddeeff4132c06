/* cg-format-text.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tags in one line, and text that moves without changing what is indented
 * more than what. */

#include "cg-format.h"

#include <string.h>

#define TAB_CELLS 2 /* one level */

typedef struct
{
  const char *name;
  gsize       name_length;
  const char *value;        /* without quotes */
  gsize       value_length;
} Attribute;

/* @is_tabbed: all indentation is tabs. Where it is mixed, characters are
 * counted, as is done when comments are read. */
static gsize
measure_indent (const char *line,
                gboolean    is_tabbed)
{
  return strspn (line, " \t") * (is_tabbed ? TAB_CELLS : 1);
}

static gboolean
is_blank (const char *line)
{
  return line[strspn (line, " \t\r")] == '\0';
}

static gboolean
are_tabbed (char **lines)
{
  for (; *lines != NULL; lines++)
    if (!is_blank (*lines) && **lines == ' ')
      return FALSE;

  return TRUE;
}

void
cg_format_append_text (GString    *out,
                       const char *text,
                       gsize       length,
                       const char *line,
                       gsize       indent)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  gboolean is_tabbed = *line != ' ' && are_tabbed (lines + 1);
  gssize shift = (gssize) indent - (gssize) measure_indent (line, is_tabbed);

  for (guint i = 1; lines[i] != NULL; i++)
    if (!is_blank (lines[i]))
      shift = MAX (shift, -(gssize) measure_indent (lines[i], is_tabbed));

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize old_indent = measure_indent (lines[i], is_tabbed);

      while (g_str_has_suffix (lines[i], "\r"))
        lines[i][strlen (lines[i]) - 1] = '\0';
      if (i == 0)
        g_string_append (out, lines[i]);
      else if (is_blank (lines[i]))
        g_string_append_c (out, '\n');
      else
        g_string_append_printf (out, "\n%*s%s", (int) (old_indent + shift), "",
                                lines[i] + strspn (lines[i], " \t"));
    }
}

/* @p is behind a tag's name, in a tag that was parsed. */
static GArray *
read_attributes (const char *p,
                 const char *end)
{
  GArray *attributes = g_array_new (FALSE, FALSE, sizeof (Attribute));

  for (;;)
    {
      Attribute attribute;
      const char *quote;

      p += strspn (p, " \t\r\n");
      if (p >= end || *p == '>' || *p == '/')
        return attributes;

      attribute.name = p;
      attribute.name_length = strcspn (p, " \t\r\n=");
      quote = p + attribute.name_length;
      quote += strcspn (quote, "\"'");
      attribute.value = quote + 1;
      attribute.value_length = strchr (attribute.value, *quote) - attribute.value;
      g_array_append_val (attributes, attribute);
      p = attribute.value + attribute.value_length + 1;
    }
}

/* Those that say what something is go first; others stay in their order. */
static guint
get_rank (const Attribute *attribute)
{
  static const char * const names[] = { "name", "type", "direction", "access", "value", "version" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == attribute->name_length &&
        strncmp (names[i], attribute->name, attribute->name_length) == 0)
      return i;

  return G_N_ELEMENTS (names);
}

static int
compare_attributes (gconstpointer a,
                    gconstpointer b)
{
  const Attribute *x = a;
  const Attribute *y = b;
  guint rank_x = get_rank (x);
  guint rank_y = get_rank (y);

  if (rank_x != rank_y)
    return rank_x < rank_y ? -1 : 1;

  return x->name < y->name ? -1 : 1;
}

void
cg_format_append_tag (GString    *out,
                      const char *tag,
                      gsize       length)
{
  const char *end = tag + length - 1;
  gsize name = 1 + strcspn (tag + 1, " \t\r\n/>");
  g_autoptr (GArray) attributes = NULL;

  if (tag[1] == '/')
    {
      name = 2 + strcspn (tag + 2, " \t\r\n>");
      g_string_append_len (out, tag, name);
      g_string_append_c (out, '>');
      return;
    }

  attributes = read_attributes (tag + name, end);
  g_array_sort (attributes, compare_attributes);
  g_string_append_len (out, tag, name);
  for (guint i = 0; i < attributes->len; i++)
    {
      const Attribute *attribute = &g_array_index (attributes, Attribute, i);
      char quote = memchr (attribute->value, '"', attribute->value_length) != NULL ? '\'' : '"';

      g_string_append_printf (out, " %.*s=%c", (int) attribute->name_length, attribute->name, quote);
      for (gsize j = 0; j < attribute->value_length; j++)
        if (attribute->value[j] != '\r')
          g_string_append_c (out, attribute->value[j]);
      g_string_append_c (out, quote);
    }
  g_string_append (out, end[-1] == '/' ? "/>" : ">");
}
