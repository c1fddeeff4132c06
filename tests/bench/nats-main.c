/* nats-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures calls by NATS, and requests of the NATS library with the same text. Both sides of each are in this process,
 * with a connection each, and nats-server is between them.
 */

#include <string.h>

#include <norpc-glib-nats/norpc-glib-nats.h>

#include <nats/nats.h>

#include "depot.h"
#include "nats-process.h"

#define TEXT "sixteen letters."
#define SUBJECT "bench.echo"
#define PREFIX "bench.depot"

static int n_calls = 20000;
static int n_rounds = 3;
static int n_in_flight = 16;
static int n_steady; /* thousands */

static const GOptionEntry entries[] = {
  { "calls", 0, 0, G_OPTION_ARG_INT, &n_calls, "Calls in each round", "N" },
  { "rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "Rounds, of which the fastest counts", "N" },
  { "in-flight", 0, 0, G_OPTION_ARG_INT, &n_in_flight, "Calls, or threads of the library, at a time", "N" },
  { "steady", 0, 0, G_OPTION_ARG_INT, &n_steady, "Make so many thousand calls only, and show the memory", "N" },
  { NULL }
};

typedef struct
{
  natsConnection      *served, *client;
  natsSubscription    *subscription;

  NorpcServer         *server;
  NorpcThread         *thread; /* of the export */
  NorpcNatsConnection *served_by_norpc;
  NorpcNatsExport     *export;
  DepotDepotProxy     *proxy;
  gint64               n_sent, n_done, n_wanted;
} Bench;

/* The library */

static void
answer_cb (natsConnection   *nats,
           natsSubscription *subscription,
           natsMsg          *message,
           void             *unused)
{
  natsConnection_Publish (nats, natsMsg_GetReply (message), natsMsg_GetData (message),
                          natsMsg_GetDataLength (message));
  natsMsg_Destroy (message);
}

static void
connect_library (natsConnection **nats,
                 const char      *url)
{
  natsOptions *options;

  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  natsOptions_SetURL (options, url);
  natsOptions_SetSendAsap (options, true);
  g_assert_cmpint (natsConnection_Connect (nats, options), ==, NATS_OK);
  natsOptions_Destroy (options);
}

static void
request (Bench *self,
         int    n)
{
  for (int i = 0; i < n; i++)
    {
      natsMsg *reply;

      g_assert_cmpint (natsConnection_Request (&reply, self->client, SUBJECT, TEXT, sizeof TEXT, 30000), ==, NATS_OK);
      natsMsg_Destroy (reply);
    }
}

static void
library_sync (Bench *self)
{
  request (self, n_calls);
}

static gpointer
request_thread (gpointer self)
{
  request (self, n_calls / n_in_flight);

  return NULL;
}

/* It has no asynchronous request. */
static void
library_threads (Bench *self)
{
  g_autofree GThread **threads = g_new (GThread *, n_in_flight);

  for (int i = 0; i < n_in_flight; i++)
    threads[i] = g_thread_new ("request", request_thread, self);
  for (int i = 0; i < n_in_flight; i++)
    g_thread_join (threads[i]);
}

/* norpc-glib */

static char *
depot_echo (DepotDepot  *service,
            const char  *text,
            GError     **error)
{
  return g_strdup (text);
}

static const DepotDepotInterface depot_funcs = { .echo = depot_echo };

static gboolean
export_cb (gpointer data)
{
  Bench *self = data;

  self->export = norpc_nats_export_new (self->served_by_norpc, PREFIX, norpc_server_get_endpoint (self->server),
                                        depot_depot_interface_info (), NULL);

  return G_SOURCE_REMOVE;
}

static void
norpc_sync (Bench *self)
{
  for (int i = 0; i < n_calls; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *echo = depot_depot_proxy_call_echo_sync (self->proxy, TEXT, NULL, &error);

      g_assert_no_error (error);
    }
}

static void
echo_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Bench *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  self->n_done++;
  if (self->n_sent == self->n_wanted)
    return;
  self->n_sent++;
  depot_depot_proxy_call_echo (self->proxy, TEXT, NULL, echo_cb, self);
}

static void
call_many (Bench *self,
           gint64 n)
{
  self->n_wanted = n;
  self->n_done = 0;
  for (self->n_sent = 0; self->n_sent < n_in_flight; self->n_sent++)
    depot_depot_proxy_call_echo (self->proxy, TEXT, NULL, echo_cb, self);
  while (self->n_done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
norpc_async (Bench *self)
{
  call_many (self, n_calls);
}

/* The rows */

static const struct
{
  const char *name;
  void      (*run) (Bench *self);
} rows[] = {
  { "library.sync", library_sync },
  { "norpc.sync", norpc_sync },
  { "library.threads", library_threads },
  { "norpc.async", norpc_async },
};

static void
bench_init (Bench       *self,
            NatsProcess *nats)
{
  const char *url = nats_process_get_url (nats);
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;

  connect_library (&self->served, url);
  connect_library (&self->client, url);
  natsConnection_Subscribe (&self->subscription, self->served, SUBJECT, answer_cb, NULL);
  natsConnection_Flush (self->served);

  self->server = norpc_serve (depot_depot_new_for_funcs (&depot_funcs, NULL, NULL), NULL);
  self->thread = norpc_thread_new ("export");
  self->served_by_norpc = norpc_nats_connection_new_sync (url, NULL, NULL);
  g_main_context_invoke (norpc_thread_get_main_context (self->thread), export_cb, self);
  connection = norpc_nats_connection_new_sync (url, NULL, NULL);
  endpoint = norpc_nats_endpoint_new (connection, PREFIX);
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
}

static void
bench_clear (Bench *self)
{
  g_object_unref (self->proxy);
  norpc_thread_stop (self->thread);
  g_object_unref (self->export);
  g_object_unref (self->thread);
  g_object_unref (self->served_by_norpc);
  g_object_unref (self->server);
  natsSubscription_Destroy (self->subscription);
  natsConnection_Destroy (self->client);
  natsConnection_Destroy (self->served);
}

/* Waits until the export is reached. */
static void
await_export (Bench *self)
{
  g_autofree char *echo = NULL;

  while (echo == NULL)
    echo = depot_depot_proxy_call_echo_sync (self->proxy, TEXT, NULL, NULL);
}

static void
run_rows (Bench *self)
{
  double best[G_N_ELEMENTS (rows)] = { 0 };

  for (int round = 0; round < n_rounds; round++)
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        gint64 start = g_get_monotonic_time ();
        double time;

        rows[i].run (self);
        time = (double) (g_get_monotonic_time () - start) / n_calls;
        best[i] = round == 0 ? time : MIN (best[i], time);
      }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_print ("%s %.1f µs\n", rows[i].name, best[i]);
}

static gulong
get_memory (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", 3);

  return (gulong) g_ascii_strtoull (words[1], NULL, 10) * 4;
}

static void
run_steady (Bench *self)
{
  gint64 start = g_get_monotonic_time ();

  for (int i = 1; i <= 10; i++)
    {
      call_many (self, (gint64) n_steady * 100);
      g_print ("%d thousand calls, %lu KiB, %.0f s\n", n_steady / 10 * i, get_memory (),
               (double) (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- calls by NATS");
  g_autoptr (GError) error = NULL;
  NatsProcess *nats;
  Bench bench = { 0 };

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (!nats_process_is_installed ())
    {
      g_print ("skipped: nats-server is not installed\n");
      return 77;
    }

  nats = nats_process_new ();
  bench_init (&bench, nats);
  await_export (&bench);
  if (n_steady > 0)
    run_steady (&bench);
  else
    run_rows (&bench);
  bench_clear (&bench);
  nats_process_free (nats);

  return 0;
}
