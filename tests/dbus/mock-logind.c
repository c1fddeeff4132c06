/* mock-logind.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Generated proxies for logind, as python-dbusmock imitates it. The description is that of the mock. */

#include <unistd.h>

#include "logind.h"

#define NAME "org.freedesktop.login1"
#define PATH "/org/freedesktop/login1"

static void
print_sessions (MockLogin1ManagerProxy *manager)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) sessions = mock_login1_manager_proxy_call_list_sessions_sync (manager, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = g_variant_print (sessions, FALSE);
  g_print ("%s\n", text);
}

static gsize
count_inhibitors (MockLogin1ManagerProxy *manager)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) inhibitors = mock_login1_manager_proxy_call_list_inhibitors_sync (manager, NULL, &error);

  g_assert_no_error (error);

  return g_variant_n_children (inhibitors);
}

/* The inhibitor lasts until its descriptor is closed. */
static void
inhibit (MockLogin1ManagerProxy *manager)
{
  g_autoptr (GError) error = NULL;
  int fd = -1;

  mock_login1_manager_proxy_call_inhibit_sync (manager, "sleep", "test", "because", "delay", &fd, NULL, &error);
  g_assert_no_error (error);
  g_print ("%" G_GSIZE_FORMAT " inhibitor\n", count_inhibitors (manager));
  close (fd);
  while (count_inhibitors (manager) > 0)
    continue;
  g_print ("no inhibitor\n");
}

static void
session_event_cb (MockLogin1Session *session G_GNUC_UNUSED,
                  gboolean          *done)
{
  g_print ("lock\n");
  *done = TRUE;
}

static void
locked_hint_cb (MockLogin1Session *session,
                GParamSpec        *pspec G_GNUC_UNUSED,
                gboolean          *done)
{
  g_print ("locked: %d\n", mock_login1_session_get_locked_hint (session));
  *done = TRUE;
}

static void
wait_for (gboolean *done)
{
  while (!*done)
    g_main_context_iteration (NULL, TRUE);
  *done = FALSE;
}

static void
lock_session (GDBusConnection *bus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (bus, NAME, PATH "/session/c1");
  g_autoptr (MockLogin1SessionProxy) session =
    mock_login1_session_proxy_new_sync (NORPC_ENDPOINT (endpoint), NULL, &error);
  gboolean done = FALSE;

  g_assert_no_error (error);
  g_print ("session of %s\n", mock_login1_session_get_name (MOCK_LOGIN1_SESSION (session)));
  g_signal_connect (session, "lock-signal", G_CALLBACK (session_event_cb), &done);
  g_signal_connect (session, "notify::locked-hint", G_CALLBACK (locked_hint_cb), &done);
  mock_login1_session_proxy_call_lock_sync (session, NULL, &error);
  g_assert_no_error (error);
  wait_for (&done);
  mock_login1_session_proxy_call_set_locked_hint_sync (session, TRUE, NULL, &error);
  g_assert_no_error (error);
  wait_for (&done);
}

/* An error with a name that is not known here. */
static void
add_seat_again (NorpcEndpoint *endpoint)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MockDBusMockProxy) mock = mock_dbus_mock_proxy_new (endpoint);
  g_autofree char *path = mock_dbus_mock_proxy_call_add_seat_sync (mock, "seat0", NULL, &error);
  g_autofree char *name = NULL;

  g_assert_null (path);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR);
  name = g_dbus_error_get_remote_error (error);
  g_print ("%s\n", name);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, &error);
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (bus, NAME, PATH);
  g_autoptr (MockLogin1ManagerProxy) manager =
    mock_login1_manager_proxy_new_sync (NORPC_ENDPOINT (endpoint), NULL, &error);
  g_autofree char *can = NULL;

  g_assert_no_error (error);
  g_print ("idle: %s\n", mock_login1_manager_get_idle_action (MOCK_LOGIN1_MANAGER (manager)));
  can = mock_login1_manager_proxy_call_can_suspend_sync (manager, NULL, &error);
  g_assert_no_error (error);
  g_print ("can suspend: %s\n", can);
  print_sessions (manager);
  inhibit (manager);
  lock_session (bus);
  add_seat_again (NORPC_ENDPOINT (endpoint));

  return 0;
}
