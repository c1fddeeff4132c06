/* cg-resolve.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Finds named types, in the description or in GIRs. */

#include "cg-resolve.h"

#include "cg-spelling.h"
#include "xml/cg-suggest.h"

#include <string.h>

#define ERROR(location, ...) cg_diagnostics_error (self->diagnostics, location, __VA_ARGS__)

/* The name of a type begins with a capital letter, unlike a type string. A namespace may begin with
 * a small letter, such as cairo. "aGio.File" is treated as a wrong type string. */
gboolean
cg_resolve_is_name (const char *type)
{
  const char *after_word = type + strspn (type, CG_WORD_CHARACTERS);

  return g_ascii_isupper (*type) ||
         (*after_word == '.' && !g_ascii_isupper (type[strspn (type, "am")]));
}

static gboolean
is_word (const char *word)
{
  return g_ascii_isalpha (*word) && cg_is_identifier (word);
}

/* Finds an include of a namespace among the first @n_includes. */
static CgInclude *
find_include (const CgResolver *self,
              const char       *name,
              guint             n_includes)
{
  for (guint i = 0; i < n_includes; i++)
    {
      CgInclude *include = g_ptr_array_index (self->description->includes, i);

      if (!include->node.broken && g_str_equal (include->node.name, name))
        return include;
    }

  return NULL;
}

/* Rejects types whose values contain values of any type. */
static gboolean
check_container (const CgResolver *self,
                 const CgTypeUse  *use,
                 const char       *name)
{
  static const char * const containers[] = {
    "GLib.Array", "GLib.HashTable", "GLib.PtrArray", NULL
  };

  if (g_str_equal (name, "GLib.Variant"))
    ERROR (&use->location, "'%s' says nothing of what is in it: "
                           "give the type of the GVariant, as 'v'", name);
  else if (g_strv_contains (containers, name))
    ERROR (&use->location, "'%s' says nothing of what is in it: "
                           "an array of a type is 'Type[]'", name);
  else
    return TRUE;

  return FALSE;
}

/* Checks whether values of a type can be arguments, and reports the reason if not. */
static gboolean
check_usable (const CgResolver *self,
              const CgTypeUse  *use,
              const char       *name,
              const CgGirType  *type)
{
  if (type->kind == CG_NAMED_NOTHING)
    ERROR (&use->location, "'%s' is a <%s> in its GIR: no value can be of it", name, type->element);
  else if (type->get_type == NULL || type->c_type == NULL)
    ERROR (&use->location, "'%s' has no GType, so that no GValue can hold one", name);
  else if (type->is_fundamental || g_str_equal (type->get_type, "intern"))
    ERROR (&use->location, "'%s' is neither a GObject nor boxed: "
                           "how to hold one is not known", name);
  else if (!cg_is_identifier (type->get_type) || !cg_is_identifier (type->c_type))
    ERROR (&use->location, "the names of '%s' in its GIR cannot be names in C", name);
  else
    return TRUE;

  return FALSE;
}

static CgNamedType *
add_foreign (const CgResolver *self,
             const char       *name,
             const CgGirType  *type)
{
  CgNamedType *named = cg_named_type_new (self->description, name, type->kind);
  g_autofree char *words = g_strdelimit (g_strdup (name), ".", '_');
  g_autofree char *lower = g_ascii_strdown (words, -1);
  const CgTypeNames names = {
    .name = name,
    .gir_name = name,
    .c_type = type->c_type,
    .get_type = type->get_type,
    .lower = lower
  };

  cg_named_type_set_names (self->description, named, &names);
  if (type->hash != NULL && cg_is_identifier (type->hash))
    named->hash_function = cg_description_string (self->description, type->hash);

  return named;
}

/* Finds a type in the GIR of its namespace, and adds the headers that the GIR
 * names. */
static const CgGirType *
find_in_gir (const CgResolver *self,
             const CgTypeUse  *use,
             const char       *name_of_namespace,
             const CgInclude  *include,
             const char       *name)
{
  const char *word = strchr (name, '.') + 1;
  g_autoptr (GError) error = NULL;
  const CgGirNamespace *gir_namespace =
    cg_gir_load (self->gir, name_of_namespace, include != NULL ? include->version : NULL, &error);
  const CgGirType *type;

  if (gir_namespace == NULL)
    {
      ERROR (&use->location, "%s", error->message);
      return NULL;
    }

  type = cg_gir_find (gir_namespace, word);
  if (type == NULL)
    ERROR (&use->location, "there is no type '%s' in the GIR of '%s'", word, name_of_namespace);
  else if (check_usable (self, use, name, type))
    cg_gir_add_headers (gir_namespace, type, self->description->headers);
  else
    type = NULL;

  return type;
}

/* @name is "Namespace.Type". */
static CgNamedType *
find_foreign (const CgResolver *self,
              const CgTypeUse  *use,
              const char       *name)
{
  const char *dot = strchr (name, '.');
  g_autofree char *word = g_strndup (name, dot - name);
  const CgInclude *include = find_include (self, word, self->description->includes->len);
  const char *header = NULL;
  const CgGirType *type;
  CgGirType known;

  if (!check_container (self, use, name))
    return NULL;

  if (cg_known_types_have (word, include != NULL ? include->version : CG_KNOWN_TYPES_VERSION) &&
      cg_known_types_find (name, &known, &header))
    type = &known;
  else
    type = find_in_gir (self, use, word, include, name);
  if (type == NULL)
    return NULL;

  cg_gir_add_header (self->description->headers, header);
  CG_FOREACH (const CgInclude, other, self->description->includes)
    if (!other->node.broken && g_str_equal (other->node.name, word))
      cg_gir_add_header (self->description->headers, other->header);

  return add_foreign (self, name, type);
}

/* Resolves the name of an interface, whose values are objects that implement it. */
static CgNamedType *
find_interface (const CgResolver *self,
                const char       *name)
{
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    if (g_strcmp0 (interface->node.name, name) == 0)
      {
        CgNamedType *named = cg_named_type_new (self->description, name, CG_NAMED_INTERFACE);

        named->interface = interface;
        return named;
      }

  return NULL;
}

static void
report_unknown_interface (const CgResolver *self,
                          const CgTypeUse  *use,
                          const char       *name)
{
  CgSuggestion suggestion = { name, NULL, 0 };
  g_autofree char *hint = NULL;

  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    if (interface->node.name != NULL)
      cg_suggestion_offer (&suggestion, interface->node.name);
  hint = cg_suggestion_make_text (&suggestion);
  ERROR (&use->location, "'%s' is not a type: no interface has that name%s", use->signature, hint);
}

static CgNamedType *
find_named (const CgResolver *self,
            const CgTypeUse  *use,
            const char       *name)
{
  CgNamedType *named = g_hash_table_lookup (self->description->named_types, name);
  const char *dot = strchr (name, '.');
  g_autofree char *first = g_strndup (name, dot != NULL ? (gsize) (dot - name) : strlen (name));

  if (named == NULL && dot != NULL)
    named = find_interface (self, name);
  if (named != NULL)
    return named;

  if (is_word (first) && dot != NULL && is_word (dot + 1))
    return find_foreign (self, use, name);

  if (dot != NULL && cg_is_interface_name (name))
    report_unknown_interface (self, use, name);
  else if (dot != NULL || !is_word (first))
    ERROR (&use->location, "'%s' is not a type: it is no name of one", use->signature);
  else
    {
      g_autofree char *hint = cg_suggest_type (name);

      ERROR (&use->location, "'%s' is not a type: none of that name is declared%s", name, hint);
    }

  return NULL;
}

/* Resolves the name of a type in @use, and reports it if it is unknown. */
gboolean
cg_resolve_type (const CgResolver *self,
                 CgTypeUse        *use)
{
  gboolean is_array = g_str_has_suffix (use->signature, "[]");
  gsize length = strlen (use->signature) - (is_array ? strlen ("[]") : 0);
  g_autofree char *name = g_strndup (use->signature, length);
  const char *kept = cg_description_string (self->description, name);
  CgNamedType *named;

  /* for GLib.Bytes, there is a type string, too */
  if (g_str_equal (name, "GLib.Bytes") && !is_array)
    {
      use->type = cg_type_find ("ay");
      use->variant = use->value_signature = "ay";
      return TRUE;
    }

  named = find_named (self, use, kept);
  if (named == NULL)
    return FALSE;

  use->named = named;
  use->type = is_array ? &named->array : &named->type;
  use->value_signature = use->signature;

  return TRUE;
}

static gboolean
is_version (const char *version)
{
  return g_ascii_isdigit (*version) && strspn (version, G_CSET_DIGITS ".") == strlen (version);
}

void
cg_resolve_includes (const CgResolver *self)
{
  for (guint i = 0; i < self->description->includes->len; i++)
    {
      CgInclude *include = g_ptr_array_index (self->description->includes, i);
      CgNode *node = &include->node;
      const CgInclude *first;
      g_autoptr (GError) error = NULL;

      if (node->broken)
        continue;

      node->broken = TRUE;
      first = find_include (self, node->name, i);
      if (!is_word (node->name))
        ERROR (&node->name_location, "'%s' is not the name of a GIR", node->name);
      else if (!is_version (include->version))
        ERROR (&include->version_location, "'%s' is not a version of a GIR", include->version);
      else if (include->header != NULL && !cg_gir_is_header (include->header))
        ERROR (&node->location, "'%s' is not the name of a header", include->header);
      else
        node->broken = FALSE;

      if (!node->broken && first != NULL && !g_str_equal (first->version, include->version))
        {
          ERROR (&node->location, "'%s' is included in two versions", node->name);
          cg_diagnostics_note (self->diagnostics, &first->node.location, "the first is here");
          node->broken = TRUE;
        }
      else if (!node->broken && !cg_known_types_have (node->name, include->version) &&
               !cg_gir_has (self->gir, node->name, include->version, &error))
        ERROR (&include->version_location, "%s", error->message);
    }
}
