/* inspector-table.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tables and trees of InspectorRow. */

#pragma once

#include <gtk/gtk.h>

#include "inspector-row.h"

G_BEGIN_DECLS

/* The column of the cell with the same index. */
typedef struct
{
  const char *title; /* to be translated */
  gboolean    is_number; /* to be aligned at the end */
  gboolean    expands;
} InspectorColumn;

GtkWidget *inspector_table_new  (GtkSelectionModel     *model,
                                 const InspectorColumn *columns,
                                 guint                  n_columns);
GtkWidget *inspector_tree_new   (GListStore            *rows,
                                 const InspectorColumn *columns,
                                 guint                  n_columns);

G_END_DECLS
