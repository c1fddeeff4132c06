/* cg-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reports all errors in a description, and completes its types. Names in C follow in cg-naming.c. */

#include "cg-check.h"

#include "model/cg-declarations.h"
#include "model/cg-spelling.h"

#include <string.h>

#define MAX_NAME 255 /* a limit of D-Bus */
#define MAX_ARGS 255 /* a limit of GSignal */

typedef struct
{
  CgResolver     resolver;
  CgDiagnostics *diagnostics;
} Checker;

#define ERROR(location, ...) cg_diagnostics_error (self->diagnostics, location, __VA_ARGS__)
#define WARNING(warning, location, ...) \
  cg_diagnostics_warning (self->diagnostics, warning, location, __VA_ARGS__)

/* Interfaces have dots in their names, members do not. */
static void
check_interface_name (Checker *self,
                      CgNode  *node)
{
  g_auto (GStrv) words = g_strsplit (node->name, ".", -1);

  node->broken = *words == NULL;
  for (guint i = 0; words[i] != NULL; i++)
    node->broken |= !cg_is_identifier (words[i]);

  if (node->broken)
    ERROR (&node->name_location,
           "'%s' is not a name of an interface: words of letters, digits and "
           "underscores that begin with none of the digits, with dots between them", node->name);
  else if (strlen (node->name) > MAX_NAME)
    {
      ERROR (&node->name_location, "the name of an interface has at most %d characters", MAX_NAME);
      node->broken = TRUE;
    }
  else if (words[1] == NULL)
    WARNING (CG_WARNING_NAME_WITHOUT_DOT, &node->name_location,
             "'%s' has no dot, so it cannot leave the process over D-Bus", node->name);
}

static void
check_member_name (Checker    *self,
                   CgNode     *node,
                   const char *what)
{
  if (!cg_is_identifier (node->name))
    ERROR (&node->name_location,
           "'%s' is not a name of a %s: letters, digits and underscores, "
           "not beginning with a digit", node->name, what);
  else if (strlen (node->name) > MAX_NAME)
    ERROR (&node->name_location, "the name of a %s has at most %d characters", what, MAX_NAME);
  else
    return;

  node->broken = TRUE;
}

/* D-Bus does not restrict the names of arguments and properties. Here it must be possible to make a
 * name in C of them. */
static void
check_free_name (Checker    *self,
                 CgNode     *node,
                 const char *what)
{
  const char *p = node->name + strspn (node->name, CG_WORD_CHARACTERS "-");

  if (*p == '\0' && !g_ascii_isdigit (*node->name))
    return;

  for (; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || (g_ascii_ispunct (*p) && strchr ("-_.:", *p) == NULL))
      {
        ERROR (&node->name_location, "'%s' is not a name of %s", node->name, what);
        node->broken = TRUE;
        return;
      }

  WARNING (CG_WARNING_C_NAME, &node->name_location,
           "'%s' is no name in C; underscores replace what cannot stand there", node->name);
}

static void
check_duplicate (Checker    *self,
                 GHashTable *names,
                 CgNode     *node,
                 const char *what,
                 gboolean    can_overload)
{
  const CgNode *first = cg_check_find_first (names, node->name, node);

  /* overloaded: the naming checks whether the names in C differ */
  if (first == NULL || (can_overload && g_strcmp0 (node->c_name, first->c_name) != 0))
    return;

  ERROR (&node->name_location,
         can_overload
         ? "duplicate %s '%s'; C has no overloading, but one can be renamed "
           "with the annotation org.gtk.GDBus.C.Name"
         : "duplicate %s '%s'",
         what, node->name);
  cg_check_note_first (first, self->diagnostics);
  node->broken = TRUE;
}

static void
check_arg (Checker      *self,
           CgArg        *arg,
           CgMemberKind  kind)
{
  if (arg->node.name != NULL && *arg->node.name == '\0')
    {
      WARNING (CG_WARNING_EMPTY_NAME, &arg->node.name_location, "the name is empty");
      arg->node.name = NULL;
    }
  if (arg->node.name != NULL)
    check_free_name (self, &arg->node, "an argument");
  if (arg->node.broken)
    return;

  cg_check_annotations (&arg->node, NULL, &arg->use, self->diagnostics);
  if (!cg_check_arg_type (&self->resolver, arg, kind))
    arg->node.broken = TRUE;
}

static gsize
check_args (Checker      *self,
            GPtrArray    *args,
            CgMemberKind  kind)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gsize length = 0;

  CG_FOREACH (CgArg, arg, args)
    {
      const CgArg *first;

      check_arg (self, arg, kind);
      if (arg->node.broken)
        continue;

      if (!cg_resolve_is_name (arg->use.signature))
        length += strlen (arg->use.signature);
      if (arg->node.name == NULL)
        continue;

      first = cg_check_find_first (names, arg->node.name, arg);
      if (first != NULL)
        {
          WARNING (CG_WARNING_DUPLICATE_ARGUMENT, &arg->node.name_location,
                   "duplicate argument '%s'", arg->node.name);
          cg_check_note_first (&first->node, self->diagnostics);
        }
    }

  return length;
}

/* D-Bus limits the signature of all values of a message, and GSignal their number, also of values that have
 * no signature. */
static void
check_message (Checker        *self,
               GPtrArray      *args,
               const CgMember *member,
               const char     *what)
{
  const char *name = member->node.name != NULL ? member->node.name : "";

  if (check_args (self, args, member->kind) > CG_MAX_SIGNATURE)
    ERROR (&member->node.location, "the types of all %s of '%s' have more than %d characters",
           what, name, CG_MAX_SIGNATURE);
  else if (args->len > MAX_ARGS)
    {
      const CgArg *first_too_many = g_ptr_array_index (args, MAX_ARGS);

      ERROR (&first_too_many->node.location, "'%s' has %u %s; the limit is %d", name, args->len, what, MAX_ARGS);
    }
}

/* Reads the number of @units that @text is; 0 if there is none. */
static guint
read_number (Checker          *self,
             const char       *text,
             const CgLocation *location,
             const char       *what,
             const char       *units)
{
  guint64 number = 0;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT32, &number, NULL))
    ERROR (location, "'%s' is not a %s: a number of %s from 1 to %d", text, what, units,
           G_MAXINT32);

  return (guint) number;
}

static void
check_oneway (Checker  *self,
              CgMethod *method)
{
  if ((method->flags & CG_METHOD_ONEWAY) != 0 && method->out_args->len > 0)
    ERROR (&method->oneway_location, "the method '%s' has results, so it cannot be one-way",
           method->node.name != NULL ? method->node.name : "");
}

/* Warns about methods of the same name: over D-Bus they cannot be distinguished, even if their
 * names in C differ. */
static void
check_overload (Checker    *self,
                GHashTable *overloads,
                CgMethod   *method)
{
  g_autoptr (GString) key = NULL;
  const CgMethod *first;

  if (method->node.broken)
    return;

  key = g_string_new (method->node.name);
  CG_FOREACH (const CgArg, arg, method->in_args)
    g_string_append_printf (key, " %s", arg->use.signature != NULL ? arg->use.signature : "");

  first = g_hash_table_lookup (overloads, key->str);
  if (first == NULL)
    {
      g_hash_table_insert (overloads, g_string_free (g_steal_pointer (&key), FALSE), method);
      return;
    }

  ERROR (&method->node.name_location,
         "duplicate method '%s', and its arguments have the same types", method->node.name);
  cg_check_note_first (&first->node, self->diagnostics);
  method->node.broken = TRUE;
}

/* D-Bus does not restrict the names of properties. */
static void
check_property_name (Checker  *self,
                     CgMember *property)
{
  if (*property->node.name != '\0')
    check_free_name (self, &property->node, "a property");
  else
    {
      ERROR (&property->node.name_location, "the name is empty");
      property->node.broken = TRUE;
    }
}

/* Clients can only follow lists of a service: lists in results and properties, not in arguments,
 * signals and items. */
static void
check_no_lists (Checker   *self,
                GPtrArray *args)
{
  CG_FOREACH (const CgArg, arg, args)
    if (arg->use.element != NULL)
      ERROR (&arg->use.element_location,
             "only a property or a result of a method can be a list model with an element-type, "
             "which clients follow");
}

static void
check_member (Checker     *self,
              CgInterface *interface,
              GHashTable  *names,
              CgMember    *member)
{
  const char *what;
  gboolean is_property = member->kind == CG_MEMBER_PROPERTY;
  gboolean can_overload;

  cg_check_stream_annotations (member, &self->resolver);
  what = cg_member_get_word (member);
  can_overload = !is_property && !cg_member_is_stream (member);
  cg_check_annotations (&member->node, member, is_property ? &member->use : NULL,
                        self->diagnostics);
  if (!member->node.broken)
    {
      if (is_property)
        check_property_name (self, member);
      else
        check_member_name (self, &member->node, what);
      if (*member->node.name != '\0' || !is_property)
        check_duplicate (self, names, &member->node, what, can_overload);
    }

  if (is_property)
    {
      if (member->use.signature != NULL && !cg_check_type (&self->resolver, &member->use))
        member->node.broken = TRUE;
      else if (member->use.element != NULL && (member->access & CG_ACCESS_WRITE) != 0)
        ERROR (&member->use.element_location,
               "a property that is a list model with an element-type can only be read, because the "
               "service has the list");
      if (member->node.emits_changed == NULL)
        member->node.emits_changed = interface->node.emits_changed != NULL
                                     ? interface->node.emits_changed : "true";
      return;
    }

  member->timeout = read_number (self, member->timeout_text, &member->timeout_location,
                                 "timeout", "milliseconds");
  member->backlog = read_number (self, member->backlog_text, &member->backlog_location,
                                 "backlog", cg_member_is_stream (member) ? "items" : "emissions");
  check_oneway (self, member);
  check_message (self, member->in_args, member, "arguments");
  check_message (self, member->out_args, member,
                 member->kind == CG_MEMBER_METHOD ? "results" : "arguments");
  check_message (self, member->items, member, "items");
  check_no_lists (self, member->in_args);
  check_no_lists (self, member->items);
  if (member->kind == CG_MEMBER_SIGNAL)
    check_no_lists (self, member->out_args);
}

static void
check_members (Checker     *self,
               CgInterface *interface)
{
  g_autoptr (GHashTable) overloads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < CG_N_MEMBERS; i++)
    {
      g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

      CG_FOREACH (CgMember, member, interface->members[i])
        {
          check_member (self, interface, names, member);
          if (i == CG_MEMBER_METHOD)
            check_overload (self, overloads, member);
        }
    }
}

void
cg_check (CgDescription *description,
          CgGir         *gir,
          CgDiagnostics *diagnostics)
{
  Checker checker = { { description, gir, diagnostics }, diagnostics };
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  cg_resolve_includes (&checker.resolver);
  cg_declarations_register (&checker.resolver);
  cg_declarations_check (&checker.resolver);
  CG_FOREACH (CgInterface, interface, description->interfaces)
    {
      cg_check_annotations (&interface->node, NULL, NULL, diagnostics);
      if (!interface->node.broken)
        {
          check_interface_name (&checker, &interface->node);
          check_duplicate (&checker, names, &interface->node, "interface", FALSE);
        }
      check_members (&checker, interface);
    }
}
