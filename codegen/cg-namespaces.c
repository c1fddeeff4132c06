/* cg-namespaces.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Prefixes of namespaces, and elements that have one. */

#include "cg-parser-private.h"

#include <string.h>

#define XINCLUDE_NAMESPACE  "http://www.w3.org/2001/XInclude"
#define TELEPATHY_NAMESPACE "http://telepathy.freedesktop.org/wiki/DbusSpec#extensions-v0"

/* Declares the prefixes of the current tag until its frame ends. */
void
cg_namespaces_push (Attributes *attributes)
{
  for (guint i = 0; attributes->names[i] != NULL; i++)
    if (g_str_has_prefix (attributes->names[i], "xmlns:"))
      {
        Prefix prefix = {
          g_strdup (attributes->names[i] + strlen ("xmlns:")),
          g_strdup (attributes->values[i])
        };

        g_array_append_val (attributes->parser->prefixes, prefix);
      }
}

/* The namespace of "prefix:name", or NULL if the prefix is not declared. */
static const char *
find_namespace (Parser     *self,
                const char *name)
{
  gsize length = strchr (name, ':') - name;

  for (guint i = self->prefixes->len; i > 0; i--)
    {
      const Prefix *prefix = &g_array_index (self->prefixes, Prefix, i - 1);

      if (strlen (prefix->prefix) == length && strncmp (prefix->prefix, name, length) == 0)
        return prefix->uri;
    }

  return NULL;
}

/* Warns once of each in a file. */
static void
warn_of_prefix (Parser           *self,
                const CgLocation *location,
                const char       *name,
                gboolean          is_attribute)
{
  g_autofree char *prefix = g_strndup (name, strcspn (name, ":"));

  if (*prefix == '\0')
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_PREFIX, location,
                            "the prefix of '%s' is empty", name);
  else if (g_hash_table_add (self->said, g_strdup (prefix)))
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_PREFIX, location,
                            is_attribute ? "the prefix of '%s' is not declared; add xmlns:%s=\"...\""
                                         : "the prefix of <%s> is not declared; add xmlns:%s=\"...\"",
                            name, prefix);
}

void
cg_namespaces_check_attributes (Attributes *attributes)
{
  for (guint i = 0; attributes->names[i] != NULL; i++)
    {
      const char *name = attributes->names[i];

      if (strchr (name, ':') != NULL && !g_str_has_prefix (name, "xmlns:") && !g_str_has_prefix (name, "xml:") &&
          find_namespace (attributes->parser, name) == NULL)
        {
          CgLocation location = cg_attributes_locate (attributes, name, FALSE);

          warn_of_prefix (attributes->parser, &location, name, TRUE);
        }
    }
}

/* Elements of others that document what they are in. */
static const struct
{
  const char *uri;
  const char *element;
} doc_elements[] = {
  { TELEPATHY_NAMESPACE, "docstring" },
  { "http://www.freedesktop.org/dbus/1.0/doc.dtd", "doc" },
  { "https://www.freedesktop.org/dbus/1.0/doc.dtd", "doc" },
  { "http://www.canonical.com/dbus/dox.dtd", "d" },
};

static Kind
start_doc (Parser   *self,
           Frame    *parent,
           gpointer *object,
           gboolean  deprecates)
{
  cg_parser_start_doc (self, TRUE, deprecates);
  *object = parent->object;

  return KIND_DOC;
}

/* What documents @parent, if the element does. */
static Kind
start_documentation (Attributes *attributes,
                     const char *uri,
                     const char *local,
                     Frame      *parent,
                     gpointer   *object)
{
  CgNode *node = parent->object;
  const char *version = cg_attributes_find (attributes, "version");

  for (gsize i = 0; i < G_N_ELEMENTS (doc_elements); i++)
    if (g_str_equal (uri, doc_elements[i].uri) && g_str_equal (local, doc_elements[i].element))
      return start_doc (attributes->parser, parent, object, FALSE);

  if (!g_str_equal (uri, TELEPATHY_NAMESPACE))
    return KIND_IGNORED;
  if (g_str_equal (local, "deprecated"))
    return start_doc (attributes->parser, parent, object, TRUE);
  if (g_str_equal (local, "added") && version != NULL && node->since == NULL)
    node->since = cg_description_string (attributes->parser->description, version);

  return KIND_IGNORED;
}

/* An element with a prefix is of another language. */
Kind
cg_namespaces_start (Attributes *attributes,
                     Frame      *parent,
                     gpointer   *object)
{
  Parser *self = attributes->parser;
  const char *name = attributes->element;
  const char *uri = find_namespace (self, name);
  const char *local = strchr (name, ':') + 1;

  if (uri == NULL && parent->kind != KIND_ROOT)
    warn_of_prefix (self, &self->location, name, FALSE);
  else if (g_strcmp0 (uri, XINCLUDE_NAMESPACE) == 0 && g_str_equal (local, "include"))
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "<%s> is not supported: give all files on the command line", name);
  else if (g_strcmp0 (uri, TELEPATHY_NAMESPACE) == 0 && g_str_equal (local, "spec") &&
           parent->kind == KIND_ROOT)
    return KIND_NODE;
  else if (parent->kind == KIND_ROOT)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the root element is <%s>; it must be <node>", name);
  else if (parent->object != NULL && parent->kind != KIND_ANNOTATION)
    return start_documentation (attributes, uri, local, parent, object);

  return KIND_IGNORED;
}
