/* norpc-sync-wait.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a thread waits for the answer to a synchronous call, without a main
 * loop.
 *
 * The waiter looks for a while, then sleeps in one of a few static slots,
 * picked by the address of the call. The slots outlive every call, so who
 * wakes a sleeper needs nothing of the call, which the sleeper may have freed.
 */

#include "core/norpc-spin-private.h"
#include "norpc-sync-wait-private.h"

#define N_SLOTS 64

/* The values of NorpcCall.waiting */
enum
{
  AWAKE,
  ASLEEP,
  DONE
};

typedef struct
{
  GMutex mutex; /* for the condition only: the state is NorpcCall.waiting */
  GCond  cond;
} Slot;

static Slot slots[N_SLOTS];

/* How well looking has paid for this thread. */
static _Thread_local NorpcSpin sync_spin = NORPC_SPIN_INIT;

static Slot *
get_slot (NorpcCall *call)
{
  gsize address = (gsize) call;

  return &slots[((address >> 5) ^ (address >> 11)) % N_SLOTS];
}

static gboolean
is_done (gpointer data)
{
  NorpcCall *call = data;

  return g_atomic_int_get (&call->waiting) == DONE;
}

/* The calling thread: TRUE if the call is answered in a moment. */
gboolean
norpc_sync_wait_spin (NorpcCall *call)
{
  return is_done (call) || norpc_spin_until (&sync_spin, is_done, call);
}

/* The calling thread. Returns when the call is answered, or FALSE at
 * @deadline, in monotonic time, unless that is 0.
 */
gboolean
norpc_sync_wait_sleep (NorpcCall *call,
                       gint64     deadline)
{
  gboolean in_time = TRUE;
  Slot *slot = get_slot (call);

  /* It may be DONE by now, or ASLEEP from before. */
  g_atomic_int_compare_and_exchange (&call->waiting, AWAKE, ASLEEP);

  g_mutex_lock (&slot->mutex);
  while (!is_done (call) && in_time)
    if (deadline != 0)
      in_time = g_cond_wait_until (&slot->cond, &slot->mutex, deadline);
    else
      g_cond_wait (&slot->cond, &slot->mutex);
  in_time = is_done (call);
  g_mutex_unlock (&slot->mutex);

  return in_time;
}

/* The thread that answered. */
static void
wake_waiting_thread (NorpcCall *call)
{
  Slot *slot = get_slot (call);
  gboolean asleep;

  asleep = !g_atomic_int_compare_and_exchange (&call->waiting, AWAKE, DONE);
  if (!asleep)
    return;

  /* The waiter cannot leave before it has seen DONE, and it can only see it
   * with the lock held or before it slept; after the unlock the call is its
   * own again.
   */
  g_mutex_lock (&slot->mutex);
  g_atomic_int_set (&call->waiting, DONE);
  g_cond_broadcast (&slot->cond);
  g_mutex_unlock (&slot->mutex);
}

const NorpcCallSink norpc_sync_wait_sink = { wake_waiting_thread };
