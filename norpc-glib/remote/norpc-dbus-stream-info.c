/* norpc-dbus-stream-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-arg-info-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-stream-info-private.h"

/* Returns the name (owned) of the interface of the object. It can be too long for D-Bus. */
char *
norpc_dbus_stream_get_interface_name (const NorpcInterfaceInfo *info,
                                      guint                     method)
{
  return g_strdup_printf ("%s.%sStream", info->dbus.name, info->methods[method]->dbus.name);
}

static GDBusArgInfo *
new_arg (const char *name,
         const char *signature)
{
  GDBusArgInfo *self = g_new0 (GDBusArgInfo, 1);

  self->ref_count = -1;
  self->name = (char *) name;
  self->signature = (char *) signature;

  return self;
}

/* Makes an array (owned) of arguments, which ends with NULL. Each has a name and a signature. */
static GDBusArgInfo **
new_args (const char *name,
          ...)
{
  GPtrArray *list = g_ptr_array_new ();
  va_list names;

  va_start (names, name);
  for (; name != NULL; name = va_arg (names, const char *))
    g_ptr_array_add (list, new_arg (name, va_arg (names, const char *)));
  va_end (names);
  g_ptr_array_add (list, NULL);

  return (GDBusArgInfo **) g_ptr_array_free (list, FALSE);
}

/* Takes ownership of @args (nullable). */
static void
add_stream_method (GPtrArray     *methods,
                   const char    *name,
                   GDBusArgInfo **args)
{
  GDBusMethodInfo *self = g_new0 (GDBusMethodInfo, 1);

  self->ref_count = -1;
  self->name = (char *) name;
  self->in_args = args;
  g_ptr_array_add (methods, self);
}

/* Takes ownership of @args (nullable). */
static void
add_stream_signal (GPtrArray     *signals,
                   const char    *name,
                   GDBusArgInfo **args)
{
  GDBusSignalInfo *self = g_new0 (GDBusSignalInfo, 1);

  self->ref_count = -1;
  self->name = (char *) name;
  self->args = args;
  g_ptr_array_add (signals, self);
}

static GDBusInterfaceInfo *
new_stream_info (const NorpcInterfaceInfo *interface_info,
                 guint                     method)
{
  const NorpcMethodInfo *info = interface_info->methods[method];
  GDBusInterfaceInfo *self = g_new0 (GDBusInterfaceInfo, 1);
  GPtrArray *methods = g_ptr_array_new ();
  GPtrArray *signals = g_ptr_array_new ();

  if (norpc_dbus_stream_goes_in (info))
    {
      add_stream_method (methods, NORPC_DBUS_STREAM_START, NULL);
      add_stream_method (methods, NORPC_DBUS_STREAM_WRITE, norpc_dbus_export_args (info->items));
      add_stream_method (methods, NORPC_DBUS_STREAM_FINISH, NULL);
      add_stream_signal (signals, NORPC_DBUS_STREAM_CREDIT, new_args ("items", "u", NULL));
    }
  else
    {
      add_stream_method (methods, NORPC_DBUS_STREAM_CREDIT, new_args ("items", "u", NULL));
      add_stream_signal (signals, NORPC_DBUS_STREAM_ITEM, norpc_dbus_export_args (info->items));
    }
  add_stream_method (methods, NORPC_DBUS_STREAM_WAIT, NULL);
  add_stream_method (methods, NORPC_DBUS_STREAM_CLOSE, NULL);
  add_stream_signal (signals, NORPC_DBUS_STREAM_END, norpc_dbus_export_args (info->dbus.out_args));
  add_stream_signal (signals, NORPC_DBUS_STREAM_FAILED, new_args ("name", "s", "message", "s", NULL));
  g_ptr_array_add (methods, NULL);
  g_ptr_array_add (signals, NULL);

  self->ref_count = -1;
  self->name = norpc_dbus_stream_get_interface_name (interface_info, method);
  self->methods = (GDBusMethodInfo **) g_ptr_array_free (methods, FALSE);
  self->signals = (GDBusSignalInfo **) g_ptr_array_free (signals, FALSE);

  return self;
}

/* Returns the description of the objects of a stream. Made on first use, and never freed, as GDBus may describe an
 * object in its own thread at any time.
 */
GDBusInterfaceInfo *
norpc_dbus_stream_get_info (const NorpcInterfaceInfo *info,
                            guint                     method)
{
  static GMutex lock;
  static GHashTable *infos; /* (owned) [lock]: of unowned NorpcMethodInfo and owned GDBusInterfaceInfo */
  GDBusInterfaceInfo *found;

  g_mutex_lock (&lock);
  if (infos == NULL)
    infos = g_hash_table_new (NULL, NULL);
  found = g_hash_table_lookup (infos, info->methods[method]);
  if (found == NULL)
    {
      found = new_stream_info (info, method);
      g_hash_table_insert (infos, (gpointer) info->methods[method], found);
    }
  g_mutex_unlock (&lock);

  return found;
}

/* Returns a text (owned) that lists values: their types, each with a name. */
static char *
list_values (GDBusArgInfo * const *infos)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      g_autofree char *type = norpc_dbus_arg_get_type ((const NorpcArgInfo *) infos[i]);

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", type, infos[i]->name);
    }

  return g_string_free (text, FALSE);
}

/* Returns the description (owned) of the method that opens a stream, whose annotations are added to @list. */
GDBusMethodInfo *
norpc_dbus_stream_export_method (const NorpcMethodInfo *info,
                                 GPtrArray             *list)
{
  g_autofree char *items = list_values (info->items);
  g_autofree char *results = list_values (info->dbus.out_args);
  g_autofree char *backlog = g_strdup_printf ("%u", norpc_dbus_stream_get_backlog (info));
  const struct
  {
    const char *key;
    const char *value;
  } annotations[] = {
    { NORPC_DBUS_STREAM_ANNOTATION, norpc_dbus_stream_goes_in (info) ? "in" : "out" },
    { NORPC_DBUS_STREAM_ITEMS_ANNOTATION, items },
    { NORPC_DBUS_STREAM_RESULTS_ANNOTATION, results },
    { NORPC_DBUS_STREAM_BACKLOG_ANNOTATION, backlog },
  };
  GDBusMethodInfo *self = g_new0 (GDBusMethodInfo, 1);

  *self = info->dbus;
  self->ref_count = -1;
  self->in_args = norpc_dbus_export_args (info->dbus.in_args);
  self->out_args = new_args ("stream", "o", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (annotations); i++)
    norpc_dbus_annotations_set (list, annotations[i].key, annotations[i].value);

  return self;
}
