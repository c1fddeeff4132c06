/* norpc-call-scope-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-latest-private.h"
#include "core/norpc-types-private.h"
#include "norpc-call-group-private.h"

G_BEGIN_DECLS

/* What a thread works for, while a handler or a callback runs in it. */
typedef struct
{
  NorpcCall *call;
  guint      n_entered; /* by norpc_call_enter (), before it runs */
} NorpcCallScope;

/* The data that a proxy keeps of the calls that it makes. */
typedef struct
{
  NorpcCallGroup *calls;  /* (unowned): those that are in flight */
  NorpcLatest    *latest; /* (unowned): the last of each latest-wins method */
} NorpcCallOrigin;

void norpc_call_scope_begin (NorpcCallScope *outer,
                             NorpcCall      *call);
void norpc_call_scope_end   (NorpcCallScope *outer,
                             NorpcCall      *call);
void norpc_call_scope_apply (NorpcCall             *call,
                             const NorpcCallOrigin *origin);

gboolean norpc_call_scope_is_handler (NorpcCall *call);

G_END_DECLS
