/* norpc-value-init-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Short forms of g_value_init () and g_value_unset () for the values of a call. GLib looks up the
 * functions of a type each time, which takes longer than what they do.
 */

static inline gboolean
norpc_type_is_number (GType type)
{
  return type >= G_TYPE_CHAR && type <= G_TYPE_DOUBLE;
}

/* @value is zero, which is the initial content of these types. */
static inline void
norpc_value_init_zero (GValue *value,
                       GType   type)
{
  if (norpc_type_is_number (type) || type == G_TYPE_STRING || type == G_TYPE_VARIANT || type == G_TYPE_BYTES)
    value->g_type = type;
  else
    g_value_init (value, type);
}

/* @value may be unset. */
static inline void
norpc_value_clear (GValue *value)
{
  GType type = G_VALUE_TYPE (value);
  gboolean is_owned = value->data[1].v_uint == 0; /* strings and bytes have flags there */

  if (type == G_TYPE_STRING && is_owned)
    g_free (value->data[0].v_pointer);
  else if (type == G_TYPE_BYTES && is_owned)
    g_bytes_unref (value->data[0].v_pointer);
  else if (type != G_TYPE_INVALID && !norpc_type_is_number (type))
    g_value_unset (value);
  value->g_type = G_TYPE_INVALID;
}

static inline void
norpc_values_clear (GValue *values,
                    guint   n_values)
{
  for (guint i = 0; i < n_values; i++)
    norpc_value_clear (&values[i]);
}

G_END_DECLS
