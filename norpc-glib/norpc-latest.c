/* norpc-latest.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
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

/* Any thread. FALSE if the service has begun with @call, or it has ended. */
static gboolean
supersede (NorpcCall *call)
{
  if (!g_atomic_int_compare_and_exchange (&call->stage, NORPC_CALL_WAITING, NORPC_CALL_SUPERSEDED))
    return FALSE;

  return norpc_call_give_up (call, norpc_call_superseded_error (call));
}

/* The calling thread, before @call is sent: it takes the place of the last one,
 * if that still waits.
 */
void
norpc_latest_replace (NorpcLatest *self,
                      NorpcCall   *call)
{
  gpointer method_info = (gpointer) norpc_call_get_method_info (call);
  NorpcCall *previous = NULL;

  norpc_call_hold (call);

  g_mutex_lock (&self->lock);
  if (self->calls == NULL)
    self->calls = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) norpc_call_release);
  g_hash_table_steal_extended (self->calls, method_info, NULL, (gpointer *) &previous);
  g_hash_table_insert (self->calls, method_info, call);
  g_mutex_unlock (&self->lock);

  if (previous != NULL && supersede (previous))
    call->superseded = g_steal_pointer (&previous);
  g_clear_pointer (&previous, norpc_call_release);
}
