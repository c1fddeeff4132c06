/* cg-model.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-declarations.h"

#include <string.h>

static void
node_clear (CgNode *node)
{
  g_ptr_array_unref (node->annotations);
  g_free (node->names);
}

/* Frees a node that owns nothing else. */
static void
node_free (gpointer data)
{
  node_clear (data);
  g_free (data);
}

/* Creates a node, a struct of @size bytes, and adds it to @siblings. */
gpointer
cg_node_new (gsize             size,
             const CgLocation *location,
             GPtrArray        *siblings)
{
  CgNode *self = g_malloc0 (size);

  self->location = *location;
  self->name_location = *location;
  self->annotations = g_ptr_array_new_with_free_func (node_free);
  g_ptr_array_add (siblings, self);

  return self;
}

void
cg_node_set_deprecated (CgNode     *node,
                        const char *text)
{
  node->deprecated = *text != '\0' && g_ascii_strcasecmp (text, "false") != 0;
  node->deprecated_text = node->deprecated && g_ascii_strcasecmp (text, "true") != 0 ? text : NULL;
}

static void
member_free (gpointer data)
{
  CgMember *member = data;

  node_clear (&member->node);
  g_ptr_array_unref (member->in_args);
  g_ptr_array_unref (member->out_args);
  g_ptr_array_unref (member->items);
  g_free (member);
}

static void
interface_free (gpointer data)
{
  CgInterface *interface = data;

  node_clear (&interface->node);
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    g_ptr_array_unref (interface->members[i]);
  g_free (interface);
}

static void
declaration_free (gpointer data)
{
  CgDeclaration *self = data;

  node_clear (&self->node);
  g_ptr_array_unref (self->values);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

CgDescription *
cg_description_new (void)
{
  CgDescription *self = g_new0 (CgDescription, 1);

  self->interfaces = g_ptr_array_new_with_free_func (interface_free);
  self->files = g_ptr_array_new ();
  self->girs = g_ptr_array_new_with_free_func (g_free);
  self->includes = g_ptr_array_new_with_free_func (node_free);
  self->declarations = g_ptr_array_new_with_free_func (declaration_free);
  self->named_types = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->strings = g_string_chunk_new (4096);

  return self;
}

void
cg_description_free (CgDescription *self)
{
  g_ptr_array_unref (self->interfaces);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->girs);
  g_ptr_array_unref (self->includes);
  g_ptr_array_unref (self->declarations);
  g_hash_table_unref (self->named_types);
  g_ptr_array_unref (self->headers);
  g_string_chunk_free (self->strings);
  g_free (self);
}

const char *
cg_description_string (CgDescription *self,
                       const char    *string)
{
  return string != NULL ? g_string_chunk_insert_const (self->strings, string) : NULL;
}

/* Checks whether types of other libraries are used. Only these and interfaces have a dot in the
 * name. */
gboolean
cg_description_has_foreign_types (const CgDescription *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->named_types);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CgNamedType *named = value;

      if (named->interface == NULL && strchr (named->name, '.') != NULL)
        return TRUE;
    }

  return FALSE;
}

/* @name belongs to @description. */
CgNamedType *
cg_named_type_new (CgDescription *description,
                   const char    *name,
                   CgNamedKind    kind)
{
  CgNamedType *self = g_new0 (CgNamedType, 1);

  self->name = name;
  self->kind = kind;
  self->type.is_pointer = kind != CG_NAMED_ENUM && kind != CG_NAMED_FLAGS;
  self->array.is_pointer = TRUE;
  g_hash_table_insert (description->named_types, (gpointer) name, self);

  return self;
}

void
cg_named_type_set_names (CgDescription     *description,
                         CgNamedType       *named,
                         const CgTypeNames *names)
{
  named->c_type = cg_description_string (description, names->c_type);
  named->lower = cg_description_string (description, names->lower);

  cg_named_type_fill (&named->type, &named->array, named->kind, names, description->strings);
}

CgInterface *
cg_interface_new (CgDescription    *description,
                  const CgLocation *location)
{
  CgInterface *self = cg_node_new (sizeof *self, location, description->interfaces);

  for (guint i = 0; i < CG_N_MEMBERS; i++)
    self->members[i] = g_ptr_array_new_with_free_func (member_free);

  return self;
}

CgMember *
cg_member_new (CgInterface      *interface,
               CgMemberKind      kind,
               const CgLocation *location)
{
  CgMember *self = cg_node_new (sizeof *self, location, interface->members[kind]);

  self->kind = kind;
  self->use.location = *location;
  self->in_args = g_ptr_array_new_with_free_func (node_free);
  self->out_args = g_ptr_array_new_with_free_func (node_free);
  self->items = g_ptr_array_new_with_free_func (node_free);

  return self;
}

CgAnnotation *
cg_annotation_new (CgNode           *parent,
                   const CgLocation *location)
{
  CgAnnotation *self = cg_node_new (sizeof *self, location, parent->annotations);

  self->value_location = *location;

  return self;
}

CgDeclaration *
cg_declaration_new (CgDescription    *description,
                    CgDeclaredKind    kind,
                    const CgLocation *location)
{
  CgDeclaration *self = cg_node_new (sizeof *self, location, description->declarations);

  self->kind = kind;
  self->dbus_location = *location;
  self->values = g_ptr_array_new_with_free_func (node_free);
  self->fields = g_ptr_array_new_with_free_func (node_free);

  return self;
}

const CgArg *
cg_method_get_return_arg (const CgMethod *self)
{
  const CgArg *arg = self->out_args->len == 1 ? g_ptr_array_index (self->out_args, 0) : NULL;

  return arg != NULL && arg->use.type->is_pointer && !arg->use.nullable ? arg : NULL;
}

/* The types of records can be longer, and nested deeper, than D-Bus allows. */
static CgReach
get_reach_of_use (const CgTypeUse *self)
{
  g_autofree char *message = NULL;

  if (self->variant == NULL)
    return CG_REACH_PROCESS;

  return strchr (self->variant, 'm') == NULL && cg_type_check (self->variant, &message)
         ? CG_REACH_DBUS : CG_REACH_VARIANT;
}

static CgReach
get_reach_of_args (GPtrArray *args)
{
  CgReach reach = CG_REACH_DBUS;
  gsize length = 0;

  CG_FOREACH (const CgArg, arg, args)
    {
      reach = MIN (reach, get_reach_of_use (&arg->use));
      length += arg->use.variant != NULL ? strlen (arg->use.variant) : 0;
    }

  return length <= CG_MAX_SIGNATURE ? reach : MIN (reach, CG_REACH_VARIANT);
}

gboolean
cg_member_is_stream (const CgMember *self)
{
  return (self->flags & CG_METHOD_STREAM) != 0;
}

/* D-Bus has no streams. */
CgReach
cg_member_get_reach (const CgMember *self)
{
  if (cg_member_is_stream (self))
    return CG_REACH_PROCESS;
  if (self->kind == CG_MEMBER_PROPERTY)
    return get_reach_of_use (&self->use);

  return MIN (get_reach_of_args (self->in_args), get_reach_of_args (self->out_args));
}

/* Returns the type of values on D-Bus, where an object of a described interface is a path, or NULL if they have no form, or
 * one that cannot be NULL there.
 */
const char *
cg_type_use_get_form (const CgTypeUse *self)
{
  if (self->named == NULL || self->named->kind != CG_NAMED_INTERFACE)
    return get_reach_of_use (self) == CG_REACH_DBUS ? self->variant : NULL;
  if (self->nullable)
    return NULL;

  return self->type == &self->named->array ? "ao" : "o";
}

/* Objects of described interfaces leave the process over D-Bus, and over nothing else. */
static gboolean
is_passed (const CgTypeUse *self,
           gboolean        *has_objects)
{
  gboolean is_object = self->named != NULL && self->named->kind == CG_NAMED_INTERFACE;

  *has_objects |= is_object;

  return is_object || self->variant != NULL;
}

static gboolean
are_passed (GPtrArray *args,
            gboolean  *has_objects)
{
  CG_FOREACH (const CgArg, arg, args)
    if (!is_passed (&arg->use, has_objects))
      return FALSE;

  return TRUE;
}

/* Returns TRUE if the member has objects, and nothing else that stays in the process. */
gboolean
cg_member_passes_objects (const CgMember *self)
{
  gboolean has_objects = FALSE;

  if (cg_member_is_stream (self))
    return FALSE;
  if (self->kind == CG_MEMBER_PROPERTY)
    return is_passed (&self->use, &has_objects) && has_objects;

  return are_passed (self->in_args, &has_objects) && are_passed (self->out_args, &has_objects) && has_objects;
}

/* The values that a part of a member can have when it leaves the process. */
typedef enum
{
  TAKES_VALUES  = 0,
  TAKES_OBJECTS = 1 << 0,
  TAKES_HANDLES = 1 << 1
} Takes;

static gboolean
is_dbus_type (const char *signature)
{
  g_autofree char *form = cg_type_make_form (signature);
  g_autofree char *message = NULL;

  return cg_type_check (form, &message);
}

static CgCrossing
get_crossing_of_use (const CgTypeUse *self,
                     Takes            takes)
{
  CgCrossing crossing;

  if (self->named != NULL && self->named->kind == CG_NAMED_INTERFACE)
    return (takes & TAKES_OBJECTS) != 0 ? CG_CROSSES_DBUS : CG_CROSSES_NOTHING;
  if (self->variant == NULL)
    return CG_CROSSES_NOTHING;

  crossing = is_dbus_type (self->variant) ? CG_CROSSES_DBUS : CG_CROSSES_NOTHING;
  if (strchr (self->variant, 'h') != NULL)
    return (takes & TAKES_HANDLES) != 0 ? crossing : CG_CROSSES_NOTHING;

  return crossing | CG_CROSSES_NATS;
}

/* The values of @args are in one message, the signature of which D-Bus limits. */
static CgCrossing
get_crossing_of_args (GPtrArray *args,
                      Takes      takes)
{
  CgCrossing crossing = CG_CROSSES_DBUS | CG_CROSSES_NATS;
  gsize length = 0;

  CG_FOREACH (const CgArg, arg, args)
    {
      crossing &= get_crossing_of_use (&arg->use, takes);
      /* An object is a path there. */
      length += arg->use.variant != NULL ? strlen (arg->use.variant) : strlen ("ao");
      length += arg->use.nullable;
    }

  return length <= CG_MAX_SIGNATURE ? crossing : crossing & ~(guint) CG_CROSSES_DBUS;
}

/* Descriptors belong to calls, and NATS has neither them nor objects and streams. */
CgCrossing
cg_member_get_crossing (const CgMember *self)
{
  if (self->kind == CG_MEMBER_PROPERTY)
    return get_crossing_of_use (&self->use, TAKES_OBJECTS);
  if (self->kind == CG_MEMBER_SIGNAL)
    return get_crossing_of_args (self->out_args, TAKES_OBJECTS);
  if (cg_member_is_stream (self))
    return get_crossing_of_args (self->in_args, TAKES_OBJECTS | TAKES_HANDLES) &
           get_crossing_of_args (self->items, TAKES_VALUES) &
           get_crossing_of_args (self->out_args, TAKES_VALUES) & CG_CROSSES_DBUS;

  return get_crossing_of_args (self->in_args, TAKES_OBJECTS | TAKES_HANDLES) &
         get_crossing_of_args (self->out_args, TAKES_OBJECTS | TAKES_HANDLES);
}

static gboolean
may_be_missing (const CgTypeUse *self)
{
  return self->nullable || (self->variant != NULL && strchr (self->variant, 'm') != NULL);
}

static gboolean
may_one_be_missing (GPtrArray *args)
{
  CG_FOREACH (const CgArg, arg, args)
    if (may_be_missing (&arg->use))
      return TRUE;

  return FALSE;
}

/* Returns TRUE if the member has a value, or a part of one, that may be NULL. */
gboolean
cg_member_has_maybes (const CgMember *self)
{
  return self->kind == CG_MEMBER_PROPERTY
         ? may_be_missing (&self->use)
         : may_one_be_missing (self->in_args) || may_one_be_missing (self->out_args) ||
           may_one_be_missing (self->items);
}

const char *
cg_access_to_string (CgAccess self)
{
  return self == CG_ACCESS_READWRITE ? "readwrite" : self == CG_ACCESS_WRITE ? "write" : "read";
}

const char *
cg_member_kind_to_string (CgMemberKind self)
{
  static const char * const words[] = { "method", "signal", "property" };

  return words[self];
}

const char *
cg_member_get_word (const CgMember *self)
{
  return cg_member_is_stream (self) ? "stream" : cg_member_kind_to_string (self->kind);
}

void
cg_description_foreach_use (CgDescription *self,
                            CgUseFunc      func,
                            gpointer       data)
{
  CG_FOREACH (CgDeclaration, declaration, self->declarations)
    CG_FOREACH (CgField, field, declaration->fields)
      func (&field->use, data);

  CG_FOREACH (CgInterface, interface, self->interfaces)
    for (guint i = 0; i < CG_N_MEMBERS; i++)
      CG_FOREACH (CgMember, member, interface->members[i])
        {
          CG_FOREACH (CgArg, arg, member->in_args)
            func (&arg->use, data);
          CG_FOREACH (CgArg, arg, member->out_args)
            func (&arg->use, data);
          CG_FOREACH (CgArg, arg, member->items)
            func (&arg->use, data);
          if (member->kind == CG_MEMBER_PROPERTY)
            func (&member->use, data);
        }
}
