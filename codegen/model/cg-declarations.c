/* cg-declarations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-declarations.h"

static void
value_free (gpointer data)
{
  CgValue *value = data;

  cg_node_clear (&value->node);
  g_free (value);
}

static void
field_free (gpointer data)
{
  CgField *field = data;

  cg_node_clear (&field->node);
  g_free (field);
}

void
cg_declaration_free (gpointer data)
{
  CgDeclaration *self = data;

  cg_node_clear (&self->node);
  g_ptr_array_unref (self->values);
  g_ptr_array_unref (self->fields);
  g_free (self->names);
  g_free (self);
}

CgDeclaration *
cg_declaration_new (CgDescription    *description,
                    CgDeclaredKind    kind,
                    const CgLocation *location)
{
  CgDeclaration *self = g_new0 (CgDeclaration, 1);

  cg_node_init (&self->node, location);
  self->kind = kind;
  self->dbus_location = *location;
  self->values = g_ptr_array_new_with_free_func (value_free);
  self->fields = g_ptr_array_new_with_free_func (field_free);
  g_ptr_array_add (description->declarations, self);

  return self;
}

CgValue *
cg_value_new (CgDeclaration    *declaration,
              const CgLocation *location)
{
  CgValue *self = g_new0 (CgValue, 1);

  cg_node_init (&self->node, location);
  self->value_location = *location;
  self->dbus_location = *location;
  g_ptr_array_add (declaration->values, self);

  return self;
}

CgField *
cg_field_new (CgDeclaration    *declaration,
              const CgLocation *location)
{
  CgField *self = g_new0 (CgField, 1);

  cg_node_init (&self->node, location);
  self->use.location = *location;
  g_ptr_array_add (declaration->fields, self);

  return self;
}
