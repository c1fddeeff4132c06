/* cg-naming.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gives everything of a model its names in C, and finds those that clash. */

#include "cg-names.h"

#include "cg-declarations.h"
#include "cg-reserved.h"
#include "cg-spelling.h"

#include <string.h>

typedef struct
{
  CgDescription *description;
  CgDiagnostics *diagnostics;
  const char    *prefix;
  CgWriter      *writer;   /* (owned): expands the patterns */
  GHashTable    *globals;  /* (owned) (element-type utf8 CgNode): who has an identifier */
  GHashTable    *members[CG_N_MEMBERS]; /* (owned) (element-type utf8 CgNode): of the interface, by
                                           their names in C */
  GHashTable    *in_bindings; /* (owned) (element-type utf8): what its functions are in language
                                 bindings, and its properties and virtual functions so far */
} Namer;

static const char **
expand_rows (Namer             *self,
             const CgNameTable *table)
{
  const char **names = g_new0 (const char *, table->n_rows);

  for (gsize i = 0; i < table->n_rows; i++)
    {
      g_autofree char *name = cg_writer_expand (self->writer, table->rows[i].pattern);

      names[i] = cg_description_string (self->description, name);
      cg_writer_set (self->writer, table->rows[i].key, name);
    }

  return names;
}

/* Of two that want one name, the later one is in error. */
static void
refuse (Namer        *self,
        CgNode       *node,
        const CgNode *owner)
{
  cg_diagnostics_note (self->diagnostics, &owner->name_location, "'%s' is here", owner->name);
  node->broken = TRUE;
}

/* Whether nothing else has an identifier. */
static gboolean
is_free (Namer      *self,
         CgNode     *node,
         const char *identifier)
{
  const CgNode *owner = g_hash_table_lookup (self->globals, identifier);

  if (owner == NULL)
    return TRUE;

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "'%s' and '%s' would both be '%s' in C; "
                        "rename one with the annotation org.gtk.GDBus.C.Name",
                        node->name, owner->name, identifier);
  refuse (self, node, owner);

  return FALSE;
}

/* Returns whether all of them were free. */
static gboolean
claim_rows (Namer              *self,
            CgNode             *node,
            const CgNameTable  *table,
            const char        **names)
{
  for (gsize i = 0; i < table->n_rows; i++)
    if (table->rows[i].global && !is_free (self, node, names[i]))
      return FALSE;

  for (gsize i = 0; i < table->n_rows; i++)
    if (table->rows[i].global)
      g_hash_table_insert (self->globals, (gpointer) names[i], node);

  return TRUE;
}

/* Gets the name in C of a method, signal, property or stream, or NULL if it is broken. Reports
 * two of one name, so that the error speaks of these and not of their functions. */
static const char *
name_member (Namer      *self,
             GHashTable *members,
             CgNode     *node,
             const char *what)
{
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
                        what, node->name, owner->name, lower);
  refuse (self, node, owner);

  return lower;
}

/* A name for a parameter that nothing else in the function has. */
static const char *
make_parameter (Namer      *self,
                GHashTable *taken,
                const char *prefix,
                const char *name)
{
  g_autoptr (GString) unique = g_string_new (prefix);
  const char *result;

  g_string_append (unique, name);
  /* gdbus-codegen has this prefix always; with it nothing is reserved */
  if (cg_is_reserved (unique->str) || cg_is_used_parameter (unique->str))
    g_string_prepend (unique, "arg_");
  while (g_hash_table_contains (taken, unique->str) ||
         g_hash_table_contains (self->globals, unique->str))
    g_string_append_c (unique, '_');

  result = cg_description_string (self->description, unique->str);
  g_hash_table_add (taken, (gpointer) result);

  return result;
}

/* "FastMode", "fast-mode" and "FAST_MODE" to "fast_mode". */
static char *
make_word (const CgNode *node)
{
  g_autofree char *identifier = cg_make_identifier (node->c_name != NULL ? node->c_name : node->name);

  return strpbrk (identifier, G_CSET_a_2_z) != NULL && strchr (identifier, '_') == NULL
         ? cg_camel_case_to_uscore (identifier)
         : g_ascii_strdown (identifier, -1);
}

static void
name_values (Namer         *self,
             CgDeclaration *declaration)
{
  CG_FOREACH (CgValue, value, declaration->values)
    {
      g_autofree char *word = NULL;
      g_autofree char *capitals = NULL;
      g_autofree char *upper = NULL;

      if (value->node.broken)
        continue;

      word = make_word (&value->node);
      if (value->nick == NULL)
        {
          g_autofree char *nick = g_strdelimit (g_strdup (word), "_", '-');

          value->nick = cg_description_string (self->description, nick);
        }
      g_strdelimit (word, "-", '_');
      capitals = g_ascii_strup (word, -1);
      upper = g_strconcat (cg_names_look_up_declaration (declaration, "TT"), "_", capitals, NULL);
      value->upper = cg_description_string (self->description, upper);
      value->node.in_c = value->upper + strlen (upper) - strlen (capitals);
      if (is_free (self, &value->node, value->upper))
        g_hash_table_insert (self->globals, (gpointer) value->upper, &value->node);
    }
}

/* A field that nothing else in the struct is called, in C and in Python, where PyGObject names
 * it. */
static const char *
name_field (Namer      *self,
            GHashTable *taken,
            const char *word)
{
  g_autoptr (GString) field = g_string_new (word);

  if (cg_is_reserved (word))
    g_string_prepend (field, "arg_");

  for (;; g_string_append_c (field, '_'))
    {
      const char *end = cg_is_python_keyword (field->str) ? "_" : "";
      g_autofree char *in_python = g_strconcat (field->str, end, NULL);

      if (g_hash_table_add (taken, (gpointer) cg_description_string (self->description, in_python)))
        return cg_description_string (self->description, field->str);
    }
}

static void
name_fields (Namer         *self,
             CgDeclaration *declaration)
{
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) params = g_hash_table_new (g_str_hash, g_str_equal);

  CG_FOREACH (CgField, field, declaration->fields)
    {
      g_autofree char *word = NULL;

      if (field->node.broken)
        continue;

      word = make_word (&field->node);
      g_strdelimit (word, "-", '_');
      field->node.in_c = field->lower = name_field (self, fields, word);
      field->param = make_parameter (self, params, "", word);
    }
}

/* Reports a name that GObject would refuse for a GType. */
static gboolean
check_type_name (Namer        *self,
                 const CgNode *node,
                 const char   *camel)
{
  if (strlen (camel) >= 3)
    return TRUE;

  cg_diagnostics_error (self->diagnostics, &node->name_location,
                        "the name of '%s' in C, '%s', is too short: the name of a GType has at least three characters; "
                        "see --c-namespace", node->name, camel);

  return FALSE;
}

static void
name_declaration (Namer         *self,
                  CgDeclaration *declaration)
{
  g_autofree char *lower = NULL;
  CgTypeNames names = { .name = declaration->node.name };

  cg_spelling_set_interface (self->writer, &declaration->node, "");
  lower = cg_writer_expand (self->writer, "$name$");
  declaration->names = expand_rows (self, &cg_declaration_names);
  declaration->node.in_c = cg_names_look_up_declaration (declaration, "names");

  names.gir_name = names.c_type = cg_names_look_up_declaration (declaration, "T");
  names.get_type = cg_names_look_up_declaration (declaration, "t_get_type");
  names.lower = lower;
  names.c_lower = cg_names_look_up_declaration (declaration, "t");
  cg_named_type_set_names (self->description, declaration->named, &names);

  if (cg_is_reserved (names.c_type) || cg_is_used_parameter (names.c_type))
    cg_diagnostics_error (self->diagnostics, &declaration->node.name_location,
                          "the name of '%s' in C, '%s', is taken; see --c-namespace",
                          declaration->node.name, names.c_type);
  else if (check_type_name (self, &declaration->node, names.c_type) &&
           claim_rows (self, &declaration->node, &cg_declaration_names, declaration->names))
    {
      name_values (self, declaration);
      name_fields (self, declaration);
    }
}

/* The names of virtual functions and of calls are what language bindings go by, too: one
 * that clashes in any of them gets another. */
static gboolean
has_base (GHashTable *methods,
          const char *name,
          const char *prefix)
{
  return g_str_has_prefix (name, prefix) && g_hash_table_contains (methods, name + strlen (prefix));
}

/* PyGObject takes do_demo_kv_get for the get of DemoKv. */
static gboolean
is_qualified (Namer      *self,
              GHashTable *methods,
              const char *vfunc)
{
  g_autofree char *plain = cg_writer_expand (self->writer, "$iface$_");
  g_autofree char *full = cg_writer_expand (self->writer, "$iface$_handle_");

  return has_base (methods, vfunc, plain) || has_base (methods, vfunc, full);
}

/* The asynchronous handler of one method has the name of the synchronous one of another, or a
 * function has it, which the scanner of GObject Introspection would take for the one that invokes
 * the other. Vala has one name for all members of a class. */
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

/* Whether the functions for @stem would clash with those for another method. */
static gboolean
is_taken_call (GHashTable *methods,
               const char *stem)
{
  static const char * const suffixes[] = { "_finish", "_sync" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (stem, suffixes[i]))
      {
        g_autofree char *base = g_strndup (stem, strlen (stem) - strlen (suffixes[i]));

        if (g_hash_table_contains (methods, base))
          return TRUE;
      }

  return FALSE;
}

/* Whether the functions for @stem would mean something else in a language
 * binding: Vala looks for the end of call_get_async in call_get_finish, and
 * NorpcProxy has a call_finish and a call_sync itself. */
static gboolean
is_misread_call (const CgMethod *method,
                 const char     *stem)
{
  return g_str_equal (stem, "finish") || g_str_equal (stem, "sync") ||
         (g_str_has_suffix (stem, "_async") && (method->flags & CG_METHOD_ONEWAY) == 0);
}

/* Of a method, or the slot of the default handler of a signal. */
static char *
make_vfunc (Namer      *self,
            const char *lower)
{
  g_autoptr (GString) vfunc = g_string_new (lower);

  while (is_taken_vfunc (self, vfunc->str) ||
         (vfunc->len > strlen (lower) && g_hash_table_contains (self->members[CG_MEMBER_METHOD], vfunc->str)))
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
         (stem->len > strlen (lower) && g_hash_table_contains (methods, stem->str)))
    g_string_append_c (stem, '_');

  if (stem->len > strlen (lower))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_RENAMED_CALL, &method->node.name_location,
                            is_misread
                            ? "language bindings misread the name call_%s, so the functions of '%s' are named call_%s; "
                              "see the annotation org.gtk.GDBus.C.Name"
                            : "call_%s is taken by another method's functions, so those of '%s' are named call_%s; "
                              "see the annotation org.gtk.GDBus.C.Name",
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

  g_hash_table_add (self->in_bindings, (gpointer) cg_description_string (self->description, function));
}

/* Others cannot have a name that was changed. */
static void
add_changed (Namer      *self,
             const char *before,
             const char *name)
{
  if (!g_str_equal (before, name))
    add_in_bindings (self, name, "", "");
}

/* Adds the functions for a member, of the interface and of its proxy. */
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
    }
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

  method->names = expand_rows (self, &cg_method_names);
  claim_rows (self, &method->node, &cg_method_names, method->names);
}

/* Makes the name of a GSignal or a GObject property: that in C, and @word where the name is taken.
 * It begins with a letter and does not end with an underscore, which the scanner of GObject
 * Introspection does not read. */
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
         (!g_str_equal (name->str, lower) && g_hash_table_contains (self->members[member->kind], name->str)))
    g_string_append_printf (name, "_%s", word);

  return g_string_free (g_steal_pointer (&name), FALSE);
}

/* The slot of the default handler is a virtual function, too; language bindings look for it by the
 * name of the signal. */
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

  signal->names = expand_rows (self, &cg_signal_names);
  claim_rows (self, &signal->node, &cg_signal_names, signal->names);
}

/* A function that gets the property `type` would be the one that gets the GType. */
static void
name_property (Namer    *self,
               CgMember *property)
{
  g_autofree char *name = make_gobject_name (self, property, "property", cg_is_inherited_property);

  add_changed (self, property->lower, name);
  cg_writer_set (self->writer, "property", g_str_equal (property->lower, "type") ? "type_" : property->lower);
  cg_writer_take (self->writer, "property_name", g_strdelimit (g_strdup (name), "_", '-'));
  cg_writer_set (self->writer, "dbus_method", property->node.name);

  property->names = expand_rows (self, &cg_property_names);
  claim_rows (self, &property->node, &cg_property_names, property->names);
}

/* Names those of one kind that are not broken. A name that one has by its own right is taken once
 * all of them have theirs. */
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
    if (named->names != NULL)
      {
        g_autofree char *in_vala = g_strdelimit (g_strdup (cg_names_look_up_member (named, key)), "-", '_');

        add_in_bindings (self, in_vala, "", "");
      }
}

/* There is code for methods, signals and properties. Where several kinds want one name, functions
 * have it, else properties, else methods. */
static void
name_members (Namer       *self,
              CgInterface *interface)
{
  static const char * const words[] = { "methods", "signals", "properties", "streams" };

  cg_names_set_interface (self->writer, interface);
  self->in_bindings = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    {
      self->members[i] = g_hash_table_new (g_str_hash, g_str_equal);
      CG_FOREACH (CgMember, member, interface->members[i])
        member->node.in_c = member->lower = name_member (self, self->members[i], &member->node, words[i]);
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

static void
name_args (Namer    *self,
           CgMember *method)
{
  g_autoptr (GHashTable) params = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) completes = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_in = method->in_args->len;

  for (guint i = 0; i < n_in + method->out_args->len; i++)
    {
      gboolean is_in = i < n_in;
      CgArg *arg = g_ptr_array_index (is_in ? method->in_args : method->out_args, is_in ? i : i - n_in);
      const char *described = arg->node.c_name != NULL ? arg->node.c_name : arg->node.name;
      g_autofree char *name = described != NULL && *described != '\0'
                              ? cg_make_identifier (described)
                              : g_strdup_printf ("unnamed_arg%u", i);

      arg->node.in_c = arg->c_lent = make_parameter (self, is_in ? params : completes, "", name);
      if (method->kind == CG_MEMBER_SIGNAL)
        arg->c_out = arg->c_lent;
      else if (!is_in)
        arg->c_out = make_parameter (self, params, "out_", name);
    }
}

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
  else if (check_type_name (self, &interface->node, camel))
    return TRUE;

  interface->node.broken = TRUE;

  return FALSE;
}

static void
name_interface (Namer       *self,
                CgInterface *interface)
{
  if (interface->node.c_name == NULL && !g_str_has_prefix (interface->node.name, self->prefix))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_INTERFACE_PREFIX, &interface->node.name_location,
                            "'%s' does not begin with '%s', so its names in C have the whole name in them; "
                            "see --interface-prefix and the annotation org.gtk.GDBus.C.Name",
                            interface->node.name, self->prefix);

  cg_spelling_set_interface (self->writer, &interface->node, self->prefix);
  interface->names = expand_rows (self, &cg_interface_names);
  interface->node.in_c = cg_names_look_up_interface (interface, "names");
  if (check_interface_name (self, interface, cg_names_look_up_interface (interface, "Iface")))
    claim_rows (self, &interface->node, &cg_interface_names, interface->names);
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

  /* these go first: the types of arguments are made of them */
  CG_FOREACH (CgDeclaration, declaration, description->declarations)
    if (declaration->named != NULL)
      name_declaration (&self, declaration);
  CG_FOREACH (CgInterface, interface, interfaces)
    if (!interface->node.broken)
      name_interface (&self, interface);

  CG_FOREACH (CgInterface, interface, interfaces)
    {
      if (interface->names == NULL)
        continue;
      name_members (&self, interface);
      for (guint i = 0; i < CG_N_MEMBERS; i++)
        CG_FOREACH (CgMember, member, interface->members[i])
          name_args (&self, member);
    }

  g_hash_table_unref (self.globals);
  cg_writer_free (self.writer);
}
