/* norpc-call-log-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* For the files of the call log. */

#pragma once

#include "norpc-call-log-private.h"
#include "norpc-call-record-private.h"

G_BEGIN_DECLS

#define NORPC_MAX_BLOCKING (16 * G_GINT64_CONSTANT (1000000)) /* nanoseconds: about one frame */

typedef enum
{
  NORPC_EVENT_SENT,
  NORPC_EVENT_HANDLED,
  NORPC_EVENT_COMPLETED
} NorpcCallEventKind;

typedef struct
{
  NorpcCallEventKind  kind;
  NorpcOutcome        outcome; /* of one that has completed */
  gint64              time;
  NorpcCallRecord    *record;  /* (owned) */
} NorpcCallEvent;

/* The calls of one server. */
typedef struct
{
  NorpcStatsRecorder *recorder;     /* (owned) */
  guint64             n_sent;
  guint64             n_full;       /* calls that found the queue full */
  guint64             n_full_noted; /* those of them that were noted as a lint */
  guint               capacity;     /* of the queue */
} NorpcServerLog;

/* [lock] */
typedef struct
{
  GMutex      lock;
  guint       n_attached; /* inspectors */
  guint64     last_call;
  guint64     last_event;
  GQueue      calls;      /* of owned NorpcCallRecord: those that have not completed, and those whose
                             handlers still run; the links are theirs */
  GQueue      events;     /* of owned NorpcCallEvent: the last ones */
  GHashTable *servers;    /* (owned) (nullable): numbers of servers to owned NorpcServerLog */
} NorpcCallLog;

extern NorpcCallLog norpc_call_log;

void norpc_call_log_note_blocking (NorpcCallRecord *record,
                                   gint64           duration,
                                   guint            count);

G_END_DECLS
