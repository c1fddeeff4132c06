/* cg-names.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The table of all names in generated code, from names.template. */

#include "cg-names.h"

#include "cg-templates.h"

#include <string.h>

static void
add_rows (GArray     *rows,
          const char *kind)
{
  g_autofree char *name = g_strconcat ("names/", kind, NULL);
  g_auto (GStrv) lines = g_strsplit (cg_template (name), "\n", -1);

  for (char **line = lines; **line != '\0'; line++)
    {
      gsize length = strcspn (*line, " ");
      const char *pattern = *line + length + strspn (*line + length, " ");
      gboolean global = *pattern == '!';
      const CgNameRow row = {
        g_strndup (*line, length), g_strdup (pattern + (global ? strlen ("! ") : 0)), global
      };

      g_array_append_val (rows, row);
    }
}

const CgNameTable *
cg_names_get_table (const char *kind)
{
  static GHashTable *tables;
  CgNameTable *self;
  GArray *rows;

  if (tables == NULL)
    tables = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (tables, kind);
  if (self != NULL)
    return self;

  rows = g_array_new (FALSE, FALSE, sizeof (CgNameRow));
  if (g_str_equal (kind, "stream"))
    add_rows (rows, "method");
  add_rows (rows, kind);
  self = g_new (CgNameTable, 1);
  self->n_rows = rows->len;
  self->rows = (const CgNameRow *) (void *) g_array_free (rows, FALSE);
  g_hash_table_insert (tables, (gpointer) kind, self);

  return self;
}

const char *
cg_names_look_up (const CgNode *node,
                  const char   *key)
{
  gsize i = 0;

  while (!g_str_equal (node->name_table->rows[i].key, key))
    i++;

  return node->names[i];
}

void
cg_names_set (CgWriter     *writer,
              const CgNode *node)
{
  for (gsize i = 0; i < node->name_table->n_rows; i++)
    cg_writer_set (writer, node->name_table->rows[i].key, node->names[i]);
}
