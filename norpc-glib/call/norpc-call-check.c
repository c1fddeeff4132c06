/* norpc-call-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values are checked where they enter the runtime: arguments when a call is sent, results when
 * it is answered. A handler or a callback thus never sees a value that the description does
 * not allow, whether it comes from C code, from a language binding, or from a description made
 * at run time.
 *
 * Objects that stay in the context of their owner are exported in the same places, and imported
 * where a handler or a callback gets them.
 */

#include "core/norpc-value-check-private.h"
#include "core/norpc-value-export-private.h"
#include "norpc-call-private.h"

/* Takes ownership of @problem. */
static GError *
take_problem (NorpcCall  *self,
              const char *kind,
              const char *name,
              char       *problem)
{
  GError *error = g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s '%s': %s",
                               norpc_call_get_interface_name (self), norpc_call_peek_method_name (self),
                               kind, name, problem);

  g_free (problem);

  return error;
}

static GError *
check_values (NorpcCall            *self,
              const char           *kind,
              GDBusArgInfo * const *infos,
              const GValue         *values,
              guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    {
      char *problem = norpc_value_find_problem ((const NorpcArgInfo *) infos[i], &values[i]);

      if (problem != NULL)
        return take_problem (self, kind, infos[i]->name, problem);
    }

  return NULL;
}

/* Called in the thread that owns the call. Returns an error (owned), or NULL if the arguments
 * are valid, and have been exported.
 */
static GError *
check_args (NorpcCall *self)
{
  GDBusArgInfo **infos = norpc_call_get_method_info (self)->dbus.in_args;
  GError *error = check_values (self, "argument", infos, self->values, self->n_args);

  self->is_checked = error == NULL;
  if (error == NULL)
    norpc_values_export (infos, self->values, self->n_args);

  return error;
}

/* Called in the thread that owns the call. */
gboolean
norpc_call_has_valid_args (NorpcCall *self)
{
  g_autoptr (GError) error = self->is_checked ? NULL : check_args (self);

  return error == NULL;
}

/* The slow path of norpc_call_check_args (). */
gboolean
norpc_call_check_args_of_some (NorpcCall *self)
{
  GError *error = check_args (self);

  if (error == NULL)
    return TRUE;

  norpc_call_fail (self, error);

  return FALSE;
}

/* Thread-safe. Returns an error (owned), or NULL if @values are valid results. */
GError *
norpc_call_check_results (NorpcCall    *self,
                          const GValue *values)
{
  return check_values (self, "result", norpc_call_get_method_info (self)->dbus.out_args,
                       values, self->n_results);
}

/* Called in the thread that answers, once the results are valid. */
void
norpc_call_export_results (NorpcCall *self)
{
  norpc_values_export (norpc_call_get_method_info (self)->dbus.out_args, self->values + self->n_args,
                       self->n_results);
}

/* Runs in the service's context, before the handler gets the arguments. */
void
norpc_call_import_args (NorpcCall *self)
{
  norpc_values_import (norpc_call_get_method_info (self)->dbus.in_args, self->values, self->n_args);
}

/* Called in the client's thread, before the application gets the results. A forwarded call passes
 * them on, and so does one of another process.
 */
void
norpc_reply_import_results (NorpcReply *reply)
{
  NorpcCall *self = norpc_reply_get_call (reply);
  const NorpcMethodInfo *info;

  if (self->n_results == 0)
    return;

  info = norpc_call_get_method_info (self);
  if (self->error == NULL && self->n_forwards == 0 && !self->has_sender && (info->flags & NORPC_METHOD_RETURNS_HANDLES) == 0)
    norpc_values_import (info->dbus.out_args, self->values + self->n_args, self->n_results);
}

/* Called in the thread that owns the call. Returns an error (owned), or NULL if @value is
 * valid for the argument.
 */
static GError *
check_new_arg (NorpcCall    *self,
               guint         index,
               const GValue *value)
{
  GDBusArgInfo *info;
  char *problem;

  if (index >= self->n_args)
    return g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                        "%s.%s: no argument has the index %u; the number of arguments is %u",
                        norpc_call_get_interface_name (self), norpc_call_peek_method_name (self),
                        index, self->n_args);

  info = norpc_call_get_method_info (self)->dbus.in_args[index];
  if (norpc_call_get_stage (self) >= NORPC_CALL_HANDLED)
    problem = g_strdup ("cannot be replaced after the handler of the call has started");
  else
    problem = norpc_value_find_problem ((const NorpcArgInfo *) info, value);

  return problem != NULL ? take_problem (self, "argument", info->name, problem) : NULL;
}

/**
 * norpc_call_set_arg:
 * @self: a call that has not been passed on
 * @index: the index of the argument
 * @value: the new value
 * @error: return location for an error
 *
 * Replaces an argument.
 *
 * Layers and filters use this function to change arguments. It may be called in any
 * thread until the call is passed on. The type of @value must be the type of the argument
 * or derived from it; numbers are not converted. The value is copied as by
 * [method@GObject.Value.copy]. If the argument moves, the handler takes ownership of the
 * object that the value refers to, and no other code may use it from then on.
 *
 * If the call has no such argument, if @value does not match the description, or if the
 * handler has started, the arguments do not change and @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT, with a message that names the argument.
 *
 * Returns: %TRUE if the argument was replaced
 * Since: 0.1
 */
gboolean
norpc_call_set_arg (NorpcCall     *self,
                    guint          index,
                    const GValue  *value,
                    GError       **error)
{
  GDBusArgInfo *info;
  GError *problem;
  GValue copy = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  problem = check_new_arg (self, index, value);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }

  /* @value may be part of the argument that it replaces. */
  info = norpc_call_get_method_info (self)->dbus.in_args[index];
  g_value_init (&copy, norpc_arg_info_get_gtype (info));
  g_value_copy (value, &copy);
  if (G_VALUE_TYPE (&self->values[index]) != G_TYPE_INVALID)
    g_value_unset (&self->values[index]);
  self->values[index] = copy;

  return TRUE;
}
