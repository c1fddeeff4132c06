/* cg-doc-links.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Converts all documentation for comments of C: escaped, with links to elements that are described
 * in the same run. */

#include "cg-doc.h"

#include "model/cg-declarations.h"
#include "model/cg-names.h"

typedef struct
{
  CgDescription *description;
  GHashTable    *links;  /* (owned) (element-type utf8 utf8): by name in D-Bus */
} Resolver;

static const char *
keep (Resolver *self,
      char     *text)
{
  g_autofree char *owned = text;

  return cg_description_string (self->description, owned);
}

static void
add_links (Resolver          *self,
           const CgInterface *interface)
{
  /* Telepathy refers to members without the name of their interface */
  static const char * const ends[] = { "()", "" };
  const char *iface = cg_names_look_up (&interface->node, "Iface");

  g_hash_table_insert (self->links, g_strdup (interface->node.name),
                       g_strdup_printf ("[iface@%s]", iface));

  CG_FOREACH (const CgMethod, method, interface->methods)
    for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
      g_hash_table_insert (self->links,
                           g_strdup_printf ("%s.%s%s", interface->node.name, method->node.name,
                                            ends[i]),
                           g_strdup_printf ("[id@%s]", cg_names_look_up (&method->node, "call")));
}

/* From here on, it is Markdown. */
static void
resolve_markup (Resolver *self,
                CgNode   *node)
{
  if (node->doc != NULL)
    node->doc = keep (self, cg_doc_from_docbook (node->doc));
  if (node->brief != NULL)
    node->brief = keep (self, cg_doc_from_docbook (node->brief));
}

static void
resolve_node (Resolver *self,
              CgNode   *node)
{
  resolve_markup (self, node);
  if (node->doc != NULL)
    node->c_doc = keep (self, cg_doc_escape (node->doc, self->links));
  if (node->brief != NULL)
    node->c_brief = keep (self, cg_doc_paragraph (node->brief, "", self->links));
  if (node->deprecated_text != NULL)
    node->c_deprecated_text = keep (self, cg_doc_paragraph (node->deprecated_text, "",
                                                            self->links));
  if (node->since != NULL)
    node->c_since = keep (self, cg_doc_paragraph (node->since, "", NULL));
}

/* The text for a deprecated member may name its replacement, a member of the same kind. */
static gpointer
find_replacement (const CgNode *node,
                  GPtrArray    *nodes)
{
  for (guint i = 0; node->deprecated_text != NULL && i < nodes->len; i++)
    {
      CgNode *other = g_ptr_array_index (nodes, i);

      if (other != node && g_str_equal (other->name, node->deprecated_text))
        return other;
    }

  return NULL;
}

static void
resolve_replacements (Resolver    *self,
                      CgInterface *interface)
{
  interface->replacement = find_replacement (&interface->node, self->description->interfaces);
  if (interface->replacement != NULL)
    interface->node.c_deprecated_text =
      keep (self, g_strdup_printf ("Use [iface@%s] instead.",
                                   cg_names_look_up (&interface->replacement->node, "Iface")));

  CG_FOREACH (CgMethod, method, interface->methods)
    {
      method->replacement = find_replacement (&method->node, interface->methods);
      if (method->replacement != NULL)
        method->node.c_deprecated_text =
          keep (self, g_strdup_printf ("Use [id@%s] instead.",
                                       cg_names_look_up (&method->replacement->node, "call")));
    }
}

/* By default, a member has the version of its interface. */
static void
resolve_members (Resolver          *self,
                 const CgInterface *interface,
                 GPtrArray         *members)
{
  CG_FOREACH (CgNode, node, members)
    {
      if (node->since == NULL)
        node->since = interface->node.since;
      resolve_node (self, node);
    }
}

/* Converts the documentation of arguments, values and fields, which are lines in a comment. */
static void
resolve_lines (Resolver  *self,
               GPtrArray *nodes)
{
  CG_FOREACH (CgNode, node, nodes)
    {
      resolve_markup (self, node);
      if (node->doc != NULL)
        node->c_doc = keep (self, cg_doc_paragraph (node->doc, "  ", self->links));
    }
}

/* Called when the model has no errors and has its names. */
void
cg_docs_resolve (CgDescription *description)
{
  Resolver self = { description, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    add_links (&self, interface);
  CG_FOREACH (CgDeclaration, declaration, description->declarations)
    {
      resolve_node (&self, &declaration->node);
      resolve_lines (&self, declaration->values);
      resolve_lines (&self, declaration->fields);
    }

  CG_FOREACH (CgInterface, interface, description->interfaces)
    {
      resolve_node (&self, &interface->node);
      for (guint i = 0; i < CG_N_MEMBERS; i++)
        resolve_members (&self, interface, interface->members[i]);
      resolve_replacements (&self, interface);
      CG_FOREACH (CgMethod, method, interface->methods)
        {
          resolve_lines (&self, method->in_args);
          resolve_lines (&self, method->out_args);
          resolve_lines (&self, method->items);
        }
    }

  g_hash_table_unref (self.links);
}
