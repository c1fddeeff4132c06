/* pointer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gdk/x11/gdkx.h>
#include <X11/extensions/XTest.h>

#include "pointer.h"

struct _Pointer
{
  Display *display; /* (owned): not GTK's connection, as another program would have */
};

Pointer *
pointer_new (void)
{
  Pointer *self = g_new0 (Pointer, 1);

  self->display = XOpenDisplay (NULL);
  g_assert_nonnull (self->display);

  return self;
}

void
pointer_free (Pointer *self)
{
  XCloseDisplay (self->display);
  g_free (self);
}

/* Moves the pointer to a point of @widget. */
void
pointer_move (Pointer   *self,
              GtkWidget *widget,
              double     x,
              double     y)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GdkSurface *surface = gtk_native_get_surface (native);
  Window root = DefaultRootWindow (self->display);
  Window child;
  graphene_point_t point = GRAPHENE_POINT_INIT (x, y);
  double surface_x, surface_y;
  int root_x, root_y;

  g_assert_true (gtk_widget_compute_point (widget, GTK_WIDGET (native), &point, &point));
  gtk_native_get_surface_transform (native, &surface_x, &surface_y);
  g_assert_true (XTranslateCoordinates (self->display, gdk_x11_surface_get_xid (surface), root,
                                        (int) (point.x + surface_x), (int) (point.y + surface_y),
                                        &root_x, &root_y, &child));
  XTestFakeMotionEvent (self->display, -1, root_x, root_y, CurrentTime);
  XFlush (self->display);
}

void
pointer_press (Pointer *self)
{
  XTestFakeButtonEvent (self->display, 1, True, CurrentTime);
  XFlush (self->display);
}

void
pointer_release (Pointer *self)
{
  XTestFakeButtonEvent (self->display, 1, False, CurrentTime);
  XFlush (self->display);
}
