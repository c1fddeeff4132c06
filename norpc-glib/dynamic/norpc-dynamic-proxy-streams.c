/* norpc-dynamic-proxy-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams that a proxy opens by their names. */

#include "norpc-dynamic-proxy-private.h"

/* Takes ownership of @call (nullable). Returns NULL if @error is set. */
static NorpcDynamicStream *
open_stream_for_call (NorpcDynamicProxy  *self,
                      NorpcCall          *call,
                      GCancellable       *cancellable,
                      GError            **error)
{
  NorpcCall *opening = norpc_dynamic_proxy_take_call (self, call, NORPC_METHOD_FLAGS_STREAM, TRUE, "is not a stream",
                                                      error);

  if (opening == NULL)
    return NULL;

  return NORPC_DYNAMIC_STREAM (norpc_proxy_open_stream (NORPC_PROXY (self), NORPC_TYPE_DYNAMIC_STREAM, opening,
                                                        cancellable));
}

/**
 * norpc_dynamic_proxy_open_stream:
 * @self: a proxy
 * @stream_name: the name of a stream
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a stream.
 *
 * Errors are those of [method@Norpc.DynamicProxy.new_call]; those of the service are in the outcome of the
 * stream.
 *
 * Returns: (transfer full): the client's end, or %NULL if @error is set
 * Since: 0.1
 */
NorpcDynamicStream *
norpc_dynamic_proxy_open_stream (NorpcDynamicProxy  *self,
                                 const char         *stream_name,
                                 GVariant           *args,
                                 GCancellable       *cancellable,
                                 GError            **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (stream_name != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return open_stream_for_call (self, norpc_dynamic_proxy_new_call (self, stream_name, args, error), cancellable, error);
}

/**
 * norpc_dynamic_proxy_open_stream_for_values:
 * @self: a proxy
 * @stream_name: the name of a stream
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the arguments, with the types of the description
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a stream, as [method@Norpc.DynamicProxy.open_stream] does, with arguments of any type.
 *
 * Returns: (transfer full): the client's end, or %NULL if @error is set
 * Since: 0.1
 */
NorpcDynamicStream *
norpc_dynamic_proxy_open_stream_for_values (NorpcDynamicProxy  *self,
                                            const char         *stream_name,
                                            guint               n_values,
                                            const GValue       *values,
                                            GCancellable       *cancellable,
                                            GError            **error)
{
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (stream_name != NULL, NULL);
  g_return_val_if_fail (n_values == 0 || values != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  call = norpc_dynamic_proxy_new_call_for_values (self, stream_name, n_values, values, error);

  return open_stream_for_call (self, call, cancellable, error);
}
