/* norpc-call-scope-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/* The call that a thread works for, while a handler or a callback runs in it. */
typedef struct
{
  NorpcCall *call;
  guint      n_entered; /* number of calls entered before the handler started */
} NorpcCallScope;

void norpc_call_scope_begin (NorpcCallScope *outer,
                             NorpcCall      *call);
void norpc_call_scope_end   (NorpcCallScope *outer,
                             NorpcCall      *call);

gboolean   norpc_call_scope_is_handler  (NorpcCall *call);
guint      norpc_call_scope_get_timeout (void);

G_END_DECLS
