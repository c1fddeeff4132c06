/* norpc-record-object.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Records that are objects: their fields are properties that are set by the constructor, and never
 * change, so that any thread may use the object.
 */

#include "norpc-arg-spec-private.h"
#include "norpc-record-object.h"
#include "norpc-value-check-private.h"
#include "norpc-value-copy-private.h"
#include "norpc-value-types-private.h"

/* A value that an object had. */
typedef struct
{
  GType    type;
  gpointer pointer; /* (owned) */
} Content;

/* Of a thread that is finalizing an object: the contents of those that are finalized meanwhile. */
static GPrivate pending_contents; /* of GArray *, (nullable) (element-type Content) */

static const NorpcRecordInfo *
get_fields (GObject *object)
{
  return norpc_record_type_get_info (G_OBJECT_TYPE (object));
}

static gpointer
get_address (GObject              *object,
             const NorpcFieldInfo *field)
{
  return (char *) object + field->offset;
}

/* Returns TRUE for a field that owns what it points to. */
static gboolean
is_pointer_field (GType type)
{
  return g_type_value_table_peek (type)->value_free != NULL;
}

/* A value that shares the contents of the field. */
static GValue
peek_field (gconstpointer address,
            GType         type)
{
  return (GValue) { .g_type = type, .data = { { .v_pointer = *(gpointer const *) address } } };
}

static void
read_number (const NorpcFieldInfo *field,
             gconstpointer         address,
             GValue               *value)
{
  switch (field->arg.get_type == NULL ? field->arg.dbus.signature[0] : 'e')
    {
    case 'y':
      g_value_set_uchar (value, *(const guint8 *) address);
      break;

    case 'b':
      g_value_set_boolean (value, *(const gboolean *) address);
      break;

    case 'n':
      g_value_set_int (value, *(const gint16 *) address);
      break;

    case 'q':
      g_value_set_uint (value, *(const guint16 *) address);
      break;

    case 'u':
      g_value_set_uint (value, *(const guint *) address);
      break;

    case 'x':
      g_value_set_int64 (value, *(const gint64 *) address);
      break;

    case 't':
      g_value_set_uint64 (value, *(const guint64 *) address);
      break;

    case 'd':
      g_value_set_double (value, *(const double *) address);
      break;

    case 'e':
      if (G_VALUE_HOLDS_ENUM (value))
        g_value_set_enum (value, *(const int *) address);
      else
        g_value_set_flags (value, *(const guint *) address);
      break;

    default:
      g_value_set_int (value, *(const int *) address);
      break;
    }
}

static void
write_number (const NorpcFieldInfo *field,
              gpointer              address,
              const GValue         *value)
{
  switch (field->arg.get_type == NULL ? field->arg.dbus.signature[0] : 'e')
    {
    case 'y':
      *(guint8 *) address = g_value_get_uchar (value);
      break;

    case 'b':
      *(gboolean *) address = g_value_get_boolean (value);
      break;

    case 'n':
      *(gint16 *) address = (gint16) g_value_get_int (value);
      break;

    case 'q':
      *(guint16 *) address = (guint16) g_value_get_uint (value);
      break;

    case 'u':
      *(guint *) address = g_value_get_uint (value);
      break;

    case 'x':
      *(gint64 *) address = g_value_get_int64 (value);
      break;

    case 't':
      *(guint64 *) address = g_value_get_uint64 (value);
      break;

    case 'd':
      *(double *) address = g_value_get_double (value);
      break;

    case 'e':
      if (G_VALUE_HOLDS_ENUM (value))
        *(int *) address = g_value_get_enum (value);
      else
        *(guint *) address = g_value_get_flags (value);
      break;

    default:
      *(int *) address = g_value_get_int (value);
      break;
    }
}

/* Thread-safe. */
static void
get_field (GObject    *object,
           guint       property_id,
           GValue     *value,
           GParamSpec *pspec)
{
  const NorpcFieldInfo *field = &get_fields (object)->fields[property_id - 1];
  gconstpointer address = get_address (object, field);

  if (is_pointer_field (pspec->value_type))
    {
      GValue shared = peek_field (address, pspec->value_type);

      g_value_copy (&shared, value);
    }
  else
    {
      read_number (field, address, value);
    }
}

/* Called once for each field, while the object is constructed. */
static void
set_field (GObject      *object,
           guint         property_id,
           const GValue *value,
           GParamSpec   *pspec)
{
  const NorpcFieldInfo *field = &get_fields (object)->fields[property_id - 1];
  gpointer address = get_address (object, field);

  if (is_pointer_field (pspec->value_type))
    {
      GValue copy = G_VALUE_INIT;

      g_value_init (&copy, pspec->value_type);
      norpc_value_copy_deep (&field->arg, value, &copy);
      *(gpointer *) address = norpc_value_steal_pointer (&copy);
    }
  else
    {
      write_number (field, address, value);
    }
}

static void
constructed (GObject *object)
{
  G_OBJECT_CLASS (g_type_class_peek (G_TYPE_OBJECT))->constructed (object);

  norpc_object_check_fields (object);
}

static void
release_content (Content content)
{
  GValue value = { .g_type = content.type, .data = { { .v_pointer = content.pointer } } };

  g_value_unset (&value);
}

/* Removes the last one. */
static Content
pop_content (GArray *pending)
{
  Content content = g_array_index (pending, Content, pending->len - 1);

  g_array_set_size (pending, pending->len - 1);

  return content;
}

/* Releases the contents of the fields, or moves them to @pending. */
static void
release_fields (GObject *object,
                GArray  *pending)
{
  const NorpcRecordInfo *self = get_fields (object);

  for (guint i = 0; i < self->n_fields; i++)
    {
      GType type = norpc_arg_info_get_gtype (&self->fields[i].arg.dbus);
      Content content = { type, NULL };

      if (is_pointer_field (type))
        content.pointer = *(gpointer *) get_address (object, &self->fields[i]);
      if (content.pointer == NULL)
        continue;

      if (pending == NULL || type == G_TYPE_STRING)
        release_content (content);
      else
        g_array_append_val (pending, content);
    }
}

/* Runs in the thread that releases the last reference. A chain of any length must not overflow the
 * stack: what an object in another one contains is released when that other one is finished.
 */
static void
finalize (GObject *object)
{
  GArray **outer = g_private_get (&pending_contents);
  GArray *pending = NULL;

  if (outer != NULL)
    {
      if (*outer == NULL)
        *outer = g_array_new (FALSE, FALSE, sizeof (Content));
      release_fields (object, *outer);
    }
  else
    {
      g_private_set (&pending_contents, &pending);
      release_fields (object, NULL);
      while (pending != NULL && pending->len > 0)
        release_content (pop_content (pending));
      g_private_set (&pending_contents, NULL);
      g_clear_pointer (&pending, g_array_unref);
    }

  G_OBJECT_CLASS (g_type_class_peek (G_TYPE_OBJECT))->finalize (object);
}

/**
 * norpc_object_class_install_fields: (skip)
 * @object_class: the class of a record that is an object, derived from #GObject
 * @n_fields: the number of fields
 * @fields: (array length=n_fields): the fields, in static memory
 *
 * Makes a property of each field of an object.
 *
 * The constructor sets the properties, with copies of the values, and they never change. If one is
 * not what the description allows, a call, a signal or a list that contains the object fails.
 * Any thread may use such an object. The values are released in the thread that releases the
 * last reference to it.
 *
 * Generated code calls this function when it initializes the class.
 *
 * Since: 0.1
 */
void
norpc_object_class_install_fields (GObjectClass         *object_class,
                                   guint                 n_fields,
                                   const NorpcFieldInfo *fields)
{
  g_return_if_fail (G_IS_OBJECT_CLASS (object_class));
  g_return_if_fail (fields != NULL);

  norpc_record_type_set_info (G_OBJECT_CLASS_TYPE (object_class), &(NorpcRecordInfo) { NULL, n_fields, fields });
  object_class->constructed = constructed;
  object_class->get_property = get_field;
  object_class->set_property = set_field;
  object_class->finalize = finalize;

  for (guint i = 0; i < n_fields; i++)
    g_object_class_install_property (object_class, i + 1,
                                     norpc_arg_info_new_spec (&fields[i].arg, fields[i].arg.dbus.name,
                                                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                              G_PARAM_STATIC_STRINGS));
}
