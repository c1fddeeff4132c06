/* norpc-dbus-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-dbus-arg-info-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-stream-info-private.h"

/* Returns TRUE for an interface that each object has. */
gboolean
norpc_dbus_is_standard (const char *interface_name)
{
  return g_str_equal (interface_name, NORPC_DBUS_PROPERTIES) ||
         g_str_equal (interface_name, NORPC_DBUS_INTROSPECTABLE) ||
         g_str_equal (interface_name, "org.freedesktop.DBus.Peer");
}

#define MAX_SIGNATURE 255

/* D-Bus has no structs without fields, and no longer signatures. */
static gboolean
is_signature (const char *form)
{
  return strlen (form) <= MAX_SIGNATURE && g_variant_is_signature (form) && strstr (form, "()") == NULL;
}

gboolean
norpc_dbus_arg_is_portable (const NorpcArgInfo *info)
{
  g_autofree char *form = norpc_dbus_arg_get_form (info);

  return *form != '\0' && is_signature (form);
}

/* A file descriptor belongs to a call. */
static gboolean
is_portable_without_call (const NorpcArgInfo *info)
{
  return norpc_dbus_arg_is_portable (info) && strchr (info->dbus.signature, 'h') == NULL;
}

static const NorpcArgInfo *
find_not_portable (GDBusArgInfo * const *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    if (!norpc_dbus_arg_is_portable ((const NorpcArgInfo *) infos[i]))
      return (const NorpcArgInfo *) infos[i];

  return NULL;
}

/* Returns TRUE if all values together have a signature that D-Bus allows. */
static gboolean
fit_in_message (GDBusArgInfo * const *infos)
{
  g_autofree char *form = norpc_dbus_args_get_form (infos);

  return is_signature (form);
}

gboolean
norpc_dbus_signal_is_portable (const NorpcSignalInfo *info)
{
  if (!g_dbus_is_member_name (info->dbus.name) || !fit_in_message (info->dbus.args))
    return FALSE;

  for (guint i = 0; info->dbus.args != NULL && info->dbus.args[i] != NULL; i++)
    if (!is_portable_without_call ((const NorpcArgInfo *) info->dbus.args[i]))
      return FALSE;

  return TRUE;
}

/* Returns a text (owned) that says why the values of a stream have no form there, or NULL. */
static char *
find_stream_value_not_portable (GDBusArgInfo * const *infos,
                                const char           *kind)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      const NorpcArgInfo *info = (const NorpcArgInfo *) infos[i];

      if (!norpc_dbus_arg_is_portable (info))
        return g_strdup_printf ("the %s '%s' of the stream cannot be sent", kind, info->dbus.name);
      if (!is_portable_without_call (info))
        return g_strdup_printf ("the %s '%s' of the stream cannot have a file descriptor there", kind,
                                info->dbus.name);
      if (norpc_dbus_arg_get_object_type (info) != G_TYPE_INVALID)
        return g_strdup_printf ("the %s '%s' of the stream cannot be an object there", kind, info->dbus.name);
    }

  return NULL;
}

/* Returns a text (owned) that says why a stream cannot leave the process although its arguments can, or NULL. */
static char *
find_stream_not_portable (const NorpcInterfaceInfo *info,
                          guint                     method)
{
  g_autofree char *name = norpc_dbus_stream_get_interface_name (info, method);
  char *problem = find_stream_value_not_portable (info->methods[method]->items, "item");

  if (problem == NULL)
    problem = find_stream_value_not_portable (info->methods[method]->dbus.out_args, "result");
  if (problem == NULL && !fit_in_message (info->methods[method]->items))
    problem = g_strdup ("the types of an item of the stream are too long for a message there");
  if (problem == NULL && !g_dbus_is_interface_name (name))
    problem = g_strdup_printf ("the name '%s' is not valid there", name);

  return problem;
}

/* Returns a text (owned) that says why a method cannot be called over D-Bus, or NULL. */
char *
norpc_dbus_find_not_portable (const NorpcInterfaceInfo *info,
                              guint                     method)
{
  const GDBusMethodInfo *dbus = &info->methods[method]->dbus;
  const NorpcArgInfo *arg = find_not_portable (dbus->in_args);
  const NorpcArgInfo *result = find_not_portable (dbus->out_args);

  if (!g_dbus_is_member_name (dbus->name))
    return g_strdup ("its name is not valid there");
  if (arg != NULL)
    return g_strdup_printf ("the argument '%s' cannot be sent", arg->dbus.name);
  if (!fit_in_message (dbus->in_args))
    return g_strdup ("the types of its arguments are too long for a message there");
  if (result == NULL && !fit_in_message (dbus->out_args))
    return g_strdup ("the types of its results are too long for a message there");
  if (norpc_method_info_is_stream (info->methods[method]))
    return find_stream_not_portable (info, method);
  if (result != NULL)
    return g_strdup_printf ("the result '%s' cannot be sent", result->dbus.name);

  return NULL;
}

gboolean
norpc_dbus_property_is_portable (const NorpcPropertyInfo *info)
{
  return is_portable_without_call (&(NorpcArgInfo) {
    { -1, info->dbus.name, info->dbus.signature, NULL }, info->flags, info->get_type, info->get_element_type
  });
}

/* Returns the index of a signal that can cross, or -1. */
int
norpc_dbus_find_signal (const NorpcInterfaceInfo *info,
                        const char               *name)
{
  for (int i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (g_str_equal (info->signals[i]->dbus.name, name))
      return norpc_dbus_signal_is_portable (info->signals[i]) ? i : -1;

  return -1;
}

/* Returns the index of a property that can cross, or -1. */
int
norpc_dbus_find_property (const NorpcInterfaceInfo *info,
                          const char               *name)
{
  for (int i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (g_str_equal (info->properties[i]->dbus.name, name))
      return norpc_dbus_property_is_portable (info->properties[i]) ? i : -1;

  return -1;
}

/* Adds an annotation with a number, unless it is 0. */
static void
annotate_number (GPtrArray  *annotations,
                 const char *key,
                 guint       number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);

  if (number != 0)
    norpc_dbus_annotations_set (annotations, key, text);
}

/* Adds what a client has to know for its calls, and the arguments do not tell. */
static void
annotate_method (GPtrArray             *annotations,
                 const NorpcMethodInfo *info)
{
  static const struct
  {
    NorpcMethodFlags flag;
    const char      *key;
  } flags[] = {
    { NORPC_METHOD_FLAGS_ONEWAY, "org.freedesktop.DBus.Method.NoReply" },
    { NORPC_METHOD_FLAGS_LATEST_WINS, "org.norpc.LatestWins" },
    { NORPC_METHOD_FLAGS_IDEMPOTENT, "org.norpc.Idempotent" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if ((info->flags & flags[i].flag) != 0)
      norpc_dbus_annotations_set (annotations, flags[i].key, "true");
  annotate_number (annotations, "org.norpc.Timeout", info->timeout);
}

static GDBusMethodInfo *
export_method (const NorpcMethodInfo *info)
{
  GPtrArray *annotations = norpc_dbus_annotations_new (info->dbus.annotations);
  GDBusMethodInfo *self;

  if (norpc_method_info_is_stream (info))
    self = norpc_dbus_stream_export_method (info, annotations);
  else
    {
      self = g_new0 (GDBusMethodInfo, 1);
      *self = info->dbus;
      self->ref_count = -1;
      self->in_args = norpc_dbus_export_args (info->dbus.in_args);
      self->out_args = norpc_dbus_export_args (info->dbus.out_args);
    }
  annotate_method (annotations, info);
  self->annotations = norpc_dbus_annotations_end (annotations);

  return self;
}

static GDBusSignalInfo *
export_signal (const NorpcSignalInfo *info)
{
  GPtrArray *annotations = norpc_dbus_annotations_new (info->dbus.annotations);
  GDBusSignalInfo *self = g_new0 (GDBusSignalInfo, 1);

  *self = info->dbus;
  self->ref_count = -1;
  self->args = norpc_dbus_export_args (info->dbus.args);
  annotate_number (annotations, "org.norpc.Backlog", info->backlog);
  if ((info->flags & NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL) != 0)
    norpc_dbus_annotations_set (annotations, "org.norpc.WhenFull", "close");
  self->annotations = norpc_dbus_annotations_end (annotations);

  return self;
}

static GDBusPropertyInfo *
export_property (const NorpcPropertyInfo *info)
{
  g_autofree GDBusArgInfo *arg = norpc_dbus_export_arg (&(NorpcArgInfo) {
    { -1, info->dbus.name, info->dbus.signature, info->dbus.annotations }, info->flags, info->get_type,
    info->get_element_type
  });
  GDBusPropertyInfo *self = g_new0 (GDBusPropertyInfo, 1);

  *self = info->dbus;
  self->ref_count = -1;
  self->signature = arg->signature;
  self->annotations = arg->annotations;

  return self;
}

/* Makes an array (owned), which ends with NULL, of the members that can cross. */
static GDBusMethodInfo **
list_methods (const NorpcInterfaceInfo *info)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
    {
      g_autofree char *reason = norpc_dbus_find_not_portable (info, i);

      if (reason == NULL)
        g_ptr_array_add (list, export_method (info->methods[i]));
    }
  g_ptr_array_add (list, NULL);

  return (GDBusMethodInfo **) g_ptr_array_free (list, FALSE);
}

static GDBusSignalInfo **
list_signals (const NorpcInterfaceInfo *info)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (norpc_dbus_signal_is_portable (info->signals[i]))
      g_ptr_array_add (list, export_signal (info->signals[i]));
  g_ptr_array_add (list, NULL);

  return (GDBusSignalInfo **) g_ptr_array_free (list, FALSE);
}

static GDBusPropertyInfo **
list_properties (const NorpcInterfaceInfo *info)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (norpc_dbus_property_is_portable (info->properties[i]))
      g_ptr_array_add (list, export_property (info->properties[i]));
  g_ptr_array_add (list, NULL);

  return (GDBusPropertyInfo **) g_ptr_array_free (list, FALSE);
}

static GDBusInterfaceInfo *
new_exported_info (const NorpcInterfaceInfo *info)
{
  GPtrArray *annotations = norpc_dbus_annotations_new (info->dbus.annotations);
  GDBusInterfaceInfo *self = g_new0 (GDBusInterfaceInfo, 1);

  norpc_dbus_annotations_set (annotations, NORPC_DBUS_CALLS_ANNOTATION, "1");
  self->ref_count = -1;
  self->name = info->dbus.name;
  self->methods = list_methods (info);
  self->signals = list_signals (info);
  self->properties = list_properties (info);
  self->annotations = norpc_dbus_annotations_end (annotations);

  return self;
}

/* Thread-safe. Returns the description of an interface as others see it: it has the members that can cross, and
 * an annotation that tells clients with norpc-glib of others. Made on first use, and never freed, as GDBus may
 * describe an object in its own thread at any time.
 */
GDBusInterfaceInfo *
norpc_dbus_get_exported_info (const NorpcInterfaceInfo *info)
{
  static GMutex lock;
  static GHashTable *exported; /* (owned) [lock]: of unowned NorpcInterfaceInfo and owned GDBusInterfaceInfo */
  GDBusInterfaceInfo *found;

  g_mutex_lock (&lock);
  if (exported == NULL)
    exported = g_hash_table_new (NULL, NULL);
  found = g_hash_table_lookup (exported, info);
  if (found == NULL)
    {
      found = new_exported_info (info);
      g_hash_table_insert (exported, (gpointer) info, found);
    }
  g_mutex_unlock (&lock);

  return found;
}
