/* mock-upower.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Generated proxies for UPower, as python-dbusmock imitates it. The description is that of the mock. */

#include "upower.h"

#define NAME "org.freedesktop.UPower"
#define PATH "/org/freedesktop/UPower"

static void
device_added_cb (MockUPower *upower G_GNUC_UNUSED,
                 const char *path,
                 gboolean   *done)
{
  g_print ("added: %s\n", path);
  *done = TRUE;
}

static void
percentage_cb (MockUPowerDevice *device,
               GParamSpec       *pspec G_GNUC_UNUSED,
               gboolean         *done)
{
  g_print ("percentage: %g\n", mock_upower_device_get_percentage (device));
  *done = TRUE;
}

static void
critical_action_cb (GObject      *upower,
                    GAsyncResult *result,
                    gpointer      done)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *action =
    mock_upower_proxy_call_get_critical_action_finish (MOCK_UPOWER_PROXY (upower), result, &error);

  g_assert_no_error (error);
  g_print ("critical action: %s\n", action);
  *(gboolean *) done = TRUE;
}

static void
wait_for (gboolean *done)
{
  while (!*done)
    g_main_context_iteration (NULL, TRUE);
  *done = FALSE;
}

/* Follows a battery that is discharging. */
static void
follow_device (GDBusConnection   *bus,
               const char        *path,
               MockDBusMockProxy *mock)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (bus, NAME, path);
  g_autoptr (MockUPowerDeviceProxy) device = mock_upower_device_proxy_new_sync (NORPC_ENDPOINT (endpoint), NULL, &error);
  MockUPowerDevice *values = MOCK_UPOWER_DEVICE (device);
  gboolean done = FALSE;

  g_assert_no_error (error);
  /* It has no icon: the description is that of another device. */
  g_print ("'%s', %g%%, %" G_GINT64_FORMAT " s, state %u\n", mock_upower_device_get_icon_name (values),
           mock_upower_device_get_percentage (values), mock_upower_device_get_time_to_empty (values),
           mock_upower_device_get_state (values));

  g_signal_connect (device, "notify::percentage", G_CALLBACK (percentage_cb), &done);
  mock_dbus_mock_proxy_call_set_device_properties_sync (mock, path, g_variant_new_parsed ("{'Percentage': <29.5>}"),
                                                        NULL, &error);
  g_assert_no_error (error);
  wait_for (&done);

  /* A client sets a property, too. */
  g_object_set (device, "percentage", 12.0, NULL);
  wait_for (&done);
}

static void
remove_unknown (MockDBusMockProxy *mock)
{
  g_autoptr (GError) error = NULL;

  mock_dbus_mock_proxy_call_remove_device_sync (mock, "/nowhere", NULL, &error);
  g_assert_nonnull (error);
  g_print ("%s: %d\n", g_quark_to_string (error->domain), strstr (error->message, "/nowhere") != NULL);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (bus, NAME, PATH);
  g_autoptr (MockUPowerProxy) upower = mock_upower_proxy_new_sync (NORPC_ENDPOINT (endpoint), NULL, &error);
  g_autoptr (MockDBusMockProxy) mock = mock_dbus_mock_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autofree char *path = NULL;
  g_auto (GStrv) devices = NULL;
  gboolean done = FALSE;

  g_assert_no_error (error);
  g_print ("version %s, lid: %d\n", mock_upower_get_daemon_version (MOCK_UPOWER (upower)),
           mock_upower_get_lid_is_present (MOCK_UPOWER (upower)));
  g_signal_connect (upower, "device-added", G_CALLBACK (device_added_cb), &done);
  path = mock_dbus_mock_proxy_call_add_discharging_battery_sync (mock, "BAT7", "Cell", 30.0, 1200, NULL, &error);
  g_assert_no_error (error);
  wait_for (&done);
  devices = mock_upower_proxy_call_enumerate_devices_sync (upower, NULL, &error);
  g_assert_no_error (error);
  g_print ("last of %u: %s\n", g_strv_length (devices), devices[g_strv_length (devices) - 1]);
  follow_device (bus, path, mock);
  mock_upower_proxy_call_get_critical_action (upower, NULL, critical_action_cb, &done);
  wait_for (&done);
  remove_unknown (mock);

  return 0;
}
