/* test-dbus-closing.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A call that arrives while its export ends. */

#include "dbus-fixture.h"

/* GDBus's thread waits here before it gives a message to the export that it has found. */
static GMutex gate_lock;
static GCond gate_changed;
static GDBusMessage *gate_message; /* (unowned) [lock]: the message that waits */
static gboolean gate_closed;       /* [lock] */

const char *__wrap_g_dbus_message_get_interface (GDBusMessage *message);
const char *__real_g_dbus_message_get_interface (GDBusMessage *message);

/* Thread-safe. */
const char *
__wrap_g_dbus_message_get_interface (GDBusMessage *message)
{
  g_mutex_lock (&gate_lock);
  if (gate_closed && gate_message == NULL && g_strcmp0 (g_dbus_message_get_member (message), "TimeLeft") == 0)
    {
      gate_message = message;
      g_cond_broadcast (&gate_changed);
    }
  while (gate_closed && gate_message == message)
    g_cond_wait (&gate_changed, &gate_lock);
  g_mutex_unlock (&gate_lock);

  return __real_g_dbus_message_get_interface (message);
}

static void
reply_cb (GObject      *connection,
          GAsyncResult *result,
          gpointer      data)
{
  GError **error = data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, error);

  g_assert_null (reply);
}

static void
test_closing (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  dbus_fixture_load (fixture);
  gate_closed = TRUE;
  g_dbus_connection_call (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH, "org.example.Wire",
                          "TimeLeft", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, reply_cb, &error);
  g_mutex_lock (&gate_lock);
  while (gate_message == NULL)
    g_cond_wait (&gate_changed, &gate_lock);
  g_mutex_unlock (&gate_lock);

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);

  g_mutex_lock (&gate_lock);
  gate_closed = FALSE;
  gate_message = NULL;
  g_cond_broadcast (&gate_changed);
  g_mutex_unlock (&gate_lock);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, "org.norpc.Error.Closed");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-closing", test_closing);

  return g_test_run ();
}
