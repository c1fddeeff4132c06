/* pointer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Moves the pointer of the X server, by XTest, as a user would. */
typedef struct _Pointer Pointer;

Pointer *pointer_new     (void);
void     pointer_free    (Pointer   *self);
void     pointer_move    (Pointer   *self,
                          GtkWidget *widget,
                          double     x,
                          double     y);
void     pointer_press   (Pointer   *self);
void     pointer_release (Pointer   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pointer, pointer_free)

G_END_DECLS
