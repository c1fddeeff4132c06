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

/* A signal or a stream, or what all members have in common. */
gpointer
cg_element_start_member (Attributes *attributes,
                         Frame      *parent,
                         int         kind)
{
  CgMember *member = cg_member_new (parent->object, kind, &attributes->parser->location);

  member->node.name = cg_attributes_get_string (attributes, "name", &member->node.name_location);

  return member;
}

gpointer
cg_element_start_method (Attributes *attributes,
                         Frame      *parent,
                         int         detail G_GNUC_UNUSED)
{
  CgMethod *method = cg_element_start_member (attributes, parent, CG_MEMBER_METHOD);

  method->timeout_text = cg_attributes_get_string (attributes, "timeout", &method->timeout_location);
  read_method_flag (attributes, method, "oneway", CG_METHOD_ONEWAY);
  read_method_flag (attributes, method, "latest-wins", CG_METHOD_LATEST_WINS);
  read_method_flag (attributes, method, "idempotent", CG_METHOD_IDEMPOTENT);
  method->oneway_location = cg_attributes_locate (attributes, "oneway", FALSE);

  return method;
}

static const Word transfer_words[] = {
  { "none", FALSE },
  { "full", TRUE },
  { NULL, 0 }
};

gpointer
cg_element_start_property (Attributes *attributes,
                           Frame      *parent,
                           int         detail G_GNUC_UNUSED)
{
  CgMember *property = cg_element_start_member (attributes, parent, CG_MEMBER_PROPERTY);
  int access = CG_ACCESS_READ;

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

gpointer
cg_element_start_arg (Attributes *attributes,
                      Frame      *parent,
                      int         detail G_GNUC_UNUSED)
{
  Parser *self = attributes->parser;
  CgMember *member = parent->object;
  gboolean is_signal = member->kind == CG_MEMBER_SIGNAL;
  int direction = is_signal ? CG_DIRECTION_OUT : CG_DIRECTION_IN;
  int moved = FALSE;
  CgArg *arg;

  cg_attributes_get_word (attributes, "direction", direction_words,
                          is_signal ? "'out'" : "'in' or 'out'", &direction);
  if (is_signal)
    check_signal_direction (attributes, direction);

  /* all arguments of a signal go out */
  arg = cg_arg_new (is_signal || direction == CG_DIRECTION_OUT ? member->out_args : member->in_args, &self->location);
  arg->direction = direction;
  arg->node.name = cg_attributes_get_string (attributes, "name", &arg->node.name_location);
  cg_attributes_get_type (attributes, &arg->use);
  cg_attributes_get_word (attributes, "transfer", transfer_words, "'none' or 'full'", &moved);
  arg->use.is_moved = moved;
  arg->use.moved_location = cg_attributes_locate (attributes, "transfer", FALSE);

  return arg;
}
