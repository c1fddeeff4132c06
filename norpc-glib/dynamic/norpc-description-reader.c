/* norpc-description-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads the interfaces of a description. GIO's parser would leave out what descriptions have besides D-Bus
 * introspection XML, and checks neither names nor types.
 */

#include <string.h>

#include "norpc-declared-types-private.h"
#include "norpc-described-type-private.h"
#include "norpc-description-reader-private.h"

#define MAX_INTERFACE_NAME 255 /* a limit of D-Bus */
#define MAX_SIGNATURE 255      /* another one */

/* The whole of a description. */
typedef struct
{
  GPtrArray  *infos;    /* (owned): of owned NorpcDynamicInfo */
  GHashTable *declared; /* (owned): of unowned names of types and unowned NorpcXmlElement */
  GHashTable *names;    /* (owned): a set of unowned names of interfaces */
  GPtrArray  *domains;  /* (owned): of unowned NorpcXmlElement */
} DescriptionReader;

static gboolean
is_interface_name (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, ".", -1);

  if (words[0] == NULL || strlen (name) > MAX_INTERFACE_NAME)
    return FALSE;

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] == '\0' || g_ascii_isdigit (*words[i]) ||
        strspn (words[i], G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") != strlen (words[i]))
      return FALSE;

  return TRUE;
}

static void
interface_reader_init (NorpcInterfaceReader *self,
                       NorpcDynamicInfo     *info,
                       GHashTable           *declared)
{
  *self = (NorpcInterfaceReader) { .info = info, .declared = declared };
  norpc_member_names_init (&self->names);
  self->methods = g_ptr_array_new ();
  self->signals = g_ptr_array_new ();
  self->properties = g_ptr_array_new ();
}

static void
interface_reader_clear (NorpcInterfaceReader *self)
{
  norpc_member_names_clear (&self->names);
  g_ptr_array_unref (self->methods);
  g_ptr_array_unref (self->signals);
  g_ptr_array_unref (self->properties);
}

/* Removes those of @infos that need generated code. */
static void
remove_left_out (GPtrArray                *infos,
                 const NorpcMembersOfKind *names)
{
  guint n_kept = 0;

  for (guint i = 0; i < infos->len; i++)
    if (!((const NorpcMemberName *) g_ptr_array_index (names->list, i))->is_left_out)
      infos->pdata[n_kept++] = infos->pdata[i];
  g_ptr_array_set_size (infos, (int) n_kept);
}

/* Sets the names of GSignals and GObject properties. Those of members that are left out are taken, too, as they
 * are in generated code.
 */
static void
finish_names (NorpcInterfaceReader *self)
{
  norpc_member_names_find (&self->names);
  for (guint i = 0; i < self->signals->len; i++)
    {
      NorpcSignalInfo *signal = g_ptr_array_index (self->signals, i);
      const NorpcMemberName *name = g_ptr_array_index (self->names.signals.list, i);

      signal->name = norpc_dynamic_info_strdup (self->info, name->gname);
    }
  for (guint i = 0; i < self->properties->len; i++)
    {
      NorpcPropertyInfo *property = g_ptr_array_index (self->properties, i);
      const NorpcMemberName *name = g_ptr_array_index (self->names.properties.list, i);

      property->name = norpc_dynamic_info_strdup (self->info, name->gname);
    }

  remove_left_out (self->methods, &self->names.methods);
  remove_left_out (self->signals, &self->names.signals);
  remove_left_out (self->properties, &self->names.properties);
}

/* D-Bus limits the length of the types of all values in a message. */
static gboolean
can_pass_dbus (GDBusArgInfo * const *infos)
{
  gsize length = 0;

  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      if (*infos[i]->signature == '\0' || strchr (infos[i]->signature, 'm') != NULL)
        return FALSE;
      length += strlen (infos[i]->signature);
    }

  return length <= MAX_SIGNATURE;
}

/* Fills in the part of the info that GIO uses: the members that D-Bus has. */
static void
finish_dbus (NorpcInterfaceReader *self)
{
  GDBusInterfaceInfo *dbus = &self->info->run_time.info.dbus;
  GPtrArray *methods = g_ptr_array_new (), *signals = g_ptr_array_new (), *properties = g_ptr_array_new ();

  for (guint i = 0; i < self->methods->len; i++)
    {
      NorpcMethodInfo *method = g_ptr_array_index (self->methods, i);

      if (!norpc_method_info_is_stream (method) && can_pass_dbus (method->dbus.in_args) &&
          can_pass_dbus (method->dbus.out_args))
        g_ptr_array_add (methods, method);
    }
  for (guint i = 0; i < self->signals->len; i++)
    if (can_pass_dbus (((NorpcSignalInfo *) g_ptr_array_index (self->signals, i))->dbus.args))
      g_ptr_array_add (signals, g_ptr_array_index (self->signals, i));
  for (guint i = 0; i < self->properties->len; i++)
    {
      NorpcPropertyInfo *property = g_ptr_array_index (self->properties, i);

      if (*property->dbus.signature != '\0' && strchr (property->dbus.signature, 'm') == NULL)
        g_ptr_array_add (properties, property);
    }

  dbus->methods = norpc_dynamic_info_take_list (self->info, methods);
  dbus->signals = norpc_dynamic_info_take_list (self->info, signals);
  dbus->properties = norpc_dynamic_info_take_list (self->info, properties);
}

static void
finish_interface (NorpcInterfaceReader *self)
{
  NorpcInterfaceInfo *info = &self->info->run_time.info;

  finish_names (self);
  finish_dbus (self);
  info->methods = norpc_dynamic_info_take_list (self->info, g_steal_pointer (&self->methods));
  info->signals = norpc_dynamic_info_take_list (self->info, g_steal_pointer (&self->signals));
  info->properties = norpc_dynamic_info_take_list (self->info, g_steal_pointer (&self->properties));
  self->methods = g_ptr_array_new ();
  self->signals = g_ptr_array_new ();
  self->properties = g_ptr_array_new ();
}

/* Reads the members of an interface into @info. Returns FALSE if @error is set. */
static gboolean
read_members (DescriptionReader      *self,
              const NorpcXmlElement  *element,
              NorpcDynamicInfo       *info,
              GError                **error)
{
  NorpcInterfaceReader reader;
  gboolean ok = TRUE;

  interface_reader_init (&reader, info, self->declared);
  reader.updates = norpc_xml_element_get_annotation (element, "org.freedesktop.DBus.Property.EmitsChangedSignal");
  for (guint i = 0; i < element->children->len && ok; i++)
    ok = norpc_interface_reader_read_member (&reader, g_ptr_array_index (element->children, i), error);
  ok = ok && norpc_interface_reader_read_annotations (&reader, element, &info->run_time.info.dbus.annotations, error);
  if (ok)
    finish_interface (&reader);
  interface_reader_clear (&reader);

  return ok;
}

static gboolean
read_interface (DescriptionReader      *self,
                const NorpcXmlElement  *element,
                GError                **error)
{
  const char *name = norpc_xml_element_get (element, "name");
  NorpcDynamicInfo *info;

  if (name == NULL || !is_interface_name (name))
    {
      norpc_xml_element_fail (element, error, "'%s' is not a name of an interface", name != NULL ? name : "");
      return FALSE;
    }
  if (!g_hash_table_add (self->names, (gpointer) name))
    {
      norpc_xml_element_fail (element, error, "another interface has the name '%s'", name);
      return FALSE;
    }

  info = norpc_dynamic_info_new ();
  info->run_time.info.dbus.name = norpc_dynamic_info_strdup (info, name);
  g_ptr_array_add (self->infos, info);

  return read_members (self, element, info, error);
}

/* Notes the types and the errors that a description declares. Returns FALSE if @error is set. */
static gboolean
collect_declared (DescriptionReader      *self,
                  const NorpcXmlElement  *element,
                  GError                **error)
{
  static const char * const types[] = { "enum", "flags", "record", "error-domain", NULL };

  for (guint i = 0; i < element->children->len; i++)
    {
      NorpcXmlElement *child = g_ptr_array_index (element->children, i);
      const char *name = norpc_xml_element_get (child, "name");

      if (g_str_equal (child->name, "node") && !collect_declared (self, child, error))
        return FALSE;
      if (g_str_equal (child->name, "error-domain"))
        g_ptr_array_add (self->domains, (gpointer) child);
      if (name != NULL && g_str_equal (child->name, "interface"))
        g_hash_table_insert (self->declared, (gpointer) name, child);
      if (name != NULL && g_strv_contains (types, child->name) &&
          !g_hash_table_insert (self->declared, (gpointer) name, child))
        {
          norpc_xml_element_fail (child, error, "another type has the name '%s'", name);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
check_fields (DescriptionReader      *self,
              const NorpcXmlElement  *record,
              GError                **error)
{
  for (guint i = 0; i < record->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (record->children, i);

      if (g_str_equal (child->name, "field") && !norpc_described_type_check_field (child, self->declared, error))
        return FALSE;
    }

  return TRUE;
}

/* Checks the types of all records, which may be declared after they are used. Returns FALSE if @error is set. */
static gboolean
check_records (DescriptionReader      *self,
               const NorpcXmlElement  *element,
               GError                **error)
{
  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);

      if ((g_str_equal (child->name, "node") && !check_records (self, child, error)) ||
          (g_str_equal (child->name, "record") && !check_fields (self, child, error)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_interfaces (DescriptionReader      *self,
                 const NorpcXmlElement  *element,
                 GError                **error)
{
  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);

      if ((g_str_equal (child->name, "node") && !read_interfaces (self, child, error)) ||
          (g_str_equal (child->name, "interface") && !read_interface (self, child, error)))
        return FALSE;
    }

  return TRUE;
}

static gboolean
is_interface (const NorpcXmlElement *element)
{
  return g_str_equal (element->name, "interface") && norpc_xml_element_get (element, "name") != NULL;
}

/* The interfaces that every object of D-Bus has, and so everything that is introspected. */
static gboolean
is_standard (const NorpcXmlElement *element)
{
  static const char * const names[] = {
    "org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Properties", NULL
  };

  return is_interface (element) && g_strv_contains (names, norpc_xml_element_get (element, "name"));
}

static gboolean
has_others (const NorpcXmlElement *element)
{
  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);

      if ((is_interface (child) && !is_standard (child)) ||
          (g_str_equal (child->name, "node") && has_others (child)))
        return TRUE;
    }

  return FALSE;
}

static void
remove_standard (NorpcXmlElement *element,
                 const char      *kept)
{
  for (guint i = element->children->len; i > 0; i--)
    {
      NorpcXmlElement *child = g_ptr_array_index (element->children, i - 1);

      if (g_str_equal (child->name, "node"))
        remove_standard (child, kept);
      else if (is_standard (child) && g_strcmp0 (norpc_xml_element_get (child, "name"), kept) != 0)
        g_ptr_array_remove_index (element->children, i - 1);
    }
}

static gboolean
read_root (DescriptionReader      *self,
           const NorpcXmlElement  *root,
           GError                **error)
{
  if (g_str_equal (root->name, "interface"))
    return read_interface (self, root, error);

  if (!g_str_equal (root->name, "node"))
    {
      norpc_xml_element_fail (root, error, "the root element is <%s>; it must be <node>", root->name);
      return FALSE;
    }

  return collect_declared (self, root, error) && check_records (self, root, error) &&
         read_interfaces (self, root, error);
}

/* Gives all interfaces the errors of the description. Returns FALSE if @error is set. */
static gboolean
read_errors (DescriptionReader  *self,
             GError            **error)
{
  g_autoptr (GHashTable) errors = norpc_described_errors_read (self->domains, error);

  for (guint i = 0; i < self->infos->len && errors != NULL; i++)
    ((NorpcDynamicInfo *) g_ptr_array_index (self->infos, i))->errors = g_hash_table_ref (errors);

  return errors != NULL;
}

/* Gives all interfaces the types of the description. Returns FALSE if @error is set. */
static gboolean
read_types (DescriptionReader  *self,
            GError            **error)
{
  g_autoptr (GVariant) types = norpc_declared_types_describe (self->declared, error);

  if (types == NULL)
    return FALSE;

  g_variant_ref_sink (types);
  for (guint i = 0; i < self->infos->len; i++)
    ((NorpcDynamicInfo *) g_ptr_array_index (self->infos, i))->run_time.types = g_variant_ref (types);

  return TRUE;
}

/* Returns the interfaces (owned) as owned NorpcDynamicInfo, or NULL if @error is set. The standard interfaces are left
 * out beside others, as the generator does, except for the one with the name @kept (nullable).
 */
GPtrArray *
norpc_description_read (const char  *xml,
                        const char  *kept,
                        GError     **error)
{
  g_autoptr (NorpcXmlElement) root = norpc_xml_tree_new (xml, error);
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_dynamic_info_free);
  g_autoptr (GHashTable) declared = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) domains = g_ptr_array_new ();
  DescriptionReader self = { infos, declared, names, domains };

  if (root != NULL && has_others (root))
    remove_standard (root, kept);
  if (root == NULL || !read_root (&self, root, error) || !read_types (&self, error) || !read_errors (&self, error))
    return NULL;

  return g_steal_pointer (&infos);
}
