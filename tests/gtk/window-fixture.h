/* window-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "job-service.h"

G_BEGIN_DECLS

/* A service in a thread of its own, a proxy in the main thread, and a window whose widgets are
 * bound to the proxy.
 */
typedef struct
{
  JobService  *service; /* (owned): only its functions for tests are called */
  NorpcServer *server;  /* (owned) */
  JobJobProxy *proxy;   /* (owned) */

  GtkWindow      *window;  /* (nullable): owned by GTK until it is destroyed */
  GtkWidget      *content; /* (unowned) */
  GtkLabel       *status;  /* (unowned) */
  GtkLabel       *percent; /* (unowned) */
  GtkProgressBar *bar;     /* (unowned) */
  GtkScale       *scale;   /* (unowned) */
  GtkAdjustment  *speed;   /* (unowned): of the scale */
  GtkSpinner     *spinner; /* (unowned) */
  GtkListView    *view;    /* (unowned) */

  GtkSingleSelection *entries; /* (unowned): what the view shows */
} JobWindow;

void window_set_up    (JobWindow     *fixture,
                       gconstpointer  unused);
void window_tear_down (JobWindow     *fixture,
                       gconstpointer  unused);

void window_wait_painted (JobWindow  *fixture);
void window_save      (JobWindow     *fixture,
                       const char    *name);

/* Runs the main context until @condition is true. */
typedef gboolean (*WindowCondition) (gpointer data);

void window_wait_until (WindowCondition condition,
                        gpointer        data);
void window_iterate    (void);

G_END_DECLS
