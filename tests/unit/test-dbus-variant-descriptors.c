/* test-dbus-variant-descriptors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A value owns the descriptors in it: they are closed once, when the value and all parts of it are released. */

#include <fcntl.h>
#include <unistd.h>

#include "descriptors-fixture.h"

/* Has the service return a variant, and returns (owned) it, unless @takes is FALSE. */
static GVariant *
pass_variant (WireWireProxy *proxy,
              GVariant      *any,
              gboolean       takes)
{
  const char * const none[] = { NULL };
  g_autoptr (GBytes) data = g_bytes_new (NULL, 0);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) nested = g_variant_ref_sink (g_variant_new_parsed ("@a(ya{s(ix)}) []"));
  g_autoptr (GError) error = NULL;
  GVariant *result = NULL;

  wire_wire_proxy_call_containers_sync (proxy, none, none, none, data, dict, any, nested, NULL, NULL, NULL, NULL, NULL,
                                        takes ? &result : NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  return result;
}

/* Takes the descriptor out of a variant, which is released. */
static GVariant *
take_out (GVariant *variant)
{
  g_autoptr (GVariant) owned = variant;
  g_autoptr (GVariant) array = g_variant_get_variant (variant);
  g_autoptr (GVariant) structure = g_variant_get_child_value (array, 1);

  return g_variant_get_child_value (structure, 0);
}

/* A descriptor in a variant is open for as long as a part of the variant is there. */
static void
test_in_variant (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  Descriptors self;

  descriptors_set_up (&self, fixture);
  for (guint i = 0; i < 4; i++)
    {
      WireWireProxy *proxy = self.proxies[i % 2];
      int file = dup (self.file);
      g_autoptr (GVariant) any = g_variant_new_parsed ("<[(%h, 'a'), (%h, 'b')]>", file, dup (file));
      GVariant *owner = norpc_variant_take_fds (g_steal_pointer (&any));
      GVariant *result = pass_variant (proxy, owner, i >= 2);

      g_variant_unref (owner);
      if (i >= 2)
        {
          g_autoptr (GVariant) handle = take_out (result);

          g_assert_cmpint (fcntl (g_variant_get_handle (handle), F_GETFD), >=, 0);
          g_assert_cmpuint (descriptors_count (&self), >=, 2);
        }
      descriptors_wait_closed (&self);
    }
  descriptors_tear_down (&self);
}

/* Returns (owned) a value that owns a descriptor of the file. */
static GVariant *
new_owning (Descriptors *self)
{
  return norpc_variant_take_fds (g_variant_new_handle (dup (self->file)));
}

/* Returns (owned) a value that owns the descriptor of a part of it, which may own it, too. */
static GVariant *
compose (GVariant *part)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (part);

  return norpc_variant_take_fds (g_variant_new ("(vs)", sunk, "text"));
}

/* Returns (owned) a value that owns @log_fd, and the descriptors that @answer owns. */
static GVariant *
list_files (int       log_fd,
            GVariant *answer)
{
  g_autoptr (GVariant) log = norpc_variant_take_fds (g_variant_new_handle (log_fd));

  return norpc_variant_take_fds (g_variant_new_parsed ("{'log': %v, 'answer': %v}", log, answer));
}

/* A value that is composed of several has the descriptors of all. */
static void
test_several (DBusFixture   *fixture,
              gconstpointer  kind)
{
  GVariant *answer, *files;
  Descriptors self;

  descriptors_set_up (&self, fixture);
  answer = new_owning (&self);
  files = list_files (dup (self.file), answer);
  g_variant_unref (answer);
  g_assert_nonnull (g_variant_get_data (files));
  g_assert_cmpuint (descriptors_count (&self), ==, 2);
  g_variant_unref (files);
  g_assert_cmpuint (descriptors_count (&self), ==, 0);
  descriptors_tear_down (&self);
}

/* A value and a part of it that own a descriptor share it, whichever is released first. */
static void
test_composed (DBusFixture   *fixture,
               gconstpointer  kind)
{
  Descriptors self;

  descriptors_set_up (&self, fixture);
  for (guint i = 0; i < 4; i++)
    {
      GVariant *part = new_owning (&self);
      GVariant *whole = i < 2 ? compose (part) : norpc_variant_take_fds (part);

      g_assert_nonnull (g_variant_get_data (whole));
      g_assert_cmpuint (descriptors_count (&self), ==, 1);
      g_variant_unref (i % 2 == 0 ? part : whole);
      g_assert_cmpuint (descriptors_count (&self), ==, 1);
      g_variant_unref (i % 2 == 0 ? whole : part);
      g_assert_cmpuint (descriptors_count (&self), ==, 0);
    }
  descriptors_tear_down (&self);
}

/* A descriptor that appears twice in a value is closed once: another one may have its number then. */
static void
test_twice (DBusFixture   *fixture,
            gconstpointer  kind)
{
  GVariant *part, *value;
  Descriptors self;
  int file;

  descriptors_set_up (&self, fixture);
  file = dup (self.file);
  part = norpc_variant_take_fds (g_variant_new ("(hh)", file, file));
  value = norpc_variant_take_fds (g_variant_new ("(@(hh)h)", part, file));
  g_variant_unref (part);
  g_assert_cmpuint (descriptors_count (&self), ==, 1);
  g_variant_unref (g_variant_get_child_value (value, 0));
  g_assert_cmpuint (descriptors_count (&self), ==, 1);
  g_variant_unref (value);
  g_assert_cmpuint (descriptors_count (&self), ==, 0);
  descriptors_tear_down (&self);
}

/* The tuple of a dynamic proxy owns the descriptors of its results. A value that is composed of one shares them. */
static void
test_results (DBusFixture   *fixture,
              gconstpointer  kind)
{
  const char *xml = "<node><interface name='org.example.Wire'><method name='Containers'>"
                    "<arg type='as'/><arg type='ao'/><arg type='ag'/><arg type='ay'/><arg type='a{sv}'/><arg type='v'/>"
                    "<arg type='a(ya{s(ix)})'/>"
                    "<arg type='as' direction='out'/><arg type='ao' direction='out'/><arg type='ag' direction='out'/>"
                    "<arg type='ay' direction='out'/><arg type='a{sv}' direction='out'/><arg type='v' direction='out'/>"
                    "<arg type='a(ya{s(ix)})' direction='out'/></method></interface></node>";
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);
  Descriptors self;

  g_assert_no_error (error);
  descriptors_set_up (&self, fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NorpcDynamicProxy) proxy =
        norpc_dynamic_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (self.proxies[i])), info);
      GVariant *any = compose (g_variant_new_handle (dup (self.file)));
      GVariant *args = g_variant_new ("(@as@ao@ag@ay@a{sv}v@a(ya{s(ix)}))", g_variant_new_strv (NULL, 0),
                                      g_variant_new_objv (NULL, 0),
                                      g_variant_new_array (G_VARIANT_TYPE_SIGNATURE, NULL, 0),
                                      g_variant_new_bytestring (""), self.options, any,
                                      g_variant_new_array (G_VARIANT_TYPE ("(ya{s(ix)})"), NULL, 0));
      GVariant *results, *result, *whole;

      g_variant_unref (any);
      results = norpc_dynamic_proxy_call_method_sync (proxy, "Containers", args, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (g_variant_get_data (results));
      result = g_variant_get_child_value (results, 5);
      whole = compose (result);
      g_variant_unref (result);
      g_variant_unref (results);
      g_assert_cmpuint (descriptors_count (&self), >=, 1);
      g_variant_unref (whole);
      descriptors_wait_closed (&self);
    }
  descriptors_tear_down (&self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/variant-descriptors/in-variant", test_in_variant);
  dbus_add_tests ("/variant-descriptors/composed", test_composed);
  dbus_add_tests ("/variant-descriptors/several", test_several);
  dbus_add_tests ("/variant-descriptors/twice", test_twice);
  dbus_add_tests ("/variant-descriptors/results", test_results);

  return g_test_run ();
}
