/* norpc-deadlock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Deadlock detection for synchronous calls.
 *
 * An executor runs the handlers of a service: a main context or, for a NorpcDirect, a thread.
 * Before a thread blocks, it enters the executors that do not run meanwhile in a table:
 * itself, and the contexts that it owns. Then it follows a chain: from the call that it waits
 * for to the executor of that call, to the blocked thread that keeps that executor from
 * running, to the call which that thread waits for, and so on. If the chain is a cycle, no
 * thread on it can continue unless one of the calls fails.
 *
 * Only certain dependencies are followed. The chain ends at a call that its service keeps, in
 * order to answer it later, because any thread may answer it. The same holds for a call that
 * is pending in an application's layer. The timeout of the call applies in these cases.
 */

#include "core/norpc-context-private.h"
#include "norpc-call-private.h"
#include "norpc-deadlock-private.h"

/* Maps each executor that does not run to the NorpcThreadWait that stops it; both are unowned.
 * Protected by the lock, which is taken after all others.
 */
static GMutex waits_lock;
static GHashTable *waits; /* (owned) (nullable) */

static void
add_stopped (NorpcThreadWait *wait,
             gconstpointer    executor)
{
  for (guint i = 0; i < wait->n_stopped; i++)
    if (wait->stopped[i] == executor)
      return;

  wait->stopped[wait->n_stopped++] = executor;
}

/* Collects the executors that the calling thread stops: itself, the context of the source that
 * it is dispatching, and its thread-default context. Other contexts that it owns, further up
 * its stack, are not found.
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

/* Called with the lock held. Returns TRUE if the caller is about to wake up. Returns FALSE
 * while the service writes the answer, because it may do so in a thread of the chain.
 */
static gboolean
has_ended_locked (NorpcCall *call)
{
  NorpcCallState state = (NorpcCallState) g_atomic_int_get (&call->state);

  return state == NORPC_CALL_ANSWERED ||
         (state == NORPC_CALL_ANSWERING && !g_atomic_int_get (&call->replied));
}

/* Called with the lock held. Returns the executor that can end the wait, or NULL if others
 * can, too.
 */
static gconstpointer
get_executor_locked (NorpcThreadWait *wait)
{
  if (wait->call != NULL)
    return !has_ended_locked (wait->call) && norpc_call_is_stuck (wait->call)
             ? g_atomic_pointer_get (&wait->call->executor) : NULL;

  return wait->is_over == NULL || !wait->is_over (wait->data) ? wait->executor : NULL;
}

/* Called with the lock held. Returns TRUE if @executor does not run while the thread of @wait
 * blocks.
 */
static gboolean
stops_locked (NorpcThreadWait *wait,
              gconstpointer    executor)
{
  for (guint i = 0; i < wait->n_stopped; i++)
    if (wait->stopped[i] == executor)
      return TRUE;

  return FALSE;
}

/* Called with the lock held. Returns the cycle of waits that starts with @first (owned), or
 * NULL if there is no cycle.
 */
static GPtrArray *
find_cycle_locked (NorpcThreadWait *first)
{
  g_autoptr (GPtrArray) cycle = g_ptr_array_new ();
  NorpcThreadWait *wait = first;

  while (wait != NULL && !g_ptr_array_find (cycle, wait, NULL))
    {
      gconstpointer executor = get_executor_locked (wait);

      if (executor == NULL)
        return NULL;

      g_ptr_array_add (cycle, wait);
      if (stops_locked (first, executor))
        return g_steal_pointer (&cycle);

      wait = g_hash_table_lookup (waits, executor);
    }

  return NULL;
}

/* Called with the lock held. Returns the index of the call that closes the cycle, which is the
 * one that no service handles yet. If two threads close the cycle at once, the caller's call
 * is chosen. Returns -1 if no call is part of the cycle.
 */
static int
find_last_locked (GPtrArray *cycle)
{
  int last = -1;

  for (guint i = 0; i < cycle->len; i++)
    {
      NorpcCall *call = ((NorpcThreadWait *) cycle->pdata[i])->call;

      if (call != NULL && norpc_call_get_stage (call) == NORPC_CALL_WAITING)
        return (int) i;
      if (call != NULL && last < 0)
        last = (int) i;
    }

  return last;
}

/* Called with the lock held. Describes the cycle in the order in which the waits began, ending
 * with the one at @last. Each call was sent by the handler of the one before it.
 */
static char *
describe_cycle_locked (GPtrArray *cycle,
                       guint      last)
{
  g_autoptr (GString) text = NULL;

  if (cycle->len == 1)
    return g_strdup ("would deadlock: it was called synchronously in the thread of its own service");

  text = g_string_new ("would deadlock: these calls wait for each other: ");
  for (guint i = 1; i <= cycle->len; i++)
    {
      NorpcCall *call = ((NorpcThreadWait *) cycle->pdata[(last + i) % cycle->len])->call;

      if (call != NULL)
        g_string_append_printf (text, "%s.%s", norpc_call_get_interface_name (call),
                                norpc_call_peek_method_name (call));
      else
        g_string_append (text, "(a server or thread that starts or stops)");
      if (i < cycle->len)
        g_string_append (text, " -> ");
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Called with the lock held. If the thread of @wait would deadlock, returns the call that
 * closes the cycle, with a reference to its memory, and sets @description (owned). Sets
 * @hopeless if it would deadlock, but no call is part of the cycle.
 */
static NorpcCall *
find_culprit_locked (NorpcThreadWait  *wait,
                     char            **description,
                     gboolean         *hopeless)
{
  g_autoptr (GPtrArray) cycle = find_cycle_locked (wait);
  NorpcCall *culprit;
  int last;

  if (cycle == NULL)
    return NULL;

  last = find_last_locked (cycle);
  if (last < 0)
    {
      *hopeless = TRUE;
      return NULL;
    }

  /* The calls of the cycle stay alive while the lock is held. */
  *description = describe_cycle_locked (cycle, (guint) last);
  culprit = ((NorpcThreadWait *) cycle->pdata[last])->call;
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

/* Called in the thread that is about to block. If this would deadlock, rejects the call that
 * closes the cycle. Returns FALSE if no call is part of the cycle; the caller must not block
 * then.
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

/* Called in the same thread, after it has woken up. */
void
norpc_deadlock_end_wait (NorpcThreadWait *wait)
{
  g_mutex_lock (&waits_lock);
  for (guint i = 0; i < wait->n_stopped; i++)
    g_hash_table_remove (waits, wait->stopped[i]);
  g_mutex_unlock (&waits_lock);
}

/* Called in a thread that has passed @call to its executor and is not the one that waits for
 * it. The caller keeps a reference to @call.
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

  /* If the waiting thread does not block yet, it checks for deadlocks itself before it does. */
  g_mutex_lock (&waits_lock);
  wait = waits != NULL ? g_hash_table_lookup (waits, norpc_call_get_waiting_thread (call)) : NULL;
  if (wait != NULL && wait->call == call)
    culprit = find_culprit_locked (wait, &description, &hopeless);
  g_mutex_unlock (&waits_lock);

  reject_culprit (culprit, description);
}
