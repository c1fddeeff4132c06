/* norpc-value-part.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Visits the parts of an argument.
 *
 * Checking, hashing and copying an argument includes the elements of arrays and the fields of
 * records. Records nest, and a chain of them can be long. The records are therefore kept in a
 * list, so that no function recurses by their depth. Records that have been visited stay in
 * the list, because they are on the paths to those that they contain.
 *
 * The fields of a record that is an object never change. They are checked when it is constructed,
 * and visited only if they are not valid, to find out where.
 */

#include <string.h>

#include "norpc-value-part-private.h"

typedef struct
{
  const NorpcRecordInfo *info;
  GType                  type;
  gconstpointer          record;
  int                    parent; /* as of the part that the record is */
  const char            *field;  /* as of the part that the record is */
  int                    index;  /* as of the part that the record is */
} FoundRecord;

struct _NorpcValueWalk
{
  NorpcValuePartFunc func;
  gpointer           data;
  GArray            *records; /* (owned) (nullable) (element-type FoundRecord) */
};

/* Of a longer path, only the first and the last steps are described. */
#define MAX_STEPS 16

static G_DEFINE_QUARK (norpc-invalid-object, get_invalid_object)

/* Called while @object is constructed. */
void
norpc_object_set_invalid (GObject *object)
{
  g_object_set_qdata (object, get_invalid_object_quark (), object);
}

/* Thread-safe. Returns TRUE if @object is a record whose fields are not valid. */
gboolean
norpc_object_is_invalid (GObject *object)
{
  return g_object_get_qdata (object, get_invalid_object_quark ()) != NULL;
}

/* 0.0 and -0.0 are equal, and all NaNs are equal. */
static guint64
get_double_bits (double number)
{
  union
  {
    double  number;
    guint64 bits;
  } value = { number };

  if (number == 0.0)
    return 0;
  if (number != number)
    return G_MAXUINT64;

  return value.bits;
}

/* Reads enumerators and flags as numbers. */
static guint64
read_value (const GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_DOUBLE:
      return get_double_bits (value->data[0].v_double);

    case G_TYPE_INT64:
    case G_TYPE_UINT64:
      return value->data[0].v_uint64;

    case G_TYPE_ENUM:
    case G_TYPE_FLAGS:
      return (guint32) value->data[0].v_ulong;

    default:
      return value->data[0].v_uint;
    }
}

/* Reads the same number from a field as read_value () from an argument. */
static guint64
read_field (const NorpcArgInfo *info,
            gconstpointer       address)
{
  switch (info->get_type == NULL ? info->dbus.signature[0] : 'i')
    {
    case 'y':
      return *(const guint8 *) address;

    case 'n':
      return (guint32) *(const gint16 *) address;

    case 'q':
      return *(const guint16 *) address;

    case 'x':
    case 't':
      return *(const guint64 *) address;

    case 'd':
      return get_double_bits (*(const double *) address);

    default:
      return *(const guint32 *) address;
    }
}

/* The size of a field that is no pointer. */
static gsize
get_number_size (const NorpcArgInfo *info)
{
  switch (info->get_type == NULL ? info->dbus.signature[0] : 'i')
    {
    case 'y':
      return sizeof (guint8);

    case 'n':
    case 'q':
      return sizeof (guint16);

    case 'x':
    case 't':
    case 'd':
      return sizeof (guint64);

    default:
      return sizeof (guint32);
    }
}

static gboolean
is_pointer_type (GType type)
{
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_STRING:
    case G_TYPE_BOXED:
    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
    case G_TYPE_VARIANT:
    case G_TYPE_PARAM:
    case G_TYPE_POINTER:
      return TRUE;

    default:
      return FALSE;
    }
}

/* Returns G_TYPE_INVALID if the type of the elements is unknown, or if @type is not an array. */
static GType
get_element_type (const NorpcArgInfo *info,
                  GType               type)
{
  GType element_type = info->get_element_type != NULL ? info->get_element_type () : G_TYPE_INVALID;

  if (type == G_TYPE_PTR_ARRAY && is_pointer_type (element_type))
    return element_type;
  if (type == G_TYPE_ARRAY && (G_TYPE_IS_ENUM (element_type) || G_TYPE_IS_FLAGS (element_type)))
    return element_type;

  return G_TYPE_INVALID;
}

static void
part_init (NorpcValuePart       *part,
           const NorpcValueWalk *walk,
           int                   parent,
           const NorpcArgInfo   *info)
{
  const char *signature = info->dbus.signature;

  *part = (NorpcValuePart) { .walk = walk, .parent = parent, .index = -1 };
  part->type = norpc_arg_info_get_described_gtype (info);
  part->signature = info->get_type != NULL ? "" : signature + (*signature == 'm' ? 1 : 0);
  part->element_type = get_element_type (info, part->type);
  part->nullable = norpc_arg_info_is_nullable (info);
  part->is_pointer = is_pointer_type (part->type);
}

/* Returns the type of the record whose fields are parts of @part, or G_TYPE_INVALID. */
static GType
get_record_type (const NorpcValuePart *part)
{
  if (!part->is_pointer || part->pointer == NULL)
    return G_TYPE_INVALID;
  if (G_TYPE_IS_BOXED (part->type))
    return part->type;

  return G_TYPE_IS_OBJECT (part->type) && norpc_object_is_invalid (part->pointer) ? G_OBJECT_TYPE (part->pointer)
                                                                                  : G_TYPE_INVALID;
}

static void
add_record (NorpcValueWalk *walk,
            FoundRecord     found)
{
  if (walk->records == NULL)
    walk->records = g_array_new (FALSE, FALSE, sizeof (FoundRecord));
  g_array_append_val (walk->records, found);
}

static gboolean
visit (NorpcValueWalk       *walk,
       const NorpcValuePart *part)
{
  const NorpcRecordInfo *info;
  GType type;

  if (!walk->func (part, walk->data))
    return FALSE;

  type = get_record_type (part);
  info = type != G_TYPE_INVALID ? norpc_record_type_get_info (type) : NULL;
  if (info != NULL)
    add_record (walk, (FoundRecord) { info, type, part->pointer, part->parent, part->field, part->index });

  return TRUE;
}

static gboolean
visit_elements (NorpcValueWalk       *walk,
                const NorpcValuePart *array)
{
  gboolean is_pointer = array->type == G_TYPE_PTR_ARRAY;
  guint n_elements = is_pointer ? ((GPtrArray *) array->pointer)->len : ((GArray *) array->pointer)->len;
  NorpcValuePart part = *array;

  part.signature = "";
  part.type = array->element_type;
  part.element_type = G_TYPE_INVALID;
  part.nullable = FALSE;
  part.is_pointer = is_pointer;

  for (guint i = 0; i < n_elements; i++)
    {
      part.index = (int) i;
      if (is_pointer)
        part.pointer = g_ptr_array_index ((GPtrArray *) array->pointer, i);
      else
        part.number = g_array_index ((GArray *) array->pointer, guint32, i);
      if (!visit (walk, &part))
        return FALSE;
    }

  return TRUE;
}

static gboolean
visit_whole (NorpcValueWalk       *walk,
             const NorpcValuePart *part)
{
  if (!visit (walk, part))
    return FALSE;

  return part->element_type == G_TYPE_INVALID || part->pointer == NULL || visit_elements (walk, part);
}

static gboolean
visit_record (NorpcValueWalk *walk,
              guint           index)
{
  FoundRecord found = g_array_index (walk->records, FoundRecord, index); /* the list may move */

  for (guint i = 0; i < found.info->n_fields; i++)
    {
      const NorpcFieldInfo *field = &found.info->fields[i];
      gconstpointer address = (const char *) found.record + field->offset;
      NorpcValuePart part;

      part_init (&part, walk, (int) index, &field->arg);
      part.field = field->arg.dbus.name;
      if (part.is_pointer)
        part.pointer = *(gpointer const *) address;
      else
        part.number = read_field (&field->arg, address);
      if (!visit_whole (walk, &part))
        return FALSE;
    }

  return TRUE;
}

/* Visits the records that have been found, and those that they contain. */
static gboolean
visit_records (NorpcValueWalk *walk)
{
  gboolean visited = TRUE;

  for (guint i = 0; visited && walk->records != NULL && i < walk->records->len; i++)
    visited = visit_record (walk, i);
  g_clear_pointer (&walk->records, g_array_unref);

  return visited;
}

/* Ends the walk. */
static gboolean
visit_all (NorpcValueWalk       *walk,
           const NorpcValuePart *part)
{
  gboolean visited = visit_whole (walk, part);

  if (visited)
    return visit_records (walk);
  g_clear_pointer (&walk->records, g_array_unref);

  return FALSE;
}

/* Calls @func for the value and for each part of it, in an order that depends only on the
 * value. The type of @value must match @info, and @func must stop the walk at any part that is
 * not of its declared type. Returns FALSE if @func stopped the walk.
 */
gboolean
norpc_value_foreach_part (const NorpcArgInfo *info,
                          const GValue       *value,
                          NorpcValuePartFunc  func,
                          gpointer            data)
{
  NorpcValueWalk walk = { func, data, NULL };
  NorpcValuePart part;

  part_init (&part, &walk, -1, info);
  if (part.is_pointer)
    part.pointer = g_value_peek_pointer (value);
  else
    part.number = read_value (value);

  return visit_all (&walk, &part);
}

/* As norpc_value_foreach_part () for an object that is to be of @type. */
gboolean
norpc_object_foreach_part (GType              type,
                           gpointer           object,
                           NorpcValuePartFunc func,
                           gpointer           data)
{
  NorpcValueWalk walk = { func, data, NULL };
  NorpcValuePart part = {
    .walk = &walk, .parent = -1, .index = -1, .signature = "", .type = type, .is_pointer = TRUE, .pointer = object
  };

  return visit_all (&walk, &part);
}

/* Calls @func for each field of a record that is an object, and for each part of it. */
gboolean
norpc_object_foreach_field (GObject           *object,
                            NorpcValuePartFunc func,
                            gpointer           data)
{
  NorpcValueWalk walk = { func, data, NULL };
  GType type = G_OBJECT_TYPE (object);

  add_record (&walk, (FoundRecord) { norpc_record_type_get_info (type), type, object, -1, NULL, -1 });

  return visit_records (&walk);
}

static const FoundRecord *
get_record (const NorpcValueWalk *walk,
            int                   index)
{
  return index < 0 ? NULL : &g_array_index (walk->records, FoundRecord, index);
}

static guint
count_steps (const NorpcValuePart *part)
{
  guint n_steps = 1;

  for (const FoundRecord *record = get_record (part->walk, part->parent); record != NULL;
       record = get_record (part->walk, record->parent))
    n_steps++;

  return n_steps;
}

/* Describes one step from @parent, which is NULL for the argument itself. */
static void
prepend_step (GString           *text,
              const FoundRecord *parent,
              const char        *field,
              int                index)
{
  g_autoptr (GString) step = g_string_new (NULL);

  if (field != NULL)
    g_string_append_printf (step, "field '%s' of %s: ", field, g_type_name (parent->type));
  if (index >= 0)
    g_string_append_printf (step, "element %d: ", index);
  g_string_prepend (text, step->str);
}

/* Called while @part is visited. Returns (owned) the path from the argument to @part,
 * followed by @problem.
 */
char *
norpc_value_part_describe_place (const NorpcValuePart *part,
                                 const char           *problem)
{
  guint n_steps = count_steps (part);
  const FoundRecord *parent = get_record (part->walk, part->parent);
  GString *text = g_string_new (problem);

  prepend_step (text, parent, part->field, part->index);
  for (guint i = 1; parent != NULL; i++)
    {
      const FoundRecord *record = parent;

      parent = get_record (part->walk, record->parent);
      if (n_steps <= MAX_STEPS || i < MAX_STEPS / 2 || i >= n_steps - MAX_STEPS / 2)
        prepend_step (text, parent, record->field, record->index);
      else if (i == MAX_STEPS / 2)
        g_string_prepend (text, "…: ");
    }

  return g_string_free (text, FALSE);
}

/**
 * norpc_record_type_swap_field: (skip)
 * @type: a boxed type whose fields are known; see norpc_record_type_set_fields()
 * @record: a value of @type
 * @other: another value of @type
 * @index: the index of a field
 *
 * Exchanges a field of two records.
 *
 * Generated code uses this function.
 *
 * Since: 0.1
 */
void
norpc_record_type_swap_field (GType    type,
                              gpointer record,
                              gpointer other,
                              guint    index)
{
  const NorpcRecordInfo *info = norpc_record_type_get_info (type);
  const NorpcFieldInfo *field;
  guint8 old[sizeof (guint64)];
  gsize size;

  g_return_if_fail (info != NULL);
  g_return_if_fail (record != NULL);
  g_return_if_fail (other != NULL);
  g_return_if_fail (index < info->n_fields);

  field = &info->fields[index];
  size = is_pointer_type (norpc_arg_info_get_described_gtype (&field->arg)) ? sizeof (gpointer)
                                                                            : get_number_size (&field->arg);
  memcpy (old, (guint8 *) record + field->offset, size);
  memmove ((guint8 *) record + field->offset, (guint8 *) other + field->offset, size);
  memcpy ((guint8 *) other + field->offset, old, size);
}
