/* cg-uses.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Every place of a model where a type is used. */

#include "cg-declarations.h"

static void
use_args (GPtrArray *args,
          CgUseFunc  func,
          gpointer   data)
{
  for (guint i = 0; i < args->len; i++)
    func (&((CgArg *) g_ptr_array_index (args, i))->use, data);
}

static void
use_interface (CgInterface *interface,
               CgUseFunc    func,
               gpointer     data)
{
  CG_FOREACH (CgMethod, method, interface->methods)
    {
      use_args (method->in_args, func, data);
      use_args (method->out_args, func, data);
    }
  for (guint i = 0; i < interface->signals->len; i++)
    use_args (((CgSignal *) g_ptr_array_index (interface->signals, i))->args, func, data);
  for (guint i = 0; i < interface->properties->len; i++)
    func (&((CgProperty *) g_ptr_array_index (interface->properties, i))->use, data);
  CG_FOREACH (CgStream, stream, interface->streams)
    {
      use_args (stream->in_args, func, data);
      use_args (stream->out_args, func, data);
    }
}

void
cg_description_foreach_use (CgDescription *self,
                            CgUseFunc      func,
                            gpointer       data)
{
  CG_FOREACH (const CgDeclaration, declaration, self->declarations)
    {
      for (guint j = 0; j < declaration->fields->len; j++)
        func (&((CgField *) g_ptr_array_index (declaration->fields, j))->use, data);
    }
  for (guint i = 0; i < self->interfaces->len; i++)
    use_interface (g_ptr_array_index (self->interfaces, i), func, data);
}
