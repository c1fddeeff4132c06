/* norpc-helper-status-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-helper.h"
#include "supervision/norpc-replaceable-private.h"
#include "supervision/norpc-state-notifier-private.h"

G_BEGIN_DECLS

/* The part of a helper's process that clients see: where calls go, and the state, which change together. The functions
 * are thread-safe, except norpc_helper_status_init () and norpc_helper_status_clear ().
 */
typedef struct
{
  NorpcStateNotifier *notifier;    /* (owned), since construction */
  NorpcReplaceable   *replaceable; /* (owned), since construction: its lock is that of the fields below */

  NorpcHelperState state;    /* [lock] */
  guint            n_starts; /* [lock] */
  GError          *error;    /* (owned) (nullable) [lock]: why the last process has ended */
} NorpcHelperStatus;

void              norpc_helper_status_init         (NorpcHelperStatus *self,
                                                    GObject           *helper,
                                                    const char        *reason);
void              norpc_helper_status_clear        (NorpcHelperStatus *self);
gboolean          norpc_helper_status_set          (NorpcHelperStatus *self,
                                                    NorpcHelperState   state,
                                                    NorpcEndpoint     *endpoint,
                                                    const char        *reason);
gboolean          norpc_helper_status_set_ended    (NorpcHelperStatus *self,
                                                    NorpcHelperState   state,
                                                    GError            *error);
void              norpc_helper_status_expect       (NorpcHelperStatus *self);
void              norpc_helper_status_note_reason  (NorpcHelperStatus *self,
                                                    GError            *error);
void              norpc_helper_status_count_start  (NorpcHelperStatus *self);
NorpcHelperState  norpc_helper_status_get_state    (NorpcHelperStatus *self);
guint             norpc_helper_status_get_n_starts (NorpcHelperStatus *self);
GError           *norpc_helper_status_dup_error    (NorpcHelperStatus *self);

G_END_DECLS
