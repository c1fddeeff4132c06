/* norpc-described-type.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-declared-types-private.h"
#include "norpc-described-type-private.h"

#define MAX_SIGNATURE 255
#define MAX_NESTED 32

static gboolean
is_nested_too_deep (const char *signature)
{
  int arrays = 0, structs = 0;

  for (const char *p = signature; *p != '\0'; p++)
    {
      arrays = *p == 'a' ? arrays + 1 : strchr ("m({", *p) != NULL ? arrays : 0;
      if (*p == '(' || *p == '{')
        structs++;
      else if (*p == ')' || *p == '}')
        structs--;
      if (arrays > MAX_NESTED || structs > MAX_NESTED)
        return TRUE;
    }

  return FALSE;
}

/* Returns TRUE for a type of D-Bus, in which maybe types are allowed. GVariant has more types. */
static gboolean
is_type_string (const char *signature)
{
  if (!g_variant_type_string_is_valid (signature) || strlen (signature) > MAX_SIGNATURE ||
      strpbrk (signature, "*?r") != NULL || strstr (signature, "()") != NULL || strstr (signature, "mm") != NULL)
    return FALSE;

  /* A dictionary entry stands only in an array. */
  for (const char *brace = strchr (signature, '{'); brace != NULL; brace = strchr (brace + 1, '{'))
    if (brace == signature || brace[-1] != 'a')
      return FALSE;

  return !is_nested_too_deep (signature);
}

/* Returns TRUE for a name of a GIR and a type of it, such as "Gtk.Widget", which may have "[]" behind it. */
static gboolean
is_foreign_name (const char *name)
{
  const char *dot = strchr (name, '.');
  const char *word = dot != NULL ? dot + 1 : "";
  gsize length = strspn (word, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");

  return g_ascii_isalpha (*name) && g_ascii_isalpha (*word) &&
         strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") == (gsize) (dot - name) &&
         (word[length] == '\0' || g_str_equal (word + length, "[]"));
}

/* Reads a type that has a form outside of the process without generated code, and no other one here. */
static gboolean
read_expanded (NorpcDescribedType  *self,
               const char          *name,
               GHashTable          *declared,
               char               **problem)
{
  g_autoptr (GString) signature = g_string_new (NULL);

  if (!norpc_declared_type_expand (declared, name, signature, problem))
    return FALSE;

  self->signature = g_intern_string (signature->str);
  self->declared = name;

  return TRUE;
}

/* Returns FALSE if no such type exists. With @may_be_elsewhere, it may be an interface that the description does not have:
 * a service describes each of its objects alone.
 */
static gboolean
read_named (NorpcDescribedType  *self,
            const char          *name,
            GHashTable          *declared,
            gboolean             may_be_elsewhere)
{
  g_autofree char *element = g_str_has_suffix (name, "[]") ? g_strndup (name, strlen (name) - 2) : NULL;
  const NorpcXmlElement *declaration = g_hash_table_lookup (declared, element != NULL ? element : name);
  g_autofree char *problem = NULL;

  self->signature = norpc_known_type_get_signature (name, &self->get_type);
  if (self->signature != NULL || read_expanded (self, name, declared, &problem))
    return TRUE;

  if (declaration == NULL && !is_foreign_name (name) &&
      !(may_be_elsewhere && g_dbus_is_interface_name (element != NULL ? element : name)))
    return FALSE;

  self->signature = "";
  self->left_out = declaration != NULL ? g_strdup_printf ("the type '%s', a <%s>%s", name, declaration->name,
                                                          problem != NULL ? problem : "")
                                       : g_strdup_printf ("the type '%s'", name);

  return TRUE;
}

static gboolean
has_pointer_type (const NorpcDescribedType *self)
{
  GType type = self->get_type != NULL || self->left_out != NULL ? G_TYPE_POINTER
                                                                : norpc_signature_get_gtype (self->signature);

  return type == G_TYPE_STRING || type == G_TYPE_VARIANT || type == G_TYPE_POINTER ||
         G_TYPE_FUNDAMENTAL (type) == G_TYPE_BOXED;
}

/* Reads what an argument has besides its type. */
static gboolean
read_type_flags (NorpcDescribedType     *self,
                 const NorpcXmlElement  *element,
                 gboolean                may_move,
                 GError                **error)
{
  static const char * const transfers[] = { "none", "full", NULL };
  int transfer = g_strcmp0 (norpc_xml_element_get_annotation (element, "org.norpc.Transfer"), "full") == 0;
  gboolean nullable = self->signature[0] == 'm';
  gboolean sensitive = FALSE;

  if (!norpc_xml_element_read_boolean (element, "nullable", "org.norpc.Nullable", &nullable, error) ||
      !norpc_xml_element_read_boolean (element, "sensitive", "org.norpc.Sensitive", &sensitive, error) ||
      !norpc_xml_element_read_word (element, "transfer", transfers, &transfer, error))
    return FALSE;

  if (nullable && !has_pointer_type (self))
    {
      norpc_xml_element_fail (element, error, "a value of the type '%s' cannot be NULL; the type 'm%s' can",
                              self->signature, self->signature);
      return FALSE;
    }
  if (transfer && (!may_move || !has_pointer_type (self)))
    {
      norpc_xml_element_fail (element, error, may_move ? "a value of this type is copied: there is nothing to transfer"
                                                       : "only arguments of methods that go in can be transferred");
      return FALSE;
    }
  /* Of a type with a name, the attribute makes the form outside of the process a maybe. */
  if (nullable && self->declared != NULL)
    {
      g_autofree char *maybe = g_strconcat ("m", self->signature, NULL);

      self->signature = g_intern_string (maybe);
    }
  if (nullable && self->get_type != NULL && self->signature[0] == 's')
    self->signature = "ms";
  self->flags = (NorpcArgFlags) ((nullable ? NORPC_ARG_FLAGS_NULLABLE : 0) | (transfer ? NORPC_ARG_FLAGS_MOVED : 0) |
                                 (sensitive ? NORPC_ARG_FLAGS_SENSITIVE : 0));

  return TRUE;
}

/* A value with a secret in it is one. */
static gboolean
add_sensitive (NorpcDescribedType  *self,
               const char          *type,
               GHashTable          *declared,
               GError             **error)
{
  gboolean is_sensitive;

  if (!norpc_declared_type_read_sensitive (declared, type, &is_sensitive, error))
    return FALSE;
  if (is_sensitive)
    self->flags |= NORPC_ARG_FLAGS_SENSITIVE;

  return TRUE;
}

/* A strict D-Bus file declares the type outside of the process, and the other one in an annotation. A value that
 * may be NULL has several forms there: over D-Bus, it is an array. Returns FALSE if @error is set.
 */
static gboolean
check_outside (const NorpcDescribedType  *self,
               const NorpcXmlElement     *element,
               const char                *annotated,
               GError                   **error)
{
  const char *outside = self->get_type == g_bytes_get_type ? "ay" : self->signature;
  g_autofree char *form = g_strdelimit (g_strdup (outside), "m", 'a');
  const char *declared = norpc_xml_element_get (element, "type");

  if (*outside == '\0' || (self->flags & NORPC_ARG_FLAGS_NULLABLE) != 0 || g_str_equal (outside, declared) ||
      g_str_equal (form, declared))
    return TRUE;

  norpc_xml_element_fail (element, error, "'%s' is '%s' outside of the process, not '%s' as the type says", annotated,
                          outside, declared);

  return FALSE;
}

/* Reads the type of an argument or a property. */
gboolean
norpc_described_type_read (NorpcDescribedType     *self,
                           const NorpcXmlElement  *element,
                           GHashTable             *declared,
                           gboolean                may_move,
                           GError                **error)
{
  const char *type = norpc_xml_element_get (element, "type");
  const char *annotated = norpc_xml_element_get_annotation (element, "org.norpc.Type");

  *self = (NorpcDescribedType) { 0 };
  if (type == NULL)
    {
      norpc_xml_element_fail (element, error, "<%s> needs the attribute 'type'", element->name);
      return FALSE;
    }

  if (annotated != NULL)
    type = annotated;
  self->signature = type;
  if (!(g_ascii_isupper (*type) || strchr (type, '.') != NULL ? read_named (self, type, declared, annotated != NULL)
                                                              : is_type_string (type)))
    {
      norpc_xml_element_fail (element, error, "'%s' is not a type", type);
      return FALSE;
    }
  if (norpc_xml_element_get (element, "element-type") != NULL && self->left_out == NULL)
    {
      norpc_xml_element_fail (element, error, "'%s' cannot have an element-type", type);
      return FALSE;
    }

  return read_type_flags (self, element, may_move, error) && add_sensitive (self, type, declared, error) &&
         (annotated == NULL || check_outside (self, element, annotated, error));
}

/* Checks that the type of a field of a record exists, whether any member uses the record or not. */
gboolean
norpc_described_type_check_field (const NorpcXmlElement  *field,
                                  GHashTable             *declared,
                                  GError                **error)
{
  const char *annotated = norpc_xml_element_get_annotation (field, "org.norpc.Type");
  const char *type = annotated != NULL ? annotated : norpc_xml_element_get (field, "type");
  gboolean exists;

  if (type == NULL)
    {
      norpc_xml_element_fail (field, error, "<%s> needs the attribute 'type'", field->name);
      return FALSE;
    }

  if (g_ascii_isupper (*type) || strchr (type, '.') != NULL)
    {
      g_autofree char *element = g_str_has_suffix (type, "[]") ? g_strndup (type, strlen (type) - 2) : g_strdup (type);

      exists = g_hash_table_contains (declared, element) || is_foreign_name (type);
    }
  else
    exists = is_type_string (type);

  if (!exists)
    norpc_xml_element_fail (field, error, "'%s' is not a type", type);

  return exists;
}
