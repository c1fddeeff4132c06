/* inspector-row.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A row of a table or a tree: texts in cells, which change, and other rows below it. */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define INSPECTOR_N_CELLS 8

#define INSPECTOR_TYPE_ROW (inspector_row_get_type ())
G_DECLARE_FINAL_TYPE (InspectorRow, inspector_row, INSPECTOR, ROW, GObject)

const char   *inspector_row_get_key      (InspectorRow *self);
const char   *inspector_row_get_cell     (InspectorRow *self,
                                          guint         cell);
void          inspector_row_set_cell     (InspectorRow *self,
                                          guint         cell,
                                          const char   *text);
void          inspector_row_take_cell    (InspectorRow *self,
                                          guint         cell,
                                          char         *text);
GListStore   *inspector_row_get_children (InspectorRow *self);

/* Updating the rows of a store: put () each in their order, then end (). Rows with the same keys stay. */
InspectorRow *inspector_rows_put         (GListStore   *rows,
                                          guint        *position,
                                          const char   *key,
                                          gboolean      has_children);
void          inspector_rows_end         (GListStore   *rows,
                                          guint         position);

G_END_DECLS
