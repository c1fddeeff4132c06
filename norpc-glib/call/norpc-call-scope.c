/* norpc-call-scope.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The properties that a call inherits from the thread that sends it: the deadline and the
 * cancellation of the call that is being handled there, a timeout and a priority.
 */

#include "core/norpc-log-private.h"
#include "norpc-call-private.h"
#include "norpc-call-scope-private.h"
#include "norpc-call-scope.h"

static _Thread_local NorpcThreadScope scope;

/* Returns the state (unowned) of the calling thread. */
NorpcThreadScope *
norpc_thread_scope_get (void)
{
  return &scope;
}

static void
free_stack (gpointer stack)
{
  g_array_unref (stack);
}

/* The calls to restore in norpc_call_leave (), and the timeouts and priorities that were pushed.
 * Owned by the thread.
 */
static GPrivate entered_calls = G_PRIVATE_INIT (free_stack);
static GPrivate timeouts = G_PRIVATE_INIT (free_stack);
static GPrivate priorities = G_PRIVATE_INIT (free_stack);

static GArray *
get_stack (GPrivate *key,
           guint     element_size)
{
  GArray *stack = g_private_get (key);

  if (stack == NULL)
    {
      stack = g_array_new (FALSE, FALSE, element_size);
      g_private_set (key, stack);
    }

  return stack;
}

/* Thread-safe. Returns TRUE if the calling thread runs the handler of @call, and has entered
 * no other call.
 */
gboolean
norpc_call_scope_is_handler (NorpcCall *call)
{
  return scope.call == call && scope.n_entered == scope.n_outside;
}

/* Called in the thread of @thread, when a handler of @call, or a callback, has returned. Leaves the
 * calls that it entered without leaving them.
 */
void
norpc_call_scope_leave_forgotten (NorpcThreadScope *thread,
                                  NorpcCall        *call)
{
  GArray *stack = get_stack (&entered_calls, sizeof (NorpcCall *));

  g_array_set_size (stack, thread->n_outside);
  thread->n_entered = thread->n_outside;

  if (call != NULL)
    norpc_warning ("The handler of %s.%s, in thread %p, entered a call and returned without leaving it",
                   norpc_call_get_interface_name (call), norpc_call_peek_method_name (call),
                   (gpointer) g_thread_self ());
  else
    norpc_warning ("A reply function, in thread %p, entered a call and returned without leaving it",
                   (gpointer) g_thread_self ());
}

/**
 * norpc_call_enter:
 * @self: a call, to which the caller keeps a reference until it leaves the call
 *
 * Declares that the current thread works on behalf of a call.
 *
 * Calls that the thread sends until [method@Norpc.Call.leave] inherit the deadline and
 * the cancellation of @self: they get no more time than @self has left, and they complete
 * with %G_IO_ERROR_CANCELLED or %NORPC_ERROR_TIMED_OUT when @self is cancelled or times
 * out. A handler has entered its call implicitly. A service that answers later calls this
 * function where it continues the work.
 *
 * Calls of this function can be nested. A handler or callback must leave the calls that
 * it has entered before it returns.
 *
 * Since: 0.1
 */
void
norpc_call_enter (NorpcCall *self)
{
  g_return_if_fail (self != NULL);

  g_array_append_val (get_stack (&entered_calls, sizeof (NorpcCall *)), scope.call);
  scope.call = self;
  scope.n_entered++;
}

/**
 * norpc_call_leave:
 * @self: the call that was entered last
 *
 * Undoes [method@Norpc.Call.enter], in the same thread.
 *
 * Since: 0.1
 */
void
norpc_call_leave (NorpcCall *self)
{
  GArray *stack = get_stack (&entered_calls, sizeof (NorpcCall *));

  g_return_if_fail (self != NULL && self == scope.call);
  g_return_if_fail (scope.n_entered > scope.n_outside);

  scope.n_entered--;
  scope.call = g_array_index (stack, NorpcCall *, scope.n_entered);
  g_array_set_size (stack, scope.n_entered);
}

/**
 * norpc_timeout_push:
 * @milliseconds: the timeout in milliseconds, greater than 0, or %NORPC_NO_TIMEOUT
 *
 * Sets the timeout of the calls that the current thread sends until it calls
 * [func@Norpc.timeout_pop].
 *
 * It takes precedence over the timeouts of proxies and of the description. Calls of this
 * function can be nested. See [method@Norpc.Proxy.set_timeout] for what happens when a
 * call times out.
 *
 * Since: 0.1
 */
void
norpc_timeout_push (guint milliseconds)
{
  g_return_if_fail (milliseconds > 0);

  g_array_append_val (get_stack (&timeouts, sizeof (guint)), milliseconds);
  scope.timeout = milliseconds;
}

/**
 * norpc_timeout_pop:
 *
 * Undoes the last [func@Norpc.timeout_push] of this thread.
 *
 * Since: 0.1
 */
void
norpc_timeout_pop (void)
{
  GArray *stack = get_stack (&timeouts, sizeof (guint));

  g_return_if_fail (stack->len > 0);

  g_array_set_size (stack, stack->len - 1);
  scope.timeout = stack->len > 0 ? g_array_index (stack, guint, stack->len - 1) : 0;
}

/**
 * norpc_priority_push:
 * @priority: the priority
 *
 * Sets the priority of the calls that the current thread sends until it calls
 * [func@Norpc.Priority.pop].
 *
 * It takes precedence over the priorities of proxies and of single calls, and over the priority
 * of the call that is being handled. Calls of this function can be nested. See
 * [method@Norpc.Proxy.set_priority].
 *
 * Since: 0.1
 */
void
norpc_priority_push (NorpcPriority priority)
{
  g_return_if_fail (priority >= NORPC_PRIORITY_LOW && priority <= NORPC_PRIORITY_URGENT);

  g_array_append_val (get_stack (&priorities, sizeof (NorpcPriority)), priority);
  scope.has_priority = TRUE;
  scope.priority = (gint8) priority;
}

/**
 * norpc_priority_pop:
 *
 * Undoes the last [func@Norpc.Priority.push] of this thread.
 *
 * Since: 0.1
 */
void
norpc_priority_pop (void)
{
  GArray *stack = get_stack (&priorities, sizeof (NorpcPriority));

  g_return_if_fail (stack->len > 0);

  g_array_set_size (stack, stack->len - 1);
  scope.has_priority = stack->len > 0;
  if (scope.has_priority)
    scope.priority = (gint8) g_array_index (stack, NorpcPriority, stack->len - 1);
}

/**
 * norpc_call_get_current:
 *
 * Gets the call that the current thread is handling, or that it has entered with
 * [method@Norpc.Call.enter].
 *
 * In a synchronous handler, it has the deadline and the cancellation. A function that sets a
 * property of a service can reject the value by answering this call with an error.
 *
 * Returns: (transfer none) (nullable): the call, or %NULL if there is none
 * Since: 0.1
 */
NorpcCall *
norpc_call_get_current (void)
{
  return scope.call;
}
