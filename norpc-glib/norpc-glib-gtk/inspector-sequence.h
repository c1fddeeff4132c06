/* inspector-sequence.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Draws a sequence diagram of calls: services and threads as columns, an arrow for each call and each reply, and an
 * arc from a call to its reply. It is to be in a scrolled window.
 */

#pragma once

#include <gtk/gtk.h>

#include "inspector-sequence-layout.h"

G_BEGIN_DECLS

#define INSPECTOR_TYPE_SEQUENCE (inspector_sequence_get_type ())
G_DECLARE_FINAL_TYPE (InspectorSequence, inspector_sequence, INSPECTOR, SEQUENCE, GtkWidget)

GtkWidget *inspector_sequence_new        (void);
void       inspector_sequence_set_layout (InspectorSequence       *self,
                                          InspectorSequenceLayout *layout);
void       inspector_sequence_set_view   (InspectorSequence       *self,
                                          double                   top,
                                          double                   height);

G_END_DECLS
