/* test-dynamic-infos.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Descriptions that are read at run time: what is read. */

#include <norpc-glib/norpc-glib.h>

static const NorpcInterfaceInfo *
read_description (const char *content)
{
  g_autofree char *xml = g_strdup_printf ("<node>%s</node>", content);
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);

  g_assert_no_error (error);

  return info;
}

static const NorpcInterfaceInfo *
read_members (const char *members)
{
  g_autofree char *interface = g_strdup_printf ("<interface name='org.example.Read'>%s</interface>", members);

  return read_description (interface);
}

static void
test_flags (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='A' oneway='true' timeout='7'/>"
    "<method name='B'><annotation name='org.freedesktop.DBus.Method.NoReply' value='true'/>"
    "<annotation name='org.norpc.Timeout' value='9'/></method>"
    "<method name='C' latest-wins='true'><annotation name='org.norpc.Idempotent' value='true'/></method>"
    "<stream name='D' direction='in' backlog='3'><arg name='x' type='s' direction='out'/><result type='u'/></stream>"
    "<signal name='E' backlog='4' when-full='close'/>");

  g_assert_cmpuint (norpc_interface_info_get_n_methods (info), ==, 4);
  g_assert_cmpint (info->methods[0]->flags, ==, NORPC_METHOD_FLAGS_ONEWAY);
  g_assert_cmpuint (info->methods[0]->timeout, ==, 7);
  g_assert_cmpint (info->methods[1]->flags, ==, NORPC_METHOD_FLAGS_ONEWAY);
  g_assert_cmpuint (info->methods[1]->timeout, ==, 9);
  g_assert_cmpint (info->methods[2]->flags, ==, NORPC_METHOD_FLAGS_LATEST_WINS | NORPC_METHOD_FLAGS_IDEMPOTENT);
  g_assert_cmpint (info->methods[3]->flags, ==, NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_FLAGS_STREAM_IN);
  g_assert_cmpuint (info->methods[3]->backlog, ==, 3);
  g_assert_cmpstr (info->methods[3]->items[0]->name, ==, "x");
  g_assert_cmpstr (info->methods[3]->dbus.out_args[0]->signature, ==, "u");
  g_assert_cmpuint (info->signals[0]->backlog, ==, 4);
  g_assert_cmpint (info->signals[0]->flags, ==, NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL);
}

static void
test_args (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='A'><arg type='s'/><arg name='b' type='as' nullable='true'/><arg type='ay' transfer='full'/>"
    "<arg type='i' direction='out'/></method>"
    "<method name='B'><arg type='s'><annotation name='org.norpc.Type' value='Gio.File'/>"
    "<annotation name='org.norpc.Nullable' value='true'/></arg></method>");
  const NorpcArgInfo *second = (const NorpcArgInfo *) info->methods[0]->dbus.in_args[1];
  const NorpcArgInfo *third = (const NorpcArgInfo *) info->methods[0]->dbus.in_args[2];
  const NorpcArgInfo *file = (const NorpcArgInfo *) info->methods[1]->dbus.in_args[0];
  g_autofree char *in_type = norpc_interface_info_get_in_type (info, 0);
  g_auto (GStrv) in_args = norpc_interface_info_list_in_args (info, 0);
  g_auto (GStrv) out_args = norpc_interface_info_list_out_args (info, 0);

  g_assert_cmpstr (in_type, ==, "(smasay)");
  g_assert_cmpstrv (in_args, ((const char * const[]) { "unnamed_arg0", "b", "unnamed_arg2", NULL }));
  g_assert_cmpstrv (out_args, ((const char * const[]) { "unnamed_arg3", NULL }));
  g_assert_cmpint (second->flags, ==, NORPC_ARG_FLAGS_NULLABLE);
  g_assert_cmpint (third->flags, ==, NORPC_ARG_FLAGS_MOVED);
  g_assert_true (file->get_type == g_file_get_type);
  g_assert_cmpint (file->flags, ==, NORPC_ARG_FLAGS_NULLABLE);
}

static void
test_sensitive (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='A'><arg name='a' type='s' sensitive='true'/><arg name='b' type='s' sensitive='false'/>"
    "<arg name='c' type='s' direction='out' sensitive='true' nullable='true'/></method>"
    "<signal name='B'><arg name='d' type='s'><annotation name='org.norpc.Sensitive' value='true'/></arg></signal>"
    "<property name='E' type='s' access='read' sensitive='true'/>");
  const NorpcArgInfo *a = (const NorpcArgInfo *) info->methods[0]->dbus.in_args[0];
  const NorpcArgInfo *b = (const NorpcArgInfo *) info->methods[0]->dbus.in_args[1];
  const NorpcArgInfo *c = (const NorpcArgInfo *) info->methods[0]->dbus.out_args[0];
  const NorpcArgInfo *d = (const NorpcArgInfo *) info->signals[0]->dbus.args[0];

  g_assert_cmpint (a->flags, ==, NORPC_ARG_FLAGS_SENSITIVE);
  g_assert_cmpint (b->flags, ==, NORPC_ARG_FLAGS_NONE);
  g_assert_cmpint (c->flags, ==, NORPC_ARG_FLAGS_SENSITIVE | NORPC_ARG_FLAGS_NULLABLE);
  g_assert_cmpint (d->flags, ==, NORPC_ARG_FLAGS_SENSITIVE);
  g_assert_cmpint (info->properties[0]->flags, ==, NORPC_ARG_FLAGS_SENSITIVE);
}

static void
test_types (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='A'><arg type='s'/><arg type='as' nullable='true'/><arg type='mu'/><arg type='Gio.File'/>"
    "<arg type='Gio.File' nullable='true' direction='out'/></method>"
    "<stream name='B'><arg type='ay' direction='out'/><result type='(ii)'/></stream>");
  g_auto (GStrv) ins = norpc_interface_info_list_in_types (info, 0);
  g_auto (GStrv) outs = norpc_interface_info_list_out_types (info, 0);
  g_auto (GStrv) items = norpc_interface_info_list_item_types (info, 1);
  g_auto (GStrv) outcome = norpc_interface_info_list_out_types (info, 1);
  g_auto (GStrv) none = norpc_interface_info_list_in_types (info, 1);

  g_assert_cmpstrv (ins, ((const char * const[]) { "s", "?as", "?u", "GFile", NULL }));
  g_assert_cmpstrv (outs, ((const char * const[]) { "?GFile", NULL }));
  g_assert_cmpstrv (items, ((const char * const[]) { "ay", NULL }));
  g_assert_cmpstrv (outcome, ((const char * const[]) { "(ii)", NULL }));
  g_assert_cmpstrv (none, ((const char * const[]) { NULL }));

  g_assert_true (norpc_interface_info_for_type (norpc_dynamic_proxy_type_for (info)) == info);
  g_assert_null (norpc_interface_info_for_type (NORPC_TYPE_DYNAMIC_PROXY));
  g_assert_null (norpc_interface_info_for_type (G_TYPE_OBJECT));
  g_assert_null (norpc_interface_info_for_type (G_TYPE_FILE));
}

/* The names of GObject are those of generated code, also where they clash. */
static void
test_names (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='Play'/><method name='GetURL'/>"
    "<signal name='Play'/><signal name='TrackEnded'/><signal name='Notify'/>"
    "<property name='MaxVolume' type='d' access='read'/><property name='URL' type='s' access='read'/>"
    "<property name='Endpoint' type='s' access='read'/>"
    "<property name='Renamed' type='s' access='read'>"
    "<annotation name='org.gtk.GDBus.C.Name' value='other_name'/></property>");

  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "Play"), ==, "play-signal");
  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "TrackEnded"), ==, "track-ended");
  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "Notify"), ==, "notify-signal");
  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "MaxVolume"), ==, "max-volume");
  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "URL"), ==, "url");
  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "Endpoint"), ==, "endpoint-property");
  g_assert_cmpstr (norpc_interface_info_get_gobject_name (info, "Renamed"), ==, "other-name");
  g_assert_null (norpc_interface_info_get_gobject_name (info, "None"));
}

static void
test_function_names (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='GetURL'/><method name='Put'><arg type='Gtk.Widget'/></method>"
    "<method name='Renamed'><annotation name='org.gtk.GDBus.C.Name' value='other_name'/></method>"
    "<signal name='Renamed'/><signal name='TrackEnded'/><property name='MaxVolume' type='d' access='read'/>");
  const NorpcInterfaceInfo *other = read_members ("<method name='Renamed'/>");
  const NorpcInterfaceInfo *named = read_members (
    "<method name='Renamed'><annotation name='org.gtk.GDBus.C.Name' value='other_name'/></method>");

  g_assert_cmpstr (norpc_interface_info_get_function_name (info, "GetURL"), ==, "get_url");
  g_assert_nonnull (norpc_interface_info_get_left_out (info, "Put"));
  g_assert_cmpstr (norpc_interface_info_get_function_name (info, "Put"), ==, "put");
  g_assert_cmpstr (norpc_interface_info_get_function_name (info, "Renamed"), ==, "other_name");
  g_assert_cmpstr (norpc_interface_info_get_function_name (info, "TrackEnded"), ==, "track_ended");
  g_assert_cmpstr (norpc_interface_info_get_function_name (info, "MaxVolume"), ==, "max_volume");
  g_assert_null (norpc_interface_info_get_function_name (info, "None"));
  g_assert_true (other != named);
  g_assert_cmpstr (norpc_interface_info_get_function_name (other, "Renamed"), ==, "renamed");
}

/* Types that are declared have the form that they have outside of the process. */
static void
test_declared_types (void)
{
  const NorpcInterfaceInfo *info = read_description (
    "<enum name='Mode'><value name='fast'/><value name='slow' value='10'/><value name='last'/></enum>"
    "<flags name='Parts'><value name='none' value='0'/><value name='head'/><value name='tail'/></flags>"
    "<record name='Entry'><field name='key' type='s'/><field name='mode' type='Mode'/>"
    "<field name='when' type='GLib.DateTime' nullable='true'/><field name='parts' type='Parts[]'/></record>"
    "<record name='Tree'><field name='branches' type='Tree[]'/></record>"
    "<record name='Local'><field name='cancellable' type='Gio.Cancellable'/></record>"
    "<record name='Outer'><field name='local' type='Local'/></record>"
    "<interface name='org.example.Declared'>"
    "<method name='A'><arg type='Entry'/><arg type='Mode'/><arg type='Entry[]' nullable='true'/>"
    "<arg type='Gio.File[]'/><arg type='Entry' direction='out' nullable='true'/></method>"
    "<method name='B'><arg name='tree' type='Tree'/></method>"
    "<method name='C'><arg name='outer' type='Outer[]'/></method>"
    "<signal name='D'><arg type='Parts'/></signal><property name='E' type='Mode[]' access='read'/></interface>");
  g_auto (GStrv) ins = norpc_interface_info_list_in_types (info, 0);
  g_auto (GStrv) outs = norpc_interface_info_list_out_types (info, 0);
  g_auto (GStrv) signals = norpc_interface_info_list_signal_types (info, 0);
  g_auto (GStrv) properties = norpc_interface_info_list_property_types (info);
  g_autofree char *in_type = norpc_interface_info_get_in_type (info, 0);
  g_autofree char *out_type = norpc_interface_info_get_out_type (info, 0);
  g_autoptr (GVariant) types = norpc_interface_info_dup_declared_types (info);
  g_autofree char *text = g_variant_print (types, FALSE);

  g_assert_cmpstrv (ins, ((const char * const[]) { "Entry", "Mode", "?Entry[]", "GFile[]", NULL }));
  g_assert_cmpstrv (outs, ((const char * const[]) { "?Entry", NULL }));
  g_assert_cmpstrv (signals, ((const char * const[]) { "Parts", NULL }));
  g_assert_cmpstrv (properties, ((const char * const[]) { "Mode[]", NULL }));
  g_assert_cmpstr (in_type, ==, "((simsau)ima(simsau)as)");
  g_assert_cmpstr (out_type, ==, "(m(simsau))");
  g_assert_cmpstr (text, ==,
                   "{'Entry': ('record', '(simsau)', [('key', 's', 0), ('mode', 'Mode', 0), ('when', '?GDateTime', 0), "
                   "('parts', 'Parts[]', 0)]), "
                   "'Mode': ('enum', 'i', [('fast', 'i', 0), ('slow', 'i', 10), ('last', 'i', 11)]), "
                   "'Parts': ('flags', 'u', [('none', 'u', 0), ('head', 'u', 1), ('tail', 'u', 2)])}");

  g_assert_true (g_str_has_suffix (norpc_interface_info_get_left_out (info, "B"),
                                   "its argument 'tree' has the type 'Tree', a <record> that contains itself or is "
                                   "nested too deep"));
  g_assert_true (g_str_has_suffix (norpc_interface_info_get_left_out (info, "C"),
                                   "its argument 'outer' has the type 'Outer[]', a <record> whose field 'local' has the "
                                   "type 'Local'"));
  g_assert_true (norpc_value_type_for_signature ("mi") == G_TYPE_VARIANT);
  g_assert_true (norpc_value_type_for_signature ("ay") == G_TYPE_BYTES);
  g_assert_true (norpc_value_type_for_signature ("") == G_TYPE_INVALID);
}

/* Infos that differ in nothing but the declared types are not the same. */
static void
test_other_declared_types (void)
{
  const char *format = "<record name='Pair'><field name='%s' type='i'/></record>"
                       "<interface name='org.example.Declared'><method name='A'><arg type='Pair'/></method></interface>";
  g_autofree char *first = g_strdup_printf (format, "x"), *second = g_strdup_printf (format, "y");

  g_assert_true (read_description (first) == read_description (first));
  g_assert_true (read_description (first) != read_description (second));
}

static void
test_updates (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<annotation name='org.freedesktop.DBus.Property.EmitsChangedSignal' value='const'/>"
    "<property name='A' type='s' access='read'/>"
    "<property name='B' type='s' access='readwrite'>"
    "<annotation name='org.freedesktop.DBus.Property.EmitsChangedSignal' value='invalidates'/></property>"
    "<property name='C' type='s' access='write'>"
    "<annotation name='org.freedesktop.DBus.Property.EmitsChangedSignal' value='perhaps'/></property>");

  g_assert_cmpint (info->properties[0]->updates, ==, NORPC_PROPERTY_UPDATES_CONST);
  g_assert_cmpint (info->properties[1]->updates, ==, NORPC_PROPERTY_UPDATES_INVALIDATES);
  g_assert_cmpint (info->properties[2]->updates, ==, NORPC_PROPERTY_UPDATES_CONST);
  g_assert_cmpint (info->properties[2]->dbus.flags, ==, G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE);
}

/* The D-Bus part has what D-Bus can express, and annotations for all others. */
static void
test_dbus (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<annotation name='com.example.Note' value='kept'><annotation name='inner' value='too'/></annotation>"
    "<annotation name='org.norpc.Since' value='1'/>"
    "<method name='A'><arg type='ms'/></method><method name='B'><arg type='s'/></method>"
    "<stream name='C'/><property name='D' type='ms' access='read'/><signal name='E'><arg type='s'/></signal>");
  GDBusInterfaceInfo *dbus = norpc_interface_info_get_dbus (info);

  g_assert_cmpstr (dbus->methods[0]->name, ==, "B");
  g_assert_null (dbus->methods[1]);
  g_assert_null (dbus->properties);
  g_assert_cmpstr (dbus->signals[0]->name, ==, "E");
  g_assert_cmpstr (dbus->annotations[0]->key, ==, "com.example.Note");
  g_assert_cmpstr (dbus->annotations[0]->annotations[0]->value, ==, "too");
  g_assert_null (dbus->annotations[1]);
}

/* A description of GIO is read back. */
static void
test_from_dbus (void)
{
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (
    "<node><interface name='org.example.FromDBus'><method name='A'><arg name='x' type='a{sv}'/>"
    "<annotation name='org.norpc.Timeout' value='3'/></method>"
    "<property name='B' type='s' access='readwrite'/></interface></node>", NULL);
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_dbus (node->interfaces[0], &error);

  g_assert_no_error (error);
  g_assert_cmpuint (info->methods[0]->timeout, ==, 3);
  g_assert_cmpstr (info->methods[0]->dbus.in_args[0]->signature, ==, "a{sv}");
  g_assert_cmpstr (info->properties[0]->name, ==, "b");
}

/* The same description gives the same info, and another one does not. */
#define STANDARD(name) "<interface name='org.freedesktop.DBus." name "'><method name='M'/></interface>"
#define INTROSPECTED \
  "<node>" STANDARD ("Properties") STANDARD ("Introspectable") STANDARD ("Peer") \
  "<interface name='org.example.Introspected'><method name='M'/></interface>" \
  "<node name='child'>" STANDARD ("Peer") STANDARD ("Properties") "</node></node>"

/* The interfaces that every object of D-Bus has are left out of what is introspected, unless one is asked for. */
static void
test_standard (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = norpc_interface_info_list_for_xml (INTROSPECTED, &error);
  g_autoptr (GPtrArray) alone = NULL;
  const NorpcInterfaceInfo *info;

  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 1);
  info = norpc_interface_info_new_for_xml (INTROSPECTED, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (info == g_ptr_array_index (all, 0));
  g_assert_cmpstr (info->dbus.name, ==, "org.example.Introspected");

  info = norpc_interface_info_new_for_xml (INTROSPECTED, "org.freedesktop.DBus.Introspectable", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->dbus.name, ==, "org.freedesktop.DBus.Introspectable");

  alone = norpc_interface_info_list_for_xml ("<node>" STANDARD ("Peer") STANDARD ("Properties") "</node>", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (alone->len, ==, 2);
}

static void
test_interned (void)
{
  const NorpcInterfaceInfo *info = read_members ("<method name='Interned'/>");
  const NorpcInterfaceInfo *again = read_members ("<!-- Documented. -->\n<method name='Interned'></method>");
  const NorpcInterfaceInfo *other = read_members ("<method name='Interned' timeout='1'/>");

  g_assert_true (info == again);
  g_assert_true (info != other);
  g_assert_cmpuint (norpc_dynamic_proxy_type_for (info), !=, norpc_dynamic_proxy_type_for (other));
  g_assert_true (g_type_is_a (norpc_dynamic_service_type_for (info), NORPC_TYPE_DYNAMIC_SERVICE));
}

/* Texts that contain separators do not make two descriptions look the same. */
static void
test_interned_texts (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<property name='A' type='s' access='read'><annotation name='x' value='1 1:y 1:2'/></property>");
  const NorpcInterfaceInfo *other = read_members (
    "<property name='A' type='s' access='read'><annotation name='x' value='1'/>"
    "<annotation name='y' value='2'/></property>");

  g_assert_true (info != other);
}

static void
test_left_out (void)
{
  static const char xml[] =
    "<node><record name='Track' object='true'><field name='title' type='s'/></record>"
    "<interface name='org.example.LeftOut'>"
    "<method name='Add'><arg name='track' type='Track'/></method>"
    "<method name='List'><arg name='tracks' type='Track[]' direction='out'/></method>"
    "<method name='Show'><arg name='widget' type='Gtk.Widget'/></method>"
    "<method name='Kept'><arg name='text' type='s'/></method>"
    "<signal name='Changed'><arg name='track' type='Track'/></signal>"
    "<property name='Items' type='Gio.ListModel' element-type='GObject.Object' access='read'/>"
    "</interface></node>";
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, NULL);
  g_auto (GStrv) names = norpc_interface_info_list_left_out (info);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (norpc_dynamic_service_new (info, NULL, NULL, NULL)));
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (direct), info);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstrv (names, ((const char * const[]) { "Add", "Changed", "Items", "List", "Show", NULL }));
  g_assert_cmpuint (norpc_interface_info_get_n_methods (info), ==, 1);
  g_assert_cmpstr (norpc_interface_info_get_left_out (info, "Show"), ==,
                   "the method 'Show' needs code that norpc-codegen generates: its argument 'widget' has the type "
                   "'Gtk.Widget'");
  g_assert_cmpstr (norpc_interface_info_get_left_out (info, "List"), ==,
                   "the method 'List' needs code that norpc-codegen generates: its result 'tracks' has the type "
                   "'Track[]', a <record> that is an object");
  g_assert_null (norpc_interface_info_get_left_out (info, "Kept"));

  g_assert_null (norpc_dynamic_proxy_call_method_sync (proxy, "Add", NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpstr (error->message, ==,
                   "org.example.LeftOut: the method 'Add' needs code that norpc-codegen generates: its argument 'track' "
                   "has the type 'Track', a <record> that is an object");
  g_object_unref (norpc_direct_get_service (direct));
}

static void
test_errors_by_name (void)
{
  static const char xml[] =
    "<node><error-domain name='HTTPError'><error name='NotFound' value='404'/><error name='Next'/>"
    "<error name='Hexadecimal' value='0x10'/><error name='Negative' value='-1'/></error-domain>"
    "<error-domain name='AError' dbus-prefix='org.example.AError'><error name='Last' value='500'/></error-domain>"
    "<interface name='org.example.Failing'/></node>";
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, NULL);
  g_autoptr (GError) next = norpc_interface_info_new_error (info, "HTTPError.Next", "no");
  g_autoptr (GError) unknown = norpc_interface_info_new_error (info, "HTTPError.Other", "no");
  g_autofree char *name = norpc_interface_info_dup_error_name (info, next);
  g_autofree char *none = norpc_interface_info_dup_error_name (info, unknown);
  g_autoptr (GError) last = norpc_interface_info_new_error (info, "org.example.AError.Last", "no");
  g_autofree char *last_name = norpc_interface_info_dup_error_name (info, last);
  g_autofree char *dbus_name = norpc_interface_info_dup_dbus_error_name (info, last);
  g_autoptr (GError) hexadecimal = norpc_interface_info_new_error (info, "HTTPError.Hexadecimal", "no");
  g_autoptr (GError) negative = norpc_interface_info_new_error (info, "HTTPError.Negative", "no");
  g_auto (GStrv) names = norpc_interface_info_list_errors (info);

  g_assert_cmpint (next->code, ==, 405);
  g_assert_cmpint (hexadecimal->code, ==, 16);
  g_assert_cmpint (negative->code, ==, -1);
  g_assert_cmpstr (name, ==, "HTTPError.Next");
  g_assert_error (unknown, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_null (none);
  g_assert_cmpstr (last_name, ==, "AError.Last");
  g_assert_cmpstr (dbus_name, ==, "org.example.AError.Last");
  g_assert_null (norpc_interface_info_dup_dbus_error_name (info, next));
  g_assert_null (norpc_interface_info_dup_dbus_error_name (info, unknown));
  g_assert_cmpstrv (names, ((const char * const[]) { "AError.Last", "HTTPError.Negative", "HTTPError.Hexadecimal", "HTTPError.NotFound",
                                                "HTTPError.Next", NULL }));
}

/* Documentation may have entities that the document type declares; an attribute may have those that the text
 * declares.
 */
static void
test_entities (void)
{
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<!DOCTYPE node PUBLIC 'a' 'b' [\n<!ENTITY KEPT 'Kept'>\n]>"
    "<node><doc>&LOST; a > b &amp; c</doc><interface name='org.example.Entities'><doc x='>'>&KEPT;</doc>"
    "<method name='&KEPT;'/></interface></node>", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (info->methods[0]->dbus.name, ==, "Kept");
}

/* Markup in comments, sections and other namespaces is none of the description. */
static void
test_markup (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<!-- <method name='A'/> don't <b it's -->&amp;<![CDATA[<method name='A'/>]]><?method name='A'?>"
    "<x:method xmlns:x='urn:x' name='A'/><doc a='&lt;>'/><method name='B'/>");

  g_assert_cmpuint (norpc_interface_info_get_n_methods (info), ==, 1);
  g_assert_cmpstr (info->methods[0]->dbus.name, ==, "B");
}

/* A service describes an object with the names of interfaces that only its other objects have. Without the annotation, such
 * a name is a mistake.
 */
static void
test_interface_elsewhere (void)
{
  static const char * const xml =
    "<node><interface name='a.Box'><method name='Open'><arg name='lid' type='o' direction='out'>"
    "<annotation name='org.norpc.Type' value='org.example.Lid'/></arg></method><method name='OpenAll'>"
    "<arg name='lids' type='ao' direction='out'><annotation name='org.norpc.Type' value='org.example.Lid[]'/></arg>"
    "</method><method name='Shake'/></interface></node>";
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = norpc_interface_info_list_for_xml (xml, &error);
  g_auto (GStrv) left_out = NULL;

  g_assert_no_error (error);
  left_out = norpc_interface_info_list_left_out (infos->pdata[0]);
  g_assert_cmpuint (g_strv_length (left_out), ==, 2);
  g_assert_true (g_strv_contains ((const char * const *) left_out, "Open"));
  g_assert_true (g_strv_contains ((const char * const *) left_out, "OpenAll"));
  g_assert_nonnull (strstr (norpc_interface_info_get_left_out (infos->pdata[0], "OpenAll"), "'org.example.Lid[]'"));

  g_assert_null (norpc_interface_info_list_for_xml ("<node><interface name='a.Box'><method name='Open'>"
                                                    "<arg name='lid' type='org.example.Lid'/></method></interface>"
                                                    "</node>", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION);
}

/* Only the members that need generated code are left out, not those of other kinds with the same names. */
static void
test_left_out_names (void)
{
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<node><record name='Track' object='true'><field name='title' type='s'/></record><interface name='org.example.SameNames'>"
    "<method name='Changed'><arg name='track' type='Track'/></method><signal name='Changed'/>"
    "<signal name='Level'><arg name='track' type='Track'/></signal>"
    "<property name='Level' type='u' access='read'/></interface></node>", NULL, NULL);
  g_auto (GStrv) methods = norpc_interface_info_list_methods (info);
  g_auto (GStrv) signals = norpc_interface_info_list_signals (info);
  g_auto (GStrv) properties = norpc_interface_info_list_properties (info);
  g_auto (GStrv) left_out = norpc_interface_info_list_left_out (info);
  g_autoptr (NorpcDynamicService) service = norpc_dynamic_service_new (info, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstrv (methods, ((const char * const[]) { NULL }));
  g_assert_cmpstrv (signals, ((const char * const[]) { "Changed", NULL }));
  g_assert_cmpstrv (properties, ((const char * const[]) { "Level", NULL }));
  g_assert_cmpstrv (left_out, ((const char * const[]) { "Changed", "Level", NULL }));
  g_assert_true (g_str_has_prefix (norpc_interface_info_get_left_out (info, "Level"), "the signal 'Level' needs"));

  g_assert_true (norpc_dynamic_service_emit_variant (service, "Changed", NULL, NULL));
  g_assert_false (norpc_dynamic_service_emit_variant (service, "Level", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_clear_error (&error);
  g_assert_null (norpc_dynamic_service_dup_value (service, "Changed", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.SameNames has no property 'Changed'");
}

/* Two methods may have one name, if their names in C and their arguments differ. */
static void
test_overloads (void)
{
  const NorpcInterfaceInfo *info = read_members (
    "<method name='Play'/><method name='Play'><arg name='url' type='s'/>"
    "<annotation name='org.gtk.GDBus.C.Name' value='Play-Url'/></method>");

  g_assert_cmpuint (norpc_interface_info_get_n_methods (info), ==, 2);
}

#define N_THREADS 8

static gpointer
read_in_thread (gpointer xml)
{
  return (gpointer) norpc_interface_info_new_for_xml (xml, NULL, NULL);
}

/* Threads that read one description at a time get one info. */
static void
test_threads (void)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autofree char *xml = g_strdup_printf ("<node><interface name='org.example.Thread%u'>"
                                              "<property name='A' type='s' access='read'/></interface></node>", round);
      GThread *threads[N_THREADS];
      gpointer first = NULL;

      for (guint i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new ("reader", read_in_thread, xml);
      for (guint i = 0; i < N_THREADS; i++)
        {
          gpointer info = g_thread_join (threads[i]);

          g_assert_nonnull (info);
          g_assert_true (first == NULL || first == info);
          first = info;
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dynamic/infos/flags", test_flags);
  g_test_add_func ("/dynamic/infos/args", test_args);
  g_test_add_func ("/dynamic/infos/sensitive", test_sensitive);
  g_test_add_func ("/dynamic/infos/types", test_types);
  g_test_add_func ("/dynamic/infos/names", test_names);
  g_test_add_func ("/dynamic/infos/function-names", test_function_names);
  g_test_add_func ("/dynamic/infos/declared-types", test_declared_types);
  g_test_add_func ("/dynamic/infos/other-declared-types", test_other_declared_types);
  g_test_add_func ("/dynamic/infos/updates", test_updates);
  g_test_add_func ("/dynamic/infos/dbus", test_dbus);
  g_test_add_func ("/dynamic/infos/from-dbus", test_from_dbus);
  g_test_add_func ("/dynamic/infos/standard", test_standard);
  g_test_add_func ("/dynamic/infos/interned", test_interned);
  g_test_add_func ("/dynamic/infos/interned-texts", test_interned_texts);
  g_test_add_func ("/dynamic/infos/left-out", test_left_out);
  g_test_add_func ("/dynamic/infos/errors-by-name", test_errors_by_name);
  g_test_add_func ("/dynamic/infos/interface-elsewhere", test_interface_elsewhere);
  g_test_add_func ("/dynamic/infos/left-out-names", test_left_out_names);
  g_test_add_func ("/dynamic/infos/overloads", test_overloads);
  g_test_add_func ("/dynamic/infos/entities", test_entities);
  g_test_add_func ("/dynamic/infos/markup", test_markup);
  g_test_add_func ("/dynamic/infos/threads", test_threads);

  return g_test_run ();
}
