/* norpc-helper-status-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-helper.h"
#include "supervision/norpc-supervised-status-private.h"

G_BEGIN_DECLS

/* How the status of a helper's process changes. The functions are thread-safe. */
gboolean norpc_helper_status_set           (NorpcSupervisedStatus *self,
                                            NorpcHelperState       state,
                                            NorpcEndpoint         *endpoint,
                                            const char            *reason);
gboolean norpc_helper_status_set_ended     (NorpcSupervisedStatus *self,
                                            NorpcHelperState       state,
                                            GError                *error);
gboolean norpc_helper_status_begin_restart (NorpcSupervisedStatus *self);
gboolean norpc_helper_status_end_restart   (NorpcSupervisedStatus *self);
void     norpc_helper_status_expect        (NorpcSupervisedStatus *self);
void     norpc_helper_status_note_reason   (NorpcSupervisedStatus *self,
                                            GError                *error);
void     norpc_helper_status_count_start   (NorpcSupervisedStatus *self);

G_END_DECLS
