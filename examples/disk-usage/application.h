/* application.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <adwaita.h>

#define DISK_USAGE_TYPE_APPLICATION (disk_usage_application_get_type ())
G_DECLARE_FINAL_TYPE (DiskUsageApplication, disk_usage_application, DISK_USAGE, APPLICATION, AdwApplication)

DiskUsageApplication *disk_usage_application_new (void);
