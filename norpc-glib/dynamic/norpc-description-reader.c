/* norpc-description-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads the interfaces of a description. GIO's parser would leave out what descriptions have besides D-Bus
 * introspection XML, and checks neither names nor types.
 */

#include <string.h>

#include "core/norpc-error.h"
#include "norpc-described-type-private.h"
#include "norpc-description-reader-private.h"

#define MAX_INTERFACE_NAME 255 /* a limit of D-Bus */

/* The whole of a description. */
typedef struct
{
  GPtrArray  *infos;    /* (owned): of owned NorpcDynamicInfo */
  GHashTable *declared; /* (owned): of unowned names of types and unowned names of elements */
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

/* Removes the members that need generated code, once all have their names. */
static void
remove_left_out (NorpcInterfaceReader *self)
{
  for (guint i = self->signals->len; i > 0; i--)
    {
      NorpcSignalInfo *signal = g_ptr_array_index (self->signals, i - 1);
      const NorpcMemberName *name = g_ptr_array_index (self->names.signals, i - 1);

      signal->name = norpc_dynamic_info_strdup (self->info, name->gname);
      if (g_hash_table_contains (self->info->left_out, signal->dbus.name))
        g_ptr_array_remove_index (self->signals, i - 1);
    }
  for (guint i = self->properties->len; i > 0; i--)
    {
      NorpcPropertyInfo *property = g_ptr_array_index (self->properties, i - 1);
      const NorpcMemberName *name = g_ptr_array_index (self->names.properties, i - 1);

      property->name = norpc_dynamic_info_strdup (self->info, name->gname);
      if (g_hash_table_contains (self->info->left_out, property->dbus.name))
        g_ptr_array_remove_index (self->properties, i - 1);
    }
}

static gboolean
can_pass_dbus (GDBusArgInfo * const *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    if (*infos[i]->signature == '\0' || strchr (infos[i]->signature, 'm') != NULL)
      return FALSE;

  return TRUE;
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

  norpc_member_names_find (&self->names);
  remove_left_out (self);
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
  if (ok)
    {
      info->run_time.info.dbus.annotations = norpc_interface_reader_read_annotations (&reader, element);
      finish_interface (&reader);
    }
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

/* Turns "KvError" into "kv-error-quark", which is the domain in generated code without a C namespace. */
static char *
make_domain_name (const char *name)
{
  GString *domain = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      if (g_ascii_isupper (*p) && p > name && !g_ascii_isupper (p[-1]))
        g_string_append_c (domain, '-');
      g_string_append_c (domain, *p == '_' ? '-' : g_ascii_tolower (*p));
    }
  g_string_append (domain, "-quark");

  return g_string_free (domain, FALSE);
}

/* Gets the name that an error has over D-Bus (owned), or NULL. */
static char *
make_dbus_error_name (const NorpcXmlElement *domain,
                      const NorpcXmlElement *error)
{
  const char *prefix = norpc_xml_element_get (domain, "dbus-prefix");
  const char *dbus_name = norpc_xml_element_get (error, "dbus-name");

  if (dbus_name != NULL)
    return g_strdup (dbus_name);
  if (prefix == NULL)
    return NULL;

  return g_strconcat (prefix, g_str_has_suffix (prefix, ".") ? "" : ".", norpc_xml_element_get (error, "name"), NULL);
}

/* Adds the errors of a domain to those of an interface. Values count up from 0, unless one is given. */
static gboolean
read_domain (NorpcDynamicInfo       *info,
             const NorpcXmlElement  *domain,
             GError                **error)
{
  const char *name = norpc_xml_element_get (domain, "name");
  int code = 0;

  for (guint i = 0; i < domain->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (domain->children, i);
      const char *value = norpc_xml_element_get (child, "value");
      gint64 number;
      NorpcDescribedError *described;

      if (!g_str_equal (child->name, "error") || norpc_xml_element_get (child, "name") == NULL)
        continue;
      if (value != NULL && !g_ascii_string_to_signed (value, 10, 0, G_MAXINT32, &number, NULL))
        {
          norpc_xml_element_fail (child, error, "'%s' is not a value of an error", value);
          return FALSE;
        }
      if (value != NULL)
        code = (int) number;
      described = g_new0 (NorpcDescribedError, 1);
      *described = (NorpcDescribedError) { make_domain_name (name), code++, make_dbus_error_name (domain, child) };
      g_hash_table_insert (info->errors, g_strconcat (name, ".", norpc_xml_element_get (child, "name"), NULL),
                           described);
    }

  return TRUE;
}

/* Notes the types and the errors that a description declares. */
static void
collect_declared (DescriptionReader     *self,
                  const NorpcXmlElement *element)
{
  static const char * const types[] = { "enum", "flags", "record", "error-domain", "interface", NULL };

  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);
      const char *name = norpc_xml_element_get (child, "name");

      if (g_str_equal (child->name, "node"))
        collect_declared (self, child);
      else if (name != NULL && g_strv_contains (types, child->name))
        g_hash_table_insert (self->declared, (gpointer) name, child->name);
      if (name != NULL && g_str_equal (child->name, "error-domain"))
        g_ptr_array_add (self->domains, (gpointer) child);
    }
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

  collect_declared (self, root);
  if (!read_interfaces (self, root, error))
    return FALSE;

  for (guint i = 0; i < self->infos->len; i++)
    for (guint j = 0; j < self->domains->len; j++)
      if (!read_domain (g_ptr_array_index (self->infos, i), g_ptr_array_index (self->domains, j), error))
        return FALSE;

  return TRUE;
}

/* Returns the interfaces (owned) as owned NorpcDynamicInfo, or NULL if @error is set. */
GPtrArray *
norpc_description_read (const char  *xml,
                        GError     **error)
{
  g_autoptr (NorpcXmlElement) root = norpc_xml_tree_new (xml, error);
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_dynamic_info_free);
  g_autoptr (GHashTable) declared = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) domains = g_ptr_array_new ();
  DescriptionReader self = { infos, declared, names, domains };

  if (root == NULL || !read_root (&self, root, error))
    return NULL;

  return g_steal_pointer (&infos);
}
