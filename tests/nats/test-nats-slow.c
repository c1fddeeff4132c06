/* test-nats-slow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Messages that take longer than a call that is lost: questions for calls and their answers wait behind them. */

#include <glib/gstdio.h>

#include "nats-fixture.h"
#include "relay.h"

/* A message of the largest size takes about four seconds. */
#define BYTES_PER_SECOND (2 * 1024 * 1024)
#define MAX_PAYLOAD "8388608"
#define LARGE (8 * 1000 * 1000)

/* The same in parts. */
#define PART (900 * 1000)
#define N_PARTS 9

typedef struct
{
  NatsProcess         *nats;       /* (owned) */
  Relay               *relay;      /* (owned): the slow line */
  DepotState          *state;      /* (owned) */
  NorpcServer         *server;     /* (owned) */
  NorpcThread         *thread;     /* (owned): of the export */
  NorpcNatsConnection *served;     /* (owned): of the export */
  NorpcNatsExport     *export;     /* (owned) */
  NorpcNatsConnection *connection; /* (owned) */
  NorpcNatsEndpoint   *endpoint;   /* (owned) */
  DepotDepotProxy     *proxy;      /* (owned) */
  guint                n_calls;    /* that have not completed */
} Slow;

/* Which process has the slow line, and how large a message may be. */
typedef struct
{
  gboolean    client, service;
  const char *max_payload; /* (nullable) */
} Lines;

static const Lines slow_client = { TRUE, FALSE, MAX_PAYLOAD };
static const Lines slow_service = { FALSE, TRUE, MAX_PAYLOAD };
static const Lines slow_client_default = { TRUE, FALSE, NULL };
static const Lines slow_service_default = { FALSE, TRUE, NULL };

static void
start_nats (Slow       *self,
            const char *max_payload)
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-nats-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "nats.conf", NULL);
  g_autofree char *text = max_payload != NULL ? g_strdup_printf ("max_payload: %s\n", max_payload) : g_strdup ("");

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  self->nats = nats_process_new_full ("--config", path, NULL);
  g_unlink (path);
  g_rmdir (folder);
}

/* Runs in the context of the export. */
static void
begin_export (gpointer data)
{
  Slow *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->served, PREFIX, norpc_server_get_endpoint (self->server),
                                        depot_depot_interface_info (), &error);
  g_assert_no_error (error);
}

/* Runs in the context of the export. */
static void
end_export (gpointer data)
{
  g_clear_object (&((Slow *) data)->export);
}

static void
set_up (Slow          *self,
        gconstpointer  data)
{
  const Lines *lines = data;
  g_autoptr (GError) error = NULL;
  const char *url;

  start_nats (self, lines->max_payload);
  url = nats_process_get_url (self->nats);
  self->relay = relay_new (self->nats);
  relay_limit (self->relay, BYTES_PER_SECOND);
  self->state = depot_state_new (0);
  self->server = norpc_serve (depot_service_new (self->state), &error);
  g_assert_no_error (error);
  self->thread = norpc_thread_new ("export");
  self->served = connect_to (lines->service ? relay_get_url (self->relay) : url);
  run_in_thread (self->thread, begin_export, self);
  g_assert_true (norpc_nats_connection_flush_sync (self->served, 30000, &error));
  self->connection = connect_to (lines->client ? relay_get_url (self->relay) : url);
  self->endpoint = norpc_nats_endpoint_new (self->connection, PREFIX);
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (self->endpoint));
}

static void
tear_down (Slow          *self,
           gconstpointer  unused)
{
  run_in_thread (self->thread, end_export, self);
  g_object_unref (self->proxy);
  release_and_wait (self->endpoint);
  release_and_wait (self->connection);
  norpc_thread_stop (self->thread);
  g_object_unref (self->thread);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  release_and_wait (self->served);
  release_and_wait (self->server);
  depot_state_free (self->state);
  relay_free (self->relay);
  nats_process_free (self->nats);
}

/* The service has got all, and answers with a short error. */
static void
failed_cb (GObject      *proxy,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_fail_finish (DEPOT_DEPOT_PROXY (proxy), result, &error));
  g_assert_error (error, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_MISSING);
  ((Slow *) data)->n_calls--;
}

static void
filled_cb (GObject      *proxy,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = depot_depot_proxy_call_fill_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  g_assert_nonnull (text);
  ((Slow *) data)->n_calls--;
}

static void
wait_calls (Slow *self)
{
  while (self->n_calls > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_request (Slow          *self,
              gconstpointer  unused)
{
  g_autofree char *text = g_strnfill (LARGE, 'x');

  self->n_calls = 1;
  depot_depot_proxy_call_fail (self->proxy, 0, text, NULL, failed_cb, self);
  wait_calls (self);
}

static void
test_reply (Slow          *self,
            gconstpointer  unused)
{
  self->n_calls = 1;
  depot_depot_proxy_call_fill (self->proxy, LARGE, NULL, filled_cb, self);
  wait_calls (self);
}

static void
test_many_requests (Slow          *self,
                    gconstpointer  unused)
{
  g_autofree char *text = g_strnfill (PART, 'x');

  self->n_calls = N_PARTS;
  for (guint i = 0; i < N_PARTS; i++)
    depot_depot_proxy_call_fail (self->proxy, 0, text, NULL, failed_cb, self);
  wait_calls (self);
}

static void
test_many_replies (Slow          *self,
                   gconstpointer  unused)
{
  self->n_calls = N_PARTS;
  for (guint i = 0; i < N_PARTS; i++)
    depot_depot_proxy_call_fill (self->proxy, PART, NULL, filled_cb, self);
  wait_calls (self);
}

#define SLOW_TEST(path, lines, func) g_test_add (path, Slow, &lines, set_up, func, tear_down)

static void
add_tests (void)
{
  SLOW_TEST ("/nats/slow/client/request", slow_client, test_request);
  SLOW_TEST ("/nats/slow/client/reply", slow_client, test_reply);
  SLOW_TEST ("/nats/slow/client/many-replies", slow_client_default, test_many_replies);
  SLOW_TEST ("/nats/slow/service/request", slow_service, test_request);
  SLOW_TEST ("/nats/slow/service/reply", slow_service, test_reply);
  SLOW_TEST ("/nats/slow/service/many-requests", slow_service_default, test_many_requests);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
