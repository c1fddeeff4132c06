/* cg-emit-markdown.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The output "markdown": a page with everything in a description and its documentation. */

#include "cg-emitter.h"

#include "model/cg-declarations.h"
#include "doc/cg-doc.h"
#include "model/cg-names.h"

typedef struct
{
  GString    *text;
  GHashTable *links;  /* (owned) (element-type utf8 utf8): by reference in the text */
} Emitter;

/* Anchors are the names in D-Bus, because programs that render Markdown name headings differently. */
static void
add_link (Emitter    *self,
          const char *separator,
          const char *interface,
          const char *member,
          const char *end)
{
  g_autofree char *target = g_strconcat (interface, separator, member, NULL);
  g_autofree char *reference = g_strconcat (target, end, NULL);

  g_hash_table_insert (self->links, g_strdup (reference),
                       g_strdup_printf ("[`%s`](#%s)", reference, target));
}

/* The heading of each kind of member, and the separator between interface and member. */
static const struct
{
  const char *heading;
  const char *separator;
} kinds[CG_N_MEMBERS] = {
  [CG_MEMBER_METHOD] = { "Methods", "." },
  [CG_MEMBER_SIGNAL] = { "Signals", "::" },
  [CG_MEMBER_PROPERTY] = { "Properties", ":" },
};

static void
add_links (Emitter           *self,
           const CgInterface *interface)
{
  add_link (self, "", interface->node.name, "", "");
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    CG_FOREACH (const CgMember, member, interface->members[i])
      {
        add_link (self, kinds[i].separator, interface->node.name, member->node.name, "");
        if (i == CG_MEMBER_METHOD)
          add_link (self, kinds[i].separator, interface->node.name, member->node.name, "()");
      }
}

static void
add_heading (Emitter    *self,
             const char *level,
             const char *target,
             const char *separator,
             const char *name)
{
  g_string_append_printf (self->text, "%s <a id=\"%s%s%s\"></a>%s\n\n",
                          level, target, separator, name, *name != '\0' ? name : target);
}

/* Appends a paragraph, unless it is empty. Takes ownership of @text. */
static void
add_paragraph (Emitter    *self,
               const char *before,
               char       *text)
{
  if (text != NULL)
    g_string_append_printf (self->text, "%s%s\n\n", before, text);
  g_free (text);
}

static void
add_docs (Emitter      *self,
          const CgNode *node)
{
  if (node->brief != NULL)
    add_paragraph (self, "", cg_doc_paragraph (node->brief, "", self->links));
  if (node->doc != NULL)
    add_paragraph (self, "", cg_doc_escape (node->doc, self->links));
  if (node->since != NULL)
    add_paragraph (self, "Since: ", cg_doc_paragraph (node->since, "", NULL));
  if (node->deprecated)
    {
      char *text = node->deprecated_text != NULL
                   ? cg_doc_paragraph (node->deprecated_text, "", self->links) : g_strdup ("");

      add_paragraph (self, *text != '\0' ? "**Deprecated.** " : "**Deprecated.**", text);
    }
}

/* "Gio.ListModel of Song" */
static char *
make_type_text (const CgTypeUse *use)
{
  return g_strconcat (use->signature, use->element_signature != NULL ? " of " : "",
                      use->element_signature, NULL);
}

/* "(key: s, flags: u)" */
static void
append_args (Emitter   *self,
             GPtrArray *args)
{
  g_string_append_c (self->text, '(');
  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);
      g_autofree char *type = make_type_text (&arg->use);

      g_string_append_printf (self->text, "%s%s%s%s", i > 0 ? ", " : "",
                              arg->node.name != NULL ? arg->node.name : "",
                              arg->node.name != NULL ? ": " : "", type);
    }
  g_string_append_c (self->text, ')');
}

/* A row of a table must be one line, and has bars between its cells. */
static char *
make_cell (Emitter    *self,
           const char *text)
{
  GString *cell = g_string_new (NULL);

  if (text != NULL)
    {
      g_autofree char *paragraph = cg_doc_paragraph (text, "", self->links);

      g_string_append (cell, g_strdelimit (paragraph, "\n", ' '));
      g_string_replace (cell, "|", "\\|", 0);
    }

  return g_string_free (cell, FALSE);
}

static void
add_arg_rows (Emitter    *self,
              GPtrArray  *args,
              const char *direction)
{
  CG_FOREACH (const CgArg, arg, args)
    {
      g_autofree char *doc = make_cell (self, arg->node.doc);
      g_autofree char *name = make_cell (self, arg->node.name != NULL ? arg->node.name : "");
      g_autofree char *type = make_type_text (&arg->use);

      g_string_append_printf (self->text, "| %s%s%s | %s | `%s`%s | %s |\n",
                              *name != '\0' ? "`" : "", name, *name != '\0' ? "`" : "",
                              direction, type,
                              arg->use.nullable ? " or nothing" : "", doc);
    }
}

static void
add_arg_table (Emitter        *self,
               const CgMember *member)
{
  gboolean is_stream = cg_member_is_stream (member);

  if (member->in_args->len + member->items->len + member->out_args->len == 0)
    return;

  g_string_append (self->text, "| argument | | type | |\n|---|---|---|---|\n");
  add_arg_rows (self, member->in_args, "in");
  add_arg_rows (self, member->items, "item");
  add_arg_rows (self, member->out_args, is_stream ? "outcome" : "out");
  g_string_append_c (self->text, '\n');
}

static void
add_reach (Emitter *self,
           CgReach  reach)
{
  if (reach < CG_REACH_VARIANT)
    g_string_append (self->text, "Within the process only.\n\n");
  else if (reach < CG_REACH_DBUS)
    g_string_append (self->text, "Not over D-Bus, which has no such type.\n\n");
}

static void
add_method_lines (Emitter        *self,
                  const CgMethod *method)
{
  if ((method->flags & CG_METHOD_ONEWAY) != 0)
    g_string_append (self->text, "One-way: there is no answer.\n\n");
  if ((method->flags & CG_METHOD_LATEST_WINS) != 0)
    g_string_append (self->text, "A later call takes the place of one that still waits.\n\n");
  if ((method->flags & CG_METHOD_IDEMPOTENT) != 0)
    g_string_append (self->text, "Idempotent: it may be repeated.\n\n");
  if (method->timeout > 0)
    g_string_append_printf (self->text, "Timeout: %u ms\n\n", method->timeout);
}

static void
add_signal_lines (Emitter        *self,
                  const CgMember *signal)
{
  gboolean is_stream = cg_member_is_stream (signal);

  if (signal->backlog > 0)
    g_string_append_printf (self->text, "Backlog of a slow %s: %u %s\n\n",
                            is_stream ? "reader" : "client", signal->backlog,
                            is_stream ? "items" : "emissions");
  if (signal->closes_when_full)
    g_string_append (self->text,
                     "The subscription of a client whose backlog is full is closed.\n\n");
}

/* Makes a line of code with the signature of a member. */
static void
add_prototype (Emitter        *self,
               const CgMember *member)
{
  gboolean is_method = member->kind == CG_MEMBER_METHOD;

  if (member->kind == CG_MEMBER_PROPERTY)
    {
      g_autofree char *type = make_type_text (&member->use);

      g_string_append_printf (self->text, "    %s: %s%s (%s)\n\n", member->node.name, type,
                              member->use.nullable ? " or nothing" : "",
                              cg_access_to_string (member->access));
    }
  if (member->kind == CG_MEMBER_PROPERTY)
    return;

  g_string_append_printf (self->text, "    %s ", member->node.name);
  if (is_method)
    {
      append_args (self, member->in_args);
      g_string_append (self->text, " -> ");
    }
  if (cg_member_is_stream (member))
    {
      g_string_append (self->text, (member->flags & CG_METHOD_STREAM_IN) != 0 ? "stream in " : "stream ");
      append_args (self, member->items);
      g_string_append (self->text, " -> ");
    }
  append_args (self, member->out_args);
  g_string_append (self->text, "\n\n");
  if (is_method)
    g_string_append_printf (self->text, "In C: `%s ()`\n\n",
                            cg_names_look_up (&member->node,
                                              cg_member_is_stream (member) ? "open" : "call"));
}

static void
add_members (Emitter           *self,
             const CgInterface *interface)
{
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    {
      if (interface->members[i]->len > 0)
        g_string_append_printf (self->text, "## %s\n\n", kinds[i].heading);
      CG_FOREACH (const CgMember, member, interface->members[i])
        {
          add_heading (self, "###", interface->node.name, kinds[i].separator, member->node.name);
          add_prototype (self, member);
          add_docs (self, &member->node);
          add_arg_table (self, member);
          add_method_lines (self, member);
          add_signal_lines (self, member);
          if (!cg_member_is_stream (member))
            add_reach (self, cg_member_get_reach (member));
        }
    }
}

/* Writes the table of the values or fields of a type. */
static void
add_parts (Emitter             *self,
           const CgDeclaration *declaration)
{
  g_string_append_printf (self->text, "| %s | |\n|---|---|---|\n",
                          declaration->kind == CG_DECLARED_RECORD ? "field | type" : "value |");
  CG_FOREACH (const CgValue, value, declaration->values)
    {
      g_autofree char *doc = make_cell (self, value->node.doc);

      g_string_append_printf (self->text, "| `%s` | %" G_GINT64_FORMAT " | %s |\n",
                              value->node.name, value->value, doc);
    }
  CG_FOREACH (const CgField, field, declaration->fields)
    {
      g_autofree char *doc = make_cell (self, field->node.doc);

      g_string_append_printf (self->text, "| `%s` | `%s`%s | %s |\n", field->node.name,
                              field->use.signature, field->use.nullable ? " or nothing" : "", doc);
    }
  g_string_append_c (self->text, '\n');
}

static void
add_types (Emitter             *self,
           const CgDescription *description)
{
  static const char * const words[] = {
    "One of some values", "Any of some values", "Errors", "A record"
  };

  if (description->declarations->len > 0)
    g_string_append (self->text, "# Types\n\n");
  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    {
      add_heading (self, "##", declaration->node.name, "", "");
      g_string_append_printf (self->text, "%s%s; in C `%s`\n\n", words[declaration->kind],
                              declaration->is_object ? " that is an object" : "",
                              cg_names_look_up (&declaration->node, "T"));
      add_docs (self, &declaration->node);
      add_parts (self, declaration);
    }
}

void
cg_emit_markdown (const CgOutput *output,
                  CgWriter       *writer)
{
  const CgDescription *description = output->description;
  Emitter self = {
    g_string_new (NULL), g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free)
  };

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    add_links (&self, interface);

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    {
      add_heading (&self, "#", interface->node.name, "", "");
      g_string_append_printf (self.text, "In C: `%s`, and `%s` for clients\n\n",
                              cg_names_look_up (&interface->node, "Iface"),
                              cg_names_look_up (&interface->node, "Proxy"));
      add_docs (&self, &interface->node);
      add_members (&self, interface);
    }
  add_types (&self, description);

  cg_writer_set (writer, "text", self.text->str);
  cg_writer_emit (writer, "$text$");
  g_string_free (self.text, TRUE);
  g_hash_table_unref (self.links);
}
