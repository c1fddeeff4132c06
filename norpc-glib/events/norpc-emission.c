/* norpc-emission.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-convert-private.h"
#include "core/norpc-value-copy-private.h"
#include "core/norpc-value-export-private.h"
#include "norpc-emission-private.h"

/**
 * NorpcEmission:
 *
 * The arguments of one emission of a signal.
 *
 * It is immutable, and can be used in any thread.
 *
 * Since: 0.1
 */
struct _NorpcEmission
{
  gatomicrefcount ref_count;
  guint           n_args;
  GValue          args[]; /* (owned) */
};

G_DEFINE_BOXED_TYPE (NorpcEmission, norpc_emission, norpc_emission_ref, norpc_emission_unref)

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

static NorpcEmission *
emission_new (guint n_args)
{
  NorpcEmission *self = g_malloc0 (sizeof (NorpcEmission) + n_args * sizeof (GValue));

  g_atomic_ref_count_init (&self->ref_count);
  self->n_args = n_args;

  return self;
}

/* Runs in the service's context. Returns an emission (owned) with copies of @args, which are
 * exported, or NULL if @error is set.
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

  self = emission_new (n_args);
  for (guint i = 0; i < n_args; i++)
    {
      g_value_init (&self->args[i], G_VALUE_TYPE (&args[i]));
      norpc_value_copy_deep ((const NorpcArgInfo *) info->dbus.args[i], &args[i], &self->args[i]);
      norpc_value_export ((const NorpcArgInfo *) info->dbus.args[i], &self->args[i]);
    }

  return self;
}

/* Runs in the client's context. Takes ownership of @self, which other clients share, and returns
 * an emission (owned) with what this context has for its objects.
 */
NorpcEmission *
norpc_emission_import (NorpcEmission        *self,
                       GDBusArgInfo * const *infos)
{
  NorpcEmission *imported;
  guint n_exported = 0;

  for (guint i = 0; i < self->n_args; i++)
    if (norpc_arg_info_is_exported ((const NorpcArgInfo *) infos[i]))
      n_exported++;
  if (n_exported == 0)
    return self;

  imported = norpc_emission_new_unchecked (self->args, self->n_args);
  norpc_values_import (infos, imported->args, imported->n_args);
  norpc_emission_unref (self);

  return imported;
}

/* Runs in the client's context. Takes ownership of @self, which other clients share, and returns an emission (owned) for
 * a client with another description of the signal, or NULL if @error is set.
 */
NorpcEmission *
norpc_emission_convert (NorpcEmission             *self,
                        const NorpcInterfaceInfo  *interface_info,
                        guint                      signal,
                        const NorpcInterfaceInfo  *to_info,
                        guint                      to_signal,
                        GError                   **error)
{
  GDBusArgInfo **infos = to_info->signals[to_signal]->dbus.args;
  g_autoptr (NorpcEmission) taken = self;
  g_autoptr (NorpcEmission) converted = emission_new (taken->n_args);
  g_autofree char *problem = NULL;

  for (guint i = 0; i < converted->n_args; i++)
    g_value_init (&converted->args[i], norpc_arg_info_get_gtype (infos[i]));
  if (norpc_values_convert (interface_info->signals[signal]->dbus.args, taken->args, infos, converted->args,
                            taken->n_args, "argument", &problem))
    return g_steal_pointer (&converted);

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", to_info->dbus.name,
               to_info->signals[to_signal]->dbus.name, problem);

  return NULL;
}

/* Runs in the client's context. Returns an emission (owned) with the arguments that a handler has
 * got, whose contents are not copied.
 */
NorpcEmission *
norpc_emission_new_unchecked (const GValue *args,
                              guint         n_args)
{
  NorpcEmission *self = emission_new (n_args);

  for (guint i = 0; i < n_args; i++)
    {
      g_value_init (&self->args[i], G_VALUE_TYPE (&args[i]));
      g_value_copy (&args[i], &self->args[i]);
    }

  return self;
}

/* Thread-safe. Returns an emission (owned) of @values, whose contents it takes over. */
NorpcEmission *
norpc_emission_new_take (GValue *values,
                         guint   n_values)
{
  NorpcEmission *self = emission_new (n_values);

  for (guint i = 0; i < n_values; i++)
    {
      self->args[i] = values[i];
      values[i] = (GValue) G_VALUE_INIT;
    }

  return self;
}

/**
 * norpc_emission_ref:
 * @self: an emission
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcEmission *
norpc_emission_ref (NorpcEmission *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * norpc_emission_unref:
 * @self: (transfer full): an emission
 *
 * Releases a reference.
 *
 * Since: 0.1
 */
void
norpc_emission_unref (NorpcEmission *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_args; i++)
    g_value_unset (&self->args[i]);
  g_free (self);
}

/**
 * norpc_emission_get_n_args:
 * @self: an emission
 *
 * Gets the number of arguments.
 *
 * Returns: the number of arguments
 * Since: 0.1
 */
guint
norpc_emission_get_n_args (NorpcEmission *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_args;
}

/**
 * norpc_emission_get_arg:
 * @self: an emission
 * @index: the index of an argument, from 0
 *
 * Gets an argument.
 *
 * Returns: (transfer none): the argument
 * Since: 0.1
 */
const GValue *
norpc_emission_get_arg (NorpcEmission *self,
                        guint          index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_args, NULL);

  return &self->args[index];
}

/* Runs in the client's context, where the caller has a reference to @object. */
void
norpc_emission_emit (NorpcEmission *self,
                     GObject       *object,
                     guint          signal_id)
{
  GValue *values = g_newa (GValue, self->n_args + 1);

  /* Handlers only read the values, so that they borrow the object and the contents of the arguments. */
  values[0] = (GValue) { .g_type = G_OBJECT_TYPE (object), .data[0].v_pointer = object };
  for (guint i = 0; i < self->n_args; i++)
    values[i + 1] = self->args[i];

  g_signal_emitv (values, signal_id, 0, NULL);
}
