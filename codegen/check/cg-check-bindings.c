/* cg-check-bindings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Warns about names that are valid in C but clash in language bindings, and for which no other name
 * could be chosen. */

#include "cg-check.h"

#include "model/cg-declarations.h"
#include "model/cg-names.h"
#include "model/cg-spelling.h"

#include <string.h>

typedef struct
{
  const CgDescription *description;
  CgDiagnostics       *diagnostics;
} Checker;

#define WARNING(node, ...) \
  cg_diagnostics_warning (self->diagnostics, CG_WARNING_BINDING_NAME, &(node)->name_location, \
                          __VA_ARGS__)

static void
check_fields (const Checker       *self,
              const CgDeclaration *record)
{
  for (CgRecordFunction i = CG_RECORD_NEW; i < CG_N_RECORD_FUNCTIONS; i++)
    {
      const CgField *field = cg_record_find_hiding_field (record, i);

      if (field != NULL && cg_record_has_function (record, i))
        WARNING (&field->node,
                 "the field '%s' hides the function %s_%s, so language bindings do not have that "
                 "function; the field can be renamed with the annotation org.gtk.GDBus.C.Name",
                 field->node.name, cg_names_look_up (&record->node, "t"), field->lower);
    }
}

/* Whether a GIR that the generated code needs has this namespace. */
static gboolean
is_namespace (const Checker *self,
              const char    *name)
{
  static const char * const always[] = { "GLib", "GObject", "Gio", "Norpc", NULL };
  GPtrArray *girs = self->description->girs;

  if (g_strv_contains (always, name))
    return TRUE;

  for (guint i = 0; i < girs->len; i++)
    {
      g_autofree char *base = g_path_get_basename (g_ptr_array_index (girs, i));

      if (g_str_has_prefix (base, name) && base[strlen (name)] == '-')
        return TRUE;
    }

  return FALSE;
}

static void
check_type (const Checker *self,
            const CgNode  *node,
            const char    *name)
{
  if (*self->description->prefix != '\0' && is_namespace (self, name))
    WARNING (node, "the type '%s' hides the namespace of that name in Vala; "
                   "the type can be renamed with the annotation org.gtk.GDBus.C.Name", name);
  else if (cg_is_python_keyword (name))
    WARNING (node, "'%s' is a keyword in Python, where only getattr() finds the type; "
                   "the type can be renamed with the annotation org.gtk.GDBus.C.Name", name);
}

/* Called when names are resolved and the functions of records are known. */
void
cg_check_bindings (const CgDescription *description,
                   CgDiagnostics       *diagnostics)
{
  Checker self = { description, diagnostics };

  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    {
      check_type (&self, &declaration->node, cg_names_look_up (&declaration->node, "Name"));
      if (declaration->kind == CG_DECLARED_RECORD && !declaration->is_object)
        check_fields (&self, declaration);
    }
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    check_type (&self, &interface->node, cg_names_look_up (&interface->node, "Name"));
}
