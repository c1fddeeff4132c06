/* wire-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "wire.h"

G_BEGIN_DECLS

/* The data that the test shares with the service in the context of a server. */
typedef struct
{
  GMutex   lock;
  GCond    cond;
  GQueue   held;    /* [lock]: of owned NorpcCall */
  guint    n_cancelled; /* [lock]: how many held calls and streams were cancelled */
  GQueue   streams; /* [lock]: of owned HeldStream */
  GArray  *notes;   /* (owned) [lock] */
  void   (*func) (WireWire *service,
                  gpointer  data); /* [lock]: what Run runs */
  gpointer data;    /* [lock] */
} WireState;

/* A stream that a test handles. */
typedef struct
{
  WireWire  *service; /* (owned) */
  NorpcCall *call;    /* (owned) */
  gpointer   stream;  /* (owned): the service's end */
} HeldStream;

WireState *wire_state_new         (void);
void       wire_state_free        (WireState *self);
WireWire  *wire_service_new       (WireState *state);

/* Returns how many results of GetBytes exist. */
int        wire_service_count_bytes (void);

/* Returns a place (owned) with a value in each field. */
WirePlace *wire_service_new_place (const char *street);

/* Waits until a call of Hold or HoldFile has come, and returns it (owned). */
NorpcCall *wire_state_wait_held   (WireState *self);

/* Waits until a stream has been opened, and returns it (owned). */
HeldStream *wire_state_wait_stream (WireState *self);
void        held_stream_free       (HeldStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeldStream, held_stream_free)

/* Waits until the service sees that so many held calls were cancelled. */
void       wire_state_wait_cancelled (WireState *self,
                                      guint      n);

G_END_DECLS
