/* cg-elements-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The elements that declare types. */

#include "cg-parser-private.h"

#include "model/cg-declarations.h"

gpointer
cg_element_start_declaration (Attributes *attributes,
                              Frame      *parent G_GNUC_UNUSED,
                              int         kind)
{
  Parser *self = attributes->parser;
  CgDeclaration *declaration = cg_declaration_new (self->description, kind, &self->location);

  declaration->node.name = cg_attributes_get_string (attributes, "name", &declaration->node.name_location);
  declaration->dbus_prefix = cg_attributes_get_string (attributes, "dbus-prefix", &declaration->dbus_location);
  self->n_definitions++;

  return declaration;
}

/* A <value>, or an <error>. */
gpointer
cg_element_start_value (Attributes *attributes,
                        Frame      *parent,
                        int         detail G_GNUC_UNUSED)
{
  CgValue *value = cg_value_new (parent->object, &attributes->parser->location);

  value->node.name = cg_attributes_get_string (attributes, "name", &value->node.name_location);
  value->value_text = cg_attributes_get_string (attributes, "value", &value->value_location);
  value->dbus_name = cg_attributes_get_string (attributes, "dbus-name", &value->dbus_location);
  value->nick = cg_attributes_get_string (attributes, "nick", &value->nick_location);

  return value;
}

gpointer
cg_element_start_field (Attributes *attributes,
                        Frame      *parent,
                        int         detail G_GNUC_UNUSED)
{
  CgField *field = cg_field_new (parent->object, &attributes->parser->location);

  field->node.name = cg_attributes_get_string (attributes, "name", &field->node.name_location);
  cg_attributes_get_type (attributes, &field->use);

  return field;
}
