/* keyboard.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>

/* The keyboard of the X server, as if somebody used it. Used in the main thread. */
typedef struct _Keyboard Keyboard;

Keyboard *keyboard_new   (GtkWindow       *window);
void      keyboard_free  (Keyboard        *self);
void      keyboard_press (Keyboard        *self,
                          guint            keyval,
                          GdkModifierType  modifiers);
void      keyboard_type  (Keyboard        *self,
                          const char      *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Keyboard, keyboard_free)
