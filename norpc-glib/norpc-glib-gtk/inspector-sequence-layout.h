/* inspector-sequence-layout.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the events of calls are in a sequence diagram: services and threads are its columns, events its rows. */

#pragma once

#include "inspector-format.h"

G_BEGIN_DECLS

/* An arrow of a call or of its reply, or a row that says how many events are missing before the next one. */
typedef struct
{
  gboolean is_reply;
  guint64  n_missing; /* or 0; otherwise only the row and the text have a meaning */
  guint    row;
  guint    client;    /* its column */
  guint    service;   /* its column */
  guint64  call;
  gint64   time;      /* in nanoseconds, since the first event */
  int      sent_row;  /* of a reply: the row of the call, or -1 if it is not among the events */
  int      handled_row; /* of a reply: that in which the handler started, or -1 */
  gint64   latency;   /* of a reply: since the call was sent, or 0 if that is not known */
  gboolean failed;    /* of a reply: it has no results */
  char    *text;      /* (owned) */
} InspectorArrow;

typedef struct
{
  GPtrArray *columns; /* (owned): of owned titles, in the order in which they appear */
  GPtrArray *arrows;  /* (owned): of owned InspectorArrow, in the order of their rows */
  guint      n_rows;
} InspectorSequenceLayout;

InspectorSequenceLayout *inspector_sequence_layout_new  (GQueue                  *events,
                                                         GVariant                *services);
void                     inspector_sequence_layout_free (InspectorSequenceLayout *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InspectorSequenceLayout, inspector_sequence_layout_free)

G_END_DECLS
