/* cg-elements-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The elements that declare types. */

#include "cg-parser-private.h"

#include "model/cg-declarations.h"

static gpointer
start_declaration (Attributes     *attributes,
                   CgDeclaredKind  kind)
{
  Parser *self = attributes->parser;
  CgDeclaration *declaration = cg_declaration_new (self->description, kind, &self->location);

  declaration->node.name = cg_attributes_get_string (attributes, "name", &declaration->node.name_location);
  declaration->dbus_prefix = cg_attributes_get_string (attributes, "dbus-prefix", &declaration->dbus_location);
  self->n_definitions++;

  return declaration;
}

gpointer
cg_element_start_enum (Attributes *attributes,
                       Frame      *parent G_GNUC_UNUSED)
{
  return start_declaration (attributes, CG_DECLARED_ENUM);
}

gpointer
cg_element_start_flags (Attributes *attributes,
                        Frame      *parent G_GNUC_UNUSED)
{
  return start_declaration (attributes, CG_DECLARED_FLAGS);
}

gpointer
cg_element_start_error_domain (Attributes *attributes,
                               Frame      *parent G_GNUC_UNUSED)
{
  return start_declaration (attributes, CG_DECLARED_ERROR_DOMAIN);
}

gpointer
cg_element_start_record (Attributes *attributes,
                         Frame      *parent G_GNUC_UNUSED)
{
  return start_declaration (attributes, CG_DECLARED_RECORD);
}

/* A <value>, or an <error>. */
gpointer
cg_element_start_value (Attributes *attributes,
                        Frame      *parent)
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
                        Frame      *parent)
{
  CgField *field = cg_field_new (parent->object, &attributes->parser->location);

  field->node.name = cg_attributes_get_string (attributes, "name", &field->node.name_location);
  cg_attributes_get_type (attributes, &field->use);

  return field;
}
