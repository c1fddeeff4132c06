/* norpc-fake-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The items of the streams of a fake. */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "core/norpc-value-copy-private.h"
#include "dynamic/norpc-dynamic-stream.h"
#include "events/norpc-stream-private.h"
#include "norpc-fake-stream-private.h"

/* Returns FALSE if @error is set, because the method is not a stream whose items go to the client. */
static gboolean
find_items (const NorpcInterfaceInfo  *info,
            guint                      method,
            NorpcFakeMember           *member,
            GError                   **error)
{
  const NorpcMethodInfo *stream = info->methods[method];

  *member = (NorpcFakeMember) { info->dbus.name, stream->dbus.name, "item", stream->items };
  if ((stream->flags & (NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_FLAGS_STREAM_IN)) == NORPC_METHOD_FLAGS_STREAM)
    return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s is not a stream whose items go to clients",
               info->dbus.name, stream->dbus.name);

  return FALSE;
}

/* Called in the thread that sends @call, before others see it. Makes the service's end, which the call keeps. */
void
norpc_fake_stream_open (NorpcCall *call)
{
  if (norpc_method_info_is_stream (norpc_call_get_method_info (call)))
    norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM);
}

/* Thread-safe. Writes a copy of @values, which are valid. Returns FALSE if @error is set. */
static gboolean
write_item (NorpcCall              *call,
            const NorpcFakeValues  *values,
            GError                **error)
{
  NorpcItem *item = norpc_item_new (call->interface_info, call->method);
  GValue *copies = norpc_item_get_values (item, NULL);

  for (guint i = 0; i < values->n_values; i++)
    norpc_value_copy_deep ((const NorpcArgInfo *) values->infos[i], &values->values[i], &copies[i]);

  return norpc_stream_write (norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM), item, error);
}

/* Called in the thread that sends the call. The call may be cancelled meanwhile: then nothing reads the items. */
void
norpc_fake_stream_write_items (NorpcFakeCall *fake_call,
                               NorpcFakeRule *rule)
{
  g_autoptr (GPtrArray) items = norpc_fake_rule_dup_items (rule);
  g_autoptr (NorpcCall) call = norpc_fake_call_dup_call (fake_call);

  for (guint i = 0; i < items->len && call != NULL; i++)
    if (!write_item (call, items->pdata[i], NULL))
      return;
}

/* Thread-safe. Takes ownership of @values (nullable). Returns FALSE if @error is set. */
static gboolean
write_values (NorpcFakeCall    *self,
              NorpcFakeValues  *values,
              GError          **error)
{
  g_autoptr (NorpcFakeValues) item = values;
  g_autoptr (NorpcCall) call = NULL;

  if (item == NULL)
    return FALSE;

  call = norpc_fake_call_dup_call (self);
  if (call == NULL)
    norpc_fake_call_set_answered_error (self, error);

  return call != NULL && write_item (call, item, error);
}

static gboolean
find_items_of_call (NorpcFakeCall    *self,
                    NorpcFakeMember  *member,
                    GError          **error)
{
  return find_items (norpc_fake_call_get_interface_info (self), norpc_fake_call_get_method (self), member, error);
}

/**
 * norpc_fake_call_write: (skip)
 * @self: a call of a stream whose items go to the client, which is pending
 * @error: return location for an error
 * @...: the values of the item, each of the C type that g_object_set() takes
 *
 * Writes an item to the client.
 *
 * See [method@Norpc.FakeCall.write_variant].
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_write (NorpcFakeCall  *self,
                       GError        **error,
                       ...)
{
  NorpcFakeMember member;
  NorpcFakeValues *item;
  va_list args;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!find_items_of_call (self, &member, error))
    return FALSE;

  va_start (args, error);
  item = norpc_fake_values_new_valist (&member, args, error);
  va_end (args);

  return write_values (self, item, error);
}

/**
 * norpc_fake_call_write_variant:
 * @self: a call of a stream whose items go to the client, which is pending
 * @item: (nullable): a tuple with the values of the item, or %NULL if it has none
 * @error: return location for an error
 *
 * Writes an item to the client. The stream ends when the call is answered.
 *
 * If @item is floating, it is consumed. Sets @error to %NORPC_ERROR_INVALID_ARGUMENT if a value does not match the
 * description, or the call is of another method; to %NORPC_ERROR_BUSY if as many items wait for the client as the
 * description allows; to %G_IO_ERROR_CANCELLED if the call was cancelled or has timed out; to %NORPC_ERROR_CLOSED
 * if it has been answered.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_write_variant (NorpcFakeCall  *self,
                               GVariant       *item,
                               GError        **error)
{
  g_autoptr (GVariant) sunk = item != NULL ? g_variant_ref_sink (item) : NULL;
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return find_items_of_call (self, &member, error) &&
         write_values (self, norpc_fake_values_new_variant (&member, sunk, error), error);
}

/**
 * norpc_fake_call_write_values:
 * @self: a call of a stream whose items go to the client, which is pending
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the values of the item, with the types of the description
 * @error: return location for an error
 *
 * Writes an item to the client, whose values may have no form as a [struct@GLib.Variant] and are copied.
 *
 * See [method@Norpc.FakeCall.write_variant].
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_write_values (NorpcFakeCall  *self,
                              guint           n_values,
                              const GValue   *values,
                              GError        **error)
{
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return find_items_of_call (self, &member, error) &&
         write_values (self, norpc_fake_values_new_copy (&member, n_values, values, error), error);
}

/* Returns the service's end (unowned), which @call owns, of a stream whose items go to the service, or NULL. */
static NorpcStream *
get_reading_end (NorpcCall *call)
{
  if (call == NULL || (norpc_call_get_method_info (call)->flags & NORPC_METHOD_FLAGS_STREAM_IN) == 0)
    return NULL;

  return norpc_call_get_stream (call, NORPC_TYPE_DYNAMIC_STREAM);
}

/**
 * norpc_fake_call_read:
 * @self: a call of a stream whose items come from the client
 *
 * Reads an item that the client has written.
 *
 * The client can write as many items as the description allows to wait until the test reads them, and until the
 * call is answered.
 *
 * Returns: (transfer full) (nullable): the next item, or %NULL if there is none, or if the call has been answered
 * Since: 0.1
 */
NorpcItem *
norpc_fake_call_read (NorpcFakeCall *self)
{
  g_autoptr (NorpcCall) call = NULL;
  NorpcStream *stream;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), NULL);

  call = norpc_fake_call_dup_call (self);
  stream = get_reading_end (call);

  return stream != NULL ? norpc_stream_take_item (stream) : NULL;
}

/**
 * norpc_fake_call_is_at_end:
 * @self: a call of a stream whose items come from the client
 *
 * Checks whether the client has ended the stream, and all items have been read.
 *
 * Returns: %TRUE if the client has ended, and no item is left; %FALSE, too, if the call has been answered
 * Since: 0.1
 */
gboolean
norpc_fake_call_is_at_end (NorpcFakeCall *self)
{
  g_autoptr (NorpcCall) call = NULL;
  NorpcStream *stream;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);

  call = norpc_fake_call_dup_call (self);
  stream = get_reading_end (call);

  return stream != NULL && norpc_stream_is_at_end (stream);
}

static gboolean
find_items_of_rule (NorpcFakeRule    *self,
                    NorpcFakeMember  *member,
                    GError          **error)
{
  return find_items (norpc_fake_rule_get_interface_info (self), norpc_fake_rule_get_method (self), member, error);
}

/**
 * norpc_fake_rule_write: (skip)
 * @self: a rule for a stream whose items go to the client
 * @error: return location for an error
 * @...: the values of the item, each of the C type that g_object_set() takes
 *
 * Adds an item that the stream has before its results.
 *
 * See [method@Norpc.FakeRule.write_variant].
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_rule_write (NorpcFakeRule  *self,
                       GError        **error,
                       ...)
{
  NorpcFakeMember member;
  NorpcFakeValues *item;
  va_list args;

  g_return_val_if_fail (NORPC_IS_FAKE_RULE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!find_items_of_rule (self, &member, error))
    return FALSE;

  va_start (args, error);
  item = norpc_fake_values_new_valist (&member, args, error);
  va_end (args);

  return norpc_fake_rule_add_item (self, item, error);
}

/**
 * norpc_fake_rule_write_variant:
 * @self: a rule for a stream whose items go to the client
 * @item: (nullable): a tuple with the values of the item, or %NULL if it has none
 * @error: return location for an error
 *
 * Adds an item that the stream has before its results.
 *
 * When the rule is applied to a call, its items are written at once, in the order in which they were added. A
 * delay of the rule delays only the results. If the rule leaves the call without an answer, the test can write
 * more items with [method@Norpc.FakeCall.write_variant].
 *
 * If @item is floating, it is consumed. Sets @error to %NORPC_ERROR_INVALID_ARGUMENT if the rule is for another
 * method, or a value does not match the description; to %NORPC_ERROR_BUSY if as many items have been added as the
 * description allows to wait.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_rule_write_variant (NorpcFakeRule  *self,
                               GVariant       *item,
                               GError        **error)
{
  g_autoptr (GVariant) sunk = item != NULL ? g_variant_ref_sink (item) : NULL;
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_RULE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!find_items_of_rule (self, &member, error))
    return FALSE;

  return norpc_fake_rule_add_item (self, norpc_fake_values_new_variant (&member, sunk, error), error);
}

/**
 * norpc_fake_rule_write_values:
 * @self: a rule for a stream whose items go to the client
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the values of the item, with the types of the description
 * @error: return location for an error
 *
 * Adds an item, whose values may have no form as a [struct@GLib.Variant] and are copied.
 *
 * See [method@Norpc.FakeRule.write_variant].
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_rule_write_values (NorpcFakeRule  *self,
                              guint           n_values,
                              const GValue   *values,
                              GError        **error)
{
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_RULE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!find_items_of_rule (self, &member, error))
    return FALSE;

  return norpc_fake_rule_add_item (self, norpc_fake_values_new_copy (&member, n_values, values, error), error);
}
