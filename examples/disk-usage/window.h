/* window.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <adwaita.h>
#include <norpc-glib/norpc-glib.h>

#define DISK_USAGE_TYPE_WINDOW (disk_usage_window_get_type ())
G_DECLARE_FINAL_TYPE (DiskUsageWindow, disk_usage_window, DISK_USAGE, WINDOW, AdwApplicationWindow)

DiskUsageWindow *disk_usage_window_new  (GtkApplication  *application,
                                         NorpcEndpoint   *scanner);
void             disk_usage_window_scan (DiskUsageWindow *self,
                                         GFile           *folder);
