/* keyboard.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gdk/x11/gdkx.h>
#include <X11/extensions/XTest.h>

#include "keyboard.h"

struct _Keyboard
{
  Display *display; /* (owned): not GTK's connection, as another program would have */
};

static const struct
{
  GdkModifierType modifier;
  KeySym          key;
} modifier_keys[] = {
  { GDK_CONTROL_MASK, XK_Control_L },
  { GDK_ALT_MASK, XK_Alt_L },
  { GDK_SHIFT_MASK, XK_Shift_L }
};

static gboolean
has_input_focus (Keyboard *self,
                 Window    window)
{
  Window focus;
  int revert_to;

  XGetInputFocus (self->display, &focus, &revert_to);

  return focus == window;
}

/* Gives @window the focus, because there is no window manager. */
Keyboard *
keyboard_new (GtkWindow *window)
{
  Keyboard *self = g_new0 (Keyboard, 1);
  Window id = gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (window)));
  XWindowAttributes attributes = { 0 };

  self->display = XOpenDisplay (NULL);
  g_assert_nonnull (self->display);
  /* Only a window that can be seen can have it. */
  while (XGetWindowAttributes (self->display, id, &attributes) && attributes.map_state != IsViewable)
    g_main_context_iteration (NULL, TRUE);
  XSetInputFocus (self->display, id, RevertToParent, CurrentTime);
  while (!has_input_focus (self, id) || !gtk_window_is_active (window))
    g_main_context_iteration (NULL, TRUE);

  return self;
}

void
keyboard_free (Keyboard *self)
{
  XCloseDisplay (self->display);
  g_free (self);
}

static void
hold_modifiers (Keyboard        *self,
                GdkModifierType  modifiers,
                gboolean         hold)
{
  for (guint i = 0; i < G_N_ELEMENTS (modifier_keys); i++)
    if (modifiers & modifier_keys[i].modifier)
      XTestFakeKeyEvent (self->display, XKeysymToKeycode (self->display, modifier_keys[i].key), hold, CurrentTime);
}

/* Presses a key and releases it. */
void
keyboard_press (Keyboard        *self,
                guint            keyval,
                GdkModifierType  modifiers)
{
  /* The values of GDK are those of X. */
  KeyCode code = XKeysymToKeycode (self->display, keyval);

  g_assert_cmpint (code, !=, 0);
  hold_modifiers (self, modifiers, True);
  XTestFakeKeyEvent (self->display, code, True, CurrentTime);
  XTestFakeKeyEvent (self->display, code, False, CurrentTime);
  hold_modifiers (self, modifiers, False);
  XFlush (self->display);
}

/* Types lower-case letters. */
void
keyboard_type (Keyboard   *self,
               const char *text)
{
  for (; *text != '\0'; text++)
    keyboard_press (self, gdk_unicode_to_keyval ((guint) *text), 0);
}
