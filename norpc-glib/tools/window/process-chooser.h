/* process-chooser.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A window with the processes in a folder that can be inspected. */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Called with the path of a socket. */
typedef void (*ProcessChosenFunc) (GtkApplication *application,
                                   const char     *address);

GtkWidget *process_chooser_new (GtkApplication    *application,
                                const char        *folder,
                                ProcessChosenFunc  func);

G_END_DECLS
