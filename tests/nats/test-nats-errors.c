/* test-nats-errors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The errors of services over NATS. */

#include <string.h>

#include "nats-fixture.h"

static void
assert_fails (Fixture    *fixture,
              guint       how,
              GQuark      domain,
              int         code,
              const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_fail_sync (fixture->proxy, how, message, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

/* A message is cut before the character that would not fit as a whole. */
static void
assert_cut (Fixture *fixture,
            guint    n_before,
            guint    n_left)
{
  g_autofree char *start = g_strnfill (n_before, 'x');
  g_autofree char *message = g_strconcat (start, "ääää", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_fail_sync (fixture->proxy, 3, message, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (strlen (error->message), ==, n_left);
  g_assert_true (g_str_has_prefix (message, error->message));
}

static void
test_long_errors (Fixture       *fixture,
                  gconstpointer  unused)
{
  assert_cut (fixture, 8191, 8191);
  assert_cut (fixture, 8190, 8192);
  assert_cut (fixture, 8184, 8192);
  assert_cut (fixture, 8189, 8191);
  assert_cut (fixture, 511, 519);
}

/* Errors have their domain, code and message. */
static void
test_errors (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autofree char *large = g_strnfill (5000, 'x');

  assert_fails (fixture, 0, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING, "no such thing");
  assert_fails (fixture, 1, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL, "two\r\nlines: ä");
  assert_fails (fixture, 2, DEPOT_QUIET_ERROR, DEPOT_QUIET_ERROR_LATE, large);
  assert_fails (fixture, 3, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "x");
  assert_fails (fixture, 4, NORPC_ERROR, NORPC_ERROR_BUSY, "x");
  assert_fails (fixture, 0, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING, "");
  assert_fails (fixture, 2, DEPOT_QUIET_ERROR, DEPOT_QUIET_ERROR_LATE, "");
  assert_fails (fixture, 3, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, " \r\n\t");
}

/* The errors as in depot.xml. */
static const char described_depot[] =
  "<node>"
  "  <error-domain name='DepotError' dbus-prefix='org.example.Depot.Error'>"
  "    <error name='Missing'/>"
  "    <error name='Full'/>"
  "  </error-domain>"
  "  <error-domain name='QuietError'>"
  "    <error name='Late' value='7'/>"
  "  </error-domain>"
  "  <interface name='org.example.Depot'>"
  "    <method name='Fail'>"
  "      <arg name='how' type='u'/>"
  "      <arg name='message' type='s'/>"
  "    </method>"
  "  </interface>"
  "</node>";

/* A service without generated code, which is exported, too. */
typedef struct
{
  Fixture            *fixture;
  NorpcInterfaceInfo *info;
  NorpcServer        *server;
  NorpcNatsExport    *export;
} Described;

/* Runs in the context of the service. Fails with an error that the description declares, whose domain is that of a
 * process which has no generated code of it.
 */
static gboolean
described_call_cb (NorpcDynamicService  *service G_GNUC_UNUSED,
                   NorpcCall            *call G_GNUC_UNUSED,
                   const char           *method_name G_GNUC_UNUSED,
                   GVariant             *args,
                   gpointer              unused G_GNUC_UNUSED,
                   GError              **error)
{
  const char *message;
  guint how;

  g_variant_get (args, "(u&s)", &how, &message);
  if (how < 2)
    g_set_error_literal (error, g_quark_from_static_string ("depot-error-quark"), (int) how, message);
  else
    g_set_error_literal (error, g_quark_from_static_string ("quiet-error-quark"), 7, message);

  return FALSE;
}

static void
export_described (gpointer data)
{
  Described *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->fixture->served, "test.described",
                                        norpc_server_get_endpoint (self->server), self->info, &error);
  g_assert_no_error (error);
}

static void
drop_described (gpointer data)
{
  g_clear_object (&((Described *) data)->export);
}

static void
described_init (Described *self,
                Fixture   *fixture)
{
  g_autoptr (GError) error = NULL;

  self->fixture = fixture;
  self->info = norpc_interface_info_new_for_xml (described_depot, NULL, &error);
  g_assert_no_error (error);
  self->server = norpc_serve (norpc_dynamic_service_new (self->info, described_call_cb, NULL, NULL), &error);
  g_assert_no_error (error);
  run_in_thread (fixture->thread, export_described, self);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);
}

static void
described_clear (Described *self)
{
  run_in_thread (self->fixture->thread, drop_described, self);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
}

/* The errors of a service without generated code reach generated code in its own domain if the description gives
 * them a name over D-Bus.
 */
static void
test_described_errors (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, "test.described");
  Described described;

  described_init (&described, fixture);
  g_clear_object (&fixture->proxy);
  fixture->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  assert_fails (fixture, 0, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING, "no such thing");
  assert_fails (fixture, 1, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL, "it is full");
  assert_fails (fixture, 2, g_quark_from_static_string ("quiet-error-quark"), 7, "too late");
  g_clear_object (&fixture->proxy);
  described_clear (&described);
}

static void
add_tests (void)
{
  TEST ("/nats/errors/domains", test_errors);
  TEST ("/nats/errors/described", test_described_errors);
  TEST ("/nats/errors/long", test_long_errors);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
