/* norpc-call-args.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The arguments of a call: the client sets them, layers may change them, and the handler takes
 * those that move.
 */

#include "core/norpc-foreign-service-private.h"
#include "core/norpc-value-init-private.h"
#include "core/norpc-value-types-private.h"
#include "norpc-call-private.h"

/* Called in the thread that owns the call. Makes the next sender check the arguments again. */
static void
expect_changes (NorpcCall *self)
{
  if (self->is_checked && g_atomic_int_get (&self->stage) == NORPC_CALL_WAITING)
    self->is_checked = FALSE;
}

/**
 * norpc_call_get_args:
 * @self: a call
 * @n_args: (out) (optional): return location for the number of arguments
 *
 * Gets the arguments of the call.
 *
 * The client writes the arguments before it sends the call, and the service reads them.
 * If a layer sends the call on afterwards, the arguments are checked against the
 * description again.
 *
 * Returns: (transfer none) (array length=n_args): the arguments, in the order
 *   of the description
 * Since: 0.1
 */
GValue *
norpc_call_get_args (NorpcCall *self,
                     guint     *n_args)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (n_args != NULL)
    *n_args = self->n_args;

  expect_changes (self);

  return self->values;
}

/**
 * norpc_call_begin_move: (skip)
 * @self: a call that is being dispatched
 * @iface: the vtable of the service
 * @handle_offset: the offset of the asynchronous handler in @iface
 * @sync_offset: the offset of the synchronous handler in @iface
 *
 * Declares which handler receives the arguments that are transferred to the service.
 *
 * Generated code calls this function before [method@Norpc.Call.steal_pointer]. GJS does
 * not release arguments that are transferred to a function written in JavaScript, so in
 * that case the call keeps them until it is released.
 *
 * Since: 0.1
 */
void
norpc_call_begin_move (NorpcCall *self,
                       gpointer   iface,
                       gsize      handle_offset,
                       gsize      sync_offset)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (iface != NULL);

  self->lends_moved = norpc_foreign_service_keeps_nothing (iface, handle_offset, sync_offset);
}

/**
 * norpc_call_steal_pointer: (skip)
 * @self: a call that is being dispatched
 * @index: which argument
 *
 * Takes a string, a boxed value, an object or a variant out of the arguments, and leaves
 * %NULL in its place.
 *
 * Generated code calls this function for arguments that are transferred to the service.
 *
 * Returns: (transfer full) (nullable): the value of the argument
 * Since: 0.1
 */
gpointer
norpc_call_steal_pointer (NorpcCall *self,
                          guint      index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_args, NULL);

  if (self->lends_moved)
    return g_value_peek_pointer (&self->values[index]);

  expect_changes (self);

  return norpc_value_steal_pointer (&self->values[index]);
}

/* The slow path of norpc_call_clear_args (). */
void
norpc_call_clear_some_args (NorpcCall *self)
{
  NorpcStreamPart *stream = norpc_call_get_stream_part (self);

  norpc_values_clear (self->values, self->n_args);
  if (stream != NULL)
    g_clear_object (&stream->end);
}
