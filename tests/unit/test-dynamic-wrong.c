/* test-dynamic-wrong.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Descriptions that are read at run time: what is wrong with them, and where. */

#include <norpc-glib/norpc-glib.h>

/* Descriptions that are wrong, the place and the message. */
static const struct
{
  const char *xml;
  const char *message;
} wrong[] = {
  { "", "line 1, column 1: this is not well-formed XML: no element found" },
  { "<node>", "line 1, column 7: this is not well-formed XML: no element found" },
  { "<node>\n  <interface name='org.example.A'>\n  </node>", "line 3, column 5: this is not well-formed XML: mismatched tag" },
  { "<node>\xff</node>", "line 1, column 7: this is not well-formed XML: not well-formed (invalid token)" },
  { "<node a='<'/>", "line 1, column 10: *" },
  { "<node>\xc3\xa4<!-- -- --></node>", "line 1, column 15: *" },
  { "<node>&</node>", "line 1, column 8: *" },
  { "<node>&other;</node>", "line 1, column 7: this is not well-formed XML: undefined entity" },
  { "<node>\1</node>", "line 1, column 7: *" },
  { "<node>&#1;</node>", "line 1, column 7: this is not well-formed XML: reference to invalid character number" },
  { "\n<?xml version='1.0'?><node/>", "line 2, column 1: *" },
  { "<?xml version='9.0'?><node/>", "line 1, column *: this is not *" },
  { "<node/>text", "line 1, column 8: *" },
  { "<!DOCTYPE node [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><node>&a;</node>",
    "line 1, column *: this is not well-formed XML: recursive entity reference" },
  { "<!DOCTYPE node [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><node>&a;</node>",
    "line 1, column 64: the entity is in 'file:///etc/passwd'; nothing outside of the text is read" },
  { "<node xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='b.xml'/></node>",
    "line 1, column 50: <xi:include> is not supported: nothing outside of the text is read" },
  { "<html/>", "line 1, column 1: the root element is <html>; it must be <node>" },
  { "<node><interface name='a b'/></node>", "line 1, column 7: 'a b' is not a name of an interface" },
  { "<node><interface name='a..b'/></node>", "line 1, column 7: 'a..b' is not a name of an interface" },
  { "<node><interface/></node>", "line 1, column 7: '' is not a name of an interface" },
  { "<node><interface name='a.b' name='a.b'/></node>", "line 1, column 29: this is not well-formed XML: duplicate attribute" },
  { "<node><interface name='a.b'/><interface name='a.b'/></node>", "line 1, column 30: another interface has the name 'a.b'" },
  { "<node/><node/>", "line 1, column 8: this is not well-formed XML: junk after document element" },
  { "<node><error-domain/></node>", "line 1, column 7: '' is not a name of an error domain" },
  { "<node><error-domain name='lower'/></node>", "line 1, column 7: 'lower' is not a name of an error domain" },
  { "<node><error-domain name='E'/></node>", "line 1, column 7: the domain 'E' has no <error>" },
  { "<node><error-domain name='E'><error/></error-domain></node>", "line 1, column 30: '' is not a name of an error" },
  { "<node><error-domain name='E'><error name='a b'/></error-domain></node>",
    "line 1, column 30: 'a b' is not a name of an error" },
  { "<node><error-domain name='E'><error name='A' value='1x'/></error-domain></node>",
    "line 1, column 30: '1x' is not a value of an error: a number from -2147483648 to 2147483647" },
  { "<node><error-domain name='E'><error name='A' value='2147483647'/><error name='B'/></error-domain></node>",
    "line 1, column 66: there is no number left for 'B'" },
  { "<node><error-domain name='E'><error name='A'/><error name='B' value='0'/></error-domain></node>",
    "line 1, column 47: 'B' has the value of another error" },
  { "<node><error-domain name='E'><error name='A'/><error name='A'/></error-domain></node>",
    "line 1, column 47: another error has the name 'E.A'" },
  { "<node><error-domain name='E' dbus-prefix='org.'><error name='A'/></error-domain></node>",
    "line 1, column 49: 'org..A' is not a name of an error in D-Bus" },
  { "<node><error-domain name='E'><error name='A' dbus-name='a.b'/><error name='B' dbus-name='a.b'/></error-domain>"
    "</node>", "line 1, column 63: 'a.b' is the name of another error in D-Bus, too" },
  { "<node><record name='R'><field name='x' type='Strng'/></record></node>", "line 1, column 24: 'Strng' is not a type" },
  { "<node><record name='R'><field name='x' type='ss'/></record></node>", "line 1, column 24: 'ss' is not a type" },
  { "<node><record name='R'><field name='x'/></record></node>", "line 1, column 24: <field> needs the attribute 'type'" },
  { "<node><interface name='a.b'><method name='M'><annotation name='org.norpc.Stream' value='up'/></method></interface>"
    "</node>", "line 1, column 29: the annotation 'org.norpc.Stream' is 'in' or 'out', not 'up'" },
  { "<node><interface name='a.b'><method name='M'><annotation name='org.norpc.Stream' value='in'/>"
    "<annotation name='org.norpc.Stream.Items' value='s a, u'/></method></interface></node>",
    "line 1, column 29: the annotation 'org.norpc.Stream.Items' lists types, each with a name: 'u' is none" },
  { "<node><interface name='a.b'><method name='M'><annotation name='org.norpc.Stream' value='in'/>"
    "<annotation name='org.norpc.Stream.Results' value='!! a'/></method></interface></node>",
    "line 1, column 29: '!!' is not a type" },
  { "<node><interface name='a.b'><method name='M'><annotation name='org.norpc.Stream' value='in'/>"
    "<annotation name='org.norpc.Stream.Backlog' value='-1'/></method></interface></node>",
    "line 1, column 29: '-1' is not a backlog: a number from 1 to 2147483647" },
  { "<node><enum name='A'/><record name='A'/></node>", "line 1, column 23: another type has the name 'A'" },
  { "<node/>", "the description has 0 interfaces; the name of one of them is needed" },
  { "<node><interface name='a.b'/><interface name='a.c'/></node>",
    "the description has 2 interfaces; the name of one of them is needed" },
};

/* The same for the members of an interface, which are in line 2. */
static const struct
{
  const char *xml;
  const char *message;
} wrong_members[] = {
  { "<method/>", "line 2, column 1: <method> needs the attribute 'name'" },
  { "<method name='a-b'/>", "line 2, column 1: 'a-b' is not a name of a method" },
  { "<method name='A'/><method name='A'/>", "line 2, column 19: another method has the name 'A', or nearly the same name" },
  { "<signal name='A'/><signal name='A'><annotation name='org.gtk.GDBus.C.Name' value='B'/></signal>",
    "line 2, column 19: another signal has the name 'A', or nearly the same name" },
  { "<method name='A'><arg type='s'/></method><method name='A'><arg type='s'/>"
    "<annotation name='org.gtk.GDBus.C.Name' value='B'/></method>",
    "line 2, column 42: another method has the name 'A', or nearly the same name" },
  { "<method name='A'><annotation name='org.gtk.GDBus.C.Name' value='not one'/></method>",
    "line 2, column 1: 'not one' is not a name in C" },
  { "<method name='A'><annotation value='b'/></method>", "line 2, column 18: <annotation> needs the attribute 'name'" },
  { "<method name='A'><annotation name='b'/></method>", "line 2, column 18: <annotation> needs the attribute 'value'" },
  { "<method name='A' timeout='soon'/>", "line 2, column 1: 'soon' is not a timeout: a number from 1 to 2147483647" },
  { "<method name='A' oneway='yes'/>", "line 2, column 1: the attribute 'oneway' is 'true' or 'false', not 'yes'" },
  { "<method name='A' oneway='true'><arg type='s' direction='out'/></method>",
    "line 2, column 1: the method 'A' has results, so it cannot be one-way" },
  { "<method name='A'><arg/></method>", "line 2, column 18: <arg> needs the attribute 'type'" },
  { "<method name='A'><arg type=''/></method>", "line 2, column 18: '' is not a type" },
  { "<method name='A'><arg type='a'/></method>", "line 2, column 18: 'a' is not a type" },
  { "<method name='A'><arg type='ss'/></method>", "line 2, column 18: 'ss' is not a type" },
  { "<method name='A'><arg type='()'/></method>", "line 2, column 18: '()' is not a type" },
  { "<method name='A'><arg type='a*'/></method>", "line 2, column 18: 'a*' is not a type" },
  { "<method name='A'><arg type='{sv}'/></method>", "line 2, column 18: '{sv}' is not a type" },
  { "<method name='A'><arg type='mms'/></method>", "line 2, column 18: 'mms' is not a type" },
  { "<method name='A'><arg type='Missing'/></method>", "line 2, column 18: 'Missing' is not a type" },
  { "<method name='A'><arg type='Gtk.Widget.Other'/></method>", "line 2, column 18: 'Gtk.Widget.Other' is not a type" },
  { "<method name='A'><arg type='Gtk.Widget[][]'/></method>", "line 2, column 18: 'Gtk.Widget[][]' is not a type" },
  { "<method name='A'><arg type='Gtk.'/></method>", "line 2, column 18: 'Gtk.' is not a type" },
  { "<method name='A'><arg name='a;' type='s'/></method>", "line 2, column 18: 'a;' is not a name of an argument" },
  { "<signal name='A'><arg type='s' direction='up'/></signal>",
    "line 2, column 18: the attribute 'direction' is one of 'in', 'out', not 'up'" },
  { "<method name='A'><arg type='u'><annotation name='org.norpc.Type' value='Gio.File'/></arg></method>",
    "line 2, column 18: 'Gio.File' is 's' outside of the process, not 'u' as the type says" },
  { "<method name='A'><arg type='s'><annotation name='org.norpc.Type' value='GLib.Bytes'/></arg></method>",
    "line 2, column 18: 'GLib.Bytes' is 'ay' outside of the process, not 's' as the type says" },
  { "<method name='A'><arg type='i' nullable='true'/></method>",
    "line 2, column 18: a value of the type 'i' cannot be NULL; the type 'mi' can" },
  { "<method name='A'><arg type='i' transfer='full'/></method>",
    "line 2, column 18: a value of this type is copied: there is nothing to transfer" },
  { "<method name='A'><arg type='s' direction='out' transfer='full'/></method>",
    "line 2, column 18: only arguments of methods that go in can be transferred" },
  { "<method name='A'><arg type='Secret'/></method></interface>"
    "<record name='Secret'><field name='a' type='s' sensitive='yes'/></record><interface name='org.example.Other'>",
    "line 2, column 81: the attribute 'sensitive' is 'true' or 'false', not 'yes'" },
  { "<method name='A'><arg type='s' sensitive='yes'/></method>",
    "line 2, column 18: the attribute 'sensitive' is 'true' or 'false', not 'yes'" },
  { "<method name='A'><arg type='s' direction='up'/></method>",
    "line 2, column 18: the attribute 'direction' is one of 'in', 'out', not 'up'" },
  { "<method name='A'><arg type='s' element-type='GObject.Object'/></method>",
    "line 2, column 18: 's' cannot have an element-type" },
  { "<stream name='A' direction='up'/>", "line 2, column 1: the attribute 'direction' is one of 'out', 'in', not 'up'" },
  { "<signal name='A' when-full='never'/>",
    "line 2, column 1: the attribute 'when-full' is one of 'drop-oldest', 'close', not 'never'" },
  { "<signal name='A' backlog='0'/>", "line 2, column 1: '0' is not a backlog: a number from 1 to 2147483647" },
  { "<property name='A' type='s'/>", "line 2, column 1: <property> needs the attribute 'access'" },
  { "<property name='A' type='s' access='all'/>",
    "line 2, column 1: the attribute 'access' is one of 'read', 'write', 'readwrite', not 'all'" },
  { "<property name='a&amp;b' type='s' access='read'/>", "line 2, column 1: 'a&b' is not a name of a property" },
  { "<property name='' type='s' access='read'/>", "line 2, column 1: '' is not a name of a property" },
  { "<property name='AB' type='s' access='read'/><property name='ab' type='s' access='read'/>",
    "line 2, column 45: another property has the name 'ab', or nearly the same name" },
};

static void
assert_wrong (const char *xml,
              const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_interface_info_new_for_xml (xml, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION);
  if (!g_pattern_match_simple (message, error->message))
    g_assert_cmpstr (error->message, ==, message);
}

static void
test_wrong (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    assert_wrong (wrong[i].xml, wrong[i].message);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_members); i++)
    {
      g_autofree char *xml = g_strdup_printf ("<node><interface name='org.example.Wrong'>\n%s</interface></node>",
                                              wrong_members[i].xml);

      assert_wrong (xml, wrong_members[i].message);
    }
}

static void
test_too_much (void)
{
  g_autoptr (GString) nested = g_string_new (NULL);
  g_autoptr (GString) arrays = g_string_new ("<node><interface name='a.b'><method name='A'><arg type='");
  g_autoptr (GString) attributes = g_string_new ("<node");
  g_autoptr (GString) message = g_string_new ("<node><interface name='a.b'><method name='A'>");
  g_autoptr (GString) args = g_string_new ("<node><interface name='a.b'><signal name='A'>");

  for (guint i = 0; i < 10000; i++)
    g_string_append (nested, "<node>");
  assert_wrong (nested->str, "line 1, column 601: elements are nested more than 100 deep");

  for (guint i = 0; i < 101; i++)
    g_string_append_printf (attributes, " a%u=''", i);
  g_string_append (attributes, "/>");
  assert_wrong (attributes->str, "line 1, column 1: <node> has more than 100 attributes");

  for (guint i = 0; i < 33; i++)
    g_string_append_c (arrays, 'a');
  g_string_append (arrays, "s'/></method></interface></node>");
  assert_wrong (arrays->str, "*is not a type");

  for (guint i = 0; i < 256; i++)
    g_string_append (message, "<arg type='s'/>");
  g_string_append (message, "</method></interface></node>");
  assert_wrong (message->str, "*the types of all arguments have more than 255 characters");

  for (guint i = 0; i < 256; i++)
    g_string_append (args, "<arg type='GLib.Bytes'/>");
  g_string_append (args, "</signal></interface></node>");
  assert_wrong (args->str, "*the signal has more than 255 arguments");
}

/* A text that ends anywhere gives an error, or a whole description. */
static void
test_truncated (void)
{
  static const char xml[] =
    "<?xml version='1.0'?><!DOCTYPE node PUBLIC 'a' 'b'><node><!-- text --><interface name='org.example.Cut'>"
    "<method name='A'><arg name='x' type='s'/><annotation name='n' value='&amp;'/></method></interface></node>";

  for (gsize length = 0; length < sizeof xml - 1; length++)
    {
      g_autofree char *cut = g_strndup (xml, length);
      g_autoptr (GError) error = NULL;

      g_assert_null (norpc_interface_info_new_for_xml (cut, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION);
    }
  g_assert_nonnull (norpc_interface_info_new_for_xml (xml, NULL, NULL));
}

/* Entities that contain each other expand to more text than any memory has. */
static void
test_bomb (void)
{
  g_autoptr (GString) bomb = g_string_new ("<!DOCTYPE node [<!ENTITY e0 'ha'>");

  for (guint i = 1; i < 40; i++)
    g_string_append_printf (bomb, "<!ENTITY e%u '&e%u;&e%u;&e%u;&e%u;'>", i, i - 1, i - 1, i - 1, i - 1);
  g_string_append (bomb, "]><node a='&e39;'/>");
  assert_wrong (bomb->str, "*limit on input amplification*");
}

/* The names of members are compared with those of all others, but not one by one, which would take longer
 * than the test may. In Valgrind, a few are slow enough.
 */
static void
test_many_members (void)
{
  g_autoptr (GString) xml = g_string_new ("<node><interface name='org.example.Many'>");
  guint n = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 2000 : 100000;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (xml, "<property name='P%u' type='s' access='read'/>", i);
  g_string_append (xml, "</interface>");

  /* It has no end, so that no types are made. */
  g_assert_null (norpc_interface_info_new_for_xml (xml->str, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION);

  g_string_append (xml, "<interface name='1'/></node>");
  assert_wrong (xml->str, "*'1' is not a name of an interface");
}

/* GIO does not check names, and writes them into XML as they are. */
static void
test_wrong_dbus (void)
{
  GDBusArgInfo arg = { -1, (char *) "a<b", (char *) "s", NULL };
  GDBusArgInfo *args[] = { &arg, NULL };
  GDBusMethodInfo method = { -1, (char *) "A\"/><method name=\"B", NULL, NULL, NULL };
  GDBusMethodInfo *methods[] = { &method, NULL };
  GDBusSignalInfo signal = { -1, (char *) "A", args, NULL };
  GDBusSignalInfo *signals[] = { &signal, NULL };
  GDBusPropertyInfo property = { -1, (char *) "A", (char *) "s'", G_DBUS_PROPERTY_INFO_FLAGS_READABLE, NULL };
  GDBusPropertyInfo *properties[] = { &property, NULL };
  GDBusInterfaceInfo infos[] = {
    { -1, (char *) "org.example.Wrong", methods, NULL, NULL, NULL },
    { -1, (char *) "org.example.Wrong", NULL, signals, NULL, NULL },
    { -1, (char *) "org.example.Wrong", NULL, NULL, properties, NULL },
    { -1, (char *) "org&example", NULL, NULL, NULL, NULL },
  };
  const char *wrong_texts[] = { method.name, arg.name, property.signature, infos[3].name };

  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *message = g_strdup_printf ("'%s' is not a name or a type", wrong_texts[i]);

      g_assert_null (norpc_interface_info_new_for_dbus (&infos[i], &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION);
      g_assert_cmpstr (error->message, ==, message);
    }
}

static void
assert_warnings (const char         *xml,
                 const char * const *expected)
{
  g_auto (GStrv) warnings = norpc_interface_info_list_warnings_for_xml (xml);

  g_assert_cmpstrv (warnings, expected);
}

/* Elements that are ignored, as the generator says it. Those of other tools are not mentioned. */
static void
test_warnings (void)
{
  static const char xml[] =
    "<node xmlns='urn:a' xmlns:other='urn:o'>\n"
    "  <include name='Gio' version='2.0'/><other:thing><metod/></other:thing><thing xmlns='urn:b'/>\n"
    "  <enum name='E'><valeu name='A'/><value name='A'/></enum>\n"
    "  <interface name='org.example.A' xmlns='urn:a'>\n"
    "    <doc><para><metod/></para></doc>\n"
    "    <metod name='B'><ar/></metod>\n"
    "    <Method name='B'/>\n"
    "    <method name='B'><arg type='s'><annotation name='a.b' value='c'/></arg><result type='s'/></method>\n"
    "    <quux/>\n"
    "  </interface>\n"
    "</node>";

  assert_warnings (xml, (const char * const[]) {
    "line 3, column 18: <valeu> is not known; it is ignored with all in it; did you mean 'value'?",
    "line 6, column 5: <metod> is not known; it is ignored with all in it; did you mean 'method'?",
    "line 7, column 5: <Method> is not known; it is ignored with all in it; did you mean 'method'?",
    "line 8, column 76: <result> does not belong in <method>; it is ignored",
    "line 9, column 5: <quux> is not known; it is ignored with all in it",
    NULL });
  assert_warnings ("<interface name='a.b'><singal name='C'/></interface>", (const char * const[]) {
    "line 1, column 23: <singal> is not known; it is ignored with all in it; did you mean 'signal'?", NULL });
  assert_warnings ("<html><metod/></html>", (const char * const[]) { NULL });
  assert_warnings ("<method><metod/></method>", (const char * const[]) { NULL });
  assert_warnings ("<node>", (const char * const[]) { NULL });
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dynamic/wrong/messages", test_wrong);
  g_test_add_func ("/dynamic/wrong/too-much", test_too_much);
  g_test_add_func ("/dynamic/wrong/bomb", test_bomb);
  g_test_add_func ("/dynamic/wrong/many-members", test_many_members);
  g_test_add_func ("/dynamic/wrong/dbus", test_wrong_dbus);
  g_test_add_func ("/dynamic/wrong/warnings", test_warnings);
  g_test_add_func ("/dynamic/wrong/truncated", test_truncated);

  return g_test_run ();
}
