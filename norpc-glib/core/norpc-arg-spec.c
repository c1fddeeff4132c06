/* norpc-arg-spec.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* GObject properties whose values a description describes. */

#include <math.h>

#include "norpc-arg-spec-private.h"

/* The value of a property that has not been set. A string is not NULL if the description does not
 * allow it.
 */
static const char *
get_default_string (const NorpcArgInfo *info)
{
  if (info->dbus.signature[0] == 'm' || (info->flags & NORPC_ARG_FLAGS_NULLABLE) != 0)
    return NULL;

  return g_str_equal (info->dbus.signature, "o") ? "/" : "";
}

static GParamSpec *
new_integer_spec (const NorpcArgInfo *info,
                  const char         *name,
                  GType               type,
                  GParamFlags         flags)
{
  gboolean is_short = g_str_equal (info->dbus.signature, "n") || g_str_equal (info->dbus.signature, "q");

  switch (type)
    {
    case G_TYPE_UCHAR:
      return g_param_spec_uchar (name, NULL, NULL, 0, G_MAXUINT8, 0, flags);

    case G_TYPE_INT:
      return g_param_spec_int (name, NULL, NULL, is_short ? G_MININT16 : G_MININT,
                               is_short ? G_MAXINT16 : G_MAXINT, 0, flags);

    case G_TYPE_UINT:
      return g_param_spec_uint (name, NULL, NULL, 0, is_short ? G_MAXUINT16 : G_MAXUINT, 0, flags);

    case G_TYPE_INT64:
      return g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);

    default:
      return g_param_spec_uint64 (name, NULL, NULL, 0, G_MAXUINT64, 0, flags);
    }
}

static GParamSpec *
new_enum_spec (const char  *name,
               GType        type,
               GParamFlags  flags)
{
  GEnumClass *klass = g_type_class_ref (type);
  GParamSpec *pspec = g_param_spec_enum (name, NULL, NULL, type, klass->values[0].value, flags);

  g_type_class_unref (klass);

  return pspec;
}

/* Makes the specification (floating) of a property whose values are those that @info describes. */
GParamSpec *
norpc_arg_info_new_spec (const NorpcArgInfo *info,
                         const char         *name,
                         GParamFlags         flags)
{
  GType type = norpc_arg_info_get_gtype (&info->dbus);

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (name, NULL, NULL, FALSE, flags);

    case G_TYPE_DOUBLE:
      /* Infinities are in the range, and no range has a NaN. */
      return g_param_spec_double (name, NULL, NULL, -INFINITY, INFINITY, 0.0, flags | G_PARAM_LAX_VALIDATION);

    case G_TYPE_STRING:
      return g_param_spec_string (name, NULL, NULL, get_default_string (info), flags);

    case G_TYPE_ENUM:
      return new_enum_spec (name, type, flags);

    case G_TYPE_FLAGS:
      return g_param_spec_flags (name, NULL, NULL, type, 0, flags);

    case G_TYPE_BOXED:
      return g_param_spec_boxed (name, NULL, NULL, type, flags);

    case G_TYPE_VARIANT:
      return g_param_spec_variant (name, NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

    case G_TYPE_PARAM:
      return g_param_spec_param (name, NULL, NULL, type, flags);

    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      return g_param_spec_object (name, NULL, NULL, type, flags);

    default:
      return new_integer_spec (info, name, type, flags);
    }
}
