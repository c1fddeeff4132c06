/* test-units.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "doc/cg-doc.h"
#include "model/cg-spelling.h"
#include "model/cg-types.h"
#include "model/cg-writer.h"

#include <string.h>

static void
test_camel_case (void)
{
  static const struct
  {
    const char *name;
    const char *uscore;
  } cases[] = {
    { "Get", "get" },
    { "GetURI", "get_uri" },
    { "XMLHttpRequest", "xmlhttp_request" },
    { "NMDeviceX", "nmdevice_x" },
    { "WPASupplicantIPv4", "wpasupplicant_ipv4" },
    { "FooHTTP2Bar", "foo_http2_bar" },
    { "get_some_thing", "get_some_thing" },
    { "ab_CD", "ab__cd" },
    { "__Get_URI", "__get__uri" },
    { "A", "a" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *uscore = cg_camel_case_to_uscore (cases[i].name);

      g_assert_cmpstr (uscore, ==, cases[i].uscore);
    }
}

static void
test_strip_dots (void)
{
  g_autofree char *full = cg_strip_dots ("org.example.Kv");
  g_autofree char *rest = cg_strip_dots (".other_Thing.sub_thing");

  g_assert_cmpstr (full, ==, "OrgExampleKv");
  g_assert_cmpstr (rest, ==, "Other_ThingSub_thing");
}

static void
test_reserved (void)
{
  static const char * const reserved[] = {
    "class", "int", "linux", "unix", "errno", "NULL", "EOF", "stdin", "I", "and", "xor_eq",
    "assert", "EINVAL", "SIGINT", "INT_MAX", "while", "BUFSIZ", "si_addr", NULL
  };
  static const char * const free_names[] = {
    "key", "URL", "UUID", "ID", "x", "X", "class_", "arg_class", "si_addr_", "_1_2", "__", NULL
  };

  for (guint i = 0; reserved[i] != NULL; i++)
    g_assert_true (cg_is_reserved (reserved[i]));
  for (guint i = 0; free_names[i] != NULL; i++)
    g_assert_false (cg_is_reserved (free_names[i]));

  g_assert_true (cg_is_used_parameter ("self"));
  g_assert_true (cg_is_used_parameter ("values"));
  g_assert_true (cg_is_used_parameter ("args"));
  g_assert_true (cg_is_used_parameter ("GVariant"));
  g_assert_true (cg_is_used_parameter ("g_free"));
  g_assert_true (cg_is_used_parameter ("size_t"));
  g_assert_true (cg_is_used_parameter ("uint"));
  g_assert_false (cg_is_used_parameter ("value"));
  g_assert_false (cg_is_used_parameter ("out_t"));
}

static void
test_types (void)
{
  static const struct
  {
    const char *signature;
    const char *c_in;
  } cases[] = {
    { "y", "guint8" }, { "b", "gboolean" }, { "n", "gint16" }, { "q", "guint16" },
    { "i", "gint" }, { "u", "guint" }, { "x", "gint64" }, { "t", "guint64" },
    { "d", "double" }, { "h", "gint" }, { "s", "const char *" }, { "o", "const char *" },
    { "g", "const char *" }, { "as", "const char * const *" }, { "ay", "GBytes *" },
    { "v", "GVariant *" }, { "a{sv}", "GVariant *" }, { "aay", "GVariant *" },
    { "ms", "const char *" }, { "may", "GBytes *" }, { "mi", "GVariant *" }, { "mv", "GVariant *" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;

      g_assert_true (cg_type_check (cases[i].signature, &message));
      g_assert_null (message);
      g_assert_cmpstr (cg_type_find (cases[i].signature)->c_in, ==, cases[i].c_in);
    }
}

/* Whatever the generator takes for a type, GLib must take for one. */
static void
test_types_agree (void)
{
  static const char alphabet[] = "ybsvamh(){}i*";
  char signature[8];

  g_test_summary ("All type strings of up to five characters");

  for (guint length = 1; length <= 5; length++)
    {
      guint n = 1;

      for (guint i = 0; i < length; i++)
        n *= strlen (alphabet);

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *message = NULL;
          gboolean is_definite, is_valid;

          for (guint j = 0, rest = i; j < length; j++, rest /= strlen (alphabet))
            signature[j] = alphabet[rest % strlen (alphabet)];
          signature[length] = '\0';

          is_valid = cg_type_check (signature, &message);
          g_assert_cmpint (is_valid, ==, message == NULL);

          is_definite = g_variant_type_string_is_valid (signature) &&
                        strpbrk (signature, "*?r") == NULL &&
                        strstr (signature, "mm") == NULL &&
                        strstr (signature, "()") == NULL &&
                        (*signature != '{' && strstr (signature, "({") == NULL);
          /* dictionary entries out of arrays are GLib's alone */
          if (is_valid)
            g_assert_true (g_variant_type_string_is_valid (signature));
          else if (is_definite && strchr (signature, '{') == NULL)
            g_error ("'%s' is a type, but: %s", signature, message);
        }
    }
}

static void
test_writer_values (void)
{
  g_autoptr (CgWriter) writer = cg_writer_new ();
  g_autofree char *text = NULL;

  cg_writer_set (writer, "a", "one");
  cg_writer_emit (writer, "$a$ $$ $a$\n");
  cg_writer_set (writer, "a", "two");
  cg_writer_emit (writer, "$a$\n");
  text = cg_writer_finish (writer);

  g_assert_cmpstr (text, ==, "one $ one\ntwo\n");
}

/* Templates that are built at run time may follow each other at one address. */
static void
test_writer_reused_address (void)
{
  g_autoptr (CgWriter) writer = cg_writer_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  char template_text[16] = "1 $a$ 2";

  cg_writer_set (writer, "a", "one");
  first = cg_writer_expand (writer, template_text);
  cg_writer_set (writer, "b", "two");
  g_strlcpy (template_text, "$b$, $a$", sizeof template_text);
  second = cg_writer_expand (writer, template_text);

  g_assert_cmpstr (first, ==, "1 one 2");
  g_assert_cmpstr (second, ==, "two, one");
}

static void
test_writer_hangs (void)
{
  g_autoptr (CgWriter) writer = cg_writer_new ();
  g_autofree char *text = NULL;

  cg_writer_set (writer, "params", "int a,\nint b");
  cg_writer_set (writer, "doc", "First.\n\nSecond.");
  cg_writer_emit (writer, "call (€, $params$);\n/**\n * $doc$\n */\n");
  text = cg_writer_finish (writer);

  g_assert_cmpstr (text, ==,
                   "call (€, int a,\n"
                   "         int b);\n"
                   "/**\n"
                   " * First.\n"
                   " *\n"
                   " * Second.\n"
                   " */\n");
}

static void
test_writer_conditions (void)
{
  static const char template_text[] =
    "$if a$A$elif b$B$else$C$end$$if !a$, not A$end$\n"
    "  $if b$\n"
    "  b is $b$\n"
    "  $else$\n"
    "  no b\n"
    "  $end$\n"
    "end\n";
  static const struct
  {
    const char *a;
    const char *b;
    const char *text;
  } cases[] = {
    { "1", "1", "A\n  b is 1\nend\n" },
    { "1", "", "A\n  no b\nend\n" },
    { "", "2", "B, not A\n  b is 2\nend\n" },
    { "", "", "C, not A\n  no b\nend\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CgWriter) writer = cg_writer_new ();
      g_autofree char *text = NULL;

      cg_writer_set (writer, "a", cases[i].a);
      cg_writer_set (writer, "b", cases[i].b);
      text = cg_writer_expand (writer, template_text);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
set_word (CgWriter      *writer,
          gpointer       item,
          gconstpointer  data)
{
  cg_writer_set (writer, "word", item);
  cg_writer_set (writer, "data", data);
}

/* Between the items that are not empty is the second text. Items in a line with other text hang. */
static void
test_writer_lists (void)
{
  static char * const words[] = { "one", "", "three" };
  g_autoptr (CgWriter) writer = cg_writer_new ();
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (list, words[i]);
  cg_writer_set_list (writer, "words", list, set_word, "!");
  cg_writer_set_list (writer, "none", empty, set_word, "!");
  g_assert_true (cg_writer_is_set (writer, "words"));
  g_assert_false (cg_writer_is_set (writer, "none"));

  text = cg_writer_expand (writer,
                           "call ($each words$$if word$$word$$data$ $index$$end$$between$,\n$end$);\n"
                           "$each words$\n"
                           "  $if word$\n"
                           "  - $word$$each none$x$between$, $end$\n"
                           "  $end$\n"
                           "$end$\n"
                           "$if !none$none$end$\n");
  g_assert_cmpstr (text, ==,
                   "call (one! 0,\n"
                   "      three! 2);\n"
                   "  - one\n"
                   "  - three\n"
                   "none\n");
}

static void
expand_in_subprocess (const char *template_text,
                      const char *message)
{
  if (g_test_subprocess ())
    {
      g_autoptr (CgWriter) writer = cg_writer_new ();
      g_autofree char *text = NULL;

      cg_writer_set (writer, "a", "");
      text = cg_writer_expand (writer, template_text);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (message);
}

static void
test_writer_open_block (void)
{
  expand_in_subprocess ("$if a$ b $else$ c", "*does not end*");
}

static void
test_writer_closed_block (void)
{
  expand_in_subprocess ("$if a$ b $end$ c $end$", "*does not begin*");
}

static void
test_writer_unknown_list (void)
{
  expand_in_subprocess ("$each nothing$ b $end$", "*no list for $each nothing$*");
}

static void
test_writer_unknown_key (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (CgWriter) writer = cg_writer_new ();

      cg_writer_emit (writer, "$nothing$");
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*$nothing$ has no value*");
}

static void
test_strings (void)
{
  g_autofree char *literal = cg_c_string ("a\"\\\n%?" "?/\x01é");
  g_autofree char *doc = cg_doc_escape ("  */ and /*\n\n\n  @x: ?" "?/\n Returns: y\\", NULL);
  g_autofree char *paragraph = cg_doc_paragraph (" (out): a\n  b */ ", "", NULL);

  g_assert_cmpstr (literal, ==, "\"a\\\"\\\\\\n%?\\?/\\001\\303\\251\"");
  g_assert_cmpstr (doc, ==, "&#42;&#47; and /&#42;\n\n&#64;x: ?&#63;/\nReturns&#58; y&#92;");
  g_assert_cmpstr (paragraph, ==, "&#40;out): a b *&#47;");
}

static void
test_doc_text (void)
{
  static const struct
  {
    const char *text;
    const char *escaped;
  } cases[] = {
    { "#org.example.Kv.", "[iface@DemoKv]." },
    { "See org.example.Kv.Get().", "See [id@demo_kv_call_get]." },
    { "(#org.example.Kv)", "&#40;[iface@DemoKv])" },
    { "org.example.Kv is no reference", "org.example.Kv is no reference" },
    { "a #org.example.Other and org.example.Kv.Put()", "a `org.example.Other` and `org.example.Kv.Put()`" },
    { "#org.example.Kv:Size, #org.example.Kv::gone.", "`org.example.Kv:Size`, `org.example.Kv::gone`." },
    { "https://example.org/#org.example.Kv", "https://example.org/#org.example.Kv" },
    { "`#org.example.Kv`", "`#org.example.Kv`" },
    { "#1 and [class@Gtk.Widget] and [`a@b`]", "&#35;1 and &#91;class@Gtk.Widget] and &#91;`a@b`]" },
    { "a[1] and |[", "a[1] and &#124;[" },
    { "<b>a</b> & 1 < 2, `<b>`", "&lt;b>a&lt;/b> & 1 < 2, `<b>`" },
    { "* item\n@key is\n@key: is", "- item\n@key is\n&#64;key: is" },
  };
  g_autoptr (GHashTable) links = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (links, (gpointer) "org.example.Kv", (gpointer) "[iface@DemoKv]");
  g_hash_table_insert (links, (gpointer) "org.example.Kv.Get()", (gpointer) "[id@demo_kv_call_get]");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *escaped = cg_doc_escape (cases[i].text, links);

      g_assert_cmpstr (escaped, ==, cases[i].escaped);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/codegen/names/camel-case", test_camel_case);
  g_test_add_func ("/codegen/names/strip-dots", test_strip_dots);
  g_test_add_func ("/codegen/names/reserved", test_reserved);
  g_test_add_func ("/codegen/types/table", test_types);
  g_test_add_func ("/codegen/types/agree", test_types_agree);
  g_test_add_func ("/codegen/writer/values", test_writer_values);
  g_test_add_func ("/codegen/writer/reused-address", test_writer_reused_address);
  g_test_add_func ("/codegen/writer/hangs", test_writer_hangs);
  g_test_add_func ("/codegen/writer/conditions", test_writer_conditions);
  g_test_add_func ("/codegen/writer/lists", test_writer_lists);
  g_test_add_func ("/codegen/writer/open-block", test_writer_open_block);
  g_test_add_func ("/codegen/writer/closed-block", test_writer_closed_block);
  g_test_add_func ("/codegen/writer/unknown-list", test_writer_unknown_list);
  g_test_add_func ("/codegen/writer/unknown-key", test_writer_unknown_key);
  g_test_add_func ("/codegen/doc/strings", test_strings);
  g_test_add_func ("/codegen/doc/text", test_doc_text);

  return g_test_run ();
}
