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

/* An element with a prefix is of another language. */
Kind
cg_namespaces_start (Parser     *self,
                     const char *name,
                     Frame      *parent)
{
  const char *uri = find_namespace (self, name);
  const char *local = strchr (name, ':') + 1;

  if (uri == NULL)
    {
      g_autofree char *prefix = g_strndup (name, local - 1 - name);

      if (g_hash_table_add (self->said, g_strdup (prefix)))
        cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_PREFIX, &self->location,
                                "the prefix of <%s> is not declared; add xmlns:%s=\"...\"",
                                name, prefix);
    }
  else if (g_str_equal (uri, XINCLUDE_NAMESPACE) && g_str_equal (local, "include"))
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "<%s> is not supported: give all files on the command line", name);
  else if (g_str_equal (uri, TELEPATHY_NAMESPACE) && g_str_equal (local, "spec") &&
           parent->kind == KIND_ROOT)
    return KIND_NODE;
  else if (parent->kind == KIND_ROOT)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the root element is <%s>; it must be <node>", name);

  return KIND_IGNORED;
}
