/* norpc-deadlock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads that wait for each other.
 *
 * A thread that goes to sleep until a call is answered, or a server has started or
 * stopped, says so here, and follows who waits for whom: from the thread that has
 * to serve its call, if that sleeps too, to the one that it waits for, and so on.
 * If it comes back to itself, nobody in the circle could ever go on: unless one of
 * the calls in it fails.
 *
 * A call may come to the thread that has to serve it later, through a layer that
 * held it back: then who brings it looks.
 *
 * A layer may send others in the stead of a call, one after the other: then it is
 * the last of them that is followed.
 *
 * A thread that is asleep for a call that its service has taken and answers
 * later, or has handed to somebody else, can be woken by anybody: there the
 * trail ends.
 */

#include "norpc-call-private.h"
#include "norpc-deadlock-private.h"
#include "norpc-host-private.h"

/* What each sleeping thread waits for: of unowned GThread and NorpcThreadWait.
 * Protected by the lock, which is the last to be taken.
 */
static GMutex waits_lock;
static GHashTable *waits; /* (owned) (nullable) */

/* With the lock held: its caller is about to wake. That is not so if it is the
 * service that answers, and the answer is not on its way.
 */
static gboolean
has_ended_locked (NorpcCall *call)
{
  NorpcCallState state = (NorpcCallState) g_atomic_int_get (&call->state);

  return state == NORPC_CALL_ANSWERED ||
         (state == NORPC_CALL_ANSWERING && !g_atomic_int_get (&call->replied));
}

/* With the lock held: what is on its way for @call. */
static NorpcCall *
get_last_substitute_locked (NorpcCall *call)
{
  while (call->substitute != NULL)
    call = call->substitute;

  return call;
}

/* With the lock held: whoever has the call has not handed it to a service. */
static gboolean
is_waiting_locked (NorpcCall *call)
{
  return g_atomic_int_get (&get_last_substitute_locked (call)->stage) == NORPC_CALL_WAITING;
}

/* With the lock held: only the thread that serves the call can answer it, and
 * cannot before it wakes. Where a substitute has ended, the layer that made it is
 * at it.
 */
static gboolean
is_stuck_locked (NorpcCall *call)
{
  if (has_ended_locked (call))
    return FALSE;
  if (call->substitute != NULL)
    return is_stuck_locked (call->substitute);

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

/* With the lock held: the one that has to serve the call or, if that is known, its
 * substitute. One that is made behind a channel comes to none itself.
 */
static GThread *
get_serving_thread_locked (NorpcCall *call)
{
  GThread *thread = NULL;

  for (; call != NULL; call = call->substitute)
    {
      GThread *nearer = g_atomic_pointer_get (&call->serving_thread);

      if (nearer != NULL)
        thread = nearer;
    }

  return thread;
}

/* With the lock held: the one thread that can end it, or NULL. */
static GThread *
get_thread_locked (NorpcThreadWait *wait)
{
  if (wait->call == NULL)
    return wait->host == NULL || norpc_host_get_state (wait->host) < wait->state ? wait->thread : NULL;

  return is_stuck_locked (wait->call) ? get_serving_thread_locked (wait->call) : NULL;
}

/* With the lock held: @wait, what the thread sleeps for that has to end it, and so
 * on until it comes back to @first, which waits for @wait (owned); or NULL if it
 * does not. A call to the thread itself was refused when it was sent.
 */
static GPtrArray *
find_circle_locked (NorpcThreadWait *wait,
                    GThread         *first)
{
  g_autoptr (GPtrArray) circle = g_ptr_array_new ();

  while (wait != NULL)
    {
      GThread *thread = get_thread_locked (wait);

      if (thread == NULL)
        return NULL;

      g_ptr_array_add (circle, wait);
      if (thread == first)
        return circle->len > 1 ? g_steal_pointer (&circle) : NULL;

      wait = g_hash_table_lookup (waits, thread);
      if (wait != NULL && g_ptr_array_find (circle, wait, NULL))
        return NULL;
    }

  return NULL;
}

/* With the lock held: the call that closes the circle, which is the one that no
 * service has begun with. Two threads may have made one at once: then it is
 * the caller's. Or -1 if there is no call in it.
 */
static int
find_last_locked (GPtrArray *circle)
{
  int last = -1;

  for (guint i = 0; i < circle->len; i++)
    {
      NorpcCall *call = ((NorpcThreadWait *) circle->pdata[i])->call;

      if (call != NULL && is_waiting_locked (call))
        return (int) i;
      if (call != NULL && last < 0)
        last = (int) i;
    }

  return last;
}

/* With the lock held: what is waited for in the order in which it was begun, the
 * one at @last last. Each call was made by the handler of the one before it.
 */
static char *
describe_circle_locked (GPtrArray *circle,
                        guint      last)
{
  g_autoptr (GString) text = g_string_new ("could only deadlock: these calls wait for each other: ");

  for (guint i = 1; i <= circle->len; i++)
    {
      NorpcCall *call = ((NorpcThreadWait *) circle->pdata[(last + i) % circle->len])->call;

      if (call != NULL)
        g_string_append_printf (text, "%s.%s", norpc_call_get_interface_name (call),
                                norpc_call_get_method_name (call));
      else
        g_string_append (text, "(a server or thread that starts or stops)");
      if (i < circle->len)
        g_string_append (text, " -> ");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* With the lock held: if @thread could never wake from @wait, the call that makes
 * it so (held), with what is to be said of it (owned). Or NULL: then @hopeless
 * if it could not, and there is no call to fail.
 */
static NorpcCall *
find_culprit_locked (NorpcThreadWait  *wait,
                     GThread          *thread,
                     char            **description,
                     gboolean         *hopeless)
{
  g_autoptr (GPtrArray) circle = find_circle_locked (wait, thread);
  NorpcCall *culprit;
  int last;

  if (circle == NULL)
    return NULL;

  last = find_last_locked (circle);
  if (last < 0)
    {
      *hopeless = TRUE;
      return NULL;
    }

  /* The calls of the circle are there as long as the lock is held. */
  *description = describe_circle_locked (circle, (guint) last);
  culprit = ((NorpcThreadWait *) circle->pdata[last])->call;
  norpc_call_hold (culprit);

  return culprit;
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

/* The thread that is going to sleep. If it never could wake, the call that makes it
 * so is answered here. FALSE if there is none: then it must not sleep.
 */
gboolean
norpc_deadlock_begin_wait (NorpcThreadWait *wait)
{
  g_autofree char *description = NULL;
  gboolean hopeless = FALSE;
  NorpcCall *culprit;

  g_mutex_lock (&waits_lock);
  if (waits == NULL)
    waits = g_hash_table_new (NULL, NULL);
  culprit = find_culprit_locked (wait, g_thread_self (), &description, &hopeless);
  if (!hopeless)
    g_hash_table_insert (waits, g_thread_self (), wait);
  g_mutex_unlock (&waits_lock);

  refuse (culprit, description);

  return !hopeless;
}

/* The thread that has brought @call, which it holds, to a channel, and is not the
 * one that waits for it.
 */
void
norpc_deadlock_look (NorpcCall *call)
{
  g_autofree char *description = NULL;
  NorpcCall *culprit = NULL;
  NorpcThreadWait *wait;
  gboolean hopeless;

  /* If its caller does not sleep yet, it looks itself before it does. */
  g_mutex_lock (&waits_lock);
  wait = waits != NULL ? g_hash_table_lookup (waits, call->waiting_thread) : NULL;
  if (wait != NULL && wait->call != NULL && get_last_substitute_locked (wait->call) == call)
    culprit = find_culprit_locked (wait, call->waiting_thread, &description, &hopeless);
  g_mutex_unlock (&waits_lock);

  refuse (culprit, description);
}

/* The thread that is going to send @substitute, which is the answer to @call if it
 * does not fail.
 */
void
norpc_deadlock_substitute (NorpcCall *call,
                           NorpcCall *substitute)
{
  NorpcCall *previous;

  norpc_call_hold (substitute);

  g_mutex_lock (&waits_lock);
  previous = call->substitute;
  call->substitute = substitute;
  g_mutex_unlock (&waits_lock);

  g_clear_pointer (&previous, norpc_call_release);
}

/* The same thread, awake. */
void
norpc_deadlock_end_wait (void)
{
  g_mutex_lock (&waits_lock);
  g_hash_table_remove (waits, g_thread_self ());
  g_mutex_unlock (&waits_lock);
}
