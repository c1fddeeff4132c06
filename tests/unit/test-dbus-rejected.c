/* test-dbus-rejected.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that no handler has begun with are repeated by a retry, whatever their method is, as within a process. */

#include "dbus-fixture.h"

#define LATER "org.example.Wire.Later"

typedef struct
{
  DBusFixture *fixture;
  NorpcCall   *held;    /* (owned) (nullable): takes the place of others until it is answered */
  guint        n_asked; /* atomic */
} Rejection;

/* Runs in a thread of the pool. The call has been rejected. */
static gboolean
make_room (NorpcCall    *call,
           const GError *error,
           guint         n_attempts,
           gpointer      data)
{
  Rejection *self = data;

  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  if (g_atomic_int_add (&self->n_asked, 1) == 0)
    norpc_call_return_variant (self->held, g_variant_new ("(u)", 1));

  return TRUE;
}

static WireWireProxy *
make_proxy (NorpcEndpoint  *endpoint,
            NorpcRetryFunc  func,
            gpointer        data)
{
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 100, "delay", 10, "reserve", 1000, NULL);
  g_autoptr (NorpcEndpoint) stack = NULL;

  if (func != NULL)
    norpc_retry_set_func (NORPC_RETRY (retry), func, data, NULL);
  stack = norpc_stack_new (retry, endpoint, NULL);

  return g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", stack, "load-properties", FALSE, NULL);
}

/* Calls a method that is not idempotent. */
static void
assert_repeated (WireWireProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) notes = wire_wire_proxy_call_get_notes_sync (proxy, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (notes);
}

static void
export_one (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->export = norpc_dbus_export_new_full (fixture->served, DBUS_PATH, fixture->served_endpoint,
                                                wire_wire_interface_info (), 1, &error);
  g_assert_no_error (error);
}

static void
hold (DBusFixture *fixture,
      Rejection   *rejection)
{
  wire_wire_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  rejection->held = wire_state_wait_held (fixture->state);
}

/* The export has as many calls as it takes. */
static void
test_full (DBusFixture   *fixture,
           gconstpointer  kind)
{
  Rejection rejection = { fixture, NULL, 0 };
  g_autoptr (WireWireProxy) proxy = make_proxy (NORPC_ENDPOINT (fixture->endpoint), make_room, &rejection);

  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  dbus_fixture_invoke (fixture, export_one);
  hold (fixture, &rejection);
  assert_repeated (proxy);
  g_assert_cmpint (g_atomic_int_get (&rejection.n_asked), >, 0);
  norpc_call_unref (rejection.held);
}

/* Runs in the context of the export. */
static gboolean
reject_first (NorpcCall  *call,
              gpointer    data,
              GError    **error)
{
  Rejection *self = data;

  if (norpc_call_get_sender (call) == NULL || g_atomic_int_add (&self->n_asked, 1) > 0)
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "later");

  return FALSE;
}

/* A layer of the service rejects the call. */
static void
test_layer (DBusFixture   *fixture,
            gconstpointer  kind)
{
  NorpcEndpoint *endpoint = fixture->served_endpoint;
  g_autoptr (NorpcLayer) filter = norpc_filter_new ();
  Rejection rejection = { fixture, NULL, 0 };
  g_autoptr (WireWireProxy) proxy = make_proxy (NORPC_ENDPOINT (fixture->endpoint), NULL, NULL);

  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  norpc_filter_set_call_func (NORPC_FILTER (filter), reject_first, &rejection, NULL);
  norpc_layer_set_endpoint (filter, endpoint);
  fixture->served_endpoint = NORPC_ENDPOINT (filter);
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  assert_repeated (proxy);
  g_assert_cmpint (g_atomic_int_get (&rejection.n_asked), >, 1);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  fixture->served_endpoint = endpoint;
}

/* Runs in a thread of the pool. No process has had the name. */
static gboolean
own_name (NorpcCall    *call,
          const GError *error,
          guint         n_attempts,
          gpointer      data)
{
  Rejection *self = data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  if (g_atomic_int_add (&self->n_asked, 1) > 0)
    return TRUE;

  reply = g_dbus_connection_call_sync (self->fixture->served, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", LATER, 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, &failure);
  g_assert_no_error (failure);

  return TRUE;
}

static void
test_no_owner (DBusFixture   *fixture,
               gconstpointer  kind)
{
  Rejection rejection = { fixture, NULL, 0 };
  g_autoptr (NorpcEndpoint) endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (fixture->used, LATER, DBUS_PATH));
  g_autoptr (WireWireProxy) proxy = make_proxy (endpoint, own_name, &rejection);

  assert_repeated (proxy);
  g_assert_cmpint (g_atomic_int_get (&rejection.n_asked), >, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-rejected/full", test_full);
  dbus_add_tests ("/dbus-rejected/layer", test_layer);
  g_test_add ("/dbus-rejected/no-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up, test_no_owner,
              dbus_fixture_tear_down);

  return g_test_run ();
}
