/* cg-python-names.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names that the Python module of norpc-glib makes: see get_suffix () there. */

#include "cg-python-names.h"

#include <string.h>

#include "model/cg-names.h"
#include "model/cg-spelling.h"

/* The names that every proxy has in Python. The tests compare the result with the module. */
static const char * const inherited[] = {
  "bind_property", "bind_property_full", "call", "call_finish", "call_sync", "cancel_all", "chain", "compat_control",
  "connect", "connect_after", "connect_data", "connect_object", "connect_object_after", "disconnect",
  "disconnect_by_func", "emit", "emit_stop_by_name", "find_property", "force_floating", "freeze_notify",
  "g_type_instance", "get_data", "get_endpoint", "get_priority", "get_properties", "get_property", "get_qdata",
  "get_timeout", "getv", "handler_block", "handler_block_by_func", "handler_disconnect", "handler_is_connected",
  "handler_unblock", "handler_unblock_by_func", "install_properties", "install_property",
  "interface_find_property", "interface_install_property", "interface_list_properties", "is_busy", "is_connected",
  "is_floating", "is_ready", "list_properties", "load_async", "load_finish", "load_sync", "new", "newv", "notify",
  "notify_by_pspec", "override_property", "parent_instance", "props", "qdata", "ref", "ref_count", "ref_sink",
  "replace_data", "replace_qdata", "run_dispose", "send", "set_data", "set_owner", "set_priority", "set_properties",
  "set_property", "set_timeout", "steal_data", "steal_qdata", "stop_emission", "stop_emission_by_name",
  "thaw_notify", "unref", "watch_closure", "weak_ref", "write_value_async", "write_value_finish",
  "write_value_sync", NULL
};

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

/* Checks whether the interface, or its proxies, have a function @name in C. */
static gboolean
has_function (const CgInterface *interface,
              const char        *name)
{
  CG_FOREACH (const CgMethod, method, interface->methods)
    if (is_function (name, "complete_", method->lower, "") || is_function (name, "return_", method->lower, "") ||
        is_function (name, "open_", method->lower, "") || is_function (name, method->node.in_c, "", "") ||
        is_function (name, method->node.in_c, "_finish", "") || is_function (name, method->node.in_c, "_sync", ""))
      return TRUE;
  CG_FOREACH (const CgMember, signal, interface->signals)
    if (is_function (name, "emit_", signal->lower, ""))
      return TRUE;
  CG_FOREACH (const CgMember, property, interface->properties)
    if (is_function (name, "get_", property->lower, "") || is_function (name, "dup_", property->lower, "") ||
        is_function (name, "set_", property->lower, "") || is_function (name, "set_", property->lower, "_async") ||
        is_function (name, "set_", property->lower, "_finish") || is_function (name, "set_", property->lower, "_sync"))
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
  return cg_is_python_keyword (name) || g_strv_contains (inherited, name) || has_function (interface, name) ||
         has_property (interface, name);
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
