/* norpc-reply.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "core/norpc-value-fds-private.h"
#include "core/norpc-value-init-private.h"
#include "core/norpc-value-types-private.h"
#include "norpc-call-private.h"

/**
 * NorpcReply:
 *
 * The result of a call: the values that the service returned, or an error.
 *
 * A reply belongs to the client: its values are released with the last reference. A file descriptor among
 * them is closed then, unless it was taken with [method@Norpc.Reply.disown_fds].
 * Generated proxies unpack the values and pass them on as C types.
 *
 * Since: 0.1
 */

G_DEFINE_BOXED_TYPE (NorpcReply, norpc_reply, norpc_reply_ref, norpc_reply_unref)

NorpcReply *
norpc_reply_ref (NorpcReply *reply)
{
  g_return_val_if_fail (reply != NULL, NULL);

  norpc_ref_count_inc (&norpc_reply_get_call (reply)->reply_refs);

  return reply;
}

/* Called in the thread that releases the client's half of a call that was answered. Closes the results of the type h that the client has not taken.
 * The value of a property is not one: it is the service's.
 */
static void
close_untaken_fds (NorpcCall *self)
{
  const NorpcMethodInfo *info = norpc_call_get_method_info (self);

  if ((info->flags & NORPC_METHOD_RETURNS_HANDLES) == 0)
    norpc_values_close_fds (info->dbus.out_args, self->values + self->n_args, self->n_results);
}

static void
end_client_half (NorpcCall *self)
{
  if (self->n_results > 0 && G_VALUE_TYPE (&self->values[self->n_args]) != G_TYPE_INVALID)
    close_untaken_fds (self);
  norpc_values_clear (self->values + self->n_args, self->n_results);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  norpc_call_unref_memory (self);
}

static void
end_client_half_with_args (gpointer data)
{
  norpc_call_clear_args (data);
  end_client_half (data);
}

void
norpc_reply_unref (NorpcReply *reply)
{
  NorpcCall *self = norpc_reply_get_call (reply);
  gboolean has_args;

  g_return_if_fail (reply != NULL);

  if (!norpc_ref_count_release (&self->reply_refs))
    return;

  has_args = !norpc_call_has_reached_handler (self) &&
             g_atomic_int_exchange (&self->args, NORPC_CALL_ARGS_ALONE) == NORPC_CALL_ARGS_LEFT;

  /* If the call has no sink, any thread may have completed it. */
  if (has_args && self->link.sink == NULL)
    norpc_background_push_release (end_client_half_with_args, self);
  else if (has_args)
    end_client_half_with_args (self);
  else
    end_client_half (self);
}

/**
 * norpc_reply_ref:
 * @self: a reply
 *
 * Increases the reference count of @self.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */

/**
 * norpc_reply_unref:
 * @self: (transfer full): a reply
 *
 * Decreases the reference count of @self, and releases the values when it drops to zero.
 *
 * Since: 0.1
 */

/**
 * norpc_reply_get_method_name:
 * @self: a reply
 *
 * Gets the name of the method that was called.
 *
 * Returns: (transfer none): the name, as in the description
 * Since: 0.1
 */
const char *
norpc_reply_get_method_name (NorpcReply *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return norpc_call_peek_method_name (norpc_reply_get_call (self));
}

/**
 * norpc_reply_get_error:
 * @self: a reply
 *
 * Gets the error of a call that failed.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL if the call succeeded
 * Since: 0.1
 */
const GError *
norpc_reply_get_error (NorpcReply *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return norpc_reply_get_call (self)->error;
}

/**
 * norpc_reply_is_rejection:
 * @self: a reply
 *
 * Finds out whether the call failed before a handler began with it, such as because a layer or a channel rejected it.
 *
 * This function is for exports that bring calls from other processes: they tell the endpoint there, which calls
 * [method@Norpc.Call.mark_rejected].
 *
 * Returns: whether the call failed, and no handler has begun with it
 * Since: 0.1
 */
gboolean
norpc_reply_is_rejection (NorpcReply *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return norpc_reply_get_error (self) != NULL && norpc_call_had_no_effect (norpc_reply_get_call (self));
}

/**
 * norpc_reply_propagate_error:
 * @self: a reply
 * @error: return location for the error of the call
 *
 * Propagates the error of a call that failed.
 *
 * Returns: %TRUE if the call succeeded, %FALSE if it failed and @error is set
 * Since: 0.1
 */
gboolean
norpc_reply_propagate_error (NorpcReply  *self,
                             GError     **error)
{
  NorpcCall *call = norpc_reply_get_call (self);

  g_return_val_if_fail (self != NULL, FALSE);

  if (call->error == NULL)
    return TRUE;

  if (error != NULL)
    *error = g_error_copy (call->error);

  return FALSE;
}

/**
 * norpc_reply_get_values:
 * @self: a reply
 * @n_values: (out) (optional): return location for the number of values
 *
 * Gets the values that the service returned.
 *
 * There are no values if the call failed. A file descriptor among them belongs to the reply: the caller
 * duplicates it, or takes it with [method@Norpc.Reply.disown_fds].
 *
 * Returns: (transfer none) (nullable) (array length=n_values): the values, in
 *   the order of the description
 * Since: 0.1
 */
const GValue *
norpc_reply_get_values (NorpcReply *self,
                        guint      *n_values)
{
  NorpcCall *call = norpc_reply_get_call (self);
  gboolean failed;

  g_return_val_if_fail (self != NULL, NULL);

  failed = call->error != NULL;
  if (n_values != NULL)
    *n_values = failed ? 0 : call->n_results;

  return failed ? NULL : call->values + call->n_args;
}

/**
 * norpc_reply_steal_pointer: (skip)
 * @self: a reply
 * @index: the index of the value
 *
 * Takes a string, a boxed value, an object or a variant out of the reply, and leaves
 * %NULL in its place.
 *
 * Only the holder of the only reference may call this function.
 *
 * Returns: (transfer full) (nullable): the value
 * Since: 0.1
 */
gpointer
norpc_reply_steal_pointer (NorpcReply *self,
                           guint       index)
{
  NorpcCall *call = norpc_reply_get_call (self);

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (call->error == NULL, NULL);
  g_return_val_if_fail (index < call->n_results, NULL);

  return norpc_value_steal_pointer (&call->values[call->n_args + index]);
}

/**
 * norpc_reply_steal_fd: (skip)
 * @self: a reply
 * @index: the index of the value, which is of the type h
 *
 * Takes a file descriptor out of the reply, and leaves -1 in its place. The caller closes it.
 *
 * Only the holder of the only reference may call this function.
 *
 * Returns: the file descriptor, or -1 if it was taken before
 * Since: 0.1
 */
int
norpc_reply_steal_fd (NorpcReply *self,
                      guint       index)
{
  NorpcCall *call = norpc_reply_get_call (self);
  GValue *value;

  g_return_val_if_fail (self != NULL, -1);
  g_return_val_if_fail (call->error == NULL, -1);
  g_return_val_if_fail (index < call->n_results, -1);

  value = &call->values[call->n_args + index];
  g_return_val_if_fail (norpc_value_is_fd (norpc_call_get_method_info (call)->dbus.out_args[index], value), -1);

  return norpc_value_steal_fd (value);
}

/**
 * norpc_reply_disown_fds:
 * @self: a reply
 *
 * Gives the file descriptors in the reply away: the caller has got them with
 * [method@Norpc.Reply.get_values] or [method@Norpc.Reply.dup_variant], and closes them.
 *
 * The values of the type h in the reply are -1 afterwards. Only the holder of the only reference may call this
 * function.
 *
 * Since: 0.1
 */
void
norpc_reply_disown_fds (NorpcReply *self)
{
  NorpcCall *call = norpc_reply_get_call (self);
  GDBusArgInfo **infos;

  g_return_if_fail (self != NULL);

  infos = norpc_call_get_method_info (call)->dbus.out_args;
  norpc_values_init_fds (infos, call->values + call->n_args, call->n_results);
}

/* Runs in the client's context. Calls @reply_func with the results or the error. Takes ownership of
 * @self.
 */
void
norpc_reply_unpack (NorpcReply *self,
                    GCallback   reply_func,
                    gpointer    user_data)
{
  norpc_call_get_method_info (norpc_reply_get_call (self))->unpack (self, reply_func, user_data);
  norpc_reply_unref (self);
}
