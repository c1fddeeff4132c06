/* entry-list.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>

void entry_list_set_up (GtkListView   *list,
                        GListModel    *entries,
                        GtkExpression *whole);
