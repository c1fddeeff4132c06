/* cg-columns.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Types and names in columns, as GTK aligns them. */

#include "cg-emit-shared.h"

#include "model/cg-templates.h"

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

typedef struct
{
  char *return_type;  /* (owned), as the others */
  char *function;
  char *params;
  char *deprecated;
} Prototype;

static void
prototype_free (gpointer data)
{
  Prototype *self = data;

  g_free (self->return_type);
  g_free (self->function);
  g_free (self->params);
  g_free (self->deprecated);
  g_free (self);
}

GPtrArray *
cg_prototypes_new (void)
{
  return g_ptr_array_new_with_free_func (prototype_free);
}

void
cg_prototypes_add (GPtrArray  *self,
                   CgWriter   *writer,
                   const char *deprecated)
{
  const Prototype prototype = {
    cg_writer_expand (writer, "$return_type$"), cg_writer_expand (writer, "$function$"),
    cg_writer_expand (writer, "$params$"), g_strdup (deprecated)
  };

  g_ptr_array_add (self, g_memdup2 (&prototype, sizeof prototype));
}

void
cg_prototypes_set (GPtrArray  *self,
                   CgWriter   *writer,
                   const char *key)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize type_width = 0;
  gsize function_width = 0;

  for (guint i = 0; i < self->len; i++)
    {
      const Prototype *prototype = g_ptr_array_index (self, i);

      type_width = MAX (type_width, strlen (prototype->return_type));
      function_width = MAX (function_width, strlen (prototype->function));
    }
  for (guint i = 0; i < self->len; i++)
    {
      const Prototype *prototype = g_ptr_array_index (self, i);

      cg_writer_take (writer, "padded_type", cg_columns_pad (prototype->return_type, type_width));
      cg_writer_take (writer, "padded_function",
                      g_strdup_printf ("%-*s", (int) function_width, prototype->function));
      cg_writer_set (writer, "params", prototype->params);
      cg_writer_set (writer, "deprecated", prototype->deprecated);
      cg_writer_append (writer, text, "", cg_template ("header/prototype"));
    }

  cg_writer_take (writer, key, g_strchomp (g_strdup (text->str)));
  g_ptr_array_unref (self);
}
