/* norpc-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "core/norpc-background-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-value-init-private.h"
#include "norpc-call-private.h"
#include "norpc-sender-private.h"
#include "norpc-trace-context-private.h"

/**
 * NorpcCall:
 *
 * A message to a service: a method, its arguments, and the destination of the reply.
 *
 * A handler receives a call and must answer it: at once or later, in the context of the
 * service or in any other thread, with the generated `…_complete_…` function or one of
 * the `norpc_call_return_…` functions. To answer later, the handler keeps a reference to
 * the call.
 *
 * Whoever holds a reference to a call must answer it. If the last reference is released
 * without an answer, the client gets %NORPC_ERROR_NO_REPLY. Answering a call twice is a
 * programmer error. Answering a call that the client has cancelled is not an error, and
 * does nothing.
 *
 * The arguments are released with the last reference, so that they are released in the
 * service's thread.
 *
 * Since: 0.1
 */

const NorpcCallListFuncs *norpc_call_list_funcs;

G_DEFINE_BOXED_TYPE (NorpcCall, norpc_call, norpc_call_ref, norpc_call_unref)

static void
init_values (GValue               *values,
             GDBusArgInfo * const *infos,
             guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    norpc_value_init_zero (&values[i], norpc_arg_info_get_gtype (infos[i]));
}

/* Does not count all methods, which takes long in a large interface. */
static gboolean
has_method (const NorpcInterfaceInfo *info,
            guint                     method)
{
  guint n = 0;

  while (n <= method && info->methods != NULL && info->methods[n] != NULL)
    n++;

  return n > method;
}

/* Returns a block of zeros (owned). */
static NorpcCall *
call_alloc (guint    n_values,
            gboolean is_stream)
{
  gboolean has_metrics = norpc_metrics_are_enabled ();
  gsize size = sizeof (NorpcCall) + n_values * sizeof (GValue);
  NorpcCall *self;

  if (is_stream)
    size += sizeof (NorpcStreamPart);
  if (has_metrics)
    size += sizeof (NorpcCallMetrics);

  /* Not g_malloc0 (): calloc () does not use the C library's per-thread cache. */
  self = g_malloc (size);
  memset (self, 0, size);
  self->has_metrics = has_metrics;

  return self;
}

/**
 * norpc_call_new:
 * @interface_info: the interface of the method
 * @method: the index of the method in @interface_info
 *
 * Creates a call, to be sent with [method@Norpc.Endpoint.call].
 *
 * The values of [method@Norpc.Call.get_args] are initialized to the types of the
 * arguments, and must be set before the call is sent. Generated proxies do all of this. A
 * call whose arguments do not match the description fails with
 * %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer full): a new call
 * Since: 0.1
 */
NorpcCall *
norpc_call_new (const NorpcInterfaceInfo *interface_info,
                guint                     method)
{
  const GDBusMethodInfo *info;
  NorpcCall *self;
  guint n_args, n_results;
  gboolean is_stream;

  g_return_val_if_fail (interface_info != NULL, NULL);
  g_return_val_if_fail (has_method (interface_info, method), NULL);

  info = &interface_info->methods[method]->dbus;
  g_return_val_if_fail (norpc_arg_infos_have_signatures (info->in_args), NULL);
  g_return_val_if_fail (norpc_arg_infos_have_signatures (info->out_args), NULL);

  n_args = norpc_arg_infos_count (info->in_args);
  n_results = norpc_arg_infos_count (info->out_args);

  is_stream = norpc_method_info_is_stream (interface_info->methods[method]);
  self = call_alloc (n_args + n_results, is_stream);
  self->call_refs = 1;
  self->reply_refs = 1;
  self->memory_refs = 2;
  self->interface_info = interface_info;
  self->method = method;
  self->n_blockers = 1;
  self->n_args = n_args;
  self->n_results = n_results;
  self->is_stream = is_stream;
  init_values (self->values, info->in_args, n_args);

  return self;
}

/* Called in the thread that owns both calls, before it sends @self, which gets the items of @from. */
void
norpc_call_share_stream (NorpcCall *self,
                         NorpcCall *from)
{
  NorpcStreamPart *stream = norpc_call_get_stream_part (self);
  NorpcStreamPart *other = norpc_call_get_stream_part (from);

  if (stream != NULL && other != NULL && other->items != NULL)
    stream->items = other->items->funcs->ref (other->items);
}

/* Thread-safe. Called with a reference or with a borrowed call: a language binding takes a
 * reference when take () of a layer returns, although the layer may have passed on the last
 * one. Returns FALSE if all references have been released; this is final, so later references
 * keep only the block of memory alive.
 */
static gboolean
inc_call_refs (NorpcCall *self)
{
  int n_refs = g_atomic_int_get (&self->call_refs);

  while (n_refs > 0)
    {
      if (g_atomic_int_compare_and_exchange (&self->call_refs, n_refs, n_refs + 1))
        return TRUE;
      n_refs = g_atomic_int_get (&self->call_refs);
    }

  return FALSE;
}

/**
 * norpc_call_ref:
 * @self: a call
 *
 * Increases the reference count of @self. Whoever holds a reference must answer the call.
 *
 * A layer may also take a reference to a borrowed call that it has passed on. If the call
 * has completed by then, this reference does not keep the arguments alive, and need not
 * be answered.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcCall *
norpc_call_ref (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (!inc_call_refs (self))
    norpc_call_ref_memory (self);

  return self;
}

/* Called in the thread that releases the last reference to the service's half. If the call was
 * skipped because a newer one supersedes it, the client that sends the newer call may not have
 * cancelled this one yet.
 */
static void
answer_last (NorpcCall *self)
{
  /* A reply that was begun but not ended can no longer be ended. */
  gboolean unfinished = g_atomic_int_get (&self->replied) &&
                        g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERING;

  if (!unfinished && (g_atomic_int_get (&self->state) != NORPC_CALL_OPEN || !norpc_call_claim (self)))
    return;

  if (norpc_call_is_superseded (self))
    self->error = norpc_call_superseded_error (self);
  else
    self->error = g_error_new (NORPC_ERROR, NORPC_ERROR_NO_REPLY,
                               "%s.%s was dropped without a reply",
                               norpc_call_get_interface_name (self),
                               norpc_call_peek_method_name (self));
  norpc_call_deliver (self);
}

static void
clear_and_release (gpointer data)
{
  norpc_call_clear_args (data);
  norpc_call_unref_memory (data);
}

/* Called in the thread that releases the last reference to the service's half of a call that
 * has reached the layers of a server. Returns FALSE, and does nothing, if the worker no longer
 * exists.
 */
static gboolean
clear_args_in_service (NorpcCall *self)
{
  norpc_call_ref_memory (self);
  if (self->released_at->funcs->run_in_service (self->released_at, clear_and_release, self))
    return TRUE;

  norpc_call_unref_memory (self);

  return FALSE;
}

/* Called in the thread that releases the last reference to the service's half, before the
 * client is notified. If no handler has started, this may be any thread, such as one that
 * cancels a call that is pending in a layer. The arguments are then released in the service's
 * context if the call has reached it, and otherwise with the client's half; if the worker or
 * the client's half no longer exists, in a thread of the pool. Returns TRUE if this function
 * took care of the arguments.
 */
static gboolean
leave_args (NorpcCall *self)
{
  gboolean done;

  if (self->n_args == 0 || norpc_call_has_reached_handler (self))
    return FALSE;

  if (self->released_at == NULL && g_atomic_int_get (&self->slot) != NORPC_SLOT_NONE)
    return FALSE;

  done = self->released_at != NULL
           ? clear_args_in_service (self)
           : g_atomic_int_compare_and_exchange (&self->args, NORPC_CALL_ARGS_HERE, NORPC_CALL_ARGS_LEFT);
  if (!done)
    {
      norpc_call_ref_memory (self);
      norpc_background_push_release (clear_and_release, self);
    }

  return TRUE;
}

/**
 * norpc_call_unref:
 * @self: (transfer full): a call
 *
 * Decreases the reference count of @self.
 *
 * Releasing the last reference to an unanswered call completes it with
 * %NORPC_ERROR_NO_REPLY. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_unref (NorpcCall *self)
{
  gboolean written, left;

  g_return_if_fail (self != NULL);

  /* The reference was taken after the last counted one was released: it keeps only the block
   * of memory alive.
   */
  if (norpc_ref_count_is (&self->call_refs, 0))
    {
      norpc_call_unref_memory (self);
      return;
    }

  if (!norpc_ref_count_dec (&self->call_refs))
    return;

  norpc_call_close (self);
  left = leave_args (self);
  written = g_atomic_int_get (&self->state) == NORPC_CALL_WRITTEN;
  if (!written)
    answer_last (self);
  if (!left)
    norpc_call_clear_args (self);

  /* Signal handlers that the service connected to its cancellable are released in the
   * service's thread, unless a thread that cancelled the call may still be using the
   * cancellable.
   */
  if (g_atomic_int_get (&self->replied))
    g_clear_object (&self->service_cancellable);

  /* Releases the block before the answer is delivered, so that the client frees the memory
   * that it has allocated, and no thread contends for the allocator arena of another.
   */
  norpc_call_unref_memory (self);
  if (written)
    norpc_call_deliver (self);
}

/* Called in the thread that has released the last reference to the memory. */
void
norpc_call_free (NorpcCall *self)
{
  NorpcStreamPart *stream = norpc_call_get_stream_part (self);

  if (G_UNLIKELY (self->has_sender))
    norpc_call_drop_sender (self);
  if (norpc_call_has_trace_context (self))
    norpc_call_drop_trace_context (self);
  if (stream != NULL && stream->items != NULL)
    stream->items->funcs->unref (stream->items);
  g_clear_object (&self->service_cancellable);
  g_clear_pointer (&self->outer, norpc_call_unref_memory);
  if (self->owner != NULL)
    self->owner->funcs->unref (self->owner);
  if (self->released_at != NULL)
    self->released_at->funcs->unref (self->released_at);
  if (self->metrics != NULL && !self->has_metrics)
    norpc_metrics_free (self);
  g_clear_pointer (&self->children, norpc_call_group_unref);
  g_free (self);
}

/**
 * norpc_call_get_interface_info:
 * @self: a call
 *
 * Gets the interface of the method.
 *
 * Returns: (transfer none): the interface
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_call_get_interface_info (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->interface_info;
}

/**
 * norpc_call_get_method:
 * @self: a call
 *
 * Gets the index of the method that is called.
 *
 * Returns: the index of the method in its interface
 * Since: 0.1
 */
guint
norpc_call_get_method (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->method;
}

/**
 * norpc_call_get_method_name:
 * @self: a call
 *
 * Gets the name of the method that is called.
 *
 * Returns: (transfer none): the name, as in the description
 * Since: 0.1
 */
const char *
norpc_call_get_method_name (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->interface_info->methods[self->method]->dbus.name;
}

/**
 * norpc_call_is_replied:
 * @self: a call
 *
 * Checks whether the service has answered.
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if the service has answered
 * Since: 0.1
 */
gboolean
norpc_call_is_replied (NorpcCall *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return g_atomic_int_get (&self->replied);
}
