/* test-dbus-streams-released.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A function of the application that frees the data of an item does not run in a thread of the library. */

#include "dbus-fixture.h"

/* Writes an item that refers to two bytes. */
static void
store (WireWireStoreStream *stream,
       DBusReleases        *releases)
{
  g_autoptr (GBytes) data = dbus_bytes_new (releases);
  g_autoptr (GBytes) others = dbus_bytes_new (releases);
  g_autoptr (GVariant) any =
    g_variant_ref_sink (g_variant_new_variant (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, others, TRUE)));
  g_autoptr (GError) error = NULL;

  wire_wire_store_stream_write (stream, data, any, &error);
  g_assert_no_error (error);
}

/* The service has read all items. */
static void
test_read (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (WireWireStoreStream) stream = wire_wire_proxy_open_store (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  DBusReleases releases = { 0 };
  g_autoptr (GError) error = NULL;

  for (int i = 1; i <= 100; i++)
    {
      g_autoptr (GBytes) data = NULL;

      store (stream, &releases);
      g_assert_true (wire_wire_store_stream_next_sync (held->stream, &data, NULL, NULL, &error));
      g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data), "abc", 3);
      dbus_assert_released (&releases, 2 * i);
    }
  wire_wire_complete_store (held->service, held->call);
  g_assert_true (wire_wire_store_stream_outcome_sync (stream, NULL, &error));
  g_assert_no_error (error);
}

/* The service reads no more, when most of the items have not been sent. */
static void
test_not_read (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWireStoreStream) stream = wire_wire_proxy_open_store (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  DBusReleases releases = { 0 };
  g_autoptr (GError) error = NULL;

  dbus_fixture_pause (fixture);
  for (int i = 0; i < 100; i++)
    store (stream, &releases);
  norpc_stream_close (held->stream);
  dbus_fixture_resume (fixture);
  dbus_assert_released (&releases, 2 * 100);
  wire_wire_complete_store (held->service, held->call);
  g_assert_true (wire_wire_store_stream_outcome_sync (stream, NULL, &error));
  g_assert_no_error (error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus/streams/released/read", test_read);
  dbus_add_tests ("/dbus/streams/released/not-read", test_not_read);

  return g_test_run ();
}
