/* norpc-call-key.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-key-private.h"
#include "norpc-call-private.h"

static guint
hash_number (guint64 number)
{
  return (guint) (number ^ (number >> 32));
}

static guint
hash_strv (const char * const *strings)
{
  guint hash = 0;

  for (guint i = 0; strings != NULL && strings[i] != NULL; i++)
    hash = hash * 31 + g_str_hash (strings[i]);

  return hash;
}

/* Variants of any type, in a form that is the same where they are equal. */
static guint
hash_variant (GVariant *variant)
{
  g_autoptr (GVariant) normal = g_variant_get_normal_form (variant);
  g_autoptr (GBytes) bytes = g_variant_get_data_as_bytes (normal);

  return g_bytes_hash (bytes);
}

static guint
hash_pointer_value (const GValue *value)
{
  gpointer pointer = g_value_peek_pointer (value);

  if (pointer == NULL)
    return 0;
  if (G_VALUE_HOLDS_STRING (value))
    return g_str_hash (pointer);
  if (G_VALUE_HOLDS (value, G_TYPE_BYTES))
    return g_bytes_hash (pointer);
  if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    return hash_strv (pointer);
  if (G_VALUE_HOLDS_VARIANT (value))
    return hash_variant (pointer);

  return g_direct_hash (pointer);
}

static guint
hash_scalar_value (const GValue *value)
{
  g_auto (GValue) number = G_VALUE_INIT;

  if (G_VALUE_HOLDS_DOUBLE (value))
    {
      double d = g_value_get_double (value);

      return g_double_hash (&d);
    }

  g_value_init (&number, G_TYPE_INT64);

  return g_value_transform (value, &number) ? hash_number ((guint64) g_value_get_int64 (&number)) : 0;
}

/* Any thread, which has the call. Equal arguments have the same hash: objects and
 * boxed values that are unknown here are equal if they are the same.
 */
guint
norpc_call_hash_first_arg (NorpcCall *call)
{
  if (call->n_args == 0)
    return 0;

  return g_value_fits_pointer (&call->values[0]) ? hash_pointer_value (&call->values[0])
                                                 : hash_scalar_value (&call->values[0]);
}
