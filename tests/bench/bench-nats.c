/* bench-nats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls over NATS, and requests of the NATS library, both without data. Both sides of each are in this process, with a
 * connection each, and nats-server is between them.
 */

#include <stdlib.h>

#include <norpc-glib-nats/norpc-glib-nats.h>

#include <nats/nats.h>

#include "bench-service.h"
#include "nats-process.h"

#define EXIT_SKIPPED 77

#define SUBJECT "bench.noop"
#define PREFIX "bench.target"

/* In milliseconds. */
#define TIMEOUT 30000

static NatsProcess *
start_server (void)
{
  if (nats_process_is_installed ())
    return nats_process_new ();

  g_printerr ("bench: there is no nats-server\n");
  exit (EXIT_SKIPPED);
}

static void
check_status (natsStatus status)
{
  if (status != NATS_OK)
    g_error ("%s", natsStatus_GetText (status));
}

/* The library. It has no asynchronous request. */

typedef struct
{
  NatsProcess      *process;      /* (owned) */
  natsConnection   *served;       /* (owned) */
  natsConnection   *client;       /* (owned) */
  natsSubscription *subscription; /* (owned) */
} Library;

/* Runs in a thread of the library. */
static void
answer_cb (natsConnection   *nats,
           natsSubscription *subscription,
           natsMsg          *message,
           void             *unused)
{
  natsConnection_Publish (nats, natsMsg_GetReply (message), NULL, 0);
  natsMsg_Destroy (message);
}

/* With the same options as those of norpc-glib. */
static natsConnection *
library_connection_new (const char *url)
{
  natsConnection *nats;
  natsOptions *options;

  check_status (natsOptions_Create (&options));
  check_status (natsOptions_SetURL (options, url));
  check_status (natsOptions_SetSendAsap (options, true));
  check_status (natsConnection_Connect (&nats, options));
  natsOptions_Destroy (options);

  return nats;
}

static gpointer
library_start (const BenchSetup *setup,
               const char       *work)
{
  Library *self = g_new0 (Library, 1);

  self->process = start_server ();
  self->served = library_connection_new (nats_process_get_url (self->process));
  self->client = library_connection_new (nats_process_get_url (self->process));
  check_status (natsConnection_Subscribe (&self->subscription, self->served, SUBJECT, answer_cb, NULL));
  check_status (natsConnection_Flush (self->served));

  return self;
}

static void
library_stop (gpointer service)
{
  Library *self = service;

  natsSubscription_Destroy (self->subscription);
  natsConnection_Destroy (self->client);
  natsConnection_Destroy (self->served);
  nats_process_free (self->process);
  g_free (self);
}

static gboolean
library_sync (gpointer client)
{
  Library *self = client;
  natsMsg *reply;

  if (natsConnection_Request (&reply, self->client, SUBJECT, NULL, 0, TIMEOUT) != NATS_OK)
    return FALSE;

  natsMsg_Destroy (reply);

  return TRUE;
}

static const BenchContender bench_library = {
  .name = "nats",
  .start = library_start,
  .stop = library_stop,
  .sync = library_sync,
};

/* norpc-glib */

typedef struct
{
  NatsProcess         *process;  /* (owned) */
  NorpcNatsConnection *served;   /* (owned) */
  BenchServices       *services; /* (owned) */
  NorpcThread         *thread;   /* (owned): of the export */
  NorpcEndpoint       *endpoint; /* (owned): that is exported */
  NorpcNatsExport     *export;   /* (owned) */
} Nats;

static NorpcNatsConnection *
connection_new (NatsProcess *process)
{
  g_autoptr (GError) error = NULL;
  NorpcNatsConnection *connection = norpc_nats_connection_new_sync (nats_process_get_url (process), NULL, &error);

  if (connection == NULL)
    g_error ("%s", error->message);

  return connection;
}

/* Runs in the thread of the export. */
static void
export_cb (gpointer data)
{
  Nats *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->served, PREFIX, self->endpoint, bench_target_interface_info (), &error);
  if (self->export == NULL || !norpc_nats_connection_flush_sync (self->served, TIMEOUT, &error))
    g_error ("%s", error->message);
}

/* Runs in the thread of the export. */
static void
unexport_cb (gpointer data)
{
  Nats *self = data;

  g_clear_object (&self->export);
}

/* Clients reach the service by its subjects, and not by its channel. */
static gpointer
nats_start (const BenchSetup *setup,
            const char       *work)
{
  Nats *self = g_new0 (Nats, 1);
  g_autoptr (NorpcNatsConnection) client = NULL;

  self->process = start_server ();
  self->served = connection_new (self->process);
  self->services = bench_services_start (setup, bench_work_begin (work));
  self->endpoint = g_object_ref (self->services->endpoints->pdata[0]);
  self->thread = norpc_thread_new ("export");
  bench_invoke_sync (norpc_thread_get_main_context (self->thread), export_cb, self);

  client = connection_new (self->process);
  g_ptr_array_set_size (self->services->endpoints, 0);
  g_ptr_array_add (self->services->endpoints, norpc_nats_endpoint_new (client, PREFIX));

  return self;
}

static void
nats_stop (gpointer service)
{
  Nats *self = service;

  bench_invoke_sync (norpc_thread_get_main_context (self->thread), unexport_cb, self);
  norpc_thread_stop (self->thread);
  bench_services_stop (self->services);
  bench_work_end ();
  g_object_unref (self->endpoint);
  g_object_unref (self->thread);
  g_object_unref (self->served);
  nats_process_free (self->process);
  g_free (self);
}

static gpointer
nats_connect (gpointer service)
{
  return bench_client_new (((Nats *) service)->services);
}

static void
nats_disconnect (gpointer client)
{
  bench_client_free (client);
}

static const BenchContender bench_nats = {
  .name = "norpc-nats",
  .start = nats_start,
  .stop = nats_stop,
  .connect = nats_connect,
  .disconnect = nats_disconnect,
  .async = bench_client_async,
  .sync = bench_client_sync,
};

static const BenchLoad seq = { .name = "seq", .in_flight = 1 };
static const BenchLoad w64 = { .name = "w64", .in_flight = 64 };
static const BenchLoad c64 = { .name = "c64", .in_flight = 1, .n_clients = 64 };
static const BenchSetup own = { 0 };

const BenchRow bench_rows[] = {
  { &bench_nats, &own, BENCH_SYNC, "noop", &seq },
  { &bench_nats, &own, BENCH_SYNC, "noop", &c64 },
  { &bench_nats, &own, BENCH_ASYNC, "noop", &seq },
  { &bench_nats, &own, BENCH_ASYNC, "noop", &w64 },
  { &bench_library, &own, BENCH_SYNC, "noop", &seq },
  { &bench_library, &own, BENCH_SYNC, "noop", &c64 },
};

const guint bench_n_rows = G_N_ELEMENTS (bench_rows);
