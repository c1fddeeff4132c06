/* cg-elements-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The elements for members of interfaces, and for their arguments. */

#include "cg-parser-private.h"

static const Word access_words[] = {
  { "read", CG_ACCESS_READ },
  { "write", CG_ACCESS_WRITE },
  { "readwrite", CG_ACCESS_READWRITE },
  { NULL, 0 }
};

static const Word direction_words[] = {
  { "in", CG_DIRECTION_IN },
  { "out", CG_DIRECTION_OUT },
  { NULL, 0 }
};

static const Word boolean_words[] = {
  { "true", TRUE },
  { "false", FALSE },
  { NULL, 0 }
};

static void
read_method_flag (Attributes    *attributes,
                  CgMethod      *method,
                  const char    *name,
                  CgMethodFlags  flag)
{
  int value = FALSE;

  cg_attributes_get_word (attributes, name, boolean_words, "'true' or 'false'", &value);
  if (value)
    method->flags |= flag;
}

gpointer
cg_element_start_method (Attributes *attributes,
                         Frame      *parent)
{
  CgMethod *method = cg_method_new (parent->object, &attributes->parser->location);

  method->node.name = cg_attributes_get_string (attributes, "name", &method->node.name_location);
  method->timeout_text = cg_attributes_get_string (attributes, "timeout", &method->timeout_location);
  read_method_flag (attributes, method, "oneway", CG_METHOD_ONEWAY);
  read_method_flag (attributes, method, "latest-wins", CG_METHOD_LATEST_WINS);
  read_method_flag (attributes, method, "idempotent", CG_METHOD_IDEMPOTENT);
  method->oneway_location = cg_attributes_locate (attributes, "oneway", FALSE);

  return method;
}

gpointer
cg_element_start_signal (Attributes *attributes,
                         Frame      *parent)
{
  CgSignal *signal = cg_signal_new (parent->object, &attributes->parser->location);

  signal->node.name = cg_attributes_get_string (attributes, "name", &signal->node.name_location);

  return signal;
}

gpointer
cg_element_start_stream (Attributes *attributes,
                         Frame      *parent)
{
  CgStream *stream = cg_stream_new (parent->object, &attributes->parser->location);

  stream->node.name = cg_attributes_get_string (attributes, "name", &stream->node.name_location);

  return stream;
}

static const Word transfer_words[] = {
  { "none", FALSE },
  { "full", TRUE },
  { NULL, 0 }
};

gpointer
cg_element_start_property (Attributes *attributes,
                           Frame      *parent)
{
  CgProperty *property = cg_property_new (parent->object, &attributes->parser->location);
  int access = CG_ACCESS_READ;

  property->node.name = cg_attributes_get_string (attributes, "name", &property->node.name_location);
  cg_attributes_get_type (attributes, &property->use);
  cg_attributes_get_word (attributes, "access", access_words, "'read', 'write' or 'readwrite'", &access);
  property->access = access;

  return property;
}

/* The arguments of a signal all go out. */
static void
check_signal_direction (Attributes *attributes,
                        int         direction)
{
  CgLocation location;

  if (direction == CG_DIRECTION_OUT)
    return;

  location = cg_attributes_locate (attributes, "direction", TRUE);
  cg_diagnostics_warning (attributes->parser->diagnostics, CG_WARNING_SIGNAL_DIRECTION, &location,
                          "the arguments of a signal go out; the direction is ignored");
}

/* The arguments that one of a direction is among. */
static GPtrArray *
get_args (const Frame *parent,
          int          direction)
{
  CgMethod *method = parent->object;
  CgStream *stream = parent->object;

  if (parent->kind == KIND_SIGNAL)
    return ((CgSignal *) parent->object)->args;
  if (parent->kind == KIND_STREAM)
    return direction == CG_DIRECTION_IN ? stream->in_args : stream->out_args;

  return direction == CG_DIRECTION_IN ? method->in_args : method->out_args;
}

gpointer
cg_element_start_arg (Attributes *attributes,
                      Frame      *parent)
{
  Parser *self = attributes->parser;
  gboolean is_signal = parent->kind == KIND_SIGNAL;
  int direction = is_signal ? CG_DIRECTION_OUT : CG_DIRECTION_IN;
  int moved = FALSE;
  CgArg *arg;

  cg_attributes_get_word (attributes, "direction", direction_words,
                          is_signal ? "'out'" : "'in' or 'out'", &direction);
  if (is_signal)
    check_signal_direction (attributes, direction);

  arg = cg_arg_new (get_args (parent, direction), &self->location);
  arg->direction = direction;
  arg->node.name = cg_attributes_get_string (attributes, "name", &arg->node.name_location);
  cg_attributes_get_type (attributes, &arg->use);
  cg_attributes_get_word (attributes, "transfer", transfer_words, "'none' or 'full'", &moved);
  arg->use.is_moved = moved;
  arg->use.moved_location = cg_attributes_locate (attributes, "transfer", FALSE);

  return arg;
}
