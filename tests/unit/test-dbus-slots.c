/* test-dbus-slots.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A client that calls again as soon as its call has completed, at an endpoint with as many calls as it may have. */

#include "dbus-fixture.h"
#include "remote/norpc-dbus-message-private.h"

void __wrap_norpc_dbus_message_answer_call (GDBusMessage     *reply,
                                            NorpcDBusPassage *passage,
                                            NorpcCall        *call);
void __real_norpc_dbus_message_answer_call (GDBusMessage     *reply,
                                            NorpcDBusPassage *passage,
                                            NorpcCall        *call);

/* The thread of D-Bus endpoints waits after it has answered a call, until the client has called again. */
static int gate_closed; /* atomic */

void
__wrap_norpc_dbus_message_answer_call (GDBusMessage     *reply,
                                       NorpcDBusPassage *passage,
                                       NorpcCall        *call)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  __real_norpc_dbus_message_answer_call (reply, passage, call);

  while (g_atomic_int_get (&gate_closed))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

typedef struct
{
  WireWireProxy *proxy; /* (owned) */
  guint          n_completed;
} Client;

static void
again_cb (GObject      *proxy,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  wire_wire_proxy_call_time_left_finish (WIRE_WIRE_PROXY (proxy), result, &left, &error);
  g_assert_no_error (error);
  ((Client *) data)->n_completed++;
}

static void
first_cb (GObject      *proxy,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr (GError) error = NULL;
  guint number;

  wire_wire_proxy_call_hold_finish (WIRE_WIRE_PROXY (proxy), result, &number, &error);
  g_assert_no_error (error);
  ((Client *) data)->n_completed++;
  wire_wire_proxy_call_time_left (WIRE_WIRE_PROXY (proxy), NULL, again_cb, data);
  g_atomic_int_set (&gate_closed, FALSE);
}

static void
test_again (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (NorpcEndpoint) endpoint =
    g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", fixture->used, "name",
                  fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "object-path", DBUS_PATH, "capacity", 1, NULL);
  Client client = { 0 };
  NorpcCall *held;

  client.proxy = g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  wire_wire_proxy_call_hold (client.proxy, NULL, first_cb, &client);
  held = wire_state_wait_held (fixture->state);
  g_atomic_int_set (&gate_closed, TRUE);
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
  norpc_call_unref (held);
  while (client.n_completed < 2)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (client.proxy);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-slots/again", test_again);

  return g_test_run ();
}
