/* inspector-row.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "inspector-row.h"

struct _InspectorRow
{
  GObject parent_instance;

  char       *key;      /* (owned) */
  char       *cells[INSPECTOR_N_CELLS]; /* (owned) (nullable) */
  GListStore *children; /* (owned) (nullable), since construction: of InspectorRow */
};

G_DEFINE_FINAL_TYPE (InspectorRow, inspector_row, G_TYPE_OBJECT)

static guint changed_signal;

static void
inspector_row_finalize (GObject *object)
{
  InspectorRow *self = INSPECTOR_ROW (object);

  g_free (self->key);
  for (guint i = 0; i < INSPECTOR_N_CELLS; i++)
    g_free (self->cells[i]);
  g_clear_object (&self->children);

  G_OBJECT_CLASS (inspector_row_parent_class)->finalize (object);
}

static void
inspector_row_class_init (InspectorRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = inspector_row_finalize;

  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
inspector_row_init (InspectorRow *self G_GNUC_UNUSED)
{
}

const char *
inspector_row_get_key (InspectorRow *self)
{
  return self->key;
}

const char *
inspector_row_get_cell (InspectorRow *self,
                        guint         cell)
{
  return self->cells[cell] != NULL ? self->cells[cell] : "";
}

void
inspector_row_set_cell (InspectorRow *self,
                        guint         cell,
                        const char   *text)
{
  if (g_strcmp0 (self->cells[cell], text) == 0)
    return;

  g_free (self->cells[cell]);
  self->cells[cell] = g_strdup (text);
  g_signal_emit (self, changed_signal, 0);
}

/* Takes ownership of @text. */
void
inspector_row_take_cell (InspectorRow *self,
                         guint         cell,
                         char         *text)
{
  g_autofree char *taken = text;

  inspector_row_set_cell (self, cell, taken);
}

GListStore *
inspector_row_get_children (InspectorRow *self)
{
  return self->children;
}

/* Returns the position of a row, or that after the last one. */
static guint
find_row (GListStore *rows,
          guint       from,
          const char *key)
{
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (rows));

  for (guint i = from; i < n_rows; i++)
    {
      g_autoptr (InspectorRow) row = g_list_model_get_item (G_LIST_MODEL (rows), i);

      if (g_str_equal (row->key, key))
        return i;
    }

  return n_rows;
}

/* Returns the row (unowned) with a key, which is at @position then, and adds 1 to that. */
InspectorRow *
inspector_rows_put (GListStore *rows,
                    guint      *position,
                    const char *key,
                    gboolean    has_children)
{
  guint found = find_row (rows, *position, key);
  g_autoptr (InspectorRow) row = NULL;

  if (found < g_list_model_get_n_items (G_LIST_MODEL (rows)))
    {
      /* A change of nothing is a change, too, after which a filter shows all rows. */
      if (found > *position)
        g_list_store_splice (rows, *position, found - *position, NULL, 0);
      row = g_list_model_get_item (G_LIST_MODEL (rows), *position);
    }
  else
    {
      row = g_object_new (INSPECTOR_TYPE_ROW, NULL);
      row->key = g_strdup (key);
      row->children = has_children ? g_list_store_new (INSPECTOR_TYPE_ROW) : NULL;
      g_list_store_insert (rows, *position, row);
    }
  *position += 1;

  return row;
}

void
inspector_rows_end (GListStore *rows,
                    guint       position)
{
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (rows));

  if (position < n_rows)
    g_list_store_splice (rows, position, n_rows - position, NULL, 0);
}
