/* norpc-thread-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-thread.h"
#include "norpc-worker-private.h"

G_BEGIN_DECLS

GThread *norpc_thread_get_gthread   (NorpcThread  *self);
gboolean norpc_thread_add_worker    (NorpcThread  *self,
                                     NorpcWorker  *worker,
                                     GError      **error);
void     norpc_thread_remove_worker (NorpcThread  *self,
                                     NorpcWorker  *worker);
void     norpc_thread_quit          (NorpcThread  *self);

G_END_DECLS
