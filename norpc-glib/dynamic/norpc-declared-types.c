/* norpc-declared-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The enumerations, flags and records that a description declares. Without generated code, their values have the
 * form that they have outside of the process: a number, or a tuple of the fields.
 */

#include <stdlib.h>
#include <string.h>

#include "norpc-declared-types-private.h"
#include "norpc-described-type-private.h"

#define MAX_SIGNATURE 255
#define MAX_DEPTH 32

/* The named types that need no generated code, and their form outside of the process. */
static const struct
{
  const char *name;
  const char *signature;
  GType     (*get_type) (void);
} known_types[] = {
  { "GLib.Bytes", "", g_bytes_get_type },
  { "GLib.DateTime", "s", g_date_time_get_type },
  { "GLib.Error", "", g_error_get_type },
  { "GLib.Uri", "s", g_uri_get_type },
  { "GLib.VariantType", "", g_variant_type_get_gtype },
  { "GObject.Object", "", g_object_get_type },
  { "Gio.Cancellable", "", g_cancellable_get_type },
  { "Gio.File", "s", g_file_get_type },
  { "Gio.FileInfo", "", g_file_info_get_type },
  { "Gio.Icon", "", g_icon_get_type },
  { "Gio.InputStream", "", g_input_stream_get_type },
  { "Gio.OutputStream", "", g_output_stream_get_type },
};

/* Returns NULL if the type is not known. */
const char *
norpc_known_type_get_signature (const char   *name,
                                GType       (**get_type) (void))
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_types); i++)
    if (g_str_equal (known_types[i].name, name))
      {
        *get_type = known_types[i].get_type;
        return known_types[i].signature;
      }

  return NULL;
}

static const char *
get_field_type (const NorpcXmlElement *field)
{
  const char *annotated = norpc_xml_element_get_annotation (field, "org.norpc.Type");
  const char *type = annotated != NULL ? annotated : norpc_xml_element_get (field, "type");

  return type != NULL ? type : "";
}

static gboolean
is_nullable_field (const NorpcXmlElement *field)
{
  gboolean nullable = FALSE;

  norpc_xml_element_read_boolean (field, "nullable", "org.norpc.Nullable", &nullable, NULL);

  return nullable;
}

static gboolean expand (GHashTable *declared, const char *type, GString *signature, guint depth, char **problem);

/* Appends the fields of a record, and sets @problem (owned) if one of them needs generated code. */
static gboolean
expand_record (GHashTable             *declared,
               const NorpcXmlElement  *record,
               GString                *signature,
               guint                   depth,
               char                  **problem)
{
  if (g_strcmp0 (norpc_xml_element_get (record, "object"), "true") == 0)
    {
      *problem = g_strdup (" that is an object");
      return FALSE;
    }
  if (depth == MAX_DEPTH || signature->len > MAX_SIGNATURE)
    {
      *problem = g_strdup (depth == MAX_DEPTH ? " that contains itself or is nested too deep" : " that is too large");
      return FALSE;
    }

  g_string_append_c (signature, '(');
  for (guint i = 0; i < record->children->len; i++)
    {
      const NorpcXmlElement *field = g_ptr_array_index (record->children, i);
      const char *type = get_field_type (field);
      g_autofree char *found = NULL;

      if (!g_str_equal (field->name, "field"))
        continue;
      if (is_nullable_field (field) && *type != 'm')
        g_string_append_c (signature, 'm');
      if (expand (declared, type, signature, depth + 1, &found))
        continue;

      *problem = found != NULL && g_str_has_prefix (found, " that contains")
                   ? g_steal_pointer (&found)
                   : g_strdup_printf (" whose field '%s' has the type '%s'", norpc_xml_element_get (field, "name"), type);
      return FALSE;
    }
  g_string_append_c (signature, ')');

  return TRUE;
}

/* Appends the form of a type outside of the process. Returns FALSE if it has none; @problem (owned) may say why. */
static gboolean
expand (GHashTable  *declared,
        const char  *type,
        GString     *signature,
        guint        depth,
        char       **problem)
{
  g_autofree char *element = g_str_has_suffix (type, "[]") ? g_strndup (type, strlen (type) - 2) : NULL;
  const char *name = element != NULL ? element : type;
  const NorpcXmlElement *declaration = g_hash_table_lookup (declared, name);
  GType (*get_type) (void) = NULL;
  const char *known = g_str_equal (name, "GLib.Bytes") ? "ay" : norpc_known_type_get_signature (name, &get_type);

  if (element != NULL)
    g_string_append_c (signature, 'a');
  if (declaration != NULL && g_str_equal (declaration->name, "record"))
    return expand_record (declared, declaration, signature, depth, problem);

  if (declaration != NULL && g_str_equal (declaration->name, "enum"))
    known = "i";
  else if (declaration != NULL && g_str_equal (declaration->name, "flags"))
    known = "u";
  else if (element == NULL && known == NULL && g_variant_type_string_is_valid (type))
    known = type;
  if (known == NULL || *known == '\0')
    return FALSE;

  g_string_append (signature, known);

  return TRUE;
}

/* Appends the form that values of a type have outside of the process. Returns FALSE if they have none; @problem
 * (owned) then describes the declaration further, or is NULL.
 */
gboolean
norpc_declared_type_expand (GHashTable  *declared,
                            const char  *type,
                            GString     *signature,
                            char       **problem)
{
  if (!expand (declared, type, signature, 0, problem))
    return FALSE;
  if (signature->len <= MAX_SIGNATURE && g_variant_type_string_is_valid (signature->str))
    return TRUE;

  *problem = g_strdup (" that is too large");

  return FALSE;
}

static gboolean
read_sensitive (GHashTable  *declared,
                const char  *type,
                GHashTable  *visited,
                gboolean    *is_sensitive,
                GError     **error)
{
  g_autofree char *element = g_str_has_suffix (type, "[]") ? g_strndup (type, strlen (type) - 2) : NULL;
  const NorpcXmlElement *record = g_hash_table_lookup (declared, element != NULL ? element : type);

  if (record == NULL || !g_str_equal (record->name, "record") || !g_hash_table_add (visited, (gpointer) record))
    return TRUE;

  for (guint i = 0; i < record->children->len; i++)
    {
      const NorpcXmlElement *field = g_ptr_array_index (record->children, i);
      gboolean is_field_sensitive = FALSE;

      if (!g_str_equal (field->name, "field"))
        continue;
      if (!norpc_xml_element_read_boolean (field, "sensitive", "org.norpc.Sensitive", &is_field_sensitive, error) ||
          !read_sensitive (declared, get_field_type (field), visited, is_sensitive, error))
        return FALSE;
      *is_sensitive |= is_field_sensitive;
    }

  return TRUE;
}

/* Sets @is_sensitive for a record with a secret in it, and for an array of them. Returns FALSE if @error is set. */
gboolean
norpc_declared_type_read_sensitive (GHashTable  *declared,
                                    const char  *type,
                                    gboolean    *is_sensitive,
                                    GError     **error)
{
  g_autoptr (GHashTable) visited = g_hash_table_new (NULL, NULL);

  *is_sensitive = FALSE;

  return read_sensitive (declared, type, visited, is_sensitive, error);
}

/* Reads a decimal or, after "0x", a hexadecimal number. */
static gboolean
parse_number (const char *text,
              gint64      minimum,
              gint64     *number)
{
  gboolean is_hexadecimal = g_str_has_prefix (text, "0x");
  char *end;

  if (*text != '-' && !g_ascii_isdigit (*text))
    return FALSE;

  *number = g_ascii_strtoll (text, &end, is_hexadecimal ? 16 : 10);

  return end > text && *end == '\0' && *number >= minimum && *number <= G_MAXINT32;
}

/* The number of a value that states none. */
static gint64
get_next (gboolean is_flags,
          gint64   number)
{
  gint64 bit = 1;

  while (is_flags && bit <= number)
    bit <<= 1;

  return is_flags ? bit : number + 1;
}

/* Describes the values of an enumeration or of flags. Returns FALSE if @error is set. */
static gboolean
describe_values (const NorpcXmlElement  *declaration,
                 GVariantBuilder        *members,
                 GError                **error)
{
  gboolean is_flags = g_str_equal (declaration->name, "flags");
  gint64 number = is_flags ? 1 : 0;

  for (guint i = 0; i < declaration->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (declaration->children, i);
      const char *name = norpc_xml_element_get (child, "name"), *value = norpc_xml_element_get (child, "value");

      if (!g_str_equal (child->name, "value"))
        continue;
      if (name == NULL || (value != NULL && !parse_number (value, is_flags ? 0 : G_MININT32, &number)) ||
          number > G_MAXINT32)
        {
          norpc_xml_element_fail (child, error, "'%s' is not a value of an enumeration", value != NULL ? value : "");
          return FALSE;
        }
      g_variant_builder_add (members, "(ssx)", name, is_flags ? "u" : "i", number);
      number = get_next (is_flags, number);
    }

  return TRUE;
}

/* Returns (owned) a type of the description as norpc_interface_info_list_in_types () has it. */
char *
norpc_declared_type_describe (const char *type,
                              gboolean    nullable)
{
  g_autofree char *element = g_str_has_suffix (type, "[]") ? g_strndup (type, strlen (type) - 2) : NULL;
  const char *prefix = nullable || *type == 'm' ? "?" : "";
  GType (*get_type) (void) = NULL;

  if (norpc_known_type_get_signature (element != NULL ? element : type, &get_type) != NULL)
    return g_strconcat (prefix, g_type_name (get_type ()), element != NULL ? "[]" : "", NULL);

  return g_strconcat (prefix, type + (*type == 'm'), NULL);
}

static gboolean
describe_members (const NorpcXmlElement  *declaration,
                  GVariantBuilder        *members,
                  GError                **error)
{
  if (!g_str_equal (declaration->name, "record"))
    return describe_values (declaration, members, error);

  for (guint i = 0; i < declaration->children->len; i++)
    {
      const NorpcXmlElement *field = g_ptr_array_index (declaration->children, i);
      g_autofree char *type = norpc_declared_type_describe (get_field_type (field), is_nullable_field (field));

      if (g_str_equal (field->name, "field") && norpc_xml_element_get (field, "name") != NULL)
        g_variant_builder_add (members, "(ssx)", norpc_xml_element_get (field, "name"), type, (gint64) 0);
    }

  return TRUE;
}

static int
compare_type_names (gconstpointer a,
                    gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Returns (floating) what norpc_interface_info_dup_declared_types () returns, or NULL if @error is set. */
GVariant *
norpc_declared_types_describe (GHashTable  *declared,
                               GError     **error)
{
  g_autofree gpointer *names = g_hash_table_get_keys_as_array (declared, NULL);
  g_auto (GVariantBuilder) types = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{s(ssa(ssx))}"));

  qsort (names, g_hash_table_size (declared), sizeof (gpointer), compare_type_names);
  for (gpointer *name = names; *name != NULL; name++)
    {
      const NorpcXmlElement *declaration = g_hash_table_lookup (declared, *name);
      g_auto (GVariantBuilder) members = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ssx)"));
      g_autoptr (GString) signature = g_string_new (NULL);
      g_autofree char *problem = NULL;

      if (!norpc_declared_type_expand (declared, *name, signature, &problem))
        continue;
      if (!describe_members (declaration, &members, error))
        return NULL;
      g_variant_builder_add (&types, "{s(ssa(ssx))}", *name, declaration->name, signature->str, &members);
    }

  return g_variant_builder_end (&types);
}
