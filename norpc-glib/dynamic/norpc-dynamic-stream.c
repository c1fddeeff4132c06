/* norpc-dynamic-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "events/norpc-stream-private.h"
#include "norpc-dynamic-stream.h"

/**
 * NorpcDynamicStream:
 *
 * One end of a stream whose interface is described at run time.
 *
 * One end reads items with [method@Norpc.DynamicStream.next_async] and the functions beside it, the other
 * one writes them with [method@Norpc.DynamicStream.write]. The values of an item are a tuple.
 * [method@Norpc.DynamicStream.outcome_async] returns the results of the call, or its error.
 *
 * Since: 0.1
 */
struct _NorpcDynamicStream
{
  NorpcStream parent_instance;
};

G_DEFINE_FINAL_TYPE (NorpcDynamicStream, norpc_dynamic_stream, NORPC_TYPE_STREAM)

static void
norpc_dynamic_stream_class_init (NorpcDynamicStreamClass *klass G_GNUC_UNUSED)
{
}

static void
norpc_dynamic_stream_init (NorpcDynamicStream *self G_GNUC_UNUSED)
{
}

/**
 * norpc_dynamic_stream_get_for_call:
 * @call: a call to a stream, which a [class@Norpc.DynamicService] handles
 *
 * Gets the service's end of a stream.
 *
 * Must be called in the main context of the service.
 *
 * Returns: (transfer none) (nullable): the end, which @call owns, or %NULL if @call is no call to a stream
 * Since: 0.1
 */
NorpcDynamicStream *
norpc_dynamic_stream_get_for_call (NorpcCall *call)
{
  g_return_val_if_fail (call != NULL, NULL);

  if (!norpc_method_info_is_stream (norpc_call_get_method_info (call)))
    return NULL;

  return NORPC_DYNAMIC_STREAM (norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM));
}

/**
 * norpc_dynamic_stream_write:
 * @self: the end of a stream that writes
 * @values: (nullable): a tuple with the values of an item, or %NULL if it has none
 * @error: return location for an error
 *
 * Writes an item.
 *
 * If @values is floating, it is consumed. It may be written in any thread. Errors are %NORPC_ERROR_BUSY if
 * as many items wait as the description allows: [method@Norpc.Stream.ready_async] waits until there is
 * room; %G_IO_ERROR_CANCELLED, or the error of the call, if that has completed; and
 * %NORPC_ERROR_INVALID_ARGUMENT if a value does not match the description.
 *
 * Returns: %TRUE if the item was written, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_dynamic_stream_write (NorpcDynamicStream  *self,
                            GVariant            *values,
                            GError             **error)
{
  g_autoptr (GVariant) sunk = values != NULL ? g_variant_ref_sink (values) : NULL;
  g_autoptr (NorpcItem) item = NULL;
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  call = norpc_stream_get_private (NORPC_STREAM (self))->call;
  g_return_val_if_fail (call != NULL, FALSE);

  item = norpc_item_new (call->interface_info, call->method);

  return norpc_item_set_variant (item, sunk, error) &&
         norpc_stream_write (NORPC_STREAM (self), g_steal_pointer (&item), error);
}

/**
 * norpc_dynamic_stream_write_values:
 * @self: the end of a stream that writes
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the values of an item, with the types of the description
 * @error: return location for an error
 *
 * Writes an item with values of any type, also of those that have no form as a [struct@GLib.Variant].
 *
 * Errors are those of [method@Norpc.DynamicStream.write].
 *
 * Returns: %TRUE if the item was written, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_dynamic_stream_write_values (NorpcDynamicStream  *self,
                                   guint                n_values,
                                   const GValue        *values,
                                   GError             **error)
{
  g_autoptr (NorpcItem) item = NULL;
  NorpcCall *call;
  GValue *set;
  guint n_set;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), FALSE);
  g_return_val_if_fail (n_values == 0 || values != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  call = norpc_stream_get_private (NORPC_STREAM (self))->call;
  g_return_val_if_fail (call != NULL, FALSE);

  item = norpc_item_new (call->interface_info, call->method);
  set = norpc_item_get_values (item, &n_set);
  if (n_set != n_values)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: expected %u value%s, got %u",
                   call->interface_info->dbus.name, norpc_call_get_method_info (call)->dbus.name, n_set,
                   n_set == 1 ? "" : "s", n_values);
      return FALSE;
    }
  /* A value of another type replaces that of the description, so that the check of the item names it. */
  for (guint i = 0; i < n_values; i++)
    {
      g_value_unset (&set[i]);
      if (G_IS_VALUE (&values[i]))
        g_value_copy (&values[i], g_value_init (&set[i], G_VALUE_TYPE (&values[i])));
    }

  return norpc_stream_write (NORPC_STREAM (self), g_steal_pointer (&item), error);
}

/* Takes ownership of @item (nullable). Returns its values (owned), or NULL at the end or if @error is set. */
static GVariant *
take_item_values (NorpcItem  *item,
                  GError    **error)
{
  g_autoptr (NorpcItem) taken = item;

  return taken != NULL ? norpc_item_dup_variant (taken, error) : NULL;
}

/**
 * norpc_dynamic_stream_next_async:
 * @self: the end of a stream that reads
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when there is an item, or the end
 * @user_data: data for @callback
 *
 * Reads the next item.
 *
 * @callback is called in the context of this end.
 *
 * Since: 0.1
 */
void
norpc_dynamic_stream_next_async (NorpcDynamicStream  *self,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_return_if_fail (NORPC_IS_DYNAMIC_STREAM (self));

  norpc_stream_read_async (NORPC_STREAM (self), cancellable, callback, user_data);
}

/**
 * norpc_dynamic_stream_next_finish:
 * @self: the end of a stream that reads
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.DynamicStream.next_async].
 *
 * The error is that of the call, or %G_IO_ERROR_CANCELLED; at the service's end, it can be
 * %NORPC_ERROR_INVALID_ARGUMENT for an item [of a client with another description](dynamic.html#with-generated-code).
 *
 * Returns: (transfer full) (nullable): the values of an item, or %NULL at the end of the stream or if
 *   @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_stream_next_finish (NorpcDynamicStream  *self,
                                  GAsyncResult        *result,
                                  GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return take_item_values (norpc_stream_read_finish (NORPC_STREAM (self), result, error), error);
}

/**
 * norpc_dynamic_stream_next_sync:
 * @self: the end of a stream that reads
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads the next item, and blocks until there is one. Does not run a main context.
 *
 * Errors are those of [method@Norpc.DynamicStream.next_finish], and %NORPC_ERROR_WOULD_DEADLOCK.
 *
 * Returns: (transfer full) (nullable): the values of an item, or %NULL at the end of the stream or if
 *   @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_stream_next_sync (NorpcDynamicStream  *self,
                                GCancellable        *cancellable,
                                GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return take_item_values (norpc_stream_read_sync (NORPC_STREAM (self), cancellable, error), error);
}

/**
 * norpc_dynamic_stream_next_item_finish:
 * @self: the end of a stream that reads
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.DynamicStream.next_async], as [method@Norpc.DynamicStream.next_finish] does, for an
 * item with values of any type.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end of the stream or if @error is set
 * Since: 0.1
 */
NorpcItem *
norpc_dynamic_stream_next_item_finish (NorpcDynamicStream  *self,
                                       GAsyncResult        *result,
                                       GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return norpc_stream_read_finish (NORPC_STREAM (self), result, error);
}

/**
 * norpc_dynamic_stream_next_item_sync:
 * @self: the end of a stream that reads
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads the next item, as [method@Norpc.DynamicStream.next_sync] does, with values of any type.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end of the stream or if @error is set
 * Since: 0.1
 */
NorpcItem *
norpc_dynamic_stream_next_item_sync (NorpcDynamicStream  *self,
                                     GCancellable        *cancellable,
                                     GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return norpc_stream_read_sync (NORPC_STREAM (self), cancellable, error);
}

/**
 * norpc_dynamic_stream_try_next:
 * @self: the end of a stream that reads
 *
 * Reads the next item if it is there already.
 *
 * Returns: (transfer full) (nullable): the values of an item, or %NULL if there is none
 * Since: 0.1
 */
GVariant *
norpc_dynamic_stream_try_next (NorpcDynamicStream *self)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return take_item_values (norpc_stream_try_read (NORPC_STREAM (self)), NULL);
}

/**
 * norpc_dynamic_stream_outcome_async:
 * @self: the client's end of a stream
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the outcome is there
 * @user_data: data for @callback
 *
 * Waits for the outcome of the stream. It comes after the last item has been read.
 *
 * Since: 0.1
 */
void
norpc_dynamic_stream_outcome_async (NorpcDynamicStream  *self,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  g_return_if_fail (NORPC_IS_DYNAMIC_STREAM (self));

  norpc_stream_outcome_async (NORPC_STREAM (self), cancellable, callback, user_data);
}

/**
 * norpc_dynamic_stream_outcome_finish:
 * @self: the client's end of a stream
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.DynamicStream.outcome_async].
 *
 * Errors are those of the service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): a tuple with the results, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_stream_outcome_finish (NorpcDynamicStream  *self,
                                     GAsyncResult        *result,
                                     GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return norpc_reply_take_variant (norpc_stream_outcome_finish (NORPC_STREAM (self), result, error), error);
}

/**
 * norpc_dynamic_stream_outcome_sync:
 * @self: the client's end of a stream
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Blocks until the outcome of the stream is there. Does not run a main context.
 *
 * Errors are those of [method@Norpc.DynamicStream.outcome_finish], and %NORPC_ERROR_WOULD_DEADLOCK.
 *
 * Returns: (transfer full): a tuple with the results, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_stream_outcome_sync (NorpcDynamicStream  *self,
                                   GCancellable        *cancellable,
                                   GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return norpc_reply_take_variant (norpc_stream_outcome_sync (NORPC_STREAM (self), cancellable, error), error);
}

/**
 * norpc_dynamic_stream_outcome_reply_finish:
 * @self: the client's end of a stream
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.DynamicStream.outcome_async], as [method@Norpc.DynamicStream.outcome_finish] does, for
 * results of any type.
 *
 * Returns: (transfer full): the reply, or %NULL if @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_dynamic_stream_outcome_reply_finish (NorpcDynamicStream  *self,
                                           GAsyncResult        *result,
                                           GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return norpc_stream_outcome_finish (NORPC_STREAM (self), result, error);
}

/**
 * norpc_dynamic_stream_outcome_reply_sync:
 * @self: the client's end of a stream
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Blocks until the outcome of the stream is there, as [method@Norpc.DynamicStream.outcome_sync] does, with
 * results of any type.
 *
 * Returns: (transfer full): the reply, or %NULL if @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_dynamic_stream_outcome_reply_sync (NorpcDynamicStream  *self,
                                         GCancellable        *cancellable,
                                         GError             **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_STREAM (self), NULL);

  return norpc_stream_outcome_sync (NORPC_STREAM (self), cancellable, error);
}
