/* cg-check-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Checks how types are used, and whether their values can leave the process. */

#include "cg-check.h"

#include "model/cg-declarations.h"
#include "xml/cg-suggest.h"

#include <string.h>

#define ERROR(location, ...) cg_diagnostics_error (resolver->diagnostics, location, __VA_ARGS__)

gpointer
cg_check_find_first (GHashTable    *names,
                     gconstpointer  key,
                     gpointer       node)
{
  gpointer first = g_hash_table_lookup (names, key);

  if (first == NULL)
    g_hash_table_insert (names, (gpointer) key, node);

  return first;
}

void
cg_check_note_first (const CgNode  *first,
                     CgDiagnostics *diagnostics)
{
  cg_diagnostics_note (diagnostics, &first->name_location, "the first '%s' is here", first->name);
}

static gboolean
check_type_string (const CgResolver *resolver,
                   CgTypeUse        *use)
{
  g_autofree char *message = NULL;

  if (!cg_type_check (use->signature, &message))
    {
      g_autofree char *hint = cg_suggest_type (use->signature);

      ERROR (&use->location, "'%s' is not a type: %s%s", use->signature, message, hint);
      return FALSE;
    }

  use->type = cg_type_find (use->signature);
  use->variant = use->signature;
  use->value_signature = use->signature;
  if (*use->signature == 'm')
    {
      use->value_signature++;
      use->nullable = TRUE;
    }

  return TRUE;
}

/* The type of the items of a list model. */
static gboolean
check_element_type (const CgResolver *resolver,
                    CgTypeUse        *use)
{
  CgTypeUse element = { .location = use->element_location, .signature = use->element_signature };

  if (!g_str_equal (use->signature, "Gio.ListModel"))
    {
      ERROR (&use->element_location,
             "'%s' cannot have an element-type; only 'Gio.ListModel' can", use->signature);
      return FALSE;
    }
  if (!cg_check_type (resolver, &element))
    return FALSE;

  use->element = element.named;
  if (element.named != NULL && element.type == &element.named->type &&
      (element.named->kind == CG_NAMED_OBJECT || element.named->kind == CG_NAMED_RECORD_OBJECT))
    return TRUE;

  ERROR (&use->element_location,
         "the items of a list model must be objects, but '%s' is not an object type%s",
         use->element_signature, element.named != NULL && element.named->kind == CG_NAMED_RECORD
         ? "; a <record> with object=\"true\" is one" : "");

  return FALSE;
}

/* The type or the attribute tells whether NULL is a value. */
gboolean
cg_check_type (const CgResolver *resolver,
               CgTypeUse        *use)
{
  gboolean is_name = cg_resolve_is_name (use->signature);

  if (!(is_name ? cg_resolve_type (resolver, use) : check_type_string (resolver, use)))
    {
      use->type = NULL;
      return FALSE;
    }

  if (use->nullable && !use->type->is_pointer)
    {
      if (is_name)
        ERROR (&use->nullable_location, "a value of the type '%s' cannot be NULL", use->signature);
      else
        ERROR (&use->nullable_location,
               "a value of the type '%s' cannot be NULL; the type 'm%s' can",
               use->signature, use->signature);
      return FALSE;
    }

  return use->element_signature == NULL || check_element_type (resolver, use);
}

gboolean
cg_check_arg_type (const CgResolver *resolver,
                   CgArg            *arg,
                   CgMemberKind      kind)
{
  CgTypeUse *use = &arg->use;

  if (!cg_check_type (resolver, use))
    return FALSE;

  if (use->is_moved && kind == CG_MEMBER_SIGNAL)
    ERROR (&use->moved_location,
           "the arguments of a signal cannot be transferred, because all clients share them");
  else if (use->is_moved && arg->direction == CG_DIRECTION_OUT)
    ERROR (&use->moved_location,
           "a result is always transferred in full; only arguments that go in can say so");
  else if (use->is_moved && !use->type->is_pointer)
    ERROR (&use->moved_location,
           "a value of the type '%s' is copied: there is nothing to transfer", use->signature);
  else
    return TRUE;

  return FALSE;
}

/* Gets the type of the GVariant for a value of a named type. */
static void
complete_variant (const CgResolver *resolver,
                  CgTypeUse        *use)
{
  const char *variant = use->named != NULL ? use->named->type.variant : NULL;
  g_autofree char *made = NULL;

  if (variant == NULL)
    return;

  made = g_strconcat (use->nullable ? "m" : "", use->type == &use->named->array ? "a" : "",
                      variant, NULL);
  use->variant = cg_description_string (resolver->description, made);
}

/* A strict D-Bus file must declare the type that is on the wire. In the description of an exported object, that is
 * the form on D-Bus, which has an array in place of each maybe. */
static void
check_wire (const CgResolver *resolver,
            const CgTypeUse  *use)
{
  g_autofree char *form = NULL;

  if (use->wire == NULL || use->variant == NULL || use->nullable)
    return;

  form = cg_type_make_form (use->variant);
  if (!g_str_equal (use->wire, use->variant) && !g_str_equal (use->wire, form))
    ERROR (&use->location, "'%s' is '%s' outside of the process, not '%s' as the type says",
           use->signature, use->variant, use->wire);
}

/* Checks whether only one thread can use objects of a type, as with toolkits. Textures of GDK are
 * immutable. */
static gboolean
is_thread_bound (const CgNamedType *named)
{
  static const char * const toolkits[] = {
    "Gtk", "Gdk", "Adw", "Hdy", "GtkSource", "Vte", "WebKit", "WebKit2", NULL
  };
  gsize length = strcspn (named->name, ".");
  g_autofree char *ns = g_strndup (named->name, length);

  return named->kind == CG_NAMED_OBJECT && named->name[length] == '.' &&
         g_strv_contains (toolkits, ns) && !g_str_has_suffix (named->name, "Texture");
}

static void
warn_of_thread (const CgResolver  *resolver,
                const CgNamedType *named,
                const CgLocation  *location)
{
  if (named != NULL && is_thread_bound (named))
    cg_diagnostics_warning (resolver->diagnostics, CG_WARNING_THREAD_BOUND_TYPE, location,
                            "only the thread of its toolkit can use a '%s': the service must run "
                            "in that thread, see norpc_server_new_in_context()", named->name);
}

static void
complete_use (CgTypeUse *use,
              gpointer   data)
{
  const CgResolver *resolver = data;

  complete_variant (resolver, use);
  check_wire (resolver, use);
  warn_of_thread (resolver, use->named, &use->location);
  warn_of_thread (resolver, use->element, &use->element_location);
}

void
cg_check_variants (CgDescription *description,
                   CgDiagnostics *diagnostics)
{
  CgResolver resolver = { description, NULL, diagnostics };

  cg_records_complete (description);
  cg_description_foreach_use (description, complete_use, &resolver);
}
