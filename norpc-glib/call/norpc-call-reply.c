/* norpc-call-reply.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How the service answers a call. */

#include "core/norpc-atomic-private.h"
#include "core/norpc-error.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-log-private.h"
#include "core/norpc-value-fds-private.h"
#include "core/norpc-value-init-private.h"
#include "norpc-call-private.h"
#include "norpc-call-scope-private.h"

/* Thread-safe. Returns TRUE if the service may answer. In either case the call is closed. */
static gboolean
claim_for_service (NorpcCall *self)
{
  if (norpc_call_claim (self))
    {
      norpc_atomic_int_set_release (&self->replied, TRUE);
      return TRUE;
    }

  g_atomic_int_set (&self->late, TRUE);
  norpc_call_close (self);

  /* A service cannot know that its client has cancelled the call, so answering such a call is
   * not an error.
   */
  if (g_atomic_int_get (&self->replied))
    norpc_critical ("%s.%s was answered twice; ignoring the second answer",
                    norpc_call_get_interface_name (self),
                    norpc_call_peek_method_name (self));

  return FALSE;
}

/* Thread-safe. The client may have an info of its own. */
static gboolean
is_call_of (NorpcCall                *self,
            const NorpcInterfaceInfo *interface_info,
            guint                     method)
{
  if (self->interface_info == interface_info)
    return self->method == method;

  return norpc_methods_match (self->interface_info, self->method, interface_info, method);
}

/* Thread-safe. Closes the descriptors among results that are not returned. Those of a call for properties stay with the
 * service.
 */
static void
drop_fds (NorpcCall    *self,
          guint         n_values,
          const GValue *values)
{
  const NorpcMethodInfo *info = norpc_call_get_method_info (self);

  if (n_values == self->n_results && (info->flags & NORPC_METHOD_RETURNS_HANDLES) == 0)
    norpc_values_close_fds (info->dbus.out_args, values, n_values);
}

/**
 * norpc_call_drop_fd: (skip)
 * @self: a call
 * @fd: the file descriptor, or -1
 *
 * Closes a file descriptor that is a result of a call which cannot be replied to.
 *
 * Generated code calls this function if [method@Norpc.Call.begin_reply] returns %NULL, because a
 * descriptor that a service returns is no longer its own. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_drop_fd (NorpcCall *self,
                    int        fd)
{
  g_return_if_fail (self != NULL);

  norpc_fd_close (fd);
}

/**
 * norpc_call_begin_reply: (skip)
 * @self: a call
 * @interface_info: the interface of the method
 * @method: the index of the method in @interface_info
 *
 * Begins a reply to a call. The caller sets the values that are returned, and sends them
 * with [method@Norpc.Call.end_reply].
 *
 * Generated `…_complete_…` functions use this function; other code should use
 * [method@Norpc.Call.return_values] instead.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the values, initialized to the types of the
 *   results, or %NULL if there is nothing to reply because the call has been answered or
 *   was cancelled
 * Since: 0.1
 */
GValue *
norpc_call_begin_reply (NorpcCall                *self,
                        const NorpcInterfaceInfo *interface_info,
                        guint                     method)
{
  GValue *results;
  GDBusArgInfo **infos;

  g_return_val_if_fail (self != NULL, NULL);
  if (!is_call_of (self, interface_info, method))
    {
      norpc_critical ("A call of %s.%s was answered with the results of %s.%s",
                      norpc_call_get_interface_name (self), norpc_call_peek_method_name (self),
                      interface_info->dbus.name, interface_info->methods[method]->dbus.name);
      return NULL;
    }

  if (!claim_for_service (self))
    return NULL;

  results = self->values + self->n_args;
  infos = interface_info->methods[method]->dbus.out_args;
  for (guint i = 0; i < self->n_results; i++)
    norpc_value_init_zero (&results[i], norpc_arg_info_get_gtype (infos[i]));
  norpc_values_init_fds (infos, results, self->n_results);

  return results;
}

/* Called in the thread that answers. Turns an invalid result into an error. The client's half
 * still releases the values.
 */
static void
check_reply (NorpcCall *self)
{
  if (self->n_results == 0)
    return;

  self->error = norpc_call_check_results (self, self->values + self->n_args);
  if (self->error == NULL)
    norpc_call_export_results (self);
}

/* Called in the thread that answers, instead of norpc_call_end_reply_on_return (), when a result cannot be returned.
 * Takes ownership of @error. The client's half still releases the values.
 */
void
norpc_call_fail_reply (NorpcCall *self,
                       GError    *error)
{
  self->error = error;
  norpc_call_deliver (self);
}

/**
 * norpc_call_end_reply: (skip)
 * @self: a call
 *
 * Sends the reply that was begun with [method@Norpc.Call.begin_reply].
 *
 * If a value does not match the description, the call fails with
 * %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Since: 0.1
 */
void
norpc_call_end_reply (NorpcCall *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (g_atomic_int_get (&self->replied));
  g_return_if_fail (g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERING);

  check_reply (self);
  norpc_call_deliver (self);
}

/**
 * norpc_call_end_reply_on_return: (skip)
 * @self: a call
 *
 * Sends the reply that was begun with [method@Norpc.Call.begin_reply] once the running
 * handler has returned and the arguments have been released.
 *
 * This is cheaper than [method@Norpc.Call.end_reply]. Generated code uses it for
 * synchronous handlers. If no handler of the call is running, the reply is sent
 * immediately.
 *
 * Since: 0.1
 */
void
norpc_call_end_reply_on_return (NorpcCall *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (g_atomic_int_get (&self->replied));
  g_return_if_fail (g_atomic_int_get (&self->state) == NORPC_CALL_ANSWERING);

  check_reply (self);
  if (norpc_call_scope_is_handler (self))
    norpc_atomic_int_set_release (&self->state, NORPC_CALL_WRITTEN);
  else
    norpc_call_deliver (self);
}

/* Returns an error (owned) if the values are not what the description allows. */
static GError *
find_wrong_values (NorpcCall    *self,
                   guint         n_values,
                   const GValue *values)
{
  if (n_values == self->n_results)
    return norpc_call_check_results (self, values);

  return g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: expected %u results, got %u",
                      norpc_call_get_interface_name (self), norpc_call_peek_method_name (self), self->n_results,
                      n_values);
}

/* Thread-safe. Answers the call with as many values as it has results, which have been checked. It takes the contents of
 * @values, so that they are released on the client's side. Descriptors are closed if the call has completed.
 */
void
norpc_call_take_checked_values (NorpcCall *self,
                                GValue    *values)
{
  GValue *results = norpc_call_begin_reply (self, self->interface_info, self->method);

  if (results == NULL)
    {
      drop_fds (self, self->n_results, values);
      return;
    }

  for (guint i = 0; i < self->n_results; i++)
    {
      GValue empty = results[i];

      results[i] = values[i];
      values[i] = empty;
    }
  norpc_call_export_results (self);
  norpc_call_deliver (self);
}

/* Thread-safe. As norpc_call_take_checked_values (), but checks the values. They have the types of the description. */
void
norpc_call_take_values (NorpcCall *self,
                        guint      n_values,
                        GValue    *values)
{
  GError *error = find_wrong_values (self, n_values, values);

  if (error == NULL)
    {
      norpc_call_take_checked_values (self, values);
      return;
    }

  drop_fds (self, n_values, values);
  norpc_call_take_error (self, error);
}

/**
 * norpc_call_return_values:
 * @self: a call
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the results, in the order and with the
 *   types of the description
 *
 * Answers a call with values.
 *
 * If the number or the type of the values does not match the description, the call fails
 * with %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * The call takes ownership of a file descriptor among the results, and closes it if no client gets it.
 *
 * Use this function in code that does not know the interface at compile time; the
 * generated `…_complete_…` functions take C types.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_return_values (NorpcCall    *self,
                          guint         n_values,
                          const GValue *values)
{
  GError *error;
  GValue *results;

  g_return_if_fail (self != NULL);

  if (values == NULL)
    n_values = 0;
  error = find_wrong_values (self, n_values, values);
  if (error != NULL)
    {
      drop_fds (self, n_values, values);
      norpc_call_take_error (self, error);
      return;
    }

  results = norpc_call_begin_reply (self, self->interface_info, self->method);
  if (results == NULL)
    {
      drop_fds (self, n_values, values);
      return;
    }

  for (guint i = 0; i < n_values; i++)
    g_value_copy (&values[i], &results[i]);
  norpc_call_export_results (self);
  norpc_call_deliver (self);
}

/**
 * norpc_call_take_error: (skip)
 * @self: a call
 * @error: (transfer full): the error
 *
 * Answers a call with an error. Takes ownership of the error.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_take_error (NorpcCall *self,
                       GError    *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (error != NULL);

  if (!claim_for_service (self))
    {
      g_error_free (error);
      return;
    }

  self->error = error;
  norpc_call_deliver (self);
}

/**
 * norpc_call_return_gerror:
 * @self: a call
 * @error: the error
 *
 * Answers a call with an error.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_return_gerror (NorpcCall    *self,
                          const GError *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (error != NULL);

  norpc_call_take_error (self, g_error_copy (error));
}

/**
 * norpc_call_return_error_literal:
 * @self: a call
 * @domain: the domain of the error
 * @code: the code of the error
 * @message: the message of the error
 *
 * Answers a call with a new error.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_return_error_literal (NorpcCall  *self,
                                 GQuark      domain,
                                 int         code,
                                 const char *message)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (domain != 0);
  g_return_if_fail (message != NULL);

  norpc_call_take_error (self, g_error_new_literal (domain, code, message));
}

/**
 * norpc_call_return_error: (skip)
 * @self: a call
 * @domain: the domain of the error
 * @code: the code of the error
 * @format: the format of the message, as for `printf()`
 * @...: the parameters for @format
 *
 * Answers a call with a new error.
 *
 * Language bindings have [method@Norpc.Call.return_error_literal] and
 * [method@Norpc.Call.return_gerror] instead.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_call_return_error (NorpcCall  *self,
                         GQuark      domain,
                         int         code,
                         const char *format,
                         ...)
{
  va_list args;

  g_return_if_fail (self != NULL);
  g_return_if_fail (domain != 0);
  g_return_if_fail (format != NULL);

  va_start (args, format);
  norpc_call_take_error (self, g_error_new_valist (domain, code, format, args));
  va_end (args);
}
