/* norpc-latest.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-latest-private.h"

void
norpc_latest_init (NorpcLatest *self)
{
  g_mutex_init (&self->lock);
}

void
norpc_latest_clear (NorpcLatest *self)
{
  g_clear_pointer (&self->calls, g_hash_table_unref);
  g_mutex_clear (&self->lock);
}

/* Called in the client's thread, between norpc_call_send_begin () and norpc_call_send_end (),
 * because a newer call of any thread may cancel @call from here on. Cancels the last call of
 * the same method, unless its handler has started.
 */
void
norpc_latest_replace (NorpcLatest *self,
                      NorpcCall   *call)
{
  gpointer method_info = (gpointer) norpc_call_get_method_info (call);
  NorpcCall *previous = NULL;

  /* A call that will not be sent supersedes no other. */
  if ((norpc_call_get_method_info (call)->flags & NORPC_METHOD_FLAGS_LATEST_WINS) == 0 ||
      !norpc_call_has_valid_args (call))
    return;

  norpc_call_ref_memory (call);

  g_mutex_lock (&self->lock);
  if (self->calls == NULL)
    self->calls = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) norpc_call_unref_memory);
  g_hash_table_steal_extended (self->calls, method_info, NULL, (gpointer *) &previous);
  g_hash_table_insert (self->calls, method_info, call);
  g_mutex_unlock (&self->lock);

  if (previous == NULL)
    return;

  if (norpc_call_supersede (previous))
    norpc_call_cancel (previous, norpc_call_superseded_error (previous));
  norpc_call_unref_memory (previous);
}
