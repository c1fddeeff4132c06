/* norpc-emission.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-copy-private.h"
#include "norpc-emission-private.h"

struct _NorpcEmission
{
  gatomicrefcount ref_count;
  guint           n_args;
  GValue          args[]; /* (owned) */
};

/* Returns an error (owned), or NULL if the arguments match the description. */
static GError *
find_wrong_arg (const NorpcInterfaceInfo *interface_info,
                guint                     signal,
                const GValue             *args,
                guint                     n_args)
{
  const NorpcSignalInfo *info = interface_info->signals[signal];

  for (guint i = 0; i < n_args; i++)
    {
      const NorpcArgInfo *arg = (const NorpcArgInfo *) info->dbus.args[i];
      g_autofree char *problem = norpc_value_find_problem (arg, &args[i]);

      if (problem != NULL)
        return g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: argument '%s': %s",
                            interface_info->dbus.name, info->dbus.name, arg->dbus.name, problem);
    }

  return NULL;
}

/* Runs in the service's context. Returns an emission (owned) with copies of @args, or NULL if
 * @error is set.
 */
NorpcEmission *
norpc_emission_new (const NorpcInterfaceInfo  *interface_info,
                    guint                      signal,
                    const GValue              *args,
                    guint                      n_args,
                    GError                   **error)
{
  const NorpcSignalInfo *info = interface_info->signals[signal];
  GError *problem = find_wrong_arg (interface_info, signal, args, n_args);
  NorpcEmission *self;

  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }

  self = g_malloc0 (sizeof (NorpcEmission) + n_args * sizeof (GValue));
  g_atomic_ref_count_init (&self->ref_count);
  self->n_args = n_args;
  for (guint i = 0; i < n_args; i++)
    {
      g_value_init (&self->args[i], G_VALUE_TYPE (&args[i]));
      norpc_value_copy_deep ((const NorpcArgInfo *) info->dbus.args[i], &args[i], &self->args[i]);
    }

  return self;
}

NorpcEmission *
norpc_emission_ref (NorpcEmission *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_emission_unref (NorpcEmission *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_args; i++)
    g_value_unset (&self->args[i]);
  g_free (self);
}

/* Runs in the client's context. */
void
norpc_emission_emit (NorpcEmission *self,
                     GObject       *object,
                     guint          signal_id)
{
  g_autofree GValue *values = g_new0 (GValue, self->n_args + 1);

  g_value_init (&values[0], G_OBJECT_TYPE (object));
  g_value_set_object (&values[0], object);
  /* Handlers only read the arguments, so the contents are not copied. */
  for (guint i = 0; i < self->n_args; i++)
    values[i + 1] = self->args[i];

  g_signal_emitv (values, signal_id, 0, NULL);
  g_value_unset (&values[0]);
}
