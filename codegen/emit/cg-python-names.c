/* cg-python-names.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names that the Python module of norpc-glib makes: see get_suffix () there. */

#include "cg-python-names.h"

#include <string.h>

#include "model/cg-names.h"
#include "model/cg-spelling.h"
#include "model/cg-templates.h"

char *
cg_python_make_parameter (GHashTable *taken,
                          const char *name)
{
  GString *parameter = g_string_new (name);

  while (cg_is_python_keyword (parameter->str) || g_str_equal (parameter->str, "self") ||
         g_hash_table_contains (taken, parameter->str))
    g_string_append_c (parameter, '_');
  g_hash_table_add (taken, g_strdup (parameter->str));

  return g_string_free (parameter, FALSE);
}

/* Checks whether @name is that of a function for a member, @before and @after its own name. */
static gboolean
is_function (const char *name,
             const char *before,
             const char *lower,
             const char *after)
{
  g_autofree char *function = g_strconcat (before, lower, after, NULL);

  return g_str_equal (name, function);
}

static gboolean
is_getter (const CgMember *property,
           const char     *name)
{
  return is_function (name, "get_", property->lower, "") || is_function (name, "dup_", property->lower, "");
}

static gboolean
is_setter (const CgMember *property,
           const char     *name)
{
  return is_function (name, "set_", property->lower, "") || is_function (name, "set_", property->lower, "_async") ||
         is_function (name, "set_", property->lower, "_finish") || is_function (name, "set_", property->lower, "_sync");
}

/* Checks whether the interface, or its proxies, have a function @name in C. */
static gboolean
has_function (const CgInterface *interface,
              const char        *name)
{
  static const char * const starts[] = {
    "call_", "complete_", "dup_", "emit_", "get_", "open_", "return_", "set_"
  };
  gboolean can_be_function = FALSE;

  /* so that few names are compared with those of all members */
  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    can_be_function |= g_str_has_prefix (name, starts[i]);
  if (!can_be_function)
    return FALSE;

  CG_FOREACH (const CgMethod, method, interface->methods)
    if (is_function (name, "complete_", method->lower, "") || is_function (name, "return_", method->lower, "") ||
        is_function (name, "open_", method->lower, "") || is_function (name, method->node.in_c, "", "") ||
        is_function (name, method->node.in_c, "_finish", "") || is_function (name, method->node.in_c, "_sync", ""))
      return TRUE;
  CG_FOREACH (const CgMember, signal, interface->signals)
    if (is_function (name, "emit_", signal->lower, ""))
      return TRUE;
  CG_FOREACH (const CgMember, property, interface->properties)
    if (((property->access & CG_ACCESS_READ) != 0 && is_getter (property, name)) ||
        ((property->access & CG_ACCESS_WRITE) != 0 && is_setter (property, name)))
      return TRUE;

  return FALSE;
}

/* Checks whether a service has a property as an attribute @name. */
static gboolean
has_property (const CgInterface *interface,
              const char        *name)
{
  g_autofree char *property_name = g_strdelimit (g_strdup (name), "_", '-');

  CG_FOREACH (const CgMember, property, interface->properties)
    if (g_str_equal (property_name, cg_names_look_up (&property->node, "property_name")))
      return TRUE;

  return FALSE;
}

static gboolean
is_taken (const CgInterface *interface,
          const char        *name)
{
  return cg_is_python_keyword (name) || cg_template_has_word ("words/python-proxy", name) ||
         has_function (interface, name) || has_property (interface, name);
}

static gboolean
is_name_of_method (const CgInterface *interface,
                   const char        *name)
{
  CG_FOREACH (const CgMethod, method, interface->methods)
    if (g_str_equal (name, method->lower) || g_str_equal (name, method->node.in_c + strlen ("call_")))
      return TRUE;

  return FALSE;
}

/* Makes the name of a function, with underscores if it, or the one that blocks, would have a name that is
 * taken.
 */
static char *
make_public_name (const CgInterface *interface,
                  const char        *name,
                  const char        *end)
{
  g_autofree char *sync = g_strconcat (name, "_sync", NULL);
  GString *changed = g_string_new (name);
  char *public_name;

  if (is_taken (interface, name) || is_taken (interface, sync))
    do
      g_string_append_c (changed, '_');
    while (is_name_of_method (interface, changed->str));

  public_name = g_strconcat (name, end, changed->str + strlen (name), NULL);
  g_string_free (changed, TRUE);

  return public_name;
}

void
cg_python_set_names (CgWriter          *writer,
                     const CgInterface *interface,
                     const CgMethod    *method)
{
  const char *stem = method->node.in_c + strlen ("call_");
  gboolean is_stream = cg_member_is_stream (method);

  cg_writer_take (writer, "service_name", make_public_name (interface, method->lower, ""));
  cg_writer_take (writer, "public", make_public_name (interface, is_stream ? method->lower : stem, ""));
  cg_writer_take (writer, "public_sync", make_public_name (interface, stem, "_sync"));
}
