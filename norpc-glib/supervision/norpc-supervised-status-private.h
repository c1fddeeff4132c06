/* norpc-supervised-status-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-replaceable-private.h"
#include "norpc-state-notifier-private.h"

G_BEGIN_DECLS

/* The part of a service that clients see, if it is started again when it ends: where calls go, and the state, which
 * change together.
 * The functions are thread-safe, except norpc_supervised_status_init () and norpc_supervised_status_clear ().
 */
typedef struct
{
  NorpcStateNotifier *notifier;    /* (owned), since construction */
  NorpcReplaceable   *replaceable; /* (owned), since construction: its lock is that of the fields below */

  int     state;      /* [lock]: of the owner's enumeration */
  guint   n_starts;   /* [lock] */
  guint   n_restarts; /* [lock]: on demand, that are about to happen: until then, what runs changes nothing */
  GError *error;      /* (owned) (nullable) [lock]: why the last service has ended */
} NorpcSupervisedStatus;

void    norpc_supervised_status_init          (NorpcSupervisedStatus *self,
                                               GObject               *owner,
                                               int                    state,
                                               const char            *reason);
void    norpc_supervised_status_clear         (NorpcSupervisedStatus *self);
void    norpc_supervised_status_change_locked (NorpcSupervisedStatus *self,
                                               int                    state);
void    norpc_supervised_status_note_locked   (NorpcSupervisedStatus *self,
                                               GError                *error);
int     norpc_supervised_status_get_state     (NorpcSupervisedStatus *self);
guint   norpc_supervised_status_get_n_starts  (NorpcSupervisedStatus *self);
GError *norpc_supervised_status_dup_error     (NorpcSupervisedStatus *self);

G_END_DECLS
