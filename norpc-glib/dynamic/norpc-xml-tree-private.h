/* norpc-xml-tree-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An element of a description, with its place in the text. */
typedef struct _NorpcXmlElement NorpcXmlElement;

struct _NorpcXmlElement
{
  char      *name;     /* (owned) */
  char     **names;    /* (owned): of the attributes */
  char     **values;   /* (owned) */
  guint      line;     /* from 1 */
  guint      column;   /* from 1, in characters */
  GPtrArray *children; /* (owned): of owned NorpcXmlElement */
};

NorpcXmlElement *norpc_xml_tree_new        (const char             *text,
                                            GError                **error);
void             norpc_xml_element_free    (NorpcXmlElement        *self);
const char      *norpc_xml_element_get     (const NorpcXmlElement  *self,
                                            const char             *name);
void             norpc_xml_element_fail    (const NorpcXmlElement  *self,
                                            GError                **error,
                                            const char             *format,
                                            ...) G_GNUC_PRINTF (3, 4);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcXmlElement, norpc_xml_element_free)

G_END_DECLS
