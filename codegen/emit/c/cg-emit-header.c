/* cg-emit-header.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The C header: the GInterface that a service implements, and the proxy. */

#include "cg-emit-private.h"

#include "model/cg-gir.h"

#include <string.h>

/* Adds the function of a node whose keys are set. @other (nullable) replaces the function. */
static void
add_prototype (GPtrArray    *prototypes,
               CgWriter     *writer,
               const CgNode *node,
               const char   *other)
{
  g_autofree char *macro = other != NULL ? g_strdup_printf ("G_GNUC_DEPRECATED_FOR (%s)\n", other)
                                         : g_strdup ("G_GNUC_DEPRECATED\n");

  cg_prototypes_add (prototypes, writer, node->deprecated ? macro : "");
}

/* Adds the functions of a member in a group. */
static void
add_member (GPtrArray        *prototypes,
            CgWriter         *writer,
            const CgMember   *member,
            CgSignatureGroup  group)
{
  const CgMethod *other = member->replacement;

  if (other != NULL && cg_member_is_stream (other) != cg_member_is_stream (member))
    other = NULL;
  cg_names_set (writer, &member->node);
  for (CgSignatureKind kind = 0; kind < CG_N_SIGNATURES; kind++)
    if (cg_signature_is_in (kind, group, member))
      {
        cg_signature_set (writer, member, kind);
        add_prototype (prototypes, writer, &member->node,
                       other != NULL ? cg_signature_get_function (other, kind) : NULL);
      }
}

/* Sets the prototypes of the functions that a service has, too. */
static void
set_service_prototypes (CgWriter          *writer,
                        const CgInterface *interface)
{
  GPtrArray *prototypes = cg_prototypes_new ();

  cg_signature_set_new (writer, CG_SIGNATURE_INTERFACE_INFO);
  cg_prototypes_add (prototypes, writer, "");
  cg_signature_set_new (writer, CG_SIGNATURE_NEW_FOR_FUNCS);
  cg_prototypes_add (prototypes, writer, "");
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    CG_FOREACH (const CgMember, member, interface->members[i])
      add_member (prototypes, writer, member, CG_GROUP_SERVICE);
  cg_prototypes_set (prototypes, writer, "service_prototypes");
}

/* As in gdbus-codegen, a constructor is the only function of an interface that is deprecated with it. */
static void
set_proxy_prototypes (CgWriter          *writer,
                      const CgInterface *interface)
{
  const CgInterface *other = interface->replacement;
  GPtrArray *prototypes = cg_prototypes_new ();

  cg_signature_set_new (writer, CG_SIGNATURE_NEW);
  add_prototype (prototypes, writer, &interface->node,
                 other != NULL ? cg_names_look_up (&other->node, "proxy_new") : NULL);
  CG_FOREACH (const CgMethod, method, interface->methods)
    add_member (prototypes, writer, method, CG_GROUP_PROXY);
  for (guint i = CG_SIGNATURE_NEW_ASYNC; i <= CG_SIGNATURE_NEW_SYNC; i++)
    if (interface->properties->len > 0)
      {
        cg_signature_set_new (writer, i);
        add_prototype (prototypes, writer, &interface->node, NULL);
      }
  CG_FOREACH (const CgMember, property, interface->properties)
    add_member (prototypes, writer, property, CG_GROUP_PROXY);
  cg_prototypes_set (prototypes, writer, "proxy_prototypes");
}

/* Sets $vfuncs$, the members of the struct of an interface. */
static void
set_vfuncs (CgWriter          *writer,
            const CgInterface *interface)
{
  g_autoptr (GString) vfuncs = g_string_new (NULL);

  for (guint i = 0; i < CG_N_MEMBERS; i++)
    CG_FOREACH (const CgMember, member, interface->members[i])
      for (CgSignatureKind kind = 0; kind < CG_N_SIGNATURES; kind++)
        if (cg_signature_is_in (kind, CG_GROUP_VFUNC, member))
          {
            cg_names_set (writer, &member->node);
            cg_signature_set (writer, member, kind);
            cg_writer_append (writer, vfuncs, "", cg_template ("header/vfunc"));
          }
  cg_writer_take (writer, "vfuncs", g_strchomp (g_strdup (vfuncs->str)));
}

static void
set_method (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data G_GNUC_UNUSED)
{
  const CgMethod *method = item;
  GPtrArray *prototypes = cg_prototypes_new ();

  cg_keys_set_member (writer, method, NULL, NULL);
  add_member (prototypes, writer, method, CG_GROUP_STREAM);
  cg_prototypes_set (prototypes, writer, "stream_prototypes");
  cg_writer_set_flag (writer, "has_reply_func", cg_method_has_reply_func (method));
  cg_signature_set (writer, method, CG_SIGNATURE_REPLY_FUNC);
}

static void
set_interface (CgWriter      *writer,
               gpointer       item,
               gconstpointer  data)
{
  const CgDescription *description = data;
  const CgInterface *interface = item;
  const char *brief = interface->node.c_brief;
  gsize length = brief != NULL ? strlen (brief) : 0;

  cg_names_set (writer, &interface->node);
  cg_writer_set_flag (writer, "is_argument",
                      g_hash_table_contains (description->named_types, interface->node.name));
  set_vfuncs (writer, interface);
  set_service_prototypes (writer, interface);
  set_proxy_prototypes (writer, interface);
  cg_writer_set_list (writer, "methods", interface->methods, set_method, NULL);
  cg_writer_set_list (writer, "signals", interface->signals, NULL, NULL);
  cg_writer_set_list (writer, "properties", interface->properties, NULL, NULL);

  cg_keys_set_docs (writer, &interface->node);
  cg_writer_set_flag (writer, "needs_dot", length > 0 && g_ascii_isalnum (brief[length - 1]));
  cg_writer_set_template (writer, "interface_doc", "header/interface-doc");
  cg_writer_set_template (writer, "proxy_doc", "header/proxy-doc");
}

/* A header of types of another library. */
static void
set_header (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data G_GNUC_UNUSED)
{
  const char *macro = cg_known_types_get_macro (item);

  cg_writer_set (writer, "header", item);
  cg_writer_set (writer, "macro", macro != NULL ? macro : "");
}

static void
set_style (CgWriter      *writer,
           const CgStyle *style,
           const char    *file)
{
  g_autofree char *guard = g_ascii_strup (file, -1);
  const char *header = style->symbol_decorator_header;

  g_strcanon (guard, G_CSET_A_2_Z G_CSET_DIGITS, '_');
  cg_writer_take (writer, "GUARD", g_strdup_printf ("__%s__", guard));
  cg_writer_set_flag (writer, "pragma_once", style->pragma_once);
  cg_writer_set (writer, "decorator_header", header != NULL ? header : "");
  cg_writer_take (writer, "decorator", style->symbol_decorator != NULL
                  ? g_strconcat (style->symbol_decorator, "\n", NULL) : g_strdup (""));
}

void
cg_emit_header (const CgOutput *output,
                CgWriter       *writer)
{
  const CgDescription *description = output->description;
  gboolean has_arguments = FALSE;

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    has_arguments |= g_hash_table_contains (description->named_types, interface->node.name);

  cg_emit_head (description, output->file, writer);
  set_style (writer, output->style, output->file);
  cg_writer_set_flag (writer, "has_arguments", has_arguments);
  cg_writer_set_list (writer, "headers", description->headers, set_header, NULL);
  cg_emit_set_declarations (writer, description);
  cg_writer_set_list (writer, "interfaces", description->interfaces, set_interface, description);
  cg_writer_emit (writer, cg_template ("header/header"));
}
