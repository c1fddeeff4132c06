/* chart.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>

#define DISK_USAGE_TYPE_CHART (disk_usage_chart_get_type ())
G_DECLARE_FINAL_TYPE (DiskUsageChart, disk_usage_chart, DISK_USAGE, CHART, GtkWidget)

const char *disk_usage_chart_get_color (guint position);
