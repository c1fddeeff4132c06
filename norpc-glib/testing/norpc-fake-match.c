/* norpc-fake-match.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-value-equal-private.h"
#include "norpc-fake-match-private.h"

struct _NorpcFakeMatch
{
  guint  n_values;
  GValue values[]; /* (owned): those that are not matched are unset */
};

static void
match_clear (gpointer data)
{
  NorpcFakeMatch *self = data;

  for (guint i = 0; i < self->n_values; i++)
    if (G_IS_VALUE (&self->values[i]))
      g_value_unset (&self->values[i]);
}

/* Thread-safe. */
void
norpc_fake_match_unref (NorpcFakeMatch *self)
{
  g_atomic_rc_box_release_full (self, match_clear);
}

static NorpcFakeMatch *
match_new (guint n_values)
{
  NorpcFakeMatch *self = g_atomic_rc_box_alloc0 (sizeof (NorpcFakeMatch) + n_values * sizeof (GValue));

  self->n_values = n_values;

  return self;
}

static void
match_set (NorpcFakeMatch *self,
           guint           index,
           const GValue   *value)
{
  if (G_IS_VALUE (&self->values[index]))
    g_value_unset (&self->values[index]);
  g_value_init (&self->values[index], G_VALUE_TYPE (value));
  g_value_copy (value, &self->values[index]);
}

/* Matches all arguments. */
NorpcFakeMatch *
norpc_fake_match_new (const NorpcFakeValues *args)
{
  NorpcFakeMatch *self = match_new (args->n_values);

  for (guint i = 0; i < args->n_values; i++)
    match_set (self, i, &args->values[i]);

  return self;
}

/* Matches what @previous (nullable) does, and one argument with @value, of @n_args. */
NorpcFakeMatch *
norpc_fake_match_new_with_arg (const NorpcFakeMatch *previous,
                               guint                 n_args,
                               guint                 arg,
                               const GValue         *value)
{
  NorpcFakeMatch *self = match_new (n_args);

  for (guint i = 0; previous != NULL && i < n_args; i++)
    if (G_IS_VALUE (&previous->values[i]))
      match_set (self, i, &previous->values[i]);
  match_set (self, arg, value);

  return self;
}

gboolean
norpc_fake_match_fits (const NorpcFakeMatch  *self,
                       const NorpcFakeValues *args)
{
  for (guint i = 0; i < self->n_values; i++)
    if (G_IS_VALUE (&self->values[i]) &&
        !norpc_value_equal ((const NorpcArgInfo *) args->infos[i], &self->values[i], &args->values[i]))
      return FALSE;

  return TRUE;
}
