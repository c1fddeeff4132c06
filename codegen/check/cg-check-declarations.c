/* cg-check-declarations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Errors in the types that a description declares. */

#include "cg-check.h"

#include "model/cg-declarations.h"
#include "model/cg-spelling.h"

#include <string.h>

#define MAX_DEPTH 1000 /* of records in records */

#define ERROR(location, ...) cg_diagnostics_error (resolver->diagnostics, location, __VA_ARGS__)
#define NOTE(location, ...) cg_diagnostics_note (resolver->diagnostics, location, __VA_ARGS__)

static void
register_one (const CgResolver *resolver,
              CgDeclaration    *declaration)
{
  static const CgNamedKind kinds[] = {
    [CG_DECLARED_ENUM] = CG_NAMED_ENUM,
    [CG_DECLARED_FLAGS] = CG_NAMED_FLAGS,
    [CG_DECLARED_ERROR_DOMAIN] = CG_NAMED_ENUM,
    [CG_DECLARED_RECORD] = CG_NAMED_RECORD,
  };
  CgNode *node = &declaration->node;
  CgNamedType *first;

  if (node->broken)
    return;

  first = g_hash_table_lookup (resolver->description->named_types, node->name);
  if (!g_ascii_isupper (*node->name) || !cg_is_identifier (node->name))
    ERROR (&node->name_location,
           "'%s' is not a name of a type: letters, digits and underscores, beginning with a "
           "capital", node->name);
  else if (first != NULL)
    {
      ERROR (&node->name_location, "duplicate type '%s'", node->name);
      cg_check_note_first (&first->declaration->node, resolver->diagnostics);
    }
  else
    {
      declaration->named = cg_named_type_new (resolver->description, node->name,
                                              declaration->is_object ? CG_NAMED_RECORD_OBJECT
                                                                     : kinds[declaration->kind]);
      declaration->named->declaration = declaration;
      return;
    }

  node->broken = TRUE;
}

/* Checks all names, before types are looked up. */
void
cg_declarations_register (const CgResolver *resolver)
{
  CG_FOREACH (CgDeclaration, declaration, resolver->description->declarations)
    register_one (resolver, declaration);
}

/* Names of values and fields become parts of identifiers. */
static gboolean
check_name (const CgResolver *resolver,
            GHashTable       *names,
            CgNode           *node,
            const char       *what)
{
  CgNode *first;

  if (node->broken)
    return FALSE;

  node->broken = TRUE;
  if (!g_ascii_isalpha (*node->name) ||
      strspn (node->name, CG_WORD_CHARACTERS "-") != strlen (node->name))
    ERROR (&node->name_location,
           "'%s' is not a name of a %s: letters, digits, hyphens and underscores, beginning with "
           "a letter", node->name, what);
  else if ((first = cg_check_find_first (names, node->name, node)) != NULL)
    {
      ERROR (&node->name_location, "duplicate %s '%s'", what, node->name);
      cg_check_note_first (first, resolver->diagnostics);
    }
  else
    node->broken = FALSE;

  return !node->broken;
}

static gboolean
parse_value (const char *text,
             gint64      min,
             gint64     *value)
{
  char *end;

  if (*text != '-' && !g_ascii_isdigit (*text))
    return FALSE;

  *value = g_ascii_strtoll (text, &end, g_str_has_prefix (text, "0x") ? 16 : 10);

  return end > text && *end == '\0' && *value >= min && *value <= G_MAXINT32;
}

/* A value without a number gets the next number or, of flags, the next bit. */
static gboolean
check_number (const CgResolver    *resolver,
              const CgDeclaration *declaration,
              CgValue             *value,
              gint64              *next)
{
  gboolean is_flags = declaration->kind == CG_DECLARED_FLAGS;

  if (value->value_text == NULL)
    value->value = *next;
  else if (!parse_value (value->value_text, is_flags ? 0 : G_MININT32, &value->value))
    {
      ERROR (&value->value_location, "'%s' is not a value: a number from %d to %d",
             value->value_text, is_flags ? 0 : G_MININT32, G_MAXINT32);
      return FALSE;
    }

  if (value->value > G_MAXINT32)
    {
      ERROR (&value->node.location, "there is no %s left for '%s'", is_flags ? "bit" : "number",
             value->node.name);
      return FALSE;
    }

  *next = value->value + 1;
  if (is_flags)
    for (*next = 1; *next <= value->value; *next <<= 1)
      ;

  return TRUE;
}

/* Checks that no other value has the same @what as this one, @key. */
static void
check_unique (const CgResolver *resolver,
              GHashTable       *keys,
              gconstpointer     key,
              CgNode           *value,
              const CgLocation *location,
              const char       *what)
{
  const CgNode *first = cg_check_find_first (keys, key, value);

  if (first == NULL)
    return;

  ERROR (location, "'%s' has the %s of '%s'", value->name, what, first->name);
  NOTE (&first->name_location, "'%s' is here", first->name);
}

/* GIO does not register one name for two errors. */
static void
complete_dbus_name (const CgResolver    *resolver,
                    const CgDeclaration *declaration,
                    GHashTable          *dbus_names,
                    CgValue             *value)
{
  const CgLocation *location = value->dbus_location.column != value->node.location.column
                               ? &value->dbus_location : &value->node.name_location;
  const CgValue *first;
  g_autofree char *name = NULL;

  if (value->dbus_name == NULL && declaration->dbus_prefix == NULL)
    return;

  name = value->dbus_name != NULL
         ? g_strdup (value->dbus_name)
         : g_strdup_printf ("%s.%s", declaration->dbus_prefix, value->node.name);
  value->dbus_name = cg_description_string (resolver->description, name);
  if (!cg_is_interface_name (name))
    ERROR (location, "'%s' is not a name of an error in D-Bus", name);
  else if ((first = cg_check_find_first (dbus_names, value->dbus_name, value)) != NULL)
    {
      ERROR (location, "'%s' is the name of another error in D-Bus, too", name);
      NOTE (&first->node.name_location, "'%s' is here", first->node.name);
    }
}

static void
check_values (const CgResolver *resolver,
              GHashTable       *dbus_names,
              CgDeclaration    *declaration)
{
  g_autoptr (GHashTable) nicks = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_int64_hash, g_int64_equal);
  gboolean is_domain = declaration->kind == CG_DECLARED_ERROR_DOMAIN;
  gint64 next = declaration->kind == CG_DECLARED_FLAGS ? 1 : 0;

  if (declaration->values->len == 0)
    ERROR (&declaration->node.location,
           is_domain ? "the domain has no <error>" : "the type has no <value>");

  CG_FOREACH (CgValue, value, declaration->values)
    {
      cg_check_annotations (&value->node, NULL, NULL, resolver->diagnostics);
      if (!check_name (resolver, names, &value->node, is_domain ? "error" : "value") ||
          !check_number (resolver, declaration, value, &next))
        continue;

      check_unique (resolver, numbers, &value->value, &value->node, &value->value_location,
                    "value");
      if (value->nick != NULL && *value->nick == '\0')
        ERROR (&value->nick_location, "the nickname of '%s' is empty", value->node.name);
      else if (value->nick != NULL)
        check_unique (resolver, nicks, value->nick, &value->node, &value->nick_location,
                      "nickname");
      complete_dbus_name (resolver, declaration, dbus_names, value);
    }
}

static void
check_fields (const CgResolver *resolver,
              CgDeclaration    *declaration)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (declaration->fields->len == 0)
    ERROR (&declaration->node.location, "the record has no <field>");

  CG_FOREACH (CgField, field, declaration->fields)
    {
      cg_check_annotations (&field->node, NULL, &field->use, resolver->diagnostics);
      if (!check_name (resolver, names, &field->node, "field") ||
          !cg_check_type (resolver, &field->use))
        field->node.broken = TRUE;
      else if (field->use.named != NULL && field->use.named->interface != NULL)
        ERROR (&field->use.location, "a field cannot be an object of '%s': objects cross to other "
               "contexts only as arguments, results, properties, arguments of signals and items of streams",
               field->use.named->interface->node.name);
    }
}

/* Gets the record that each value of the field contains, or NULL. */
static CgDeclaration *
get_inner (const CgField *field)
{
  const CgNamedType *named = field->use.named;

  return named != NULL && !field->use.nullable && field->use.type == &named->type
         ? named->declaration : NULL;
}

/* A record that always contains a record of its own type would be infinite. Each other record is
 * visited once. */
static gboolean
is_endless (const CgDeclaration *declaration,
            CgDeclaration       *in,
            guint                level)
{
  guint depth = 1;

  if (in->is_visited || in->depth > 0)
    return FALSE;
  if (level > MAX_DEPTH)
    {
      in->depth = level;
      return FALSE;
    }

  in->is_visited = TRUE;
  for (guint i = 0; i < in->fields->len; i++)
    {
      CgDeclaration *inner = get_inner (g_ptr_array_index (in->fields, i));

      if (inner == NULL)
        continue;
      if (inner == declaration || is_endless (declaration, inner, level + 1))
        return TRUE;
      depth = inner->depth == 0 || depth == 0 ? 0 : MAX (depth, inner->depth + 1);
    }
  in->depth = depth;

  return FALSE;
}

/* Returns FALSE if further checks are useless. */
static gboolean
check_endless (const CgResolver *resolver,
               CgDeclaration    *declaration)
{
  GPtrArray *all = resolver->description->declarations;
  gboolean endless;

  if (declaration->depth > 0)
    return TRUE;

  endless = is_endless (declaration, declaration, 1);
  CG_FOREACH (CgDeclaration, other, all)
    other->is_visited = FALSE;

  if (endless)
    ERROR (&declaration->node.name_location,
           "a '%s' contains another one without end: a field must be nullable, or an array",
           declaration->node.name);
  else if (declaration->depth > MAX_DEPTH)
    {
      ERROR (&declaration->node.name_location, "records are nested more than %d deep", MAX_DEPTH);
      return FALSE;
    }

  return TRUE;
}

void
cg_declarations_check (const CgResolver *resolver)
{
  GPtrArray *all = resolver->description->declarations;
  g_autoptr (GHashTable) dbus_names = g_hash_table_new (g_str_hash, g_str_equal);

  CG_FOREACH (CgDeclaration, declaration, all)
    {
      cg_check_annotations (&declaration->node, NULL, NULL, resolver->diagnostics);
      if (declaration->kind == CG_DECLARED_RECORD)
        check_fields (resolver, declaration);
      else
        check_values (resolver, dbus_names, declaration);
    }

  for (guint i = 0; i < all->len; i++)
    if (!check_endless (resolver, g_ptr_array_index (all, i)))
      break;
}
