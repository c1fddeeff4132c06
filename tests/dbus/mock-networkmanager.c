/* mock-networkmanager.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Generated proxies for NetworkManager, as python-dbusmock imitates it. The description is that of the mock. */

#include "networkmanager.h"

#define NAME "org.freedesktop.NetworkManager"

/* The signals that have arrived. */
typedef struct
{
  guint n_states;
  guint n_devices;
} Arrived;

static void
state_changed_cb (MockNetworkManager *manager G_GNUC_UNUSED,
                  guint               state,
                  Arrived            *arrived)
{
  g_print ("state: %u\n", state);
  arrived->n_states++;
}

static void
device_added_cb (MockNetworkManager *manager G_GNUC_UNUSED,
                 const char         *path,
                 Arrived            *arrived)
{
  g_print ("added: %s\n", path);
  arrived->n_devices++;
}

static NorpcEndpoint *
find_object (GDBusConnection *bus,
             const char      *path)
{
  return NORPC_ENDPOINT (norpc_dbus_endpoint_new (bus, NAME, path));
}

static void
print_access_points (GDBusConnection *bus,
                     const char      *device_path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcEndpoint) endpoint = find_object (bus, device_path);
  g_autoptr (MockNetworkManagerDeviceWirelessProxy) device =
    mock_network_manager_device_wireless_proxy_new_sync (endpoint, NULL, &error);
  g_auto (GStrv) paths = NULL;

  g_assert_no_error (error);
  paths = mock_network_manager_device_wireless_proxy_call_get_access_points_sync (device, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (NorpcEndpoint) point_endpoint = find_object (bus, paths[i]);
      g_autoptr (MockNetworkManagerAccessPointProxy) point =
        mock_network_manager_access_point_proxy_new_sync (point_endpoint, NULL, &error);
      MockNetworkManagerAccessPoint *values = MOCK_NETWORK_MANAGER_ACCESS_POINT (point);
      GBytes *ssid = mock_network_manager_access_point_get_ssid (values);

      g_assert_no_error (error);
      g_print ("%.*s, %s, %u%%\n", (int) g_bytes_get_size (ssid), (const char *) g_bytes_get_data (ssid, NULL),
               mock_network_manager_access_point_get_hw_address (values),
               mock_network_manager_access_point_get_strength (values));
    }
}

static void
print_settings (GDBusConnection *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcEndpoint) endpoint = find_object (bus, "/org/freedesktop/NetworkManager/Settings/Mock_Con1");
  g_autoptr (MockNetworkManagerSettingsConnectionProxy) connection =
    mock_network_manager_settings_connection_proxy_new (endpoint);
  g_autoptr (GVariant) settings =
    mock_network_manager_settings_connection_proxy_call_get_settings_sync (connection, NULL, &error);
  g_autoptr (GVariant) section = NULL;
  g_autofree char *id = NULL;

  g_assert_no_error (error);
  section = g_variant_lookup_value (settings, "connection", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (section, "id", "s", &id));
  g_print ("connection: %s\n", id);
}

/* The access point exists: an error with a name that is not known here. */
static void
add_point_again (MockDBusMockProxy *mock)
{
  g_autoptr (GError) error = NULL;

  mock_dbus_mock_proxy_call_add_access_point_sync (mock, "/org/freedesktop/NetworkManager/Devices/mock_WiFi1", "Mock_AP1",
                                                   "Twice", "00:00:00:00:00:00", 2, 2425, 5400, 82, 0x100, NULL,
                                                   &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR);
  g_print ("%.*s\n", (int) (strchrnul (error->message, ':') - error->message), error->message);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  g_autoptr (NorpcEndpoint) endpoint = find_object (bus, "/org/freedesktop/NetworkManager");
  g_autoptr (NorpcEndpoint) mock_endpoint = find_object (bus, "/org/freedesktop");
  g_autoptr (MockNetworkManagerProxy) manager = mock_network_manager_proxy_new (endpoint);
  g_autoptr (MockDBusMockProxy) mock = mock_dbus_mock_proxy_new (mock_endpoint);
  g_autoptr (MockDBusMockProxy) manager_mock = mock_dbus_mock_proxy_new (endpoint);
  g_autofree char *path = NULL;
  g_auto (GStrv) devices = NULL;
  Arrived arrived = { 0 };

  g_assert_no_error (error);
  g_signal_connect (manager, "state-changed", G_CALLBACK (state_changed_cb), &arrived);
  g_signal_connect (manager, "device-added", G_CALLBACK (device_added_cb), &arrived);
  devices = mock_network_manager_proxy_call_get_devices_sync (manager, NULL, &error);
  g_assert_no_error (error);
  g_print ("%u devices\n", g_strv_length (devices));

  path = mock_dbus_mock_proxy_call_add_ethernet_device_sync (mock, "mock_Ethernet2", "eth7", 100, NULL, &error);
  g_assert_no_error (error);
  while (arrived.n_devices == 0)
    g_main_context_iteration (NULL, TRUE);
  mock_dbus_mock_proxy_call_emit_signal_sync (manager_mock, NAME, "StateChanged", "u",
                                              g_variant_new_parsed ("[<@u 70>]"), NULL, &error);
  g_assert_no_error (error);
  while (arrived.n_states == 0)
    g_main_context_iteration (NULL, TRUE);
  print_access_points (bus, "/org/freedesktop/NetworkManager/Devices/mock_WiFi1");
  print_settings (bus);
  add_point_again (mock);

  return 0;
}
