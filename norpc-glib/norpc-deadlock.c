/* norpc-deadlock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Synchronous calls that wait for each other.
 *
 * A thread that goes to sleep until a call is answered says so here, and
 * follows who waits for whom: from the thread that has to serve its call, if
 * that sleeps in a call too, to the one that has to serve that, and so on. If
 * it comes back to itself, nobody in the circle could ever go on.
 *
 * A call may come to the thread that has to serve it later, through a layer that
 * held it back: then who brings it looks.
 *
 * A thread that is asleep for a call that its service has taken and answers
 * later, or has handed to somebody else, can be woken by anybody: there the
 * trail ends.
 */

#include "norpc-call-private.h"
#include "norpc-deadlock-private.h"

/* The call that each sleeping thread waits for: of unowned GThread and
 * NorpcCall. Protected by the lock, which is the last to be taken.
 */
static GMutex waits_lock;
static GHashTable *waits; /* (owned) (nullable) */

/* With the lock held: only the thread that serves the call can answer it, and
 * cannot before it wakes.
 */
static gboolean
is_stuck_locked (NorpcCall *call)
{
  NorpcCallState state = (NorpcCallState) g_atomic_int_get (&call->state);

  /* Its caller is about to wake: unless it is the service that has begun to
   * answer, and not ended.
   */
  if (state == NORPC_CALL_ANSWERED ||
      (state == NORPC_CALL_ANSWERING && !g_atomic_int_get (&call->replied)))
    return FALSE;

  switch ((NorpcCallStage) g_atomic_int_get (&call->stage))
    {
    case NORPC_CALL_WAITING:
      return TRUE;

    case NORPC_CALL_HANDLED:
      /* Nobody but the backlog of the host has it. */
      return g_atomic_ref_count_compare (&call->call_refs, 1);

    case NORPC_CALL_SUPERSEDED:
    case NORPC_CALL_KEPT:
    default:
      return FALSE;
    }
}

static GThread *
get_serving_thread (NorpcCall *call)
{
  return g_atomic_pointer_get (&call->serving_thread);
}

/* With the lock held: @call, the call that the thread sleeps for that serves
 * it, and so on until it comes back to who waits for @call (owned); or NULL if it
 * does not. A call to the thread itself was refused when it was sent.
 */
static GPtrArray *
find_circle_locked (NorpcCall *call)
{
  g_autoptr (GPtrArray) circle = g_ptr_array_new ();
  GThread *first = call->waiting_thread;

  while (call != NULL && get_serving_thread (call) != NULL && is_stuck_locked (call))
    {
      g_ptr_array_add (circle, call);
      if (get_serving_thread (call) == first)
        return circle->len > 1 ? g_steal_pointer (&circle) : NULL;

      call = g_hash_table_lookup (waits, get_serving_thread (call));
      if (call != NULL && g_ptr_array_find (circle, call, NULL))
        return NULL;
    }

  return NULL;
}

/* With the lock held: the call that closes the circle, which is the one that no
 * service has begun with. Two threads may have made one at once: then it is
 * the caller's.
 */
static guint
find_last_locked (GPtrArray *circle)
{
  for (guint i = 0; i < circle->len; i++)
    {
      NorpcCall *call = circle->pdata[i];

      if (g_atomic_int_get (&call->stage) == NORPC_CALL_WAITING)
        return i;
    }

  return 0;
}

/* With the lock held: the calls in the order in which they were made, the one
 * at @last last. Each was made by the handler of the one before it.
 */
static char *
describe_circle_locked (GPtrArray *circle,
                        guint      last)
{
  g_autoptr (GString) text = g_string_new ("could only deadlock: these calls wait for each other: ");

  for (guint i = 1; i <= circle->len; i++)
    {
      NorpcCall *call = circle->pdata[(last + i) % circle->len];

      g_string_append_printf (text, "%s.%s%s",
                              norpc_call_get_interface_name (call),
                              norpc_call_get_method_name (call),
                              i < circle->len ? " -> " : "");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* With the lock held: if who waits for @call never could wake, the call that
 * makes it so (held), with what is to be said of it (owned). Or NULL.
 */
static NorpcCall *
find_culprit_locked (NorpcCall  *call,
                     char      **description)
{
  g_autoptr (GPtrArray) circle = find_circle_locked (call);
  guint last;

  if (circle == NULL)
    return NULL;

  /* The calls of the circle are there as long as the lock is held. */
  last = find_last_locked (circle);
  *description = describe_circle_locked (circle, last);
  norpc_call_hold (circle->pdata[last]);

  return circle->pdata[last];
}

static void
refuse (NorpcCall  *culprit,
        const char *description)
{
  if (culprit == NULL)
    return;

  norpc_call_refuse (culprit, NORPC_ERROR_WOULD_DEADLOCK, description);
  norpc_call_release (culprit);
}

/* The thread that is going to sleep until @call is answered. If it never
 * could be, the call that makes it so is answered here.
 */
void
norpc_deadlock_begin_wait (NorpcCall *call)
{
  g_autofree char *description = NULL;
  NorpcCall *culprit;

  g_mutex_lock (&waits_lock);
  if (waits == NULL)
    waits = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (waits, g_thread_self (), call);
  culprit = find_culprit_locked (call, &description);
  g_mutex_unlock (&waits_lock);

  refuse (culprit, description);
}

/* The thread that has brought @call, which it holds, to a channel, and is not the
 * one that waits for it.
 */
void
norpc_deadlock_look (NorpcCall *call)
{
  g_autofree char *description = NULL;
  NorpcCall *culprit = NULL;

  /* If its caller does not sleep yet, it looks itself before it does. */
  g_mutex_lock (&waits_lock);
  if (waits != NULL && g_hash_table_lookup (waits, call->waiting_thread) == call)
    culprit = find_culprit_locked (call, &description);
  g_mutex_unlock (&waits_lock);

  refuse (culprit, description);
}

/* The same thread, awake. */
void
norpc_deadlock_end_wait (void)
{
  g_mutex_lock (&waits_lock);
  g_hash_table_remove (waits, g_thread_self ());
  g_mutex_unlock (&waits_lock);
}
