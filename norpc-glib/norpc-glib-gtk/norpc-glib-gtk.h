/* norpc-glib-gtk.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>
#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

#define NORPC_GTK_TYPE_INSPECTOR_WINDOW (norpc_gtk_inspector_window_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcGtkInspectorWindow, norpc_gtk_inspector_window, NORPC_GTK, INSPECTOR_WINDOW, GtkWindow)

NORPC_AVAILABLE_IN_ALL
GtkWidget      *norpc_gtk_inspector_window_new           (NorpcInspector          *inspector);
NORPC_AVAILABLE_IN_ALL
NorpcInspector *norpc_gtk_inspector_window_get_inspector (NorpcGtkInspectorWindow *self);
NORPC_AVAILABLE_IN_ALL
gboolean        norpc_gtk_inspector_window_set_page      (NorpcGtkInspectorWindow *self,
                                                          const char              *name);
NORPC_AVAILABLE_IN_ALL
void            norpc_gtk_show_inspector                 (GtkWindow               *parent);

G_END_DECLS
