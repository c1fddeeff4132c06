/* frames.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gtk/gtk.h>

/* The frames of a window. Used in the main thread. */
typedef struct
{
  GArray  *gaps;      /* (owned): of gint64, microseconds */
  gint64   last;      /* the time of the last frame, or 0 */
  gint64   worked;    /* the processor time of the main thread until then */
  gint64   most_work; /* from one frame to the next, microseconds */
  gboolean finished;  /* the scan is over */
} Frames;

void       frames_begin         (Frames     *frames,
                                 GtkWindow  *window);
void       frames_measure       (Frames     *frames);
GtkWindow *frames_create_list   (GListModel *entries);
void       frames_measure_idle  (GFile      *folder);
void       frames_measure_queue (GFile      *folder);
