/* norpc-call-return-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-call-watch-private.h"

G_BEGIN_DECLS

/*
 * Functions of the client's side that are called when a call has come back to its client,
 * in the client's context and just before it has the reply. So they may be foreign, as the
 * reply function of a filter is.
 *
 * The watch is called exactly once, and then with the call, or with NULL if the call never
 * comes back: then it only has to be freed, and that in any thread.
 */
gboolean norpc_call_add_return_watch   (NorpcCall          *call,
                                        NorpcCallWatch     *watch,
                                        NorpcCallWatchFunc  func);
void     norpc_call_run_return_watches (NorpcCall          *call);
void     norpc_call_drop_return_watches (NorpcCall         *call);
void     norpc_call_move_return_watches (NorpcCall         *call,
                                         NorpcCall         *to);

G_END_DECLS
