/* norpc-converted-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A call whose service has the values of declared types in another form than its client: one of the two has a
 * description that was read at run time. The service handles a call of its own description, the inner call, which is an
 * attempt at that of the client, the outer call.
 */

#include "call/norpc-call-private.h"
#include "call/norpc-reply-hook-private.h"
#include "core/norpc-error.h"
#include "core/norpc-value-convert-private.h"
#include "norpc-converted-call-private.h"
#include "server/norpc-dispatch-private.h"
#include "server/norpc-pending-calls-private.h"

typedef struct
{
  NorpcCompletionHook hook; /* must be first: of the outer call */

  gatomicrefcount ref_count; /* one for each call, and one for the handler */
  NorpcCall      *outer;     /* a reference to memory */

  GMutex     lock;
  NorpcCall *inner; /* (nullable) [lock], a reference to memory: until one of both has completed */
  NorpcCall *kept;  /* (owned) (nullable) [lock]: the outer call, which the inner one is going to answer. Before its
                       handler has returned, the worker has the only reference, so that deadlocks are detected. */
  gboolean   ended; /* [lock]: the outer call has completed */
} ConvertedCall;

static void
converted_call_unref (ConvertedCall *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->inner == NULL && self->kept == NULL);
  norpc_call_unref_memory (self->outer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Runs in the thread that completes the outer call. If that is not the inner one, it is cancelled. */
static void
outer_completed (NorpcCompletionHook *hook,
                 NorpcCall           *outer)
{
  ConvertedCall *self = (ConvertedCall *) hook;
  NorpcCall *inner, *kept;

  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  inner = g_steal_pointer (&self->inner);
  kept = g_steal_pointer (&self->kept);
  g_mutex_unlock (&self->lock);

  if (inner != NULL)
    {
      norpc_call_transfer_open (outer, inner);
      norpc_call_cancel (inner, norpc_call_copy_reason (outer));
      norpc_call_unref_memory (inner);
    }
  g_clear_pointer (&kept, norpc_call_unref);
  converted_call_unref (self);
}

/* Called in the thread that completes the inner call, when no other one can complete the outer one. */
static GError *
convert_results (NorpcCall *outer,
                 NorpcCall *inner,
                 GValue    *results)
{
  g_autofree char *problem = NULL;

  if (norpc_values_move (norpc_call_get_method_info (inner)->dbus.out_args, inner->values + inner->n_args,
                         norpc_call_get_method_info (outer)->dbus.out_args, results, inner->n_results, "result",
                         &problem))
    return NULL;

  return g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", norpc_call_get_interface_name (outer),
                      norpc_call_peek_method_name (outer), problem);
}

/* Called in the thread that completes the inner call. Its reply is released on the client's side. */
static void
return_converted (NorpcCall *outer,
                  NorpcCall *inner)
{
  GValue *results = norpc_call_begin_reply (outer, outer->interface_info, outer->method);
  GError *problem = results != NULL ? convert_results (outer, inner, results) : NULL;

  norpc_reply_release_with (norpc_call_get_reply (inner), outer);
  if (problem != NULL)
    norpc_call_fail_reply (outer, problem);
  else if (results != NULL)
    norpc_call_end_reply_on_return (outer);
}

/* Called in the thread that completes the inner call. Takes ownership of @outer. */
static void
answer_outer (NorpcCall *outer,
              NorpcCall *inner)
{
  gboolean replied = g_atomic_int_get (&inner->replied);
  GError *error;

  if (inner->error == NULL)
    {
      return_converted (outer, inner);
      norpc_call_unref (outer);
      return;
    }

  error = g_error_copy (inner->error);
  norpc_reply_release_with (norpc_call_get_reply (inner), outer);
  if (!replied)
    {
      norpc_call_fail (outer, error);
      return;
    }
  norpc_call_take_error (outer, error);
  norpc_call_unref (outer);
}

/* Runs in the thread that completes the inner call. */
static void
inner_completed (NorpcCall *inner)
{
  ConvertedCall *self = inner->reply_data;
  NorpcCall *memory, *outer;

  /* While the handler runs, the worker has a reference to the outer call. */
  g_mutex_lock (&self->lock);
  memory = g_steal_pointer (&self->inner);
  outer = g_steal_pointer (&self->kept);
  if (outer == NULL && !self->ended)
    outer = norpc_call_ref (self->outer);
  g_mutex_unlock (&self->lock);

  if (outer != NULL)
    answer_outer (outer, inner);
  else
    norpc_reply_release_with (norpc_call_get_reply (inner), self->outer);
  g_clear_pointer (&memory, norpc_call_unref_memory);
  converted_call_unref (self);
}

static const NorpcCallSink inner_sink = { inner_completed, NULL };

/* Runs in the service's context. Takes ownership of nothing. */
static ConvertedCall *
converted_call_new (NorpcCall *outer,
                    NorpcCall *inner)
{
  ConvertedCall *self = g_new0 (ConvertedCall, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  norpc_call_ref_memory (outer);
  self->outer = outer;
  norpc_call_ref_memory (inner);
  self->inner = inner;

  inner->link.sink = &inner_sink;
  inner->reply_data = self;
  g_atomic_ref_count_inc (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  if (!norpc_call_add_completion_hook (outer, &self->hook, outer_completed))
    outer_completed (&self->hook, outer);

  return self;
}

/* Runs in the service's context, after the handler. If the service answers later, the arguments of the outer call, which
 * it no longer needs, are released here.
 */
static void
keep_outer (ConvertedCall *self,
            NorpcCall     *outer)
{
  g_mutex_lock (&self->lock);
  if (self->inner != NULL)
    self->kept = norpc_call_ref (outer);
  g_mutex_unlock (&self->lock);

  norpc_call_clear_args (outer);
}

/* Returns a call (owned) of the service's description, or NULL if @error is set. */
static NorpcCall *
convert_call (NorpcCall                *outer,
              const NorpcInterfaceInfo *info,
              guint                     method,
              GError                  **error)
{
  g_autoptr (NorpcCall) inner = norpc_call_new_attempt (outer, info, method);
  g_autofree char *problem = NULL;

  if (norpc_values_move (norpc_call_get_method_info (outer)->dbus.in_args, outer->values,
                         info->methods[method]->dbus.in_args, inner->values, inner->n_args, "argument", &problem))
    {
      inner->lists = outer->lists;
      return g_steal_pointer (&inner);
    }

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", norpc_call_get_interface_name (outer),
               norpc_call_peek_method_name (outer), problem);

  return NULL;
}

/* Runs in the service's context. Handles @call as the call @method of the service's own description. */
gboolean
norpc_converted_call_handle (GObject                   *service,
                             NorpcCall                 *call,
                             const NorpcInterfaceInfo  *info,
                             guint                      method,
                             GError                   **error)
{
  NorpcCall *inner = convert_call (call, info, method, error);
  ConvertedCall *self;

  if (inner == NULL)
    return FALSE;

  self = converted_call_new (call, inner);
  norpc_dispatch (inner, service, FALSE);
  norpc_pending_calls_note_kept (inner);
  keep_outer (self, call);
  /* If this is the last reference, the inner call completes now. */
  norpc_call_unref (inner);
  converted_call_unref (self);

  return TRUE;
}
