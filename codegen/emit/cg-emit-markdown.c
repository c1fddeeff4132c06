/* cg-emit-markdown.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The output "markdown": a page with everything in a description and its documentation. */

#include "cg-emitter.h"

#include "cg-keys.h"
#include "model/cg-templates.h"
#include "model/cg-declarations.h"
#include "doc/cg-doc.h"
#include "model/cg-names.h"

static void
add_link (GHashTable *links,
          const char *interface,
          const char *separator,
          const char *member,
          const char *end)
{
  g_autofree char *target = g_strconcat (interface, separator, member, NULL);
  g_autofree char *reference = g_strconcat (target, end, NULL);

  g_hash_table_insert (links, g_strdup (reference),
                       g_strdup_printf ("[`%s`](#%s)", reference, target));
}

/* The separators between interface and member. */
static const char * const separators[CG_N_MEMBERS] = {
  [CG_MEMBER_METHOD] = ".", [CG_MEMBER_SIGNAL] = "::", [CG_MEMBER_PROPERTY] = ":"
};

static void
add_links (GHashTable        *links,
           const CgInterface *interface)
{
  add_link (links, interface->node.name, "", "", "");
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    CG_FOREACH (const CgMember, member, interface->members[i])
      {
        add_link (links, interface->node.name, separators[i], member->node.name, "");
        if (i == CG_MEMBER_METHOD)
          add_link (links, interface->node.name, separators[i], member->node.name, "()");
      }
}

/* Sets a key to a paragraph, or to "" if @text is NULL. */
static void
set_paragraph (CgWriter   *writer,
               const char *key,
               const char *text,
               GHashTable *links)
{
  cg_writer_take (writer, key, text != NULL ? cg_doc_paragraph (text, "", links) : g_strdup (""));
}

/* Sets $docs$. */
static void
set_docs (CgWriter     *writer,
          const CgNode *node,
          GHashTable   *links)
{
  set_paragraph (writer, "brief", node->brief, links);
  cg_writer_take (writer, "doc", node->doc != NULL ? cg_doc_escape (node->doc, links) : g_strdup (""));
  set_paragraph (writer, "since", node->since, NULL);
  cg_writer_set_flag (writer, "deprecated", node->deprecated);
  set_paragraph (writer, "deprecated_text", node->deprecated_text, links);
  cg_writer_set_template (writer, "docs", "markdown/docs");
}

/* A row of a table must be one line, and has bars between its cells. */
static char *
make_cell (const char *text,
           GHashTable *links)
{
  g_autofree char *paragraph = cg_doc_paragraph (text != NULL ? text : "", "", links);
  GString *cell = g_string_new (g_strdelimit (paragraph, "\n", ' '));

  g_string_replace (cell, "|", "\\|", 0);

  return g_string_free (cell, FALSE);
}

/* Sets $type$, "Gio.ListModel of Song", and $nullable$. */
static void
set_type (CgWriter        *writer,
          const CgTypeUse *use)
{
  cg_writer_take (writer, "type", g_strconcat (use->signature != NULL ? use->signature : "",
                                               use->element_signature != NULL ? " of " : "",
                                               use->element_signature, NULL));
  cg_writer_set_flag (writer, "nullable", use->nullable);
}

/* $signature$ is "key: s". */
static void
set_arg (CgWriter      *writer,
         gpointer       item,
         gconstpointer  links)
{
  const CgArg *arg = item;
  g_autofree char *cell = make_cell (arg->node.name, (GHashTable *) links);

  set_type (writer, &arg->use);
  cg_writer_set (writer, "arg", arg->node.name != NULL ? arg->node.name : "");
  cg_writer_set (writer, "name_cell", cell);
  cg_writer_set_expanded (writer, "signature", "$arg$$if arg$: $end$$type$");
  cg_writer_set_expanded (writer, "cell", "$if name_cell$`$name_cell$`$end$");
  cg_writer_take (writer, "doc", make_cell (arg->node.doc, (GHashTable *) links));
}

static void
set_member (CgWriter      *writer,
            gpointer       item,
            gconstpointer  links)
{
  const CgMember *member = item;
  CgCrossing crossing = cg_member_get_crossing (member);

  cg_keys_set_member (writer, member, set_arg, links);
  set_type (writer, &member->use);
  set_docs (writer, &member->node, (GHashTable *) links);
  cg_writer_set (writer, "name", member->node.name);
  cg_writer_set (writer, "separator", separators[member->kind]);
  cg_writer_set (writer, "access", cg_access_to_string (member->access));
  cg_writer_set_flag (writer, "has_args",
                      member->in_args->len + member->items->len + member->out_args->len > 0);
  cg_writer_set_flag (writer, "is_in_process", crossing == CG_CROSSES_NOTHING);
  cg_writer_set_flag (writer, "is_in_dbus_only", crossing == CG_CROSSES_DBUS);
  cg_writer_set_flag (writer, "is_in_nats_only", crossing == CG_CROSSES_NATS);
  cg_writer_set_flag (writer, "has_array_form", (crossing & CG_CROSSES_DBUS) != 0 && cg_member_has_maybes (member));
  cg_writer_set_template (writer, "member", "markdown/member");
}

static void
set_interface (CgWriter      *writer,
               gpointer       item,
               gconstpointer  links)
{
  const CgInterface *interface = item;

  cg_names_set (writer, &interface->node);
  set_docs (writer, &interface->node, (GHashTable *) links);
  cg_writer_set_list (writer, "methods", interface->methods, set_member, links);
  cg_writer_set_list (writer, "signals", interface->signals, set_member, links);
  cg_writer_set_list (writer, "properties", interface->properties, set_member, links);
}

static void
set_value (CgWriter      *writer,
           gpointer       item,
           gconstpointer  links)
{
  const CgValue *value = item;

  cg_writer_set (writer, "name", value->node.name);
  cg_writer_take (writer, "number", g_strdup_printf ("%" G_GINT64_FORMAT, value->value));
  cg_writer_take (writer, "doc", make_cell (value->node.doc, (GHashTable *) links));
}

static void
set_field (CgWriter      *writer,
           gpointer       item,
           gconstpointer  links)
{
  const CgField *field = item;

  cg_writer_set (writer, "name", field->node.name);
  set_type (writer, &field->use);
  cg_writer_take (writer, "doc", make_cell (field->node.doc, (GHashTable *) links));
}

static void
set_declaration (CgWriter      *writer,
                 gpointer       item,
                 gconstpointer  links)
{
  static const char * const kinds[] = {
    "One of some values", "Any of some values", "Errors", "A record"
  };
  const CgDeclaration *declaration = item;

  cg_names_set (writer, &declaration->node);
  set_docs (writer, &declaration->node, (GHashTable *) links);
  cg_writer_set (writer, "dbus_name", declaration->node.name);
  cg_writer_set (writer, "kind", kinds[declaration->kind]);
  cg_writer_set_flag (writer, "is_object", declaration->is_object);
  cg_writer_set_list (writer, "values", declaration->values, set_value, links);
  cg_writer_set_list (writer, "fields", declaration->fields, set_field, links);
}

void
cg_emit_markdown (const CgOutput *output,
                  CgWriter       *writer)
{
  const CgDescription *description = output->description;
  g_autoptr (GHashTable) links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    add_links (links, interface);
  cg_writer_set_list (writer, "interfaces", description->interfaces, set_interface, links);
  cg_writer_set_list (writer, "declarations", description->declarations, set_declaration, links);
  cg_writer_emit (writer, cg_template ("markdown/page"));
}
