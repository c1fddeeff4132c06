/* cg-columns.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Types and names in columns, as GTK aligns them. */

#include "cg-emit-shared.h"

#include <string.h>

static gsize
count_stars (const char *type)
{
  gsize n = 0;

  for (gsize length = strlen (type); n < length && type[length - n - 1] == '*'; n++)
    ;

  return n;
}

static gsize
base_length (const char *type)
{
  gsize length = strlen (type) - count_stars (type);

  while (length > 0 && type[length - 1] == ' ')
    length--;

  return length;
}

/* Appends a type, with its stars before the column @width. */
static void
append_padded (GString    *text,
               const char *type,
               gsize       width)
{
  gsize base = base_length (type);
  gsize stars = count_stars (type);
  gsize blanks = MAX (width, base + stars + 1) - base - stars;

  g_string_append_len (text, type, base);
  g_string_append_printf (text, "%*s%s", (int) blanks, "", type + strlen (type) - stars);
}

char *
cg_columns_format (GPtrArray *types,
                   GPtrArray *names)
{
  GString *text = g_string_new (NULL);
  gsize base = 0;
  gsize stars = 0;

  if (types->len == 0)
    g_string_append (text, "void");

  for (guint i = 0; i < types->len; i++)
    {
      const char *type = g_ptr_array_index (types, i);

      base = MAX (base, base_length (type));
      stars = MAX (stars, count_stars (type));
    }

  for (guint i = 0; i < types->len; i++)
    {
      const char *type = g_ptr_array_index (types, i);

      if (i > 0)
        g_string_append (text, ",\n");
      append_padded (text, type, base + 1 + stars);
      g_string_append (text, g_ptr_array_index (names, i));
    }

  return g_string_free (text, FALSE);
}

char *
cg_columns_pad (const char *type,
                guint       width)
{
  GString *padded = g_string_new (NULL);

  append_padded (padded, type, width);

  return g_string_free (padded, FALSE);
}
