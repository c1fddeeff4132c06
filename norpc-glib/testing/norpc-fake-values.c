/* norpc-fake-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-copy-private.h"
#include "core/norpc-value-equal-private.h"
#include "core/norpc-value-variant-private.h"
#include "norpc-fake-values-private.h"

#include <gobject/gvaluecollector.h>

static const NorpcArgInfo *
get_value_info (const NorpcFakeValues *self,
                guint                  index)
{
  return (const NorpcArgInfo *) self->infos[index];
}

/* The values have the types of the description, and no contents. */
static NorpcFakeValues *
values_new (GDBusArgInfo * const *infos)
{
  guint n_values = norpc_arg_infos_count (infos);
  NorpcFakeValues *self = g_malloc0 (sizeof (NorpcFakeValues) + n_values * sizeof (GValue));

  self->infos = (GDBusArgInfo **) infos;
  self->n_values = n_values;
  for (guint i = 0; i < n_values; i++)
    g_value_init (&self->values[i], norpc_arg_info_get_gtype (infos[i]));

  return self;
}

void
norpc_fake_values_free (NorpcFakeValues *self)
{
  for (guint i = 0; i < self->n_values; i++)
    g_value_unset (&self->values[i]);
  g_free (self);
}

static void
set_error (const NorpcFakeMember  *member,
           const char             *problem,
           GError                **error)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s",
               member->interface_name, member->member, problem);
}

/* Returns FALSE if @error is set. */
static gboolean
check_value (const NorpcFakeMember  *member,
             guint                   index,
             const GValue           *value,
             GError                **error)
{
  const GDBusArgInfo *info = member->infos[index];
  g_autofree char *problem = norpc_value_find_problem ((const NorpcArgInfo *) info, value);

  if (problem == NULL)
    return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s '%s': %s",
               member->interface_name, member->member, member->kind, info->name, problem);

  return FALSE;
}

/* Takes ownership of @self. Returns it if all values are valid, or NULL if @error is set. */
static NorpcFakeValues *
take_checked (NorpcFakeValues        *self,
              const NorpcFakeMember  *member,
              GError                **error)
{
  g_autoptr (NorpcFakeValues) values = self;

  for (guint i = 0; i < self->n_values; i++)
    if (!check_value (member, i, &self->values[i], error))
      return NULL;

  return g_steal_pointer (&values);
}

/* Makes values from a tuple (nullable), which is consumed if it is floating. Returns NULL if @error is
 * set.
 */
NorpcFakeValues *
norpc_fake_values_new_variant (const NorpcFakeMember  *member,
                               GVariant               *variant,
                               GError                **error)
{
  g_autoptr (GVariant) sunk = variant != NULL ? g_variant_ref_sink (variant) : NULL;
  g_autoptr (NorpcFakeValues) self = values_new (member->infos);
  g_autofree char *problem = NULL;

  if (!norpc_values_set_variant (member->infos, self->values, self->n_values, sunk, member->kind, &problem))
    {
      set_error (member, problem, error);
      return NULL;
    }

  return take_checked (g_steal_pointer (&self), member, error);
}

/* Makes values from copies of @values (nullable). Returns NULL if @error is set. */
NorpcFakeValues *
norpc_fake_values_new_copy (const NorpcFakeMember  *member,
                            guint                   n_values,
                            const GValue           *values,
                            GError                **error)
{
  guint n_expected = norpc_arg_infos_count (member->infos);
  guint n_given = values != NULL ? n_values : 0;

  if (n_given != n_expected)
    {
      g_autofree char *problem = g_strdup_printf ("expected %u %s%s, got %u", n_expected, member->kind,
                                                  n_expected == 1 ? "" : "s", n_given);

      set_error (member, problem, error);
      return NULL;
    }

  for (guint i = 0; i < n_given; i++)
    if (!check_value (member, i, &values[i], error))
      return NULL;

  return norpc_fake_values_new_unchecked (member->infos, n_given, values);
}

/* Makes values from copies of @values, which are valid already. */
NorpcFakeValues *
norpc_fake_values_new_unchecked (GDBusArgInfo * const *infos,
                                 guint                 n_values,
                                 const GValue         *values)
{
  NorpcFakeValues *self = values_new (infos);

  g_assert (self->n_values == n_values);
  for (guint i = 0; i < n_values; i++)
    norpc_value_copy_deep (get_value_info (self, i), &values[i], &self->values[i]);

  return self;
}

/* Makes values from parameters of a function, each of the C type that g_object_set() takes. Returns
 * NULL if @error is set.
 */
NorpcFakeValues *
norpc_fake_values_new_valist (const NorpcFakeMember  *member,
                              va_list                 args,
                              GError                **error)
{
  g_autoptr (NorpcFakeValues) self = values_new (member->infos);

  for (guint i = 0; i < self->n_values; i++)
    {
      GType type = G_VALUE_TYPE (&self->values[i]);
      g_autofree char *problem = NULL;

      g_value_unset (&self->values[i]);
      G_VALUE_COLLECT_INIT (&self->values[i], type, args, 0, &problem);
      if (problem == NULL)
        continue;

      /* The value may not be fit to be freed. */
      self->values[i] = (GValue) G_VALUE_INIT;
      set_error (member, problem, error);
      self->n_values = i;
      return NULL;
    }

  return take_checked (g_steal_pointer (&self), member, error);
}

/* Returns a tuple (owned), or NULL if @error is set. */
GVariant *
norpc_fake_values_to_variant (const NorpcFakeValues  *self,
                              const NorpcFakeMember  *member,
                              GError                **error)
{
  g_autofree char *problem = NULL;
  GVariant *variant = norpc_values_to_variant (self->infos, self->values, self->n_values, member->kind, &problem);

  if (variant == NULL)
    set_error (member, problem, error);

  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}

gboolean
norpc_fake_values_equal (const NorpcFakeValues *self,
                         const NorpcFakeValues *other)
{
  if (self->n_values != other->n_values)
    return FALSE;

  for (guint i = 0; i < self->n_values; i++)
    if (!norpc_value_equal (get_value_info (self, i), &self->values[i], &other->values[i]))
      return FALSE;

  return TRUE;
}
