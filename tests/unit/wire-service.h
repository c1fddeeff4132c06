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
  guint    n_cancelled; /* [lock]: how many held calls were cancelled */
  GArray  *notes;   /* (owned) [lock] */
  void   (*func) (WireWire *service,
                  gpointer  data); /* [lock]: what Run runs */
  gpointer data;    /* [lock] */
} WireState;

WireState *wire_state_new         (void);
void       wire_state_free        (WireState *self);
WireWire  *wire_service_new       (WireState *state);

/* Returns how many results of GetBytes exist. */
int        wire_service_count_bytes (void);

/* Waits until a call of Hold has come, and returns it (owned). */
NorpcCall *wire_state_wait_held   (WireState *self);

/* Waits until the service sees that so many held calls were cancelled. */
void       wire_state_wait_cancelled (WireState *self,
                                      guint      n);

G_END_DECLS
