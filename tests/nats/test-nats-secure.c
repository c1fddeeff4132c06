/* test-nats-secure.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Servers that want to know who connects, and connections that nobody else can read. */

#include <string.h>

#include <glib/gstdio.h>

#include "gauge-fixture.h"

static natsOptions *
new_options (NatsProcess *nats)
{
  natsOptions *options;

  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  g_assert_cmpint (natsOptions_SetURL (options, nats_process_get_url (nats)), ==, NATS_OK);

  return options;
}

/* Takes ownership of @options. Returns the error (owned) of a connection, or of a call that nothing answers. */
static GError *
try_options (natsOptions *options)
{
  GError *error = NULL;
  g_autoptr (NorpcNatsConnection) connection = norpc_nats_connection_new_for_options_sync (options, &error);
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;
  g_autoptr (DepotDepotProxy) proxy = NULL;

  natsOptions_Destroy (options);
  if (connection == NULL)
    return error;

  endpoint = norpc_nats_endpoint_new (connection, PREFIX);
  proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  g_assert_null (depot_depot_proxy_call_echo_sync (proxy, "", NULL, &error));

  return error;
}

static void
test_password (void)
{
  NatsProcess *nats = nats_process_new_full ("--user=ada", "--pass=secret", NULL);
  g_autoptr (GError) none = NULL, wrong = NULL, right = NULL;
  natsOptions *options;

  none = try_options (new_options (nats));
  g_assert_error (none, NORPC_ERROR, NORPC_ERROR_FAILED);

  options = new_options (nats);
  natsOptions_SetUserInfo (options, "ada", "guess");
  wrong = try_options (options);
  g_assert_error (wrong, NORPC_ERROR, NORPC_ERROR_FAILED);

  options = new_options (nats);
  natsOptions_SetUserInfo (options, "ada", "secret");
  right = try_options (options);
  g_assert_error (right, NORPC_ERROR, NORPC_ERROR_CLOSED);

  nats_process_free (nats);
}

/* Returns FALSE if there is no openssl. */
static gboolean
make_certificate (const char *key,
                  const char *certificate)
{
  g_autofree char *program = g_find_program_in_path ("openssl");
  g_autoptr (GSubprocess) openssl = NULL;

  if (program == NULL)
    return FALSE;

  openssl = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, program, "req", "-x509", "-newkey", "rsa:2048",
                              "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
                              "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", NULL);
  g_assert_true (g_subprocess_wait_check (openssl, NULL, NULL));

  return TRUE;
}

static void
assert_mentions (const GError *error,
                 const char   *reason)
{
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, reason));
  g_assert_null (strstr (error->message, ".c:"));
}

static void
connect_by_tls (const char *key,
                const char *certificate)
{
  g_autofree char *cert_option = g_strconcat ("--tlscert=", certificate, NULL);
  g_autofree char *key_option = g_strconcat ("--tlskey=", key, NULL);
  NatsProcess *nats = nats_process_new_full ("--tls", cert_option, key_option, NULL);
  g_autoptr (GError) untrusted = NULL, misnamed = NULL, trusted = NULL;
  natsOptions *options = new_options (nats);

  natsOptions_SetSecure (options, true);
  untrusted = try_options (options);
  g_assert_error (untrusted, NORPC_ERROR, NORPC_ERROR_FAILED);
  assert_mentions (untrusted, "certificate");

  /* The reason is that of this attempt, not of the one before. */
  options = new_options (nats);
  natsOptions_SetSecure (options, true);
  g_assert_cmpint (natsOptions_LoadCATrustedCertificates (options, certificate), ==, NATS_OK);
  g_assert_cmpint (natsOptions_SetExpectedHostname (options, "nats.example.org"), ==, NATS_OK);
  misnamed = try_options (options);
  g_assert_error (misnamed, NORPC_ERROR, NORPC_ERROR_FAILED);
  assert_mentions (misnamed, "mismatch");

  options = new_options (nats);
  natsOptions_SetSecure (options, true);
  g_assert_cmpint (natsOptions_LoadCATrustedCertificates (options, certificate), ==, NATS_OK);
  g_assert_cmpint (natsOptions_SetExpectedHostname (options, "localhost"), ==, NATS_OK);
  trusted = try_options (options);
  g_assert_error (trusted, NORPC_ERROR, NORPC_ERROR_CLOSED);

  nats_process_free (nats);
}

/* Returns a connection (owned), or NULL if @error is set. */
static NorpcNatsConnection *
connect_trusting (const char  *url,
                  const char  *ca_file,
                  GError     **error)
{
  NorpcNatsConnection *connection = NULL;
  natsOptions *options = NULL;
  natsStatus status = natsOptions_Create (&options);

  if (status == NATS_OK)
    status = natsOptions_SetURL (options, url);
  if (status == NATS_OK)
    status = natsOptions_SetSecure (options, true);
  if (status == NATS_OK)
    status = natsOptions_LoadCATrustedCertificates (options, ca_file);
  if (status == NATS_OK)
    status = natsOptions_SetMaxReconnect (options, -1); /* as with URLs */

  if (status == NATS_OK)
    connection = norpc_nats_connection_new_for_options_sync (options, error);
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, natsStatus_GetText (status));
  natsOptions_Destroy (options);

  return connection;
}

/* The server is trusted because of the options, or because of the environment. */
static void
connect_to_private (const char *key,
                    const char *certificate)
{
  g_autofree char *cert_option = g_strconcat ("--tlscert=", certificate, NULL);
  g_autofree char *key_option = g_strconcat ("--tlskey=", key, NULL);
  NatsProcess *nats = nats_process_new_full ("--tls", cert_option, key_option, NULL);
  g_autofree char *url = g_strdup_printf ("tls://localhost:%u", nats_process_get_port (nats));
  g_autofree char *ca_file = g_strdup (g_getenv ("SSL_CERT_FILE"));
  g_autoptr (NorpcNatsConnection) by_options = NULL, by_environment = NULL;
  g_autoptr (GError) error = NULL, untrusted = NULL;

  by_options = connect_trusting (url, certificate, &error);
  g_assert_no_error (error);
  g_assert_null (norpc_nats_connection_new_sync (url, NULL, &untrusted));
  assert_mentions (untrusted, "certificate");

  g_setenv ("SSL_CERT_FILE", certificate, TRUE);
  by_environment = norpc_nats_connection_new_sync (url, NULL, &error);
  g_assert_no_error (error);
  if (ca_file != NULL)
    g_setenv ("SSL_CERT_FILE", ca_file, TRUE);
  else
    g_unsetenv ("SSL_CERT_FILE");

  nats_process_free (nats);
}

static void
test_with_certificate (void (* test) (const char *key, const char *certificate))
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-nats-XXXXXX", NULL);
  g_autofree char *key = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *certificate = g_build_filename (folder, "certificate.pem", NULL);

  if (make_certificate (key, certificate))
    test (key, certificate);
  else
    g_test_skip ("openssl is not installed");
  g_unlink (key);
  g_unlink (certificate);
  g_rmdir (folder);
}

static void
test_tls (void)
{
  test_with_certificate (connect_by_tls);
}

static void
test_private_authority (void)
{
  test_with_certificate (connect_to_private);
}

/* Runs in a thread of libnats. */
static void
log_cb (const char     *domain,
        GLogLevelFlags  level,
        const char     *message,
        gpointer        messages)
{
  g_async_queue_push (messages, g_strdup (message));
}

/* The call may be sent again, but not for ever. */
static void
try_idempotent (natsOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcNatsConnection) connection = norpc_nats_connection_new_for_options_sync (options, &error);
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, PREFIX);
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold_safely (proxy, NULL, hold_safely_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* The server drops what a client may not send, and says so in no reply. The call fails nevertheless. */
static void
test_not_permitted (void)
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-nats-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "nats.conf", NULL);
  g_autoptr (GAsyncQueue) messages = g_async_queue_new_full (g_free);
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;
  natsOptions *options;
  NatsProcess *nats;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, log_cb, messages);

  g_assert_true (g_file_set_contents (path, "authorization { users = [ { user: ada, password: secret, permissions: "
                                            "{ publish: \"other.>\" } } ] }\n", -1, NULL));
  nats = nats_process_new_full ("--config", path, NULL);
  options = new_options (nats);
  natsOptions_SetUserInfo (options, "ada", "secret");
  try_idempotent (options);
  error = try_options (options);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  do
    {
      g_free (message);
      message = g_async_queue_timeout_pop (messages, 30 * G_USEC_PER_SEC);
      g_assert_nonnull (message);
    }
  while (strstr (message, PREFIX ".org.example.Depot.HoldSafely") == NULL);

  g_log_remove_handler ("NorpcNats", id);
  nats_process_free (nats);
  g_unlink (path);
  g_rmdir (folder);
}

/* The permissions of doc/nats.md for a client. Others may do everything. */
#define CLIENT_PERMISSIONS \
  "no_auth_user: service\n" \
  "authorization { users = [\n" \
  "  { user: service, password: secret },\n" \
  "  { user: ada, password: secret, permissions: {\n" \
  "    publish: [\"" GAUGE_PREFIX ".org.example.Gauge.*\", \"" GAUGE_PREFIX ".$norpc.>\"],\n" \
  "    subscribe: [\"_INBOX.>\", \"" GAUGE_PREFIX ".org.example.Gauge.*.*\", \"" GAUGE_PREFIX ".$services.*\"]\n" \
  "  } }\n" \
  "] }\n"

/* A client with few permissions, and what it sees. */
typedef struct
{
  DepotGaugeProxy *proxy; /* (owned) */
  GString         *seen;  /* (owned) */
} Client;

static gboolean
client_is_ready (gpointer self)
{
  return norpc_proxy_is_ready (NORPC_PROXY (((Client *) self)->proxy));
}

static gboolean
client_is_disconnected (gpointer self)
{
  return !norpc_proxy_is_connected (NORPC_PROXY (((Client *) self)->proxy));
}

static gboolean
client_has_seen_5 (gpointer self)
{
  return g_str_has_suffix (((Client *) self)->seen->str, "5 ");
}

static void
client_measured_cb (DepotGauge *proxy,
                    int         number,
                    const char *note,
                    GString    *seen)
{
  g_string_append_printf (seen, "%d ", number);
}

static void
client_level_cb (DepotGauge *proxy,
                 GParamSpec *pspec,
                 GString    *seen)
{
  g_string_append_printf (seen, "level %d ", depot_gauge_get_level (proxy));
}

static int
emit_measured_cb (GaugeService *service,
                  gpointer      unused)
{
  depot_gauge_emit_measured (DEPOT_GAUGE (service), 5, NULL);

  return 3;
}

static void
log_not_permitted_cb (const char     *domain,
                      GLogLevelFlags  level,
                      const char     *message,
                      gpointer        n_logged)
{
  g_printerr ("%s\n", message);
  g_atomic_int_inc ((int *) n_logged);
}

static void
use_gauge (NatsProcess *nats,
           Gauge       *gauge)
{
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;
  g_autoptr (DepotGaugeProxy) proxy = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  natsOptions *options = new_options (nats);
  Client client;
  int number;

  natsOptions_SetUserInfo (options, "ada", "secret");
  connection = norpc_nats_connection_new_for_options_sync (options, &error);
  natsOptions_Destroy (options);
  g_assert_no_error (error);
  endpoint = norpc_nats_endpoint_new (connection, GAUGE_PREFIX);
  proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (endpoint));
  client = (Client) { proxy, seen };
  wait_until (client_is_ready, &client);
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (proxy)), ==, 9);

  g_signal_connect (proxy, "measured", G_CALLBACK (client_measured_cb), seen);
  g_signal_connect (proxy, "notify::level", G_CALLBACK (client_level_cb), seen);
  gauge_set_level (gauge, 10);
  gauge_service_set_func (gauge->service, emit_measured_cb, NULL);
  depot_gauge_proxy_call_run_sync (proxy, &number, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (number, ==, 3);
  wait_until (client_has_seen_5, &client);
  g_assert_cmpstr (seen->str, ==, "level 10 5 ");
  depot_gauge_proxy_set_level_sync (proxy, 11, NULL, &error);
  g_assert_no_error (error);
  gauge_unexport (gauge);
  wait_until (client_is_disconnected, &client);
}

/* A client needs no more than it is said to. */
static void
test_permitted (void)
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-nats-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "nats.conf", NULL);
  int n_logged = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, log_not_permitted_cb, &n_logged);
  NatsProcess *nats;
  Gauge gauge = { 0 };

  g_assert_true (g_file_set_contents (path, CLIENT_PERMISSIONS, -1, NULL));
  nats = nats_process_new_full ("--config", path, NULL);
  gauge_init (&gauge, nats, 9);
  use_gauge (nats, &gauge);
  g_assert_cmpint (g_atomic_int_get (&n_logged), ==, 0);

  g_log_remove_handler ("NorpcNats", id);
  gauge_clear (&gauge);
  nats_process_free (nats);
  g_unlink (path);
  g_rmdir (folder);
}

static void
add_tests (void)
{
  g_test_add_func ("/nats/secure/password", test_password);
  g_test_add_func ("/nats/secure/tls", test_tls);
  g_test_add_func ("/nats/secure/private-authority", test_private_authority);
  g_test_add_func ("/nats/secure/not-permitted", test_not_permitted);
  g_test_add_func ("/nats/secure/permitted", test_permitted);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
