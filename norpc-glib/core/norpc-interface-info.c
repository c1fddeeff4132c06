/* norpc-interface-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-interface-info-private.h"

/* Interface infos are static: they have no reference count and are never freed. */
static gpointer
interface_info_copy (gpointer info)
{
  return info;
}

static void
interface_info_free (gpointer info G_GNUC_UNUSED)
{
}

G_DEFINE_BOXED_TYPE (NorpcInterfaceInfo, norpc_interface_info,
                     interface_info_copy, interface_info_free)

/**
 * norpc_interface_info_get_dbus:
 * @info: an interface info
 *
 * Gets the interface info for use with GIO's D-Bus functions.
 *
 * Members whose types have no D-Bus equivalent, such as in-process types, are left out.
 *
 * Returns: (transfer none): the D-Bus part of @info
 * Since: 0.1
 */
GDBusInterfaceInfo *
norpc_interface_info_get_dbus (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  /* The reference count is -1, so GIO never writes to it. */
  return (GDBusInterfaceInfo *) &info->dbus;
}

/**
 * norpc_interface_info_get_name:
 * @info: an interface info
 *
 * Gets the name of the interface.
 *
 * Returns: (transfer none): the name, as in the description
 * Since: 0.1
 */
const char *
norpc_interface_info_get_name (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return info->dbus.name;
}

/**
 * norpc_interface_info_get_n_methods:
 * @info: an interface info
 *
 * Gets the number of methods.
 *
 * Returns: the number of methods of the interface
 * Since: 0.1
 */
guint
norpc_interface_info_get_n_methods (const NorpcInterfaceInfo *info)
{
  guint n = 0;

  g_return_val_if_fail (info != NULL, 0);

  while (info->methods != NULL && info->methods[n] != NULL)
    n++;

  return n;
}

guint
norpc_interface_info_get_n_signals (const NorpcInterfaceInfo *info)
{
  guint n = 0;

  while (info->signals != NULL && info->signals[n] != NULL)
    n++;

  return n;
}

guint
norpc_interface_info_get_n_properties (const NorpcInterfaceInfo *info)
{
  guint n = 0;

  while (info->properties != NULL && info->properties[n] != NULL)
    n++;

  return n;
}

static gboolean
is_list (GType (*get_type) (void),
         GType (*get_element_type) (void))
{
  return get_element_type != NULL && get_type != NULL && get_type () == G_TYPE_LIST_MODEL;
}

gboolean
norpc_arg_info_is_list (const NorpcArgInfo *info)
{
  return is_list (info->get_type, info->get_element_type);
}

/* Returns TRUE if results or properties are list models. */
gboolean
norpc_interface_info_has_lists (const NorpcInterfaceInfo *info)
{
  for (guint i = 0; i < norpc_interface_info_get_n_methods (info); i++)
    for (GDBusArgInfo **args = info->methods[i]->dbus.out_args; args != NULL && *args != NULL; args++)
      if (norpc_arg_info_is_list ((const NorpcArgInfo *) *args))
        return TRUE;
  for (guint i = 0; i < norpc_interface_info_get_n_properties (info); i++)
    if (is_list (info->properties[i]->get_type, info->properties[i]->get_element_type))
      return TRUE;

  return FALSE;
}

/**
 * norpc_interface_info_find_method:
 * @info: an interface info
 * @name: the name of a method
 *
 * Looks up a method by its name.
 *
 * Returns: the index of the method, or -1 if the interface has no method of that name
 * Since: 0.1
 */
int
norpc_interface_info_find_method (const NorpcInterfaceInfo *info,
                                  const char               *name)
{
  g_return_val_if_fail (info != NULL, -1);
  g_return_val_if_fail (name != NULL, -1);

  for (int i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
    if (strcmp (info->methods[i]->dbus.name, name) == 0)
      return i;

  return -1;
}

/* Returns the index of a signal, or -1. @name is that of the description, or that of the GSignal. */
int
norpc_interface_info_find_signal_named (const NorpcInterfaceInfo *info,
                                        const char               *name)
{
  for (int i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (g_str_equal (info->signals[i]->dbus.name, name) || g_str_equal (info->signals[i]->name, name))
      return i;

  return -1;
}

/* Returns the index of a property, or -1. @name is that of the description, or that of the GObject
 * property.
 */
int
norpc_interface_info_find_property_named (const NorpcInterfaceInfo *info,
                                          const char               *name)
{
  for (int i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (g_str_equal (info->properties[i]->dbus.name, name) || g_str_equal (info->properties[i]->name, name))
      return i;

  return -1;
}

GType
norpc_run_time_info_get_type (void)
{
  return G_TYPE_INVALID;
}

GType
norpc_run_time_access_get_type (void)
{
  return G_TYPE_NONE; /* if it were the same function, a linker might merge the two */
}

/* Gets the type of the GInterface. @info is not that of the calls that access properties. */
GType
norpc_interface_info_get_gtype (const NorpcInterfaceInfo *info)
{
  const NorpcRunTimeInfo *run_time = norpc_interface_info_get_run_time (info);

  return run_time != NULL ? run_time->type : info->get_type ();
}

static G_DEFINE_QUARK (norpc-interface-info, get_interface_info)

/* Thread-safe. Returns the interface info of a generated GInterface, or NULL. */
const NorpcInterfaceInfo *
norpc_interface_type_get_info (GType type)
{
  return g_type_get_qdata (type, get_interface_info_quark ());
}

/* Called before any object implements the interface. */
void
norpc_interface_type_set_info (GType                     type,
                               const NorpcInterfaceInfo *info)
{
  g_type_set_qdata (type, get_interface_info_quark (), (gpointer) info);
}

static G_DEFINE_QUARK (norpc-record-info, get_record_info)

static gboolean
fields_have_signatures (guint                 n_fields,
                        const NorpcFieldInfo *fields)
{
  for (guint i = 0; i < n_fields; i++)
    if (fields[i].arg.dbus.signature == NULL)
      return FALSE;

  return TRUE;
}

/**
 * norpc_record_type_set_fields: (skip)
 * @type: a boxed type that is a plain struct
 * @free_func: (scope forever): the function that frees a value of @type
 * @n_fields: the number of fields
 * @fields: (array length=n_fields): the fields, which must stay valid forever
 *
 * Sets the fields of a boxed type that is a plain struct.
 *
 * Values of such a type are checked field by field when they are sent, and are hashed and
 * copied by value. Generated code calls this function when it registers the type of a
 * record, before any value of the type exists.
 *
 * Since: 0.1
 */
void
norpc_record_type_set_fields (GType                 type,
                              GDestroyNotify        free_func,
                              guint                 n_fields,
                              const NorpcFieldInfo *fields)
{
  g_return_if_fail (G_TYPE_IS_BOXED (type));
  g_return_if_fail (free_func != NULL);
  g_return_if_fail (n_fields == 0 || fields != NULL);
  g_return_if_fail (fields_have_signatures (n_fields, fields));
  g_return_if_fail (norpc_record_type_get_info (type) == NULL);

  norpc_record_type_set_info (type, &(NorpcRecordInfo) { free_func, n_fields, fields });
}

static GQuark
get_hash_quark (void)
{
  return g_quark_from_static_string ("norpc-hash-func");
}

/**
 * norpc_type_set_hash_func: (skip)
 * @type: the type of a GObject, a GInterface or a boxed type
 * @hash_func: a function that returns the same number for equal values
 *
 * Sets the hash function of a type, so that equal values select the same member of a
 * [class@Norpc.Balance].
 *
 * Without a hash function, values of the type are equal only if they are the same
 * instance, except for the types that norpc-glib knows: see
 * [layers](layers.html#several-servers). Generated code calls this function for the types
 * of other libraries whose GIR has a method `hash`.
 *
 * @hash_func is called in the thread that sends a call. It may run in several threads at
 *   once.
 *
 * Since: 0.1
 */
void
norpc_type_set_hash_func (GType     type,
                          GHashFunc hash_func)
{
  g_return_if_fail (G_TYPE_IS_OBJECT (type) || G_TYPE_IS_INTERFACE (type) || G_TYPE_IS_BOXED (type));
  g_return_if_fail (hash_func != NULL);

  g_type_set_qdata (type, get_hash_quark (), (gpointer) hash_func);
}

/**
 * norpc_value_take_object: (skip)
 * @value: an empty value whose type is a class or an interface
 * @object: (transfer full) (nullable): an object of any class
 *
 * Stores an object in a value.
 *
 * Generated code calls this function for arguments and results. Unlike
 * [method@GObject.Value.take_object], it does not check the class of @object: the call
 * does so when it is sent or answered, and fails with %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Since: 0.1
 */
void
norpc_value_take_object (GValue   *value,
                         gpointer  object)
{
  value->data[0].v_pointer = object;
}

/* Thread-safe. Returns NULL if no hash function was set for @type or one of its ancestors. */
GHashFunc
norpc_type_get_hash_func (GType type)
{
  GHashFunc hash_func = NULL;

  for (; type != G_TYPE_INVALID && hash_func == NULL; type = g_type_parent (type))
    hash_func = (GHashFunc) g_type_get_qdata (type, get_hash_quark ());

  return hash_func;
}

/* Called once for a type, before any value of it exists. */
void
norpc_record_type_set_info (GType                  type,
                            const NorpcRecordInfo *info)
{
  g_type_set_qdata (type, get_record_info_quark (), g_memdup2 (info, sizeof *info));
}

/* Thread-safe. Returns NULL if @type is not a record. */
const NorpcRecordInfo *
norpc_record_type_get_info (GType type)
{
  return g_type_get_qdata (type, get_record_info_quark ());
}

guint
norpc_arg_infos_count (GDBusArgInfo * const *infos)
{
  guint n = 0;

  while (infos != NULL && infos[n] != NULL)
    n++;

  return n;
}

/* Gets the type of the GValue that carries a basic D-Bus type, or G_TYPE_INVALID. */
static GType
get_basic_gtype (char type)
{
  switch (type)
    {
    case 'y':
      return G_TYPE_UCHAR;
    case 'b':
      return G_TYPE_BOOLEAN;
    case 'n':
    case 'i':
    case 'h':
      return G_TYPE_INT;
    case 'q':
    case 'u':
      return G_TYPE_UINT;
    case 'x':
      return G_TYPE_INT64;
    case 't':
      return G_TYPE_UINT64;
    case 'd':
      return G_TYPE_DOUBLE;
    case 's':
    case 'o':
    case 'g':
      return G_TYPE_STRING;
    default:
      return G_TYPE_INVALID;
    }
}

static GType
get_array_gtype (const char *signature)
{
  if (signature[0] != 'a' || signature[1] == '\0' || signature[2] != '\0')
    return G_TYPE_VARIANT;

  switch (signature[1])
    {
    case 'y':
      return G_TYPE_BYTES;
    case 's':
    case 'o':
    case 'g':
      return G_TYPE_STRV;
    default:
      return G_TYPE_VARIANT;
    }
}

/* Gets the type of the GValue that carries an argument with @signature. A maybe type is
 * represented by its content or NULL; because a number cannot be NULL, the maybe of a number
 * is a variant.
 */
GType
norpc_signature_get_gtype (const char *signature)
{
  gboolean maybe = signature[0] == 'm';
  const char *content = maybe ? signature + 1 : signature;
  GType basic = content[0] != '\0' && content[1] == '\0' ? get_basic_gtype (content[0])
                                                         : G_TYPE_INVALID;

  if (basic == G_TYPE_STRING || (basic != G_TYPE_INVALID && !maybe))
    return basic;
  if (basic != G_TYPE_INVALID)
    return G_TYPE_VARIANT;

  return get_array_gtype (content);
}

/* Gets the type that the description names. */
GType
norpc_arg_info_get_described_gtype (const NorpcArgInfo *info)
{
  return info->get_type != NULL ? info->get_type () : norpc_signature_get_gtype (info->dbus.signature);
}

/* Gets the type of the GValue that carries an argument. */
GType
norpc_arg_info_get_gtype (const GDBusArgInfo *info)
{
  const NorpcArgInfo *arg = (const NorpcArgInfo *) info;
  GType type;

  if (arg->get_type == NULL)
    return norpc_signature_get_gtype (info->signature);

  type = arg->get_type ();

  /* A GValue can hold an interface type only if the interface requires GObject. */
  if (G_TYPE_IS_INTERFACE (type) && g_type_value_table_peek (type) == NULL)
    return G_TYPE_OBJECT;

  return type;
}

gboolean
norpc_arg_info_is_nullable (const NorpcArgInfo *info)
{
  return info->dbus.signature[0] == 'm' || (info->flags & NORPC_ARG_FLAGS_NULLABLE) != 0;
}
