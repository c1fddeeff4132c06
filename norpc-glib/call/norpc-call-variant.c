/* norpc-call-variant.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Arguments and results as a GVariant, for code that does not know the interface at compile time. */

#include "core/norpc-error.h"
#include "core/norpc-value-fds-private.h"
#include "core/norpc-value-variant-private.h"
#include "core/norpc-variant-fds-private.h"
#include "norpc-call-private.h"
#include "norpc-call-variant.h"

/* Takes ownership of @problem. */
static void
set_variant_error (NorpcCall  *self,
                   char       *problem,
                   GError    **error)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s",
               norpc_call_get_interface_name (self), norpc_call_peek_method_name (self), problem);
  g_free (problem);
}

/**
 * norpc_call_set_args_variant:
 * @self: a call that has not been sent
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @error: return location for an error
 *
 * Sets all arguments of a call.
 *
 * The types of the arguments are the types of the description; see
 * [the page on descriptions at run time](dynamic.html#values). If @args is floating, it is consumed.
 *
 * If an argument does not match the description, @error is set to %NORPC_ERROR_INVALID_ARGUMENT,
 * with a message that names the argument.
 *
 * Returns: %TRUE if the arguments were set
 * Since: 0.1
 */
gboolean
norpc_call_set_args_variant (NorpcCall  *self,
                             GVariant   *args,
                             GError    **error)
{
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  char *problem = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (norpc_call_is_new (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (norpc_values_set_variant (norpc_call_get_method_info (self)->dbus.in_args, self->values, self->n_args,
                                sunk, "argument", &problem))
    return TRUE;

  set_variant_error (self, problem, error);

  return FALSE;
}

/**
 * norpc_call_dup_args_variant:
 * @self: a call
 * @error: return location for an error
 *
 * Gets the arguments of a call as a tuple.
 *
 * If an argument has no form as a [struct@GLib.Variant], such as an object, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT; [method@Norpc.Call.get_args] returns any argument.
 *
 * Must be called in the main context of the service.
 *
 * Returns: (transfer full): the arguments, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_call_dup_args_variant (NorpcCall  *self,
                             GError    **error)
{
  char *problem = NULL;
  GVariant *args;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  args = norpc_values_to_variant (norpc_call_get_method_info (self)->dbus.in_args, self->values, self->n_args,
                                  "argument", &problem);
  if (args != NULL)
    return g_variant_ref_sink (args);

  set_variant_error (self, problem, error);

  return NULL;
}

static void
clear_results (GValue *values,
               guint   n_values)
{
  for (guint i = 0; i < n_values; i++)
    g_value_unset (&values[i]);
}

/**
 * norpc_call_return_variant:
 * @self: a call
 * @results: (nullable): a tuple with the results, or %NULL if there are none
 *
 * Answers a call with the results in a tuple.
 *
 * If @results is floating, it is consumed. The call takes ownership of file descriptors that are results. If a
 * result does not match the description, the call fails with %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_return_variant (NorpcCall *self,
                           GVariant  *results)
{
  g_autoptr (GVariant) sunk = results != NULL ? g_variant_ref_sink (results) : NULL;
  g_autofree GValue *values = NULL;
  GDBusArgInfo **infos;
  char *problem = NULL;

  g_return_if_fail (self != NULL);

  infos = norpc_call_get_method_info (self)->dbus.out_args;
  values = g_new0 (GValue, self->n_results);
  for (guint i = 0; i < self->n_results; i++)
    g_value_init (&values[i], norpc_arg_info_get_gtype (infos[i]));
  norpc_values_init_fds (infos, values, self->n_results);

  if (norpc_values_set_variant (infos, values, self->n_results, sunk, "result", &problem))
    {
      norpc_call_take_values (self, self->n_results, values);
    }
  else
    {
      GError *error = NULL;

      norpc_values_close_fds (infos, values, self->n_results);
      set_variant_error (self, problem, &error);
      norpc_call_take_error (self, error);
    }
  clear_results (values, self->n_results);
}

/**
 * norpc_reply_dup_variant:
 * @self: a reply
 * @error: return location for an error
 *
 * Gets the results of a call as a tuple.
 *
 * A file descriptor among them belongs to the reply, unless the caller takes it with
 * [method@Norpc.Reply.disown_fds].
 *
 * @error is the error of a call that failed, or %NORPC_ERROR_INVALID_ARGUMENT if a result has no form as
 * a [struct@GLib.Variant].
 *
 * Returns: (transfer full): the results, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_reply_dup_variant (NorpcReply  *self,
                         GError     **error)
{
  NorpcCall *call = norpc_reply_get_call (self);
  char *problem = NULL;
  GVariant *results;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!norpc_reply_propagate_error (self, error))
    return NULL;

  results = norpc_values_to_variant (norpc_call_get_method_info (call)->dbus.out_args, call->values + call->n_args,
                                     call->n_results, "result", &problem);
  /* A result may own descriptors, and the tuple may outlive the reply. */
  if (results != NULL)
    return norpc_variant_share_fds (results);

  set_variant_error (call, problem, error);

  return NULL;
}

/* Called in the thread that owns @reply (owned) (nullable). Returns the results (owned), whose descriptors belong to the
 * caller, or NULL if there is no reply or @error is set.
 */
GVariant *
norpc_reply_take_variant (NorpcReply  *reply,
                          GError     **error)
{
  g_autoptr (NorpcReply) owned = reply;
  GVariant *results = owned != NULL ? norpc_reply_dup_variant (owned, error) : NULL;

  if (results != NULL)
    norpc_reply_disown_fds (owned);

  return results;
}
