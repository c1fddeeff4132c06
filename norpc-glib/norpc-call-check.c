/* norpc-call-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values are checked where they come in: arguments when a call is sent, results when
 * it is answered. So neither a handler nor a callback sees one that the description
 * does not allow, wherever it is from: C code, a language binding, or a description
 * that was made at run time.
 */

#include "norpc-call-private.h"
#include "norpc-value-check-private.h"

/* Consumes @problem. */
static GError *
take_problem (NorpcCall  *self,
              const char *kind,
              const char *name,
              char       *problem)
{
  GError *error = g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s '%s': %s",
                               norpc_call_get_interface_name (self), norpc_call_get_method_name (self),
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

/* The thread that has the call. Returns an owned error, or NULL. */
static GError *
check_args (NorpcCall *self)
{
  GError *error = check_values (self, "argument", norpc_call_get_method_info (self)->dbus.in_args,
                                self->values, self->n_args);

  self->is_checked = error == NULL;

  return error;
}

/* The thread that has the call. */
gboolean
norpc_call_has_valid_args (NorpcCall *self)
{
  g_autoptr (GError) error = self->is_checked ? NULL : check_args (self);

  return error == NULL;
}

/* What norpc_call_check_args () does for a call that has arguments, and has not been checked. */
gboolean
norpc_call_check_args_of_some (NorpcCall *self)
{
  GError *error = check_args (self);

  if (error == NULL)
    return TRUE;

  norpc_call_fail (self, error);

  return FALSE;
}

/* Any thread. Returns an owned error, or NULL if @values are results as described. */
GError *
norpc_call_check_results (NorpcCall    *self,
                          const GValue *values)
{
  return check_values (self, "result", norpc_call_get_method_info (self)->dbus.out_args,
                       values, self->n_results);
}
