/* dump-infos.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "dump-infos.h"

/* Names and values may contain anything. */
static void
print_text (const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  g_print (" \"%s\"", escaped);
}

static void
print_annotations (GDBusAnnotationInfo * const *annotations)
{
  for (guint i = 0; annotations != NULL && annotations[i] != NULL; i++)
    {
      g_print (" @");
      print_text (annotations[i]->key);
      print_text (annotations[i]->value);
      print_annotations (annotations[i]->annotations);
    }
}

/* Returns TRUE if values of the type have the form of the signature at run time. */
static gboolean
has_plain_form (const char *signature,
                GType       type)
{
  const char *content = signature + (*signature == 'm');

  return G_TYPE_IS_ENUM (type) || G_TYPE_IS_FLAGS (type) || (G_TYPE_IS_BOXED (type) && *content == '(') ||
         ((type == G_TYPE_PTR_ARRAY || type == G_TYPE_ARRAY) && *content == 'a');
}

static void
print_type (const char *signature,
            GType     (*get_type) (void),
            guint       flags)
{
  GType type = get_type != NULL ? get_type () : G_TYPE_INVALID;

  g_print (" %s %s %u", *signature != '\0' ? signature : "-",
           type != G_TYPE_INVALID && !has_plain_form (signature, type) ? g_type_name (type) : "-", flags);
}

static void
print_args (const char           *kind,
            GDBusArgInfo * const *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      const NorpcArgInfo *info = (const NorpcArgInfo *) infos[i];

      g_print (" %s", kind);
      print_text (info->dbus.name);
      print_type (info->dbus.signature, info->get_type, info->flags);
      print_annotations (info->dbus.annotations);
    }
}

static void
dump_method (const NorpcMethodInfo *method)
{
  g_print ("method %s %u %u %u", method->dbus.name, method->flags, method->timeout, method->backlog);
  print_args ("in", method->dbus.in_args);
  print_args ("out", method->dbus.out_args);
  print_args ("item", method->items);
  print_annotations (method->dbus.annotations);
  g_print ("\n");
}

static void
dump_signal (const NorpcSignalInfo *signal)
{
  g_print ("signal %s %s %u %u", signal->dbus.name, signal->name, signal->backlog, signal->flags);
  print_args ("arg", signal->dbus.args);
  print_annotations (signal->dbus.annotations);
  g_print ("\n");
}

static void
dump_property (const NorpcPropertyInfo *property)
{
  g_print ("property");
  print_text (property->dbus.name);
  g_print (" %s %u %u", property->name, property->dbus.flags, property->updates);
  print_type (property->dbus.signature, property->get_type, property->flags);
  print_annotations (property->dbus.annotations);
  g_print ("\n");
}

static void
dump_dbus (const GDBusInterfaceInfo *dbus)
{
  for (guint i = 0; dbus->methods != NULL && dbus->methods[i] != NULL; i++)
    g_print ("dbus method %s\n", dbus->methods[i]->name);
  for (guint i = 0; dbus->signals != NULL && dbus->signals[i] != NULL; i++)
    g_print ("dbus signal %s\n", dbus->signals[i]->name);
  for (guint i = 0; dbus->properties != NULL && dbus->properties[i] != NULL; i++)
    {
      g_print ("dbus property");
      print_text (dbus->properties[i]->name);
      g_print ("\n");
    }
}

void
dump_info (const NorpcInterfaceInfo *info)
{
  g_print ("interface %s", info->dbus.name);
  print_annotations (info->dbus.annotations);
  g_print ("\n");
  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
    dump_method (info->methods[i]);
  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    dump_signal (info->signals[i]);
  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    dump_property (info->properties[i]);
  dump_dbus (&info->dbus);
}
