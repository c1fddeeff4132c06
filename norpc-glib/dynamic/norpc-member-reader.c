/* norpc-member-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads methods, streams, signals and properties. */

#include <string.h>

#include "norpc-declared-types-private.h"
#include "norpc-described-type-private.h"
#include "norpc-description-reader-private.h"

#define MAX_NAME 255 /* a limit of D-Bus */

static gboolean
is_identifier (const char *name)
{
  return *name != '\0' && !g_ascii_isdigit (*name) &&
         strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") == strlen (name) && strlen (name) <= MAX_NAME;
}

/* Gets the name (owned by the info) of a member, or NULL if @error is set. */
static char *
read_member_name (NorpcInterfaceReader   *self,
                  const NorpcXmlElement  *element,
                  GError                **error)
{
  const char *name = norpc_xml_element_get (element, "name");

  if (name == NULL)
    norpc_xml_element_fail (element, error, "<%s> needs the attribute 'name'", element->name);
  else if (g_str_equal (element->name, "property")
             ? *name == '\0' : !is_identifier (name))
    norpc_xml_element_fail (element, error, "'%s' is not a name of a %s", name, element->name);
  else if (norpc_xml_element_check_name (element, name, "a property", error))
    return norpc_dynamic_info_strdup (self->info, name);

  return NULL;
}

/* Returns the types (owned) of arguments that go in, or of all arguments of a signal. */
static char *
join_types (const NorpcXmlElement *element)
{
  gboolean is_signal = g_str_equal (element->name, "signal");
  GString *types = g_string_new (NULL);

  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);
      const char *annotated = norpc_xml_element_get_annotation (child, "org.norpc.Type");

      if (g_str_equal (child->name, "arg") &&
          (is_signal || g_strcmp0 (norpc_xml_element_get (child, "direction"), "out") != 0))
        g_string_append_printf (types, "%s ", annotated != NULL ? annotated : norpc_xml_element_get (child, "type"));
    }

  return g_string_free (types, FALSE);
}

/* Adds the name of a member. Returns NULL if @error is set. */
static NorpcMemberName *
add_member_name (NorpcInterfaceReader   *self,
                 NorpcMembersOfKind     *members,
                 const NorpcXmlElement  *element,
                 GError                **error)
{
  const char *name = norpc_xml_element_get (element, "name");
  const char *c_name = norpc_xml_element_get_annotation (element, "org.gtk.GDBus.C.Name");
  g_autofree char *identifier = c_name != NULL ? g_strdelimit (g_strdup (c_name), "-", '_') : NULL;
  g_autofree char *types = join_types (element);
  NorpcMemberName *added;

  if (identifier != NULL && !is_identifier (identifier))
    {
      norpc_xml_element_fail (element, error, "'%s' is not a name in C", c_name);
      return NULL;
    }

  added = norpc_member_names_add (members, name, types, c_name);
  if (added == NULL)
    norpc_xml_element_fail (element, error, "another %s has the name '%s', or nearly the same name",
                            element->name, name);
  else if (members == &self->names.methods || !g_hash_table_contains (self->info->function_names, name))
    g_hash_table_insert (self->info->function_names, g_strdup (name), g_strdup (added->lower));

  return added;
}

/* Notes that a member needs generated code if there is a @reason (nullable). */
static void
leave_out (NorpcInterfaceReader  *self,
           const NorpcXmlElement *element,
           NorpcMemberName       *name,
           const char            *reason)
{
  if (reason == NULL)
    return;

  name->is_left_out = TRUE;
  norpc_dynamic_info_leave_out (self->info, element->name, norpc_xml_element_get (element, "name"), reason);
}

static gboolean
read_method_flags (const NorpcXmlElement  *element,
                   NorpcMethodInfo        *method,
                   GError                **error)
{
  static const struct
  {
    const char      *attribute;
    const char      *annotation;
    NorpcMethodFlags flag;
  } flags[] = {
    { "oneway", "org.norpc.Oneway", NORPC_METHOD_FLAGS_ONEWAY },
    { "oneway", "org.freedesktop.DBus.Method.NoReply", NORPC_METHOD_FLAGS_ONEWAY },
    { "latest-wins", "org.norpc.LatestWins", NORPC_METHOD_FLAGS_LATEST_WINS },
    { "idempotent", "org.norpc.Idempotent", NORPC_METHOD_FLAGS_IDEMPOTENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      gboolean is_set = FALSE;

      if (!norpc_xml_element_read_boolean (element, flags[i].attribute, flags[i].annotation, &is_set, error))
        return FALSE;
      if (is_set)
        method->flags |= flags[i].flag;
    }

  if ((method->flags & NORPC_METHOD_FLAGS_ONEWAY) == 0 || method->dbus.out_args == NULL)
    return TRUE;

  norpc_xml_element_fail (element, error, "the method '%s' has results, so it cannot be one-way", method->dbus.name);

  return FALSE;
}

static gboolean
read_stream_flags (const NorpcXmlElement  *element,
                   NorpcMethodInfo        *stream,
                   GError                **error)
{
  static const char * const directions_of_items[] = { "out", "in", NULL };
  int direction = 0;

  if (!norpc_xml_element_read_word (element, "direction", directions_of_items, &direction, error) ||
      !norpc_xml_element_read_number (element, "backlog", NULL, &stream->backlog, error))
    return FALSE;

  stream->flags = NORPC_METHOD_FLAGS_STREAM;
  if (direction == 1)
    stream->flags |= NORPC_METHOD_FLAGS_STREAM_IN;

  return TRUE;
}

/* Reads a method or a stream. */
static gboolean
read_method_or_stream (NorpcInterfaceReader   *self,
                       const NorpcXmlElement  *element,
                       GError                **error)
{
  NorpcMethodInfo *method = norpc_dynamic_info_alloc (self->info, sizeof (NorpcMethodInfo));
  gboolean is_stream = g_str_equal (element->name, "stream");
  g_autofree char *left_out = NULL;
  NorpcMemberName *name;

  method->dbus.ref_count = -1;
  method->dbus.name = read_member_name (self, element, error);
  if (method->dbus.name == NULL)
    return FALSE;
  if (!norpc_interface_reader_read_args (self, element, NORPC_READ_ARGS, &method->dbus.in_args, &left_out, error))
    return FALSE;

  method->dbus.out_args = method->dbus.in_args;
  if (!norpc_interface_reader_read_args (self, element, is_stream ? NORPC_READ_OUTCOME : NORPC_READ_RESULTS,
                                         &method->dbus.out_args, &left_out, error) ||
      (is_stream &&
       !norpc_interface_reader_read_args (self, element, NORPC_READ_ITEMS, &method->items, &left_out, error)) ||
      !norpc_xml_element_read_number (element, "timeout", "org.norpc.Timeout", &method->timeout, error) ||
      !(is_stream ? read_stream_flags (element, method, error) : read_method_flags (element, method, error)) ||
      !norpc_interface_reader_read_annotations (self, element, &method->dbus.annotations, error))
    return FALSE;

  name = add_member_name (self, &self->names.methods, element, error);
  if (name == NULL)
    return FALSE;

  name->is_stream = is_stream;
  leave_out (self, element, name, left_out);
  g_ptr_array_add (self->methods, method);

  return TRUE;
}

static gboolean
read_signal (NorpcInterfaceReader   *self,
             const NorpcXmlElement  *element,
             GError                **error)
{
  static const char * const when_full[] = { "drop-oldest", "close", NULL };
  NorpcSignalInfo *signal = norpc_dynamic_info_alloc (self->info, sizeof (NorpcSignalInfo));
  int closes = g_strcmp0 (norpc_xml_element_get_annotation (element, "org.norpc.WhenFull"), "close") == 0;
  g_autofree char *left_out = NULL;
  NorpcMemberName *name;

  signal->dbus.ref_count = -1;
  signal->dbus.name = read_member_name (self, element, error);
  if (signal->dbus.name == NULL ||
      !norpc_interface_reader_read_args (self, element, NORPC_READ_SIGNAL, &signal->dbus.args, &left_out, error) ||
      !norpc_xml_element_read_number (element, "backlog", "org.norpc.Backlog", &signal->backlog, error) ||
      !norpc_xml_element_read_word (element, "when-full", when_full, &closes, error) ||
      !norpc_interface_reader_read_annotations (self, element, &signal->dbus.annotations, error))
    return FALSE;

  name = add_member_name (self, &self->names.signals, element, error);
  if (name == NULL)
    return FALSE;

  signal->flags = closes ? NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL : NORPC_SIGNAL_FLAGS_NONE;
  leave_out (self, element, name, left_out);
  g_ptr_array_add (self->signals, signal);

  return TRUE;
}

/* Gets how clients learn of changes: unknown values may belong to other tools. */
static NorpcPropertyUpdates
read_updates (NorpcInterfaceReader  *self,
              const NorpcXmlElement *element)
{
  static const char * const values[] = { "true", "invalidates", "const", "false" };
  const char *text = norpc_xml_element_get_annotation (element, "org.freedesktop.DBus.Property.EmitsChangedSignal");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_strcmp0 (text, values[i]) == 0)
      return (NorpcPropertyUpdates) i;
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_strcmp0 (self->updates, values[i]) == 0)
      return (NorpcPropertyUpdates) i;

  return NORPC_PROPERTY_UPDATES_VALUE;
}

static gboolean
read_access (const NorpcXmlElement  *element,
             NorpcPropertyInfo      *property,
             GError                **error)
{
  static const char * const accesses[] = { "read", "write", "readwrite", NULL };
  int access = -1;

  if (!norpc_xml_element_read_word (element, "access", accesses, &access, error))
    return FALSE;
  if (access < 0)
    {
      norpc_xml_element_fail (element, error, "<property> needs the attribute 'access'");
      return FALSE;
    }

  property->dbus.flags = (access != 1 ? G_DBUS_PROPERTY_INFO_FLAGS_READABLE : 0) |
                         (access != 0 ? G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE : 0);

  return TRUE;
}

static gboolean
read_property_element (NorpcInterfaceReader   *self,
                       const NorpcXmlElement  *element,
                       GError                **error)
{
  NorpcPropertyInfo *property = norpc_dynamic_info_alloc (self->info, sizeof (NorpcPropertyInfo));
  g_autofree char *needs_code = NULL, *left_out = NULL;
  NorpcDescribedType type;
  NorpcMemberName *name;
  gboolean ok;

  property->dbus.ref_count = -1;
  property->dbus.name = read_member_name (self, element, error);
  if (property->dbus.name == NULL)
    return FALSE;

  ok = norpc_described_type_read (&type, element, self->declared, FALSE, error);
  needs_code = type.left_out;
  if (!ok || !read_access (element, property, error) ||
      !norpc_interface_reader_read_annotations (self, element, &property->dbus.annotations, error))
    return FALSE;

  name = add_member_name (self, &self->names.properties, element, error);
  if (name == NULL)
    return FALSE;

  property->dbus.signature = norpc_dynamic_info_strdup (self->info, type.signature);
  property->flags = type.flags;
  property->get_type = type.get_type;
  property->updates = read_updates (self, element);
  if (type.declared != NULL)
    g_hash_table_insert (self->info->run_time.arg_types, property, norpc_declared_type_describe (type.declared, FALSE));
  left_out = needs_code != NULL ? g_strdup_printf ("it has %s", needs_code) : NULL;
  leave_out (self, element, name, left_out);
  g_ptr_array_add (self->properties, property);

  return TRUE;
}

/* Reads a method, which may be a stream of an object of D-Bus. */
static gboolean
read_described_method (NorpcInterfaceReader   *self,
                       const NorpcXmlElement  *element,
                       GError                **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (NorpcXmlElement) stream = norpc_xml_element_make_stream (element, &problem);

  if (problem == NULL)
    return read_method_or_stream (self, stream != NULL ? stream : element, error);

  g_propagate_error (error, g_steal_pointer (&problem));

  return FALSE;
}

/* Reads a child of an interface. Returns FALSE if @error is set. Other elements may belong to other
 * tools.
 */
gboolean
norpc_interface_reader_read_member (NorpcInterfaceReader   *self,
                                    const NorpcXmlElement  *element,
                                    GError                **error)
{
  if (g_str_equal (element->name, "method"))
    return read_described_method (self, element, error);
  if (g_str_equal (element->name, "stream"))
    return read_method_or_stream (self, element, error);
  if (g_str_equal (element->name, "signal"))
    return read_signal (self, element, error);
  if (g_str_equal (element->name, "property"))
    return read_property_element (self, element, error);

  return TRUE;
}
