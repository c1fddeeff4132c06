/* norpc-dbus-departure.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-value-variant-private.h"
#include "norpc-dbus-departure-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-limits-private.h"

/* An argument is a variant, or else it has objects. */
typedef struct
{
  GVariant *variant; /* (owned) (nullable) */
  GValue    handles; /* unset if there is a variant */
} Arg;

struct _NorpcDBusDeparture
{
  GDBusArgInfo **infos; /* (unowned) */
  guint          n_args;
  Arg           *args;  /* (owned) */
};

/* Thread-safe. */
void
norpc_dbus_departure_free (gpointer data)
{
  NorpcDBusDeparture *self = data;

  for (guint i = 0; i < self->n_args; i++)
    {
      g_clear_pointer (&self->args[i].variant, g_variant_unref);
      if (G_IS_VALUE (&self->args[i].handles))
        g_value_unset (&self->args[i].handles);
    }
  g_free (self->args);
  g_free (self);
}

/* Returns a message (owned), or NULL. */
static char *
take_arg (Arg                *self,
          const NorpcArgInfo *info,
          const GValue       *value)
{
  char *problem = NULL;
  GVariant *variant;

  if (norpc_dbus_arg_get_object_type (info) != G_TYPE_INVALID)
    {
      g_value_init (&self->handles, G_VALUE_TYPE (value));
      g_value_copy (value, &self->handles);
      return NULL;
    }

  variant = norpc_value_to_variant (info, value, &problem);
  if (variant == NULL)
    return problem;

  /* It does not refer to memory of the application, which another thread would release. */
  self->variant = g_variant_ref_sink (variant);
  g_variant_get_data (self->variant);

  return NULL;
}

/* Called in the thread that sends the call, whose arguments have been exported. Returns NULL with a message (owned) if one
 * has no form.
 */
NorpcDBusDeparture *
norpc_dbus_departure_new (NorpcCall  *call,
                          char      **problem)
{
  NorpcDBusDeparture *self = g_new0 (NorpcDBusDeparture, 1);

  self->infos = norpc_call_get_method_info (call)->dbus.in_args;
  self->n_args = call->n_args;
  self->args = g_new0 (Arg, self->n_args);
  for (guint i = 0; i < self->n_args; i++)
    {
      g_autofree char *found = take_arg (&self->args[i], (const NorpcArgInfo *) self->infos[i], &call->values[i]);

      if (found == NULL)
        continue;

      *problem = g_strdup_printf ("argument '%s': %s", self->infos[i]->name, found);
      norpc_dbus_departure_free (self);
      return NULL;
    }

  return self;
}

/* Returns the arguments (floating), or NULL with a message (owned). */
static GVariant *
make_args (NorpcDBusDeparture  *self,
           NorpcDBusPassage    *passage,
           char               **problem)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; i < self->n_args; i++)
    {
      g_autofree char *found = NULL;
      GVariant *child = self->args[i].variant != NULL
                          ? self->args[i].variant
                          : norpc_dbus_passage_get_value (passage, (const NorpcArgInfo *) self->infos[i],
                                                          &self->args[i].handles, &found);

      if (child == NULL)
        {
          g_variant_builder_clear (&builder);
          *problem = g_strdup_printf ("argument '%s': %s", self->infos[i]->name, found);
          return NULL;
        }
      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}

/* Called in the thread of D-Bus endpoints. Returns the form (owned) of the arguments, or NULL with a message (owned). */
GVariant *
norpc_dbus_departure_make (NorpcDBusDeparture  *self,
                           NorpcDBusPassage    *passage,
                           char               **problem)
{
  GVariant *args = make_args (self, passage, problem);
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;

  if (sunk != NULL)
    *problem = norpc_dbus_find_args_excess (self->infos, sunk, "argument");

  return *problem == NULL ? norpc_dbus_to_form (sunk, NULL, problem) : NULL;
}
