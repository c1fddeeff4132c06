/* norpc-sync-wait.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Blocks a thread until its synchronous call is answered, without a main loop.
 *
 * The waiting thread spins for a while, then sleeps in one of a fixed number of static slots,
 * selected by the address of the call. The slots outlive every call, so the thread that wakes
 * it up need not access the call, which the waiting thread may have freed.
 */

#include "core/norpc-clock-private.h"
#include "core/norpc-interrupt-private.h"
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
  GMutex mutex; /* for the condition only; the state is NorpcCall.waiting */
  GCond  cond;
} Slot;

static Slot slots[N_SLOTS];

/* Records whether spinning has paid off in this thread. */
static _Thread_local NorpcSpin sync_spin = NORPC_SPIN_INIT;

/* Thread-local: the service slept when the call was sent. How long this thread then sleeps says nothing
 * about how long a service that is awake takes.
 */
static _Thread_local gboolean woke_service;

/* Called in the client's thread, if it wakes up the service while it sends a synchronous call. */
void
norpc_sync_wait_note_wake_up (void)
{
  woke_service = TRUE;
}

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

/* Called in the client's thread. Returns TRUE if the call is answered shortly. */
gboolean
norpc_sync_wait_spin (NorpcCall *call)
{
  if (!is_done (call) && !norpc_spin_until (&sync_spin, is_done, call))
    return FALSE;

  woke_service = FALSE;

  return TRUE;
}

/* Called in the client's thread. Blocks until the call is answered, and returns TRUE; or
 * returns FALSE at @deadline, unless @deadline is 0. While the time is stopped, a timer ends the
 * wait at @deadline, and this function only limits how long it may take.
 */
gboolean
norpc_sync_wait_sleep (NorpcCall *call,
                       gint64     deadline)
{
  gint64 wake_time = deadline != 0 ? norpc_clock_get_wake_time (deadline) : 0;
  gboolean in_time = TRUE;
  Slot *slot = get_slot (call);
  NorpcInterruptibleWait wait;

  /* It may be DONE already, or ASLEEP from an earlier wait. */
  g_atomic_int_compare_and_exchange (&call->waiting, AWAKE, ASLEEP);

  if (!woke_service)
    norpc_spin_sleep (&sync_spin);
  woke_service = FALSE;
  norpc_interrupt_begin_wait (&wait, &slot->mutex, &slot->cond);
  g_mutex_lock (&slot->mutex);
  while (!is_done (call) && in_time)
    if (norpc_interrupt_run_locked (&wait))
      continue;
    else if (deadline != 0)
      in_time = g_cond_wait_until (&slot->cond, &slot->mutex, wake_time);
    else
      g_cond_wait (&slot->cond, &slot->mutex);
  in_time = is_done (call);
  g_mutex_unlock (&slot->mutex);
  norpc_interrupt_end_wait (&wait);
  norpc_spin_wake (&sync_spin, in_time);

  return in_time;
}

/* Called in the thread that answers the call. */
static void
wake_waiting_thread (NorpcCall *call)
{
  Slot *slot = get_slot (call);
  gboolean asleep;

  asleep = !g_atomic_int_compare_and_exchange (&call->waiting, AWAKE, DONE);
  if (!asleep)
    return;

  /* The waiting thread cannot return before it has seen DONE, and it sees DONE only with the
   * lock held or before it sleeps. After the unlock, this thread must not access the call.
   */
  g_mutex_lock (&slot->mutex);
  g_atomic_int_set (&call->waiting, DONE);
  g_mutex_unlock (&slot->mutex);
  g_cond_broadcast (&slot->cond);
}

const NorpcCallSink norpc_sync_wait_sink = { wake_waiting_thread, NULL };
