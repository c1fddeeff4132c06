/* cg-naming.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gives interfaces their names in C, and finds those that clash. */

#include "cg-namer.h"

#include "cg-spelling.h"

static gboolean
check_interface_name (Namer       *self,
                      CgInterface *interface,
                      const char  *camel)
{
  if (!cg_is_identifier (camel))
    cg_diagnostics_error (self->diagnostics, &interface->node.name_location,
                          "no name in C is left of '%s'; see --interface-prefix",
                          interface->node.name);
  else if (cg_is_reserved (camel) || g_str_has_prefix (camel, "Norpc") ||
           (g_ascii_islower (*camel) && cg_is_used_parameter (camel)))
    cg_diagnostics_error (self->diagnostics, &interface->node.name_location,
                          "the name of '%s' in C, '%s', is taken; see --c-namespace",
                          interface->node.name, camel);
  else if (cg_namer_check_type_name (self, &interface->node, camel))
    return TRUE;

  interface->node.broken = TRUE;

  return FALSE;
}

/* Sets the names of the type of objects that implement the interface, if there are such arguments. */
static void
name_object_type (Namer             *self,
                  const CgInterface *interface)
{
  CgNamedType *named = g_hash_table_lookup (self->description->named_types, interface->node.name);
  const char *c_type = cg_names_look_up (&interface->node, "Iface");
  const CgTypeNames names = {
    .name = interface->node.name,
    .gir_name = c_type,
    .c_type = c_type,
    .get_type = cg_names_look_up (&interface->node, "get_type"),
    .lower = cg_names_look_up (&interface->node, "iface")
  };

  if (named != NULL)
    cg_named_type_set_names (self->description, named, &names);
}

static void
name_interface (Namer       *self,
                CgInterface *interface)
{
  if (interface->node.c_name == NULL && !g_str_has_prefix (interface->node.name, self->prefix))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_INTERFACE_PREFIX,
                            &interface->node.name_location,
                            "'%s' does not begin with '%s', so its names in C have the whole name "
                            "in them; see --interface-prefix and the annotation "
                            "org.gtk.GDBus.C.Name", interface->node.name, self->prefix);

  cg_spelling_set_interface (self->writer, &interface->node, self->prefix);
  cg_namer_make_names (self, &interface->node, cg_names_get_table ("interface"));
  interface->node.in_c = cg_names_look_up (&interface->node, "names");
  if (check_interface_name (self, interface, cg_names_look_up (&interface->node, "Iface")))
    cg_namer_claim_names (self, &interface->node);
  name_object_type (self, interface);
}

/* Also reports names that clash. */
void
cg_names_resolve (CgDescription *description,
                  const char    *interface_prefix,
                  const char    *c_namespace,
                  CgDiagnostics *diagnostics)
{
  Namer self = {
    .description = description, .diagnostics = diagnostics, .prefix = interface_prefix
  };
  GPtrArray *interfaces = description->interfaces;
  g_autofree char *prefix = NULL;

  self.writer = cg_writer_new ();
  self.globals = g_hash_table_new (g_str_hash, g_str_equal);

  cg_spelling_set_namespace (self.writer, c_namespace);
  prefix = cg_writer_expand (self.writer, "$ns$");
  description->prefix = cg_description_string (description, prefix);

  /* first, because the types of arguments are made from their names */
  CG_FOREACH (CgDeclaration, declaration, description->declarations)
    if (declaration->named != NULL)
      cg_namer_name_declaration (&self, declaration);
  CG_FOREACH (CgInterface, interface, interfaces)
    if (!interface->node.broken)
      name_interface (&self, interface);

  CG_FOREACH (CgInterface, interface, interfaces)
    if (interface->node.names != NULL)
      cg_namer_name_members (&self, interface);

  g_hash_table_unref (self.globals);
  cg_writer_free (self.writer);
}
