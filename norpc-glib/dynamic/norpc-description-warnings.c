/* norpc-description-warnings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The elements of a description that are ignored because they are misspelled, or misplaced. Their names are those of
 * the generator, which warns of them, too.
 */

#include <string.h>

#include "norpc-description.h"
#include "norpc-xml-tree-private.h"

typedef enum
{
  KIND_ROOT       = 1 << 0, /* what the root element is in */
  KIND_NODE       = 1 << 1,
  KIND_INTERFACE  = 1 << 2,
  KIND_METHOD     = 1 << 3,
  KIND_SIGNAL     = 1 << 4,
  KIND_PROPERTY   = 1 << 5,
  KIND_STREAM     = 1 << 6,
  KIND_ARG        = 1 << 7,
  KIND_RESULT     = 1 << 8,
  KIND_ENUM       = 1 << 9,
  KIND_DOMAIN     = 1 << 10,
  KIND_RECORD     = 1 << 11,
  KIND_VALUE      = 1 << 12,
  KIND_FIELD      = 1 << 13,
  KIND_ANNOTATION = 1 << 14,
  KIND_INCLUDE    = 1 << 15,
  KIND_DOC        = 1 << 16
} Kind;

#define KIND_DOCUMENTED \
  (KIND_INTERFACE | KIND_METHOD | KIND_SIGNAL | KIND_PROPERTY | KIND_STREAM | KIND_ARG | KIND_RESULT | KIND_ENUM | \
   KIND_DOMAIN | KIND_RECORD | KIND_VALUE | KIND_FIELD)

typedef struct
{
  const char *name;
  Kind        kind;
  Kind        parents;
} Known;

static const Known known_elements[] = {
  { "node", KIND_NODE, KIND_ROOT | KIND_NODE },
  { "include", KIND_INCLUDE, KIND_NODE },
  { "interface", KIND_INTERFACE, KIND_ROOT | KIND_NODE },
  { "method", KIND_METHOD, KIND_INTERFACE },
  { "signal", KIND_SIGNAL, KIND_INTERFACE },
  { "property", KIND_PROPERTY, KIND_INTERFACE },
  { "stream", KIND_STREAM, KIND_INTERFACE },
  { "result", KIND_RESULT, KIND_STREAM },
  { "arg", KIND_ARG, KIND_METHOD | KIND_SIGNAL | KIND_STREAM },
  { "enum", KIND_ENUM, KIND_NODE },
  { "flags", KIND_ENUM, KIND_NODE },
  { "error-domain", KIND_DOMAIN, KIND_NODE },
  { "record", KIND_RECORD, KIND_NODE },
  { "value", KIND_VALUE, KIND_ENUM },
  { "error", KIND_VALUE, KIND_DOMAIN },
  { "field", KIND_FIELD, KIND_RECORD },
  { "annotation", KIND_ANNOTATION, KIND_NODE | KIND_DOCUMENTED | KIND_ANNOTATION },
  { "doc", KIND_DOC, KIND_NODE | KIND_DOCUMENTED },
};

typedef struct
{
  const char *xmlns;    /* (unowned) (nullable): of the root element */
  GPtrArray  *warnings; /* (owned): of owned texts */
} Check;

static const Known *
find_known_element (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_elements); i++)
    if (g_str_equal (known_elements[i].name, name))
      return &known_elements[i];

  return NULL;
}

/* Returns TRUE if one letter was added, left out or replaced, or two next to each other were swapped. */
static gboolean
is_misspelled (const char *word,
               const char *name)
{
  gsize n = strlen (word), m = strlen (name);

  while (n > 0 && m > 0 && *word == *name)
    word++, name++, n--, m--;
  while (n > 0 && m > 0 && word[n - 1] == name[m - 1])
    n--, m--;

  return (n <= 1 && m <= 1) || (n == 2 && m == 2 && word[0] == name[1] && word[1] == name[0]);
}

/* Returns the name (unowned) of an element that may be meant, or NULL. */
static const char *
find_similar_name (const char *word,
                   Kind        parent)
{
  g_autofree char *lower = g_ascii_strdown (word, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (known_elements); i++)
    if ((known_elements[i].parents & parent) != 0 && is_misspelled (lower, known_elements[i].name))
      return known_elements[i].name;

  return NULL;
}

/* Takes ownership of @text. */
static void
add_warning (Check                 *self,
             const NorpcXmlElement *element,
             char                  *text)
{
  g_ptr_array_add (self->warnings, g_strdup_printf ("line %u, column %u: %s", element->line, element->column, text));
  g_free (text);
}

static void
warn_of_unknown_element (Check                 *self,
                         const NorpcXmlElement *element,
                         Kind                   parent)
{
  const char *similar = find_similar_name (element->name, parent);

  if (similar != NULL)
    add_warning (self, element, g_strdup_printf ("<%s> is not known; it is ignored with all in it; did you mean '%s'?",
                                                 element->name, similar));
  else
    add_warning (self, element, g_strdup_printf ("<%s> is not known; it is ignored with all in it", element->name));
}

/* Returns TRUE for elements of other tools. */
static gboolean
is_foreign (const Check           *self,
            const NorpcXmlElement *element)
{
  const char *xmlns = norpc_xml_element_get (element, "xmlns");

  return strchr (element->name, ':') != NULL || (xmlns != NULL && g_strcmp0 (xmlns, self->xmlns) != 0);
}

/* Nothing is said of elements within one that is ignored. The depth is limited when the text is parsed. */
static void
check_children (Check                 *self,
                const NorpcXmlElement *parent,
                Kind                   kind)
{
  for (guint i = 0; i < parent->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (parent->children, i);
      const Known *known = find_known_element (child->name);

      if (is_foreign (self, child))
        continue;

      if (known == NULL)
        warn_of_unknown_element (self, child, kind);
      else if ((known->parents & kind) == 0)
        add_warning (self, child, g_strdup_printf ("<%s> does not belong in <%s>; it is ignored", child->name,
                                                   parent->name));
      else if (known->kind != KIND_DOC)
        check_children (self, child, known->kind);
    }
}

/**
 * norpc_interface_info_list_warnings_for_xml:
 * @xml: a description
 *
 * Lists the elements that are ignored when a description is read at run time because there are none of their names,
 * or not in the elements that they are in.
 *
 * Such an element may be misspelled. Elements with a prefix or in another namespace of XML are those of other tools, and
 * are not listed. A program that reads its own description should show the list to its author; objects of
 * D-Bus may have elements that are newer than this library. This function is thread-safe.
 *
 * Returns: (transfer full) (array zero-terminated=1): a text for each element, with the line and the column; none if
 *   [func@Norpc.InterfaceInfo.list_for_xml] rejects the description because of its root element or of its form
 * Since: 0.1
 */
char **
norpc_interface_info_list_warnings_for_xml (const char *xml)
{
  g_autoptr (NorpcXmlElement) root = NULL;
  g_autoptr (GPtrArray) warnings = g_ptr_array_new ();
  const Known *known;

  g_return_val_if_fail (xml != NULL, NULL);

  root = norpc_xml_tree_new (xml, NULL);
  known = root != NULL ? find_known_element (root->name) : NULL;
  if (known != NULL && (known->parents & KIND_ROOT) != 0)
    check_children (&(Check) { norpc_xml_element_get (root, "xmlns"), warnings }, root, known->kind);
  g_ptr_array_add (warnings, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&warnings), FALSE);
}
