/* cg-declarations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-declarations.h"

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
  CgDeclaration *self = cg_node_new (sizeof *self, location, description->declarations);

  self->kind = kind;
  self->dbus_location = *location;
  self->values = g_ptr_array_new_with_free_func (cg_node_free);
  self->fields = g_ptr_array_new_with_free_func (cg_node_free);

  return self;
}

CgValue *
cg_value_new (CgDeclaration    *declaration,
              const CgLocation *location)
{
  CgValue *self = cg_node_new (sizeof *self, location, declaration->values);

  self->value_location = *location;
  self->dbus_location = *location;

  return self;
}

CgField *
cg_field_new (CgDeclaration    *declaration,
              const CgLocation *location)
{
  CgField *self = cg_node_new (sizeof *self, location, declaration->fields);

  self->use.location = *location;

  return self;
}
