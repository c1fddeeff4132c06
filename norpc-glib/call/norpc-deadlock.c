/* norpc-deadlock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Synchronous calls that could only deadlock.
 *
 * An executor runs the handlers of a service: a main context or, for a NorpcDirect, a
 * thread. A thread that is going to sleep enters the executors that do not run
 * meanwhile in a table: itself, and the contexts that it owns. Then it follows the
 * trail: from the call that it waits for to the executor of that call, to the blocked
 * thread that keeps that executor from running, to the call which that thread waits for,
 * and so on. If the trail is a circle, no thread on it can go on unless one of the calls
 * fails.
 *
 * Only what is certain is followed. A call that its service keeps, in order to answer it
 * later, may be answered by any thread, and one that is held by a layer of somebody else
 * may be, too: there the trail ends, and the timeout of the call is what ends it.
 */

#include "core/norpc-context-private.h"
#include "norpc-call-private.h"
#include "norpc-deadlock-private.h"

/* The wait of each executor that does not run: of NorpcThreadWait, unowned as the
 * keys. Protected by the lock, which is the last to be taken.
 */
static GMutex waits_lock;
static GHashTable *waits; /* (owned) (nullable) */

/* The calling thread. */
static void
add_stopped (NorpcThreadWait *wait,
             gconstpointer    executor)
{
  for (guint i = 0; i < wait->n_stopped; i++)
    if (wait->stopped[i] == executor)
      return;

  wait->stopped[wait->n_stopped++] = executor;
}

/* The calling thread: itself, the context that it is dispatching a source of, and
 * its thread-default context. One that it owns besides, further up its stack, is
 * not found.
 */
static void
collect_stopped (NorpcThreadWait *wait)
{
  GMainContext *context = g_main_context_get_thread_default ();
  GSource *source = g_main_current_source ();

  wait->n_stopped = 0;
  add_stopped (wait, g_thread_self ());
  if (source != NULL)
    add_stopped (wait, g_source_get_context (source));
  if (context == NULL)
    context = g_main_context_default ();
  if (norpc_context_is_own (context))
    add_stopped (wait, context);
}

/* With the lock held: its caller is about to wake up. That is not so while the service
 * writes the answer, in a thread that may be on the trail.
 */
static gboolean
has_ended_locked (NorpcCall *call)
{
  NorpcCallState state = (NorpcCallState) g_atomic_int_get (&call->state);

  return state == NORPC_CALL_ANSWERED ||
         (state == NORPC_CALL_ANSWERING && !g_atomic_int_get (&call->replied));
}

/* With the lock held: the one executor that can end it, or NULL. */
static gconstpointer
get_executor_locked (NorpcThreadWait *wait)
{
  if (wait->call != NULL)
    return !has_ended_locked (wait->call) && norpc_call_is_stuck (wait->call)
             ? g_atomic_pointer_get (&wait->call->executor) : NULL;

  return wait->is_over == NULL || !wait->is_over (wait->data) ? wait->executor : NULL;
}

/* With the lock held: @executor does not run while the thread of @wait sleeps. */
static gboolean
stops_locked (NorpcThreadWait *wait,
              gconstpointer    executor)
{
  for (guint i = 0; i < wait->n_stopped; i++)
    if (wait->stopped[i] == executor)
      return TRUE;

  return FALSE;
}

/* With the lock held: @first, what has to go on for it, and so on until the trail comes
 * back to @first (owned); or NULL if it does not.
 */
static GPtrArray *
find_circle_locked (NorpcThreadWait *first)
{
  g_autoptr (GPtrArray) circle = g_ptr_array_new ();
  NorpcThreadWait *wait = first;

  while (wait != NULL && !g_ptr_array_find (circle, wait, NULL))
    {
      gconstpointer executor = get_executor_locked (wait);

      if (executor == NULL)
        return NULL;

      g_ptr_array_add (circle, wait);
      if (stops_locked (first, executor))
        return g_steal_pointer (&circle);

      wait = g_hash_table_lookup (waits, executor);
    }

  return NULL;
}

/* With the lock held: the call that closes the circle, which is the one that no
 * service has begun with. If two threads have closed it at once, it is the caller's.
 * Or -1 if there is no call in it.
 */
static int
find_last_locked (GPtrArray *circle)
{
  int last = -1;

  for (guint i = 0; i < circle->len; i++)
    {
      NorpcCall *call = ((NorpcThreadWait *) circle->pdata[i])->call;

      if (call != NULL && norpc_call_get_stage (call) == NORPC_CALL_WAITING)
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
  g_autoptr (GString) text = NULL;

  if (circle->len == 1)
    return g_strdup ("was called synchronously in the thread of its own service");

  text = g_string_new ("could only deadlock: these calls wait for each other: ");
  for (guint i = 1; i <= circle->len; i++)
    {
      NorpcCall *call = ((NorpcThreadWait *) circle->pdata[(last + i) % circle->len])->call;

      if (call != NULL)
        g_string_append_printf (text, "%s.%s", norpc_call_get_interface_name (call),
                                norpc_call_peek_method_name (call));
      else
        g_string_append (text, "(a server or thread that starts or stops)");
      if (i < circle->len)
        g_string_append (text, " -> ");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* With the lock held: if the thread of @wait could never wake up, the call that makes
 * it so (held), with what is to be said of it (owned). Or NULL: then @hopeless
 * if it could not, and there is no call to fail.
 */
static NorpcCall *
find_culprit_locked (NorpcThreadWait  *wait,
                     char            **description,
                     gboolean         *hopeless)
{
  g_autoptr (GPtrArray) circle = find_circle_locked (wait);
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
  norpc_call_ref_memory (culprit);

  return culprit;
}

static void
reject_culprit (NorpcCall  *culprit,
                const char *description)
{
  if (culprit == NULL)
    return;

  norpc_call_reject (culprit, NORPC_ERROR_WOULD_DEADLOCK, description);
  norpc_call_unref_memory (culprit);
}

/* The thread that is going to sleep. If it never could wake up, the call that makes it
 * so is answered here. FALSE if there is none: then it must not sleep.
 */
gboolean
norpc_deadlock_begin_wait (NorpcThreadWait *wait)
{
  g_autofree char *description = NULL;
  gboolean hopeless = FALSE;
  NorpcCall *culprit;

  collect_stopped (wait);

  g_mutex_lock (&waits_lock);
  if (waits == NULL)
    waits = g_hash_table_new (NULL, NULL);
  culprit = find_culprit_locked (wait, &description, &hopeless);
  for (guint i = 0; i < wait->n_stopped && !hopeless; i++)
    g_hash_table_insert (waits, (gpointer) wait->stopped[i], wait);
  g_mutex_unlock (&waits_lock);

  reject_culprit (culprit, description);

  return !hopeless;
}

/* The same thread, awake. */
void
norpc_deadlock_end_wait (NorpcThreadWait *wait)
{
  g_mutex_lock (&waits_lock);
  for (guint i = 0; i < wait->n_stopped; i++)
    g_hash_table_remove (waits, wait->stopped[i]);
  g_mutex_unlock (&waits_lock);
}

/* A thread that has brought @call, which it holds, to where it is going to be handled,
 * and is not the one that waits for it.
 */
void
norpc_deadlock_check (NorpcCall *call)
{
  g_autofree char *description = NULL;
  NorpcCall *culprit = NULL;
  NorpcThreadWait *wait;
  gboolean hopeless;

  while (call->outer != NULL)
    call = call->outer;

  /* If its caller does not sleep yet, it looks itself before it does. */
  g_mutex_lock (&waits_lock);
  wait = waits != NULL ? g_hash_table_lookup (waits, call->waiting_thread) : NULL;
  if (wait != NULL && wait->call == call)
    culprit = find_culprit_locked (wait, &description, &hopeless);
  g_mutex_unlock (&waits_lock);

  reject_culprit (culprit, description);
}
