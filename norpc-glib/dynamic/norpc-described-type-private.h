/* norpc-described-type-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"
#include "norpc-xml-tree-private.h"

G_BEGIN_DECLS

/* The type of an argument or a property, as its element describes it. */
typedef struct
{
  const char    *signature; /* (unowned): of the GVariant */
  GType        (*get_type) (void);
  NorpcArgFlags  flags;
  const char    *declared;  /* (unowned) (nullable): the name in the description, if that says more than the signature */
  char          *left_out;  /* (owned) (nullable): why the type needs generated code */
} NorpcDescribedType;

/* @declared: the elements that declare types, by name; see norpc-declared-types-private.h. */
gboolean norpc_described_type_read (NorpcDescribedType     *self,
                                    const NorpcXmlElement  *element,
                                    GHashTable             *declared,
                                    gboolean                may_move,
                                    GError                **error);

gboolean norpc_described_type_check_field (const NorpcXmlElement  *field,
                                           GHashTable             *declared,
                                           GError                **error);

NorpcXmlElement *norpc_xml_element_make_stream (const NorpcXmlElement  *method,
                                                GError                **error);

const char *norpc_xml_element_get_annotation (const NorpcXmlElement  *self,
                                              const char             *name);
gboolean    norpc_xml_element_read_boolean   (const NorpcXmlElement  *self,
                                              const char             *attribute,
                                              const char             *annotation,
                                              gboolean               *value,
                                              GError                **error);
gboolean    norpc_xml_element_read_word      (const NorpcXmlElement  *self,
                                              const char             *attribute,
                                              const char * const     *words,
                                              int                    *index,
                                              GError                **error);
gboolean    norpc_xml_element_read_number    (const NorpcXmlElement  *self,
                                              const char             *attribute,
                                              const char             *annotation,
                                              guint                  *number,
                                              GError                **error);
gboolean    norpc_xml_element_check_name     (const NorpcXmlElement  *self,
                                              const char             *name,
                                              const char             *what,
                                              GError                **error);

G_END_DECLS
