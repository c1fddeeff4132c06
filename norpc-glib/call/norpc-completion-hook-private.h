/* norpc-completion-hook-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Who wants to know that a call has ended, without being its client.
 *
 * The function is called exactly once, in the thread that ends the call and
 * before its client knows, with no lock held. The answer can be read then.
 * Who adds a watch puts it into something that lives until then; the function
 * may free it. If the call has ended already, it is not called.
 */
typedef struct _NorpcCallWatch NorpcCallWatch;

typedef void (*NorpcCallWatchFunc) (NorpcCallWatch *watch,
                                    NorpcCall      *call);

struct _NorpcCallWatch
{
  NorpcCallWatch     *next; /* (unowned) (nullable): the one that was added before */
  NorpcCallWatchFunc  func;
};

gboolean norpc_call_add_watch   (NorpcCall          *call,
                                 NorpcCallWatch     *watch,
                                 NorpcCallWatchFunc  func);
void     norpc_call_run_watches (NorpcCall          *call);

G_END_DECLS
