/* fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "application.h"
#include "demo-disk-usage.h"
#include "window.h"

typedef struct _Fixture Fixture;

typedef void (*FixtureTest) (Fixture *fixture);

/* The app, on a display of its own, and a folder with a few files. Used in the main thread. */
struct _Fixture
{
  DiskUsageApplication *application; /* (owned) */
  DiskUsageWindow      *window;      /* (unowned) (nullable) */
  char                 *folder;      /* (owned) */
  FixtureTest           test;
};

void         fixture_init         (void);
void         fixture_run          (gconstpointer  data);
void         fixture_add          (const char    *path,
                                   FixtureTest    test);
gpointer     fixture_get_child    (Fixture       *self,
                                   const char    *name);
GListModel  *fixture_get_model    (Fixture       *self,
                                   const char    *list);
void         fixture_wait         (Fixture       *self,
                                   gboolean      (*condition) (Fixture *self));
gboolean     fixture_has_stopped  (Fixture       *self);
void         fixture_scan_folder  (Fixture       *self,
                                   const char    *path);
void         fixture_scan         (Fixture       *self);
void         fixture_wait_text    (Fixture       *self,
                                   const char    *child,
                                   const char    *property,
                                   const char    *expected);
gboolean     fixture_has_label    (GtkWidget     *widget,
                                   const char    *text);
void         fixture_wait_painted (GtkWidget     *widget);
void         fixture_save         (Fixture       *self,
                                   const char    *name);
