/* cg-prefixes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Prefixes of namespaces, and elements that have one. */

#include "cg-parser-private.h"

#include <string.h>

#define XINCLUDE_NAMESPACE  "http://www.w3.org/2001/XInclude"
#define TELEPATHY_NAMESPACE "http://telepathy.freedesktop.org/wiki/DbusSpec#extensions-v0"

/* Declares the prefixes of the current tag, from here to the end of the file. */
static void
declare_prefixes (Attributes *attributes)
{
  for (guint i = 0; attributes->list[i] != NULL; i += 2)
    if (g_str_has_prefix (attributes->list[i], "xmlns:"))
      g_hash_table_replace (attributes->parser->prefixes,
                            g_strdup (attributes->list[i] + strlen ("xmlns:")),
                            g_strdup (attributes->list[i + 1]));
}

/* Returns the namespace of "prefix:name". Warns once about each prefix that is not declared and
 * returns NULL, later "". */
static const char *
find_namespace (Parser           *self,
                const CgLocation *location,
                const char       *name,
                gboolean          is_attribute)
{
  g_autofree char *prefix = g_strndup (name, strcspn (name, ":"));
  const char *uri = g_hash_table_lookup (self->prefixes, prefix);

  if (uri != NULL)
    return uri;

  if (*prefix == '\0')
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_PREFIX, location,
                            "the prefix of '%s' is empty", name);
  else
    cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_PREFIX, location,
                            is_attribute
                            ? "the prefix of '%s' is not declared; add xmlns:%s=\"...\""
                            : "the prefix of <%s> is not declared; add xmlns:%s=\"...\"",
                            name, prefix);
  g_hash_table_insert (self->prefixes, g_steal_pointer (&prefix), g_strdup (""));

  return NULL;
}

static void
check_prefixes (Attributes *attributes)
{
  for (guint i = 0; attributes->list[i] != NULL; i += 2)
    {
      const char *name = attributes->list[i];
      CgLocation location;

      if (strchr (name, ':') == NULL || g_str_has_prefix (name, "xmlns:") ||
          g_str_has_prefix (name, "xml:"))
        continue;

      location = cg_attributes_locate (attributes, name, FALSE);
      find_namespace (attributes->parser, &location, name, TRUE);
    }
}

/* Reads the prefixes that a tag declares, and checks those that it uses. */
void
cg_prefixes_read (Attributes *attributes)
{
  declare_prefixes (attributes);
  check_prefixes (attributes);
}

/* Checks for an element of another language that documents its parent. */
static gboolean
is_documentation (const char *uri,
                  const char *local)
{
  static const struct
  {
    const char *uri;
    const char *element;
  } elements_of_others[] = {
    { TELEPATHY_NAMESPACE, "docstring" },
    { "http://www.freedesktop.org/dbus/1.0/doc.dtd", "doc" },
    { "https://www.freedesktop.org/dbus/1.0/doc.dtd", "doc" },
    { "http://www.canonical.com/dbus/dox.dtd", "d" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (elements_of_others); i++)
    if (g_str_equal (uri, elements_of_others[i].uri) &&
        g_str_equal (local, elements_of_others[i].element))
      return TRUE;

  return FALSE;
}

/* Begins an element with a prefix, which belongs to another language. */
Kind
cg_prefixes_start_element (Attributes *attributes,
                           gpointer   *object)
{
  Parser *self = attributes->parser;
  const Frame *parent = attributes->parent;
  const char *name = attributes->element;
  const char *local = strchr (name, ':') + 1;
  const char *uri = find_namespace (self, &self->location, name, FALSE);

  if (g_strcmp0 (uri, XINCLUDE_NAMESPACE) == 0 && g_str_equal (local, "include"))
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "<%s> is not supported: give all files on the command line", name);
  else if (g_strcmp0 (uri, TELEPATHY_NAMESPACE) == 0 && g_str_equal (local, "spec") &&
           parent->kind == KIND_ROOT)
    return KIND_NODE;
  else if (parent->kind == KIND_ROOT)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the root element is <%s>; it must be <node>", name);
  else if (uri != NULL && parent->object != NULL && parent->kind != KIND_ANNOTATION &&
           is_documentation (uri, local))
    {
      g_string_truncate (self->doc, 0);
      *object = parent->object;
      return KIND_DOC;
    }

  return KIND_IGNORED;
}
