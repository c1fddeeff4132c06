/* cg-named-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The named types, one row for each kind. In the texts of a row, @mark@ stands for one of
 * CgTypeNames; the result is a text of CgType. */

#include "cg-named-types.h"

#include <stddef.h>

#define NUMBER(accessor, variant_, type) \
  { \
    .signature = "@name@", .c_in = "@c_type@", .c_out = "@c_type@", .c_local = "@c_type@", \
    .gir = "", .zero = "(@c_type@) 0", \
    .get = "(@c_type@) g_value_get_" accessor " ($gvalue$)", \
    .set = "g_value_set_" accessor " ($gvalue$, $value$);", \
    .take = "g_value_set_" accessor " ($gvalue$, $value$);", \
    .copy = "$value$", .copies_null = TRUE, .clear = "", \
    .equal = "$value$ == $other$", .hash = "(guint) $value$", \
    .to_variant = "g_variant_new_" variant_ " ((g" variant_ ") $value$)", \
    .from_variant = "(@c_type@) g_variant_get_" variant_ " ($value$)", \
    .get_type = "@get_type@", .variant = type \
  }

#define OBJECT(local) \
  { \
    .signature = "@name@", .c_in = "@c_type@ *", .c_out = "@c_type@ *", .c_local = local, \
    .gir = "", \
    .zero = "NULL", .is_pointer = TRUE, \
    .get = "(@c_type@ *) g_value_get_object ($gvalue$)", \
    .set = "norpc_value_take_object ($gvalue$, $value$ != NULL ? g_object_ref ($value$) : NULL);", \
    .take = "norpc_value_take_object ($gvalue$, g_steal_pointer (&$value$));", \
    .check = "G_TYPE_CHECK_INSTANCE_TYPE ($value$, @get_type@ ())", \
    .copy = "(@c_type@ *) g_object_ref ($value$)", \
    .clear = "g_clear_object (&$value$);", \
    .equal = "$value$ == $other$", .hash = "g_direct_hash ($value$)", \
    .get_type = "@get_type@", .free_function = "g_object_unref" \
  }

static const CgType kinds[] = {
  [CG_NAMED_OBJECT] = OBJECT ("g_autoptr ($prefix$local_@lower@) "),
  [CG_NAMED_INTERFACE] = OBJECT ("g_autoptr (@c_type@) "),
  [CG_NAMED_BOXED] = {
    .signature = "@name@", .c_in = "@c_type@ *", .c_out = "@c_type@ *",
    .c_local = "g_autoptr ($prefix$local_@lower@) ", .gir = "",
    CG_TYPE_POINTER ("(@c_type@ *) ", "boxed"),
    .copy = "(@c_type@ *) g_boxed_copy (@get_type@ (), $value$)",
    .clear = "g_clear_pointer (&$value$, $prefix$free_@lower@);",
    .get_type = "@get_type@", .free_function = "$prefix$free_@lower@"
  },
  [CG_NAMED_ENUM] = NUMBER ("enum", "int32", "i"),
  [CG_NAMED_FLAGS] = NUMBER ("flags", "uint32", "u"),
  [CG_NAMED_RECORD] = {
    .signature = "@name@", .c_in = "const @c_type@ *", .c_out = "@c_type@ *",
    .c_local = "g_autoptr (@c_type@) ", .gir = "",
    CG_TYPE_POINTER ("(const @c_type@ *) ", "boxed"),
    .copy = "@c_lower@_copy ($value$)",
    .clear = "g_clear_pointer (&$value$, @c_lower@_free);",
    .equal = "@c_lower@_equal ($value$, $other$)", .hash = "@c_lower@_hash ($value$)",
    .to_variant = "@c_lower@_to_variant ($value$)",
    .from_variant = "@c_lower@_new_from_variant ($value$, NULL)", .can_fail = TRUE,
    .get_type = "@get_type@", .free_function = "(GDestroyNotify) @c_lower@_free"
  },
  [CG_NAMED_RECORD_OBJECT] = OBJECT ("g_autoptr (@c_type@) "),
};

/* A lent array is copied, because an array of a language binding lives only as long as the function
 * that gets it. */
static const CgType pointer_array = {
  .signature = "@name@[]", .c_in = "GPtrArray *", .c_out = "GPtrArray *",
  .c_local = "g_autoptr (GPtrArray) ", .gir = "(element-type @gir_name@)", .zero = "NULL",
  .get = "(GPtrArray *) g_value_get_boxed ($gvalue$)",
  .set = "g_value_take_boxed ($gvalue$, $prefix$copy_@lower@_array ($value$));",
  .take = "g_value_take_boxed ($gvalue$, $prefix$own_@lower@_array (g_steal_pointer (&$value$)));",
  .check = "$prefix$check_@lower@_array ($value$)",
  .own = "$prefix$own_@lower@_array ($value$);",
  .is_pointer = TRUE,
  .copy = "$prefix$copy_@lower@_array ($value$)", .copies_null = TRUE,
  .clear = "g_clear_pointer (&$value$, g_ptr_array_unref);",
  .equal = "$prefix$equal_@lower@_arrays ($value$, $other$)",
  .to_variant = "$prefix$@lower@_array_to_variant ($value$)",
  .from_variant = "$prefix$@lower@_array_from_variant ($value$)",
  .get_type = "g_ptr_array_get_type", .free_function = "(GDestroyNotify) g_ptr_array_unref"
};

static const CgType number_array = {
  .signature = "@name@[]", .c_in = "GArray *", .c_out = "GArray *",
  .c_local = "g_autoptr (GArray) ", .gir = "(element-type @gir_name@)", .zero = "NULL",
  .get = "(GArray *) g_value_get_boxed ($gvalue$)",
  .set = "g_value_take_boxed ($gvalue$, $value$ != NULL ? g_array_copy ($value$) : NULL);",
  .take = "g_value_take_boxed ($gvalue$, g_steal_pointer (&$value$));",
  .is_pointer = TRUE,
  .copy = "g_array_copy ($value$)",
  .clear = "g_clear_pointer (&$value$, g_array_unref);",
  .equal = "$prefix$equal_@lower@_arrays ($value$, $other$)",
  .to_variant = "$prefix$@lower@_array_to_variant ($value$)",
  .from_variant = "$prefix$@lower@_array_from_variant ($value$)",
  .get_type = "g_array_get_type", .free_function = "(GDestroyNotify) g_array_unref"
};

/* The forms of well-known types outside of the process. */
static const struct
{
  const char *name;
  const char *variant;
  const char *to_variant;
  const char *from_variant;
  const char *equal;
  const char *hash;
  gboolean    can_fail;
} known[] = {
  { "Gio.File", "s",
    "g_variant_new_take_string (g_file_get_uri ($value$))",
    "g_file_new_for_uri (g_variant_get_string ($value$, NULL))",
    "g_file_equal ($value$, $other$)", "g_file_hash ($value$)", FALSE },
  { "GLib.Bytes", "ay",
    "g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, $value$, TRUE)",
    "g_variant_get_data_as_bytes ($value$)",
    "g_bytes_equal ($value$, $other$)", "g_bytes_hash ($value$)", FALSE },
  { "GLib.DateTime", "s",
    "g_variant_new_take_string (g_date_time_format_iso8601 ($value$))",
    "g_date_time_new_from_iso8601 (g_variant_get_string ($value$, NULL), NULL)",
    "g_date_time_equal ($value$, $other$)", "g_date_time_hash ($value$)", TRUE },
  { "GLib.Uri", "s",
    "g_variant_new_take_string (g_uri_to_string ($value$))",
    "g_uri_parse (g_variant_get_string ($value$, NULL), G_URI_FLAGS_NONE, NULL)",
    NULL, NULL, TRUE },
};

static const char *
expand (const char        *text,
        const CgTypeNames *names,
        GStringChunk      *strings)
{
  const struct
  {
    const char *mark;
    const char *name;
  } marks[] = {
    { "@name@", names->name },
    { "@gir_name@", names->gir_name },
    { "@c_type@", names->c_type },
    { "@get_type@", names->get_type },
    { "@lower@", names->lower },
    { "@c_lower@", names->c_lower },
  };
  g_autoptr (GString) expanded = g_string_new (text);

  if (text == NULL)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i].name != NULL)
      g_string_replace (expanded, marks[i].mark, marks[i].name, 0);

  return g_string_chunk_insert_const (strings, expanded->str);
}

/* The fields of CgType that are texts. */
static const gsize texts[] = {
  offsetof (CgType, signature), offsetof (CgType, c_in), offsetof (CgType, c_out),
  offsetof (CgType, c_local), offsetof (CgType, gir), offsetof (CgType, zero),
  offsetof (CgType, get), offsetof (CgType, set), offsetof (CgType, take),
  offsetof (CgType, check), offsetof (CgType, copy), offsetof (CgType, clear),
  offsetof (CgType, equal), offsetof (CgType, hash), offsetof (CgType, to_variant),
  offsetof (CgType, from_variant), offsetof (CgType, get_type), offsetof (CgType, variant),
  offsetof (CgType, free_function), offsetof (CgType, own)
};

static void
fill (CgType            *type,
      const CgType      *row,
      const CgTypeNames *names,
      GStringChunk      *strings)
{
  *type = *row;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char **text = (const char **) G_STRUCT_MEMBER_P (type, texts[i]);

      *text = expand (*text, names, strings);
    }
}

void
cg_named_type_fill (CgType            *type,
                    CgType            *array,
                    CgNamedKind        kind,
                    const CgTypeNames *names,
                    GStringChunk      *strings)
{
  gboolean is_number = kind == CG_NAMED_ENUM || kind == CG_NAMED_FLAGS;

  fill (type, &kinds[kind], names, strings);
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, names->name))
      {
        type->variant = known[i].variant;
        type->to_variant = known[i].to_variant;
        type->from_variant = known[i].from_variant;
        type->equal = known[i].equal;
        type->hash = known[i].hash;
        type->can_fail = known[i].can_fail;
      }

  fill (array, is_number ? &number_array : &pointer_array, names, strings);
  array->element = type;
  array->can_fail = type->can_fail;
  if (type->equal == NULL)
    array->equal = NULL;
  if (type->to_variant == NULL)
    array->to_variant = array->from_variant = NULL;
}
