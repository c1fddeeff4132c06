/* cg-emit-header.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The C header: the GInterface that a service implements, and the proxy. */

#include "cg-emit-private.h"

#include "model/cg-gir.h"

#include <string.h>

static void
emit_guard (const CgStyle *style,
            const char    *file,
            CgWriter      *writer)
{
  g_autoptr (GString) macro = g_string_new ("__");

  for (const char *p = file; *p != '\0'; p++)
    g_string_append_c (macro, g_ascii_isalnum (*p) ? g_ascii_toupper (*p) : '_');
  g_string_append (macro, "__");

  cg_writer_set (writer, "GUARD", macro->str);
  cg_writer_set_expanded (writer, "guard", style->pragma_once
                          ? "#pragma once" : "#ifndef $GUARD$\n#define $GUARD$");
}

static void
emit_vfuncs_of (GPtrArray *members,
                CgWriter  *writer)
{
  CG_FOREACH (const CgMember, member, members)
    {
      cg_names_set (writer, &member->node);
      for (CgSignatureKind kind = 0; kind < CG_N_SIGNATURES; kind++)
        if (cg_signature_is_in (kind, CG_GROUP_VFUNC, member))
          {
            cg_signature_set (writer, member, kind);
            cg_writer_emit (writer, cg_template ("header/vfunc"));
          }
    }
}

static void
emit_vfuncs (const CgInterface *interface,
             CgWriter          *writer)
{
  cg_writer_emit (writer, cg_template ("header/struct-head"));
  if (interface->methods->len + interface->signals->len > 0)
    cg_writer_emit (writer, cg_template ("header/struct-public"));
  emit_vfuncs_of (interface->methods, writer);
  emit_vfuncs_of (interface->signals, writer);
  cg_writer_emit (writer, cg_template ("header/struct-foot"));
}

/* Sets $deprecated$, the macro in front of a prototype. @function (nullable) replaces the function. */
static void
set_deprecated (CgWriter     *writer,
                const CgNode *node,
                const char   *function)
{
  g_autofree char *macro = function != NULL
                           ? g_strdup_printf ("G_GNUC_DEPRECATED_FOR (%s)\n", function)
                           : g_strdup ("G_GNUC_DEPRECATED\n");

  cg_writer_set (writer, "deprecated", node->deprecated ? macro : "");
}

/* Sets the keys of the one function that belongs to the whole interface. */
static void
set_first (CgWriter          *writer,
           const CgInterface *interface,
           gboolean           is_proxy)
{
  const CgInterface *other = interface->replacement;

  cg_writer_set_expanded (writer, "return_type",
                          is_proxy ? "$Proxy$ *" : "const NorpcInterfaceInfo *");
  cg_writer_set_expanded (writer, "function", is_proxy ? "$proxy_new$" : "$interface_info$");
  cg_writer_set (writer, "params", is_proxy ? "NorpcEndpoint *endpoint" : "void");
  cg_writer_set (writer, "deprecated", "");

  /* as in gdbus-codegen, this is the only function that is deprecated with its interface */
  if (is_proxy)
    set_deprecated (writer, &interface->node,
                    other != NULL ? cg_names_look_up (&other->node, "proxy_new") : NULL);
}

/* Writes or measures the prototypes for one member. */
static void
emit_member_prototypes (const CgMember   *member,
                        CgSignatureGroup  group,
                        CgWriter         *writer,
                        CgColumns        *columns,
                        gboolean          measure)
{
  const CgMethod *other = member->replacement;

  if (other != NULL && cg_member_is_stream (other) != cg_member_is_stream (member))
    other = NULL;
  cg_names_set (writer, &member->node);
  for (CgSignatureKind kind = 0; kind < CG_N_SIGNATURES; kind++)
    if (cg_signature_is_in (kind, group, member))
      {
        set_deprecated (writer, &member->node,
                        other != NULL ? cg_signature_get_function (other, kind) : NULL);
        cg_signature_set (writer, member, kind);
        cg_emit_prototype (writer, columns, measure);
      }
}

/* Writes or measures the prototypes for the constructors of a proxy that load properties. */
static void
emit_constructor_prototypes (const CgInterface *interface,
                             CgWriter          *writer,
                             CgColumns         *columns,
                             gboolean           measure)
{
  for (guint i = 0; interface->properties->len > 0 && i < CG_N_NEW_PROXY_SIGNATURES; i++)
    {
      set_deprecated (writer, &interface->node, NULL);
      cg_signature_set_new (writer, i);
      cg_emit_prototype (writer, columns, measure);
    }
}

/* Writes the prototypes of one group, in common columns. */
static void
emit_prototypes (const CgInterface *interface,
                 CgWriter          *writer,
                 CgSignatureGroup   group)
{
  CgColumns columns = { 0, 0 };

  for (int pass = 0; pass < 2; pass++)
    {
      set_first (writer, interface, group == CG_GROUP_PROXY);
      cg_emit_prototype (writer, &columns, pass == 0);
      if (group == CG_GROUP_SERVICE)
        {
          cg_signature_set_new (writer, CG_SIGNATURE_NEW_FOR_FUNCS);
          cg_emit_prototype (writer, &columns, pass == 0);
        }
      for (CgMemberKind i = 0; i < CG_N_MEMBERS; i++)
        {
          if (i == CG_MEMBER_PROPERTY && group == CG_GROUP_PROXY)
            emit_constructor_prototypes (interface, writer, &columns, pass == 0);
          CG_FOREACH (const CgMember, member, interface->members[i])
            emit_member_prototypes (member, group, writer, &columns, pass == 0);
        }
    }
  cg_writer_emit (writer, "\n");
}

/* Writes the classes of streams. */
static void
emit_streams (const CgInterface *interface,
              CgWriter          *writer)
{
  const char *module = cg_names_look_up (&interface->node, "MODULE");

  CG_FOREACH (const CgMethod, method, interface->methods)
    if (cg_member_is_stream (method))
      {
        CgColumns columns = { 0, 0 };

        cg_names_set (writer, &method->node);
        cg_writer_emit (writer, cg_template ("header/stream-type"));
        cg_writer_emit (writer, cg_template (*module != '\0' ? "header/declare-stream"
                                             : "header/declare-bare-stream"));
        for (int pass = 0; pass < 2; pass++)
          emit_member_prototypes (method, CG_GROUP_STREAM, writer, &columns, pass == 0);
        cg_writer_emit (writer, "\n");
      }
}

/* The types of functions that get the reply to a method. */
static void
emit_reply_funcs (const CgInterface *interface,
                  CgWriter          *writer)
{
  CG_FOREACH (const CgMethod, method, interface->methods)
    if (cg_method_has_reply_func (method))
      {
        cg_names_set (writer, &method->node);
        cg_signature_set (writer, method, CG_SIGNATURE_REPLY_FUNC);
        cg_writer_emit (writer, cg_template ("header/reply-func"));
      }
}

/* Sets the text after the first line in the comments of the two types. */
static void
set_type_docs (const CgInterface *interface,
               CgWriter          *writer)
{
  const char *brief = interface->node.c_brief;
  gsize length = brief != NULL ? strlen (brief) : 0;

  cg_writer_set_flag (writer, "needs_dot", length > 0 && g_ascii_isalnum (brief[length - 1]));
  cg_writer_set_flag (writer, "has_signals", interface->signals->len > 0);
  cg_writer_set_flag (writer, "has_properties", interface->properties->len > 0);
  cg_writer_set_template (writer, "interface_doc", "header/interface-doc");
  cg_writer_set_template (writer, "proxy_doc", "header/proxy-doc");
}

static void
emit_interface (const CgInterface *interface,
                CgWriter          *writer)
{
  gboolean is_bare = *cg_names_look_up (&interface->node, "MODULE") == '\0';

  cg_keys_set_node (writer, &interface->node);
  set_type_docs (interface, writer);

  cg_writer_emit (writer, cg_template ("header/interface-type"));
  cg_writer_emit (writer, cg_template (is_bare ? "header/declare-bare-interface"
                                               : "header/declare-interface"));
  emit_streams (interface, writer);
  emit_vfuncs (interface, writer);
  emit_prototypes (interface, writer, CG_GROUP_SERVICE);

  cg_writer_emit (writer, cg_template ("header/proxy-type"));
  cg_writer_emit (writer, cg_template (is_bare ? "header/declare-bare-proxy"
                                               : "header/declare-proxy"));
  emit_reply_funcs (interface, writer);
  emit_prototypes (interface, writer, CG_GROUP_PROXY);
}

/* The headers of types of other libraries. */
static void
set_type_includes (const CgDescription *description,
                   CgWriter            *writer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  CG_FOREACH (const char, header, description->headers)
    {
      const char *macro = cg_known_types_get_macro (header);

      if (macro != NULL)
        g_string_append_printf (text, "#ifndef %s\n#define %s\n#endif\n", macro, macro);
      g_string_append_printf (text, "#include <%s>\n", header);
    }
  cg_writer_set (writer, "type_includes", text->str);
}

/* Writes forward declarations, because an argument can be an object of an interface that is
 * declared later. */
static void
emit_forward_interfaces (const CgDescription *description,
                         CgWriter            *writer)
{
  gboolean any = FALSE;

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    if (g_hash_table_contains (description->named_types, interface->node.name))
      {
        cg_names_set (writer, &interface->node);
        cg_writer_emit (writer, cg_template ("header/forward-interface"));
        any = TRUE;
      }
  cg_writer_emit (writer, any ? "\n" : "");
}

void
cg_emit_header (const CgOutput *output,
                CgWriter       *writer)
{
  const CgDescription *description = output->description;
  const CgStyle *style = output->style;
  const char *decorator = style->symbol_decorator;

  cg_emit_head (description, output->file, writer);
  emit_guard (style, output->file, writer);
  cg_writer_emit (writer, cg_template ("header/head"));
  if (style->symbol_decorator_header != NULL)
    {
      cg_writer_set (writer, "decorator_header", style->symbol_decorator_header);
      cg_writer_emit (writer, "#include \"$decorator_header$\"\n\n");
    }
  set_type_includes (description, writer);
  cg_writer_take (writer, "decorator", g_strconcat (decorator != NULL ? decorator : "",
                                                    decorator != NULL ? "\n" : "", NULL));
  cg_writer_emit (writer, cg_template ("header/includes"));

  cg_emit_foreign_types (description, writer, TRUE);
  cg_emit_types (description, writer);
  emit_forward_interfaces (description, writer);
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    emit_interface (interface, writer);

  cg_emit_foreign_types (description, writer, FALSE);
  cg_writer_emit (writer, cg_template ("header/foot"));
  if (!style->pragma_once)
    cg_writer_emit (writer, "\n#endif /* $GUARD$ */\n");
}
