/* depot-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "depot.h"

G_BEGIN_DECLS

/* Shared by a depot and its test. */
typedef struct
{
  GMutex  lock;
  GCond   changed;
  GQueue  held;      /* [lock]: of owned NorpcCall */
  GString *notes;    /* (owned) [lock] */
  guint   n_handled; /* [lock] */
  guint   number;    /* since construction */
} DepotState;

DepotState *depot_state_new           (guint       number);
void        depot_state_free          (DepotState *self);
NorpcCall  *depot_state_wait_held     (DepotState *self);
void        depot_state_wait_notes    (DepotState *self,
                                       const char *notes);
guint       depot_state_get_n_handled (DepotState *self);

void        depot_answer              (NorpcCall  *call,
                                       int         token);

DepotDepot *depot_service_new         (DepotState *state);

G_END_DECLS
