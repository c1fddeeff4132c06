/* norpc-dispatch.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope-private.h"
#include "call/norpc-trace-private.h"
#include "client/norpc-proxy.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-interface-peek.h"
#include "core/norpc-log-private.h"
#include "norpc-dispatch-private.h"

static gpointer route_func; /* atomic, (nullable): NorpcRouteFunc */

/* Thread-safe. Sets the function that finds handlers of interfaces that were made at run time. */
void
norpc_dispatch_set_route_func (NorpcRouteFunc func)
{
  g_atomic_pointer_set (&route_func, (gpointer) func);
}

/* Runs in the service's context, if the handler returned FALSE. */
static void
answer_failure (NorpcCall *call,
                GError    *error)
{
  const char *interface_name = norpc_call_get_interface_name (call);
  const char *method_name = norpc_call_peek_method_name (call);

  if (error != NULL && g_atomic_int_get (&call->replied))
    {
      norpc_critical ("%s.%s failed after it was answered: %s",
                      interface_name, method_name, error->message);
      g_error_free (error);
    }
  else if (error != NULL)
    {
      norpc_call_take_error (call, error);
    }
  else if (!g_atomic_int_get (&call->replied))
    {
      /* An exception in another language arrives without an error. */
      norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_FAILED,
                               "%s.%s failed and gave no reason",
                               interface_name, method_name);
    }
}

/* Runs in the service's context. Returns FALSE if a call that @call is an attempt at has completed.
 * The thread that completes that one cancels its attempt next, with the reason, which may not be
 * written yet; the service may have been given other calls instead.
 */
static gboolean
is_wanted (NorpcCall *call)
{
  for (NorpcCall *outer = call->outer; outer != NULL; outer = outer->outer)
    if (g_atomic_int_get (&outer->state) != NORPC_CALL_OPEN)
      {
        norpc_call_cancel (call, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                              "%s.%s has completed without this attempt",
                                              norpc_call_get_interface_name (outer),
                                              norpc_call_peek_method_name (outer)));
        return FALSE;
      }

  return TRUE;
}

/* Runs in the service's context. Returns FALSE if the call has completed while it waited, or
 * times out now. Its handler has not started, so the call may be retried.
 */
static gboolean
begin (NorpcCall *call)
{
  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN || !is_wanted (call))
    return FALSE;

  if (G_UNLIKELY (norpc_call_get_stage (call) >= NORPC_CALL_HANDLED))
    {
      norpc_call_note_sent_twice (call);
      return FALSE;
    }

  /* The client may be blocked, and so may not have noticed that the deadline has passed. */
  if (call->deadline != 0 && call->deadline <= norpc_clock_now ())
    {
      norpc_call_time_out (call);
      return FALSE;
    }

  /* A newer call may supersede it at the same time. */
  return norpc_call_begin_handling (call);
}

/* Gets the vtable of the interface (unowned). Returns FALSE if the service does not implement it. Calls
 * of the library itself have the type GObject, which has no vtable.
 */
static gboolean
find_vtable (NorpcCall *call,
             GObject   *service,
             gpointer  *vtable)
{
  GType type;

  if (call->interface_info->get_type == NULL || norpc_interface_info_is_run_time (call->interface_info))
    return FALSE;

  type = call->interface_info->get_type ();
  *vtable = norpc_interface_peek (service, type);

  return *vtable != NULL || g_type_is_a (G_OBJECT_TYPE (service), type);
}

/* Runs in the service's context. The descriptions of the client and of the service may have been made
 * apart from each other, one of them at run time. Returns the function that handles the call, or NULL;
 * @problem (owned) may then say why.
 */
static NorpcDispatchFunc
find_route (NorpcCall  *call,
            GObject    *service,
            gpointer   *vtable,
            char      **problem)
{
  NorpcRouteFunc func = (NorpcRouteFunc) g_atomic_pointer_get (&route_func);

  return func != NULL ? func (call, service, vtable, problem) : NULL;
}

/* Runs in the service's context. Returns the function that handles the call, or NULL if the service does
 * not implement the method; the call is then answered.
 */
static NorpcDispatchFunc
find_handler (NorpcCall *call,
              GObject   *service,
              gpointer  *vtable)
{
  NorpcDispatchFunc dispatch = norpc_call_get_method_info (call)->dispatch;
  g_autofree char *problem = NULL;

  if (dispatch != NULL && find_vtable (call, service, vtable))
    return dispatch;

  dispatch = find_route (call, service, vtable, &problem);
  if (dispatch == NULL && problem != NULL)
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                             "%s does not implement %s.%s as its client describes it: %s",
                             G_OBJECT_TYPE_NAME (service), norpc_call_get_interface_name (call),
                             norpc_call_peek_method_name (call), problem);
  else if (dispatch == NULL)
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                             "%s does not implement %s",
                             G_OBJECT_TYPE_NAME (service),
                             norpc_call_get_interface_name (call));

  return dispatch;
}

/* Runs in the service's context. If the caller releases the call next, and nothing else keeps
 * a reference to the call or waits for its completion, the answer is delivered on release.
 * Otherwise it is delivered now, so that answers are delivered in the order in which they were
 * given.
 */
static void
finish_dispatch (NorpcCall *call,
                 gboolean   is_dropped_next)
{
  if (is_dropped_next && norpc_ref_count_is (&call->call_refs, 1) && !norpc_call_has_hooks (call))
    norpc_call_clear_args (call);
  else
    norpc_call_deliver (call);
}

/* Runs in the service's context. The handler takes a reference to @call if it answers later. A proxy
 * forwards the arguments as they are.
 * Skips a call that has completed while it waited. @is_dropped_next means that the caller
 * answers no other call before it releases this one.
 */
void
norpc_dispatch (NorpcCall *call,
                GObject   *service,
                gboolean   is_dropped_next)
{
  NorpcCallScope outer;
  NorpcDispatchFunc dispatch;
  GError *error = NULL;
  gpointer vtable = NULL;
  gboolean handled;

  if (!begin (call))
    return;
  dispatch = find_handler (call, service, &vtable);
  if (dispatch == NULL)
    return;

  norpc_trace (call, "handled by %s", G_OBJECT_TYPE_NAME (service));
  norpc_metrics_call_handled (call);

  norpc_call_scope_begin (&outer, call);
  if (call->n_args > 0 && !NORPC_IS_PROXY (service))
    norpc_call_import_args (call);
  handled = dispatch (service, vtable, call, &error);
  norpc_call_scope_end (&outer, call);
  if (G_UNLIKELY (call->is_observed))
    norpc_metrics_note_returned (call);

  if (g_atomic_int_get (&call->state) == NORPC_CALL_WRITTEN)
    finish_dispatch (call, is_dropped_next);

  if (!handled)
    {
      answer_failure (call, error);
    }
  else if (error != NULL)
    {
      norpc_critical ("%s.%s set an error and returned TRUE: %s",
                      norpc_call_get_interface_name (call),
                      norpc_call_peek_method_name (call), error->message);
      if (g_atomic_int_get (&call->replied))
        g_error_free (error);
      else
        norpc_call_take_error (call, error);
    }
}
