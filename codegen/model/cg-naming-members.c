/* cg-naming-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gives the members of an interface their names in C, and finds those that clash. */

#include "cg-namer.h"

#include "cg-spelling.h"

#include <string.h>

/* Gets the name in C of a member, or NULL if it is broken. Reports two members of the same name
 * here, so that the error is about them and not about their functions. */
static const char *
name_member (Namer    *self,
             CgMember *member)
{
  static const char * const words[] = { "methods", "signals", "properties" };
  GHashTable *members = self->members[member->kind];
  CgNode *node = &member->node;
  g_autofree char *identifier = NULL;
  g_autofree char *name = NULL;
  const char *lower;
  const CgNode *owner;

  if (node->broken)
    return NULL;

  identifier = cg_make_identifier (node->c_name != NULL ? node->c_name : node->name);
  name = cg_is_ugly (node->c_name)
         ? g_ascii_strdown (identifier, -1)
         : cg_camel_case_to_uscore (identifier);
  lower = cg_description_string (self->description, name);
  owner = g_hash_table_lookup (members, lower);
  if (owner == NULL)
    {
      g_hash_table_insert (members, (gpointer) lower, node);
      return lower;
    }

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "the %s '%s' and '%s' have one name in C, '%s'; "
                        "rename one with the annotation org.gtk.GDBus.C.Name",
                        words[member->kind], node->name, owner->name, lower);
  cg_namer_refuse (self, node, owner);

  return lower;
}

/* Checks whether a name that was made for a member, and is not its own name @lower, belongs to
 * another member. */
static gboolean
is_taken_by_other (const Namer  *self,
                   CgMemberKind  kind,
                   const char   *name,
                   const char   *lower)
{
  return !g_str_equal (name, lower) && g_hash_table_contains (self->members[kind], name);
}

/* Language bindings use the names of virtual functions and of calls, too. A name that clashes in
 * any of them is changed. */
static gboolean
has_base (GHashTable *methods,
          const char *name,
          const char *prefix)
{
  return g_str_has_prefix (name, prefix) && g_hash_table_contains (methods, name + strlen (prefix));
}

/* PyGObject uses do_demo_kv_get as the get of DemoKv. */
static gboolean
is_qualified (Namer      *self,
              GHashTable *methods,
              const char *vfunc)
{
  g_autofree char *plain = cg_writer_expand (self->writer, "$iface$_");
  g_autofree char *full = cg_writer_expand (self->writer, "$iface$_handle_");

  return has_base (methods, vfunc, plain) || has_base (methods, vfunc, full);
}

/* A name is taken if the handler of another method has it, or a function, which the scanner of
 * GObject Introspection would treat as the one that invokes the virtual function. Vala has one
 * namespace for all members of a class. */
static gboolean
is_taken_vfunc (Namer      *self,
                const char *vfunc)
{
  return cg_is_reserved (vfunc) ||
         cg_is_python_keyword (vfunc) ||
         cg_is_inherited_vfunc (vfunc) ||
         g_hash_table_contains (self->in_bindings, vfunc) ||
         is_qualified (self, self->members[CG_MEMBER_METHOD], vfunc);
}

/* Checks whether the functions for @stem would clash with those for another method. */
static gboolean
is_taken_call (GHashTable *methods,
               const char *stem)
{
  static const char * const suffixes[] = { "_finish", "_future", "_sync", "_with_reply" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (stem, suffixes[i]))
      {
        g_autofree char *base = g_strndup (stem, strlen (stem) - strlen (suffixes[i]));

        if (g_hash_table_contains (methods, base))
          return TRUE;
      }

  return FALSE;
}

/* Checks whether a language binding would misread the functions for @stem: Vala looks for the end
 * of call_get_async in call_get_finish, and NorpcProxy has a call_finish and a call_sync itself. */
static gboolean
is_misread_call (const CgMethod *method,
                 const char     *stem)
{
  return g_str_equal (stem, "finish") || g_str_equal (stem, "sync") ||
         (g_str_has_suffix (stem, "_async") && (method->flags & CG_METHOD_ONEWAY) == 0);
}

/* Makes the name of the virtual function of a method, or of the default handler of a signal. */
static char *
make_vfunc (Namer      *self,
            const char *lower)
{
  g_autoptr (GString) vfunc = g_string_new (lower);

  while (is_taken_vfunc (self, vfunc->str) ||
         is_taken_by_other (self, CG_MEMBER_METHOD, vfunc->str, lower))
    g_string_append_c (vfunc, '_');

  return g_string_free (g_steal_pointer (&vfunc), FALSE);
}

static char *
make_stem (Namer          *self,
           const CgMethod *method)
{
  GHashTable *methods = self->members[CG_MEMBER_METHOD];
  const char *lower = method->lower;
  g_autoptr (GString) stem = g_string_new (lower);
  gboolean is_misread = is_misread_call (method, lower);

  while (is_taken_call (methods, stem->str) || is_misread_call (method, stem->str) ||
         is_taken_by_other (self, CG_MEMBER_METHOD, stem->str, lower))
    g_string_append_c (stem, '_');

  if (stem->len > strlen (lower))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_RENAMED_CALL, &method->node.name_location,
                            is_misread
                            ? "language bindings misread the name call_%s, so the functions of "
                              "'%s' are named call_%s; see the annotation org.gtk.GDBus.C.Name"
                            : "call_%s is taken by another method's functions, so those of '%s' "
                              "are named call_%s; see the annotation org.gtk.GDBus.C.Name",
                            lower, method->node.name, stem->str);

  return g_string_free (g_steal_pointer (&stem), FALSE);
}

static void
add_in_bindings (Namer      *self,
                 const char *before,
                 const char *name,
                 const char *after)
{
  g_autofree char *function = g_strconcat (before, name, after, NULL);

  g_hash_table_add (self->in_bindings,
                    (gpointer) cg_description_string (self->description, function));
}

/* Reserves a name that was changed. */
static void
add_changed (Namer      *self,
             const char *before,
             const char *name)
{
  if (!g_str_equal (before, name))
    add_in_bindings (self, name, "", "");
}

/* Reserves the names of the functions for a member, of the interface and of its proxy. */
static void
add_functions (Namer    *self,
               CgMember *member)
{
  static const struct
  {
    CgMemberKind  kind;
    const char   *before;
    const char   *after;
  } functions[] = {
    { CG_MEMBER_METHOD, "handle_", "" },
    { CG_MEMBER_METHOD, "complete_", "" },
    { CG_MEMBER_METHOD, "return_", "" },
    { CG_MEMBER_SIGNAL, "emit_", "" },
    { CG_MEMBER_PROPERTY, "get_", "" },
    { CG_MEMBER_PROPERTY, "dup_", "" },
    { CG_MEMBER_PROPERTY, "set_", "" },
    { CG_MEMBER_PROPERTY, "set_", "_async" },
    { CG_MEMBER_PROPERTY, "set_", "_finish" },
    { CG_MEMBER_PROPERTY, "set_", "_sync" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if (functions[i].kind == member->kind)
      add_in_bindings (self, functions[i].before, member->lower, functions[i].after);
  if (member->kind == CG_MEMBER_METHOD)
    {
      g_autofree char *stem = make_stem (self, member);
      g_autofree char *call = g_strconcat ("call_", stem, NULL);

      member->node.in_c = cg_description_string (self->description, call);
      add_in_bindings (self, call, "", "");
      add_in_bindings (self, call, "_finish", "");
      add_in_bindings (self, call, "_sync", "");
      if (cg_member_is_stream (member))
        add_in_bindings (self, "open_", member->lower, "");
    }
}

/* Makes the name of the type of a method's reply functions. Methods whose names differ only in
 * underscores have one name in camel case; the later one gets a number. The scanner of GObject
 * Introspection takes a name with an underscore for that of a function. */
static char *
make_reply_func (Namer          *self,
                 const CgMethod *method)
{
  g_autofree char *camel = cg_uscore_to_camel_case (method->lower);
  g_autofree char *iface = cg_writer_expand (self->writer, "$Iface$");
  g_autoptr (GString) name = g_string_new (iface);
  gsize length;

  g_string_append_printf (name, "%sReplyFunc", camel);
  for (gsize i = name->len - 1; i > 0; i--)
    if (name->str[i] == '_')
      g_string_erase (name, i, 1);

  length = name->len;
  for (guint number = 2; g_hash_table_contains (self->globals, name->str); number++)
    {
      g_string_truncate (name, length);
      g_string_append_printf (name, "%u", number);
    }

  return g_string_free (g_steal_pointer (&name), FALSE);
}

static void
name_method (Namer    *self,
             CgMethod *method)
{
  g_autofree char *vfunc = make_vfunc (self, method->lower);
  g_autofree char *upper = g_ascii_strup (method->lower, -1);

  add_changed (self, method->lower, vfunc);
  cg_writer_set (self->writer, "method", method->lower);
  cg_writer_set (self->writer, "dbus_method", method->node.name);
  cg_writer_set (self->writer, "vfunc", vfunc);
  cg_writer_set (self->writer, "call_name", method->node.in_c);
  cg_writer_set (self->writer, "METHOD_NAME", upper);
  cg_writer_take (self->writer, "ReplyFunc", make_reply_func (self, method));

  if (cg_member_is_stream (method))
    cg_writer_take (self->writer, "Method", cg_uscore_to_camel_case (method->lower));
  cg_namer_make_names (self, &method->node,
                       cg_names_get_table (cg_member_get_word (method)));
  cg_namer_claim_names (self, &method->node);
}

/* Makes the name of a GSignal or a GObject property: the name in C, with @word appended if it is
 * taken. It begins with a letter and does not end with an underscore, as the scanner of GObject
 * Introspection requires. */
static char *
make_gobject_name (Namer          *self,
                   const CgMember *member,
                   const char     *word,
                   gboolean      (*is_inherited) (const char *name))
{
  const char *lower = member->lower;
  g_autoptr (GString) name = g_string_new (lower);

  if (!g_ascii_isalpha (*lower))
    g_string_printf (name, "%s_%s", word, lower);
  if (g_str_has_suffix (lower, "_"))
    g_string_append (name, word);
  while (is_inherited (name->str) || g_hash_table_contains (self->in_bindings, name->str) ||
         is_taken_by_other (self, member->kind, name->str, lower))
    g_string_append_printf (name, "_%s", word);

  return g_string_free (g_steal_pointer (&name), FALSE);
}

/* The default handler is a virtual function, too, which language bindings find by the name of the
 * signal. */
static void
name_signal (Namer    *self,
             CgMember *signal)
{
  g_autofree char *name = make_gobject_name (self, signal, "signal", cg_is_inherited_signal);
  g_autofree char *slot = make_vfunc (self, name);

  add_changed (self, signal->lower, name);
  add_changed (self, name, slot);
  cg_writer_set (self->writer, "signal", signal->lower);
  cg_writer_take (self->writer, "signal_name", g_strdelimit (g_strdup (name), "_", '-'));
  cg_writer_set (self->writer, "dbus_method", signal->node.name);
  cg_writer_set (self->writer, "slot", slot);

  cg_namer_make_names (self, &signal->node, cg_names_get_table ("signal"));
  cg_namer_claim_names (self, &signal->node);
}

/* A getter of the property `type` would clash with the function that gets the GType. */
static void
name_property (Namer    *self,
               CgMember *property)
{
  g_autofree char *name = make_gobject_name (self, property, "property", cg_is_inherited_property);
  const char *lower = property->lower;

  add_changed (self, lower, name);
  cg_writer_set (self->writer, "property", g_str_equal (lower, "type") ? "type_" : lower);
  cg_writer_take (self->writer, "property_name", g_strdelimit (g_strdup (name), "_", '-'));
  cg_writer_set (self->writer, "dbus_method", property->node.name);

  cg_namer_make_names (self, &property->node, cg_names_get_table ("property"));
  cg_namer_claim_names (self, &property->node);
}

/* Names the members of one kind that are not broken. Their own names are reserved once all of them
 * are named. */
static void
name_kind (Namer        *self,
           CgInterface  *interface,
           CgMemberKind  kind,
           void        (*name) (Namer    *self,
                                CgMember *member),
           const char   *key)
{
  CG_FOREACH (CgMember, member, interface->members[kind])
    if (!member->node.broken)
      name (self, member);
  CG_FOREACH (CgMember, named, interface->members[kind])
    if (named->node.names != NULL)
      {
        g_autofree char *in_vala = g_strdup (cg_names_look_up (&named->node, key));

        g_strdelimit (in_vala, "-", '_');
        add_in_bindings (self, in_vala, "", "");
      }
}

/* Names all members. If several kinds would have the same name, functions take precedence, then
 * properties, then methods. */
static void
name_members (Namer       *self,
              CgInterface *interface)
{
  cg_names_set (self->writer, &interface->node);
  self->in_bindings = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    {
      self->members[i] = g_hash_table_new (g_str_hash, g_str_equal);
      CG_FOREACH (CgMember, member, interface->members[i])
        member->node.in_c = member->lower = name_member (self, member);
      CG_FOREACH (CgMember, named, interface->members[i])
        if (!named->node.broken)
          add_functions (self, named);
    }

  name_kind (self, interface, CG_MEMBER_PROPERTY, name_property, "property_name");
  name_kind (self, interface, CG_MEMBER_METHOD, name_method, "vfunc");
  name_kind (self, interface, CG_MEMBER_SIGNAL, name_signal, "signal_name");

  g_hash_table_unref (self->in_bindings);
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    g_hash_table_unref (self->members[i]);
}

void
cg_namer_name_members (Namer       *self,
                       CgInterface *interface)
{
  name_members (self, interface);
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    CG_FOREACH (CgMember, member, interface->members[i])
      cg_namer_name_args (self, member);
}
