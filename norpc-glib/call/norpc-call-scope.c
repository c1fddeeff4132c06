/* norpc-call-scope.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a call inherits from where it is made: the time and the cancellation
 * of the call that is being handled there, and a timeout.
 */

#include "norpc-call-private.h"
#include "norpc-call-scope-private.h"
#include "norpc-call-scope.h"

/* Of this thread; together, as each access to what belongs to a thread costs. */
static _Thread_local struct
{
  NorpcCall *call;      /* (unowned) (nullable): on whose behalf it works */
  guint      n_entered; /* how many calls it has entered */
  guint      n_outside; /* how many of these the handler or callback that runs may not leave */
} scope;

static void
free_stack (gpointer stack)
{
  g_array_unref (stack);
}

/* What norpc_call_enter () has to bring back, and the timeouts; of this
 * thread (owned) (nullable).
 */
static GPrivate entered_calls = G_PRIVATE_INIT (free_stack);
static GPrivate timeouts = G_PRIVATE_INIT (free_stack);

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

/* The thread that runs a handler of @call, or a callback, which is none: what it
 * worked for before is put into @outer.
 */
void
norpc_call_scope_begin (NorpcCallScope *outer,
                        NorpcCall      *call)
{
  outer->call = scope.call;
  outer->n_entered = scope.n_outside;
  scope.call = call;
  scope.n_outside = scope.n_entered;
}

/* Any thread: TRUE if it runs the handler of @call, and works for no other call. */
gboolean
norpc_call_scope_is_handler (NorpcCall *call)
{
  return scope.call == call && scope.n_entered == scope.n_outside;
}

/* The same thread: whoever entered a call has no business any more. */
static void
leave_forgotten_calls (NorpcCall *call)
{
  GArray *stack = get_stack (&entered_calls, sizeof (NorpcCall *));

  g_array_set_size (stack, scope.n_outside);
  scope.n_entered = scope.n_outside;

  if (call != NULL)
    g_warning ("The handler of %s.%s entered a call and returned, in thread %p, without leaving it",
               norpc_call_get_interface_name (call), norpc_call_peek_method_name (call),
               (gpointer) g_thread_self ());
  else
    g_warning ("A reply function entered a call and returned, in thread %p, without leaving it",
               (gpointer) g_thread_self ());
}

/* The same thread, when the handler or callback has returned. */
void
norpc_call_scope_end (NorpcCallScope *outer,
                      NorpcCall      *call)
{
  if (G_UNLIKELY (scope.n_entered != scope.n_outside))
    leave_forgotten_calls (call);

  scope.call = outer->call;
  scope.n_outside = outer->n_entered;
}

/**
 * norpc_call_enter:
 * @self: a call, which the caller holds until it leaves
 *
 * Says that this thread goes on to work on behalf of a call.
 *
 * Calls that it makes until [method@Norpc.Call.leave] inherit what @self has:
 * they have no more time than is left to it, and end with %G_IO_ERROR_CANCELLED
 * or %NORPC_ERROR_TIMED_OUT when it is cancelled or its time is up. While a
 * handler runs this is so by itself; a service that answers later says it
 * where it goes on. It can be nested. What a handler or a callback enters, it
 * leaves before it returns.
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
 * @milliseconds: the time in milliseconds, or %NORPC_NO_TIMEOUT
 *
 * Sets how long the calls may take that this thread makes until
 * [func@Norpc.timeout_pop].
 *
 * It goes before the timeouts of proxies and of the description. It can be
 * nested. See [method@Norpc.Proxy.set_timeout] for what happens when the
 * time is up.
 *
 * Since: 0.1
 */
void
norpc_timeout_push (guint milliseconds)
{
  g_return_if_fail (milliseconds > 0);

  g_array_append_val (get_stack (&timeouts, sizeof (guint)), milliseconds);
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
}

/* The calling thread. Returns the call on whose behalf it works, or NULL. */
NorpcCall *
norpc_call_scope_get_call (void)
{
  return scope.call;
}

/* The calling thread. Returns the timeout that it has pushed last, in milliseconds, or 0. */
guint
norpc_call_scope_get_timeout (void)
{
  const GArray *stack = g_private_get (&timeouts);

  return stack != NULL && stack->len > 0 ? g_array_index (stack, guint, stack->len - 1) : 0;
}
