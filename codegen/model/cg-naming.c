/* cg-naming.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gives everything of a model its names in C, and finds those that clash. */

#include "cg-naming-private.h"

#include "cg-reserved.h"
#include "cg-spelling.h"

#include <string.h>

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
  else
    return TRUE;

  interface->node.broken = TRUE;

  return FALSE;
}

static void
name_interface (Namer       *self,
                CgInterface *interface)
{
  g_autofree char *camel = NULL;

  if (interface->node.c_name == NULL && !g_str_has_prefix (interface->node.name, self->prefix))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_INTERFACE_PREFIX, &interface->node.name_location,
                            "'%s' does not begin with '%s', so its names in C have the whole name in them; "
                            "see --interface-prefix and the annotation org.gtk.GDBus.C.Name",
                            interface->node.name, self->prefix);

  cg_spelling_set_interface (self->writer, &interface->node, self->prefix);
  interface->names = cg_naming_expand_rows (self, &cg_interface_names);
  camel = cg_writer_expand (self->writer, "$Iface$");

  if (check_interface_name (self, interface, camel))
    cg_naming_claim_rows (self, &interface->node, &cg_interface_names, interface->names);
}

/* NULL if it is broken. */
static const char *
name_other (Namer      *self,
            GHashTable *members,
            CgNode     *node,
            const char *what)
{
  g_autofree char *name = NULL;
  const char *lower;

  if (node->broken)
    return NULL;

  name = cg_naming_make_member_name (node);
  lower = cg_description_string (self->description, name);
  cg_naming_claim_member (self, members, node, what, lower);

  return lower;
}

/* Names the members for which there is no code. */
static void
name_others (Namer       *self,
             CgInterface *interface)
{
  static const char * const words[] = { "methods", "signals", "properties", "streams" };

  for (guint i = CG_MEMBER_SIGNAL; i < CG_N_MEMBERS; i++)
    {
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

      CG_FOREACH (CgMember, member, interface->members[i])
        member->lower = name_other (self, names, &member->node, words[i]);
    }
}

static void
name_args (Namer    *self,
           CgMethod *method)
{
  g_autoptr (GHashTable) params = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) completes = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_in = method->in_args->len;

  for (guint i = 0; i < n_in + method->out_args->len; i++)
    {
      gboolean is_in = i < n_in;
      CgArg *arg = g_ptr_array_index (is_in ? method->in_args : method->out_args, is_in ? i : i - n_in);
      g_autofree char *name = NULL;

      if (arg->node.c_name != NULL)
        name = cg_make_identifier (arg->node.c_name);
      else if (arg->node.name != NULL && *arg->node.name != '\0')
        name = cg_make_identifier (arg->node.name);
      else
        name = g_strdup_printf ("unnamed_arg%u", i);

      arg->c_lent = cg_naming_make_parameter (self, is_in ? params : completes, "", name);
      if (!is_in)
        arg->c_out = cg_naming_make_parameter (self, params, "out_", name);
    }
}

/* Says, too, where two would have one name. */
void
cg_names_resolve (CgDescription *description,
                  const char    *interface_prefix,
                  const char    *c_namespace,
                  CgDiagnostics *diagnostics)
{
  Namer self = { .description = description, .diagnostics = diagnostics, .prefix = interface_prefix };
  GPtrArray *interfaces = description->interfaces;
  g_autofree char *prefix = NULL;

  self.writer = cg_writer_new ();
  self.globals = g_hash_table_new (g_str_hash, g_str_equal);

  cg_spelling_set_namespace (self.writer, c_namespace);
  prefix = cg_writer_expand (self.writer, "$ns$");
  description->prefix = cg_description_string (description, prefix);
  cg_naming_name_declarations (&self);
  CG_FOREACH (CgInterface, interface, interfaces)
    {
      if (!interface->node.broken)
        name_interface (&self, interface);
    }

  CG_FOREACH (CgInterface, interface, interfaces)
    {
      if (interface->names == NULL)
        continue;
      cg_naming_name_methods (&self, interface);
      name_others (&self, interface);
      for (guint j = 0; j < interface->methods->len; j++)
        name_args (&self, g_ptr_array_index (interface->methods, j));
    }

  g_hash_table_unref (self.globals);
  cg_writer_free (self.writer);
}
