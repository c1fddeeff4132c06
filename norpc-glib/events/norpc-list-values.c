/* norpc-list-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-reply-queue-private.h"
#include "core/norpc-error.h"
#include "norpc-list-mirror-private.h"
#include "norpc-list-values-private.h"

static const NorpcArgInfo *
get_result_info (NorpcCall *call,
                 guint      index)
{
  return (const NorpcArgInfo *) norpc_call_get_method_info (call)->dbus.out_args[index];
}

static GValue *
get_result (NorpcCall *call,
            guint      index)
{
  return &call->values[call->n_args + index];
}

/* Thread-safe. */
static gboolean
has_lists (NorpcCall *call)
{
  for (guint i = 0; i < call->n_results; i++)
    if (norpc_arg_info_is_list (get_result_info (call, i)) && G_IS_VALUE (get_result (call, i)))
      return TRUE;

  return FALSE;
}

/* Called in the thread that answers. A list of the service must not reach the client, which would
 * release it.
 */
static void
drop_lists (NorpcCall *call)
{
  for (guint i = 0; i < call->n_results; i++)
    if (norpc_arg_info_is_list (get_result_info (call, i)))
      g_value_unset (get_result (call, i));
}

/* Called in the thread that answers. */
static void
send_lists (NorpcCall      *call,
            NorpcListRelay *relay)
{
  for (guint i = 0; i < call->n_results && call->error == NULL; i++)
    {
      const NorpcArgInfo *info = get_result_info (call, i);
      g_autofree char *problem = NULL;

      if (norpc_arg_info_is_list (info))
        problem = norpc_list_relay_send (relay, info, get_result (call, i));
      if (problem != NULL)
        call->error = g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: result '%s': %s",
                                   norpc_call_get_interface_name (call), norpc_call_peek_method_name (call),
                                   info->dbus.name, problem);
    }

  call->has_lists = call->error == NULL;
  if (call->error != NULL)
    drop_lists (call);
}

/* Called in the thread that answers, before the answer is delivered. */
static void
send_call (NorpcCall *call)
{
  g_autoptr (NorpcListRelay) relay = NULL;

  norpc_list_relay_tell_for (call);
  if (!has_lists (call))
    return;

  relay = norpc_list_relay_find (call);
  send_lists (call, relay);
}

/* Thread-safe. Replaces a mirror by that of the same list in a client's context. */
static void
receive_value (GValue          *value,
               NorpcReplyQueue *reply_queue)
{
  NorpcListMirror *mirror = g_value_get_object (value);

  if (mirror != NULL)
    g_value_take_object (value, norpc_list_mirror_get_for (mirror, reply_queue));
}

/* Thread-safe. */
static void
receive_call (NorpcCall       *call,
              NorpcReplyQueue *reply_queue)
{
  g_autoptr (GMainContext) context = NULL;

  if (call->error != NULL)
    return;

  if (reply_queue != NULL)
    {
      norpc_reply_queue_ref (reply_queue);
    }
  else
    {
      context = g_main_context_ref_thread_default ();
      reply_queue = norpc_reply_queue_get (context);
    }
  for (guint i = 0; i < call->n_results; i++)
    if (norpc_arg_info_is_list (get_result_info (call, i)))
      receive_value (get_result (call, i), reply_queue);
  norpc_reply_queue_unref (reply_queue);
}

static const NorpcCallListFuncs call_funcs = { send_call, receive_call };

/* Called before a service starts. From then on, lists among the results of calls become mirrors. */
void
norpc_list_values_init (void)
{
  g_atomic_pointer_set (&norpc_call_list_funcs, &call_funcs);
}

static gboolean
is_mirror (const GValue *value)
{
  return G_VALUE_HOLDS_OBJECT (value) && NORPC_IS_LIST_MIRROR (g_value_get_object (value));
}

/* Thread-safe. */
gboolean
norpc_list_values_have_lists (NorpcEmission *emission)
{
  for (guint i = 0; i < norpc_emission_get_n_args (emission); i++)
    if (is_mirror (norpc_emission_get_arg (emission, i)))
      return TRUE;

  return FALSE;
}

/* Thread-safe. Returns the values (owned) with the mirrors of a client's context. Nothing is copied
 * if there are no lists.
 */
NorpcEmission *
norpc_list_values_receive (NorpcEmission   *emission,
                           NorpcReplyQueue *reply_queue)
{
  guint n_values = norpc_emission_get_n_args (emission);
  g_autofree GValue *values = g_new0 (GValue, n_values);

  if (!norpc_list_values_have_lists (emission))
    return norpc_emission_ref (emission);

  for (guint i = 0; i < n_values; i++)
    {
      const GValue *value = norpc_emission_get_arg (emission, i);

      g_value_init (&values[i], G_VALUE_TYPE (value));
      g_value_copy (value, &values[i]);
      if (is_mirror (&values[i]))
        receive_value (&values[i], reply_queue);
    }

  return norpc_emission_new_take (values, n_values);
}

/* Runs in the service's context, when the values are sent, with no lock held. Returns the mirrors
 * (owned) (nullable) of the lists in a client's context, which from then on follow the lists. The
 * caller keeps them until the values arrive.
 */
GPtrArray *
norpc_list_values_hold (NorpcEmission   *emission,
                        NorpcReplyQueue *reply_queue)
{
  GPtrArray *mirrors = NULL;

  for (guint i = 0; i < norpc_emission_get_n_args (emission); i++)
    {
      const GValue *value = norpc_emission_get_arg (emission, i);

      if (!is_mirror (value))
        continue;
      if (mirrors == NULL)
        mirrors = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (mirrors, norpc_list_mirror_get_for (g_value_get_object (value), reply_queue));
    }

  return mirrors;
}
