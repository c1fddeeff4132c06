/* bench-dbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The same proxies and services as in one process, over D-Bus. The export has a thread of its own. */

#include "bench-connections.h"
#include "bench-service.h"

#define OBJECT_PATH "/org/example/Bench/Target"

typedef struct
{
  BenchConnections *connections; /* (owned) */
  BenchServices    *services;    /* (owned) */
  NorpcThread      *thread;      /* (owned): of the export */
  NorpcEndpoint    *served;      /* (owned) */
  NorpcDBusExport  *export;      /* (owned) */
} Dbus;

/* Runs in the thread of the export. */
static void
export_cb (gpointer data)
{
  Dbus *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_dbus_export_new (self->connections->server, OBJECT_PATH, self->served,
                                        bench_target_interface_info (), &error);
  bench_check (error);
}

/* Runs in the thread of the export. */
static void
unexport_cb (gpointer data)
{
  Dbus *self = data;

  g_clear_object (&self->export);
}

/* Clients reach the service by its object, and not by its channel. */
static gpointer
dbus_begin (BenchConnections *connections,
            const BenchSetup *setup,
            const char       *work)
{
  Dbus *self = g_new0 (Dbus, 1);

  self->connections = connections;
  self->services = bench_services_start (setup, bench_work_begin (work));
  self->served = g_object_ref (self->services->endpoints->pdata[0]);
  self->thread = norpc_thread_new ("export");
  bench_invoke_sync (norpc_thread_get_main_context (self->thread), export_cb, self);

  g_ptr_array_set_size (self->services->endpoints, 0);
  g_ptr_array_add (self->services->endpoints,
                   norpc_dbus_endpoint_new (connections->client,
                                            g_dbus_connection_get_unique_name (connections->server), OBJECT_PATH));

  return self;
}

static gpointer
peer_start (const BenchSetup *setup,
            const char       *work)
{
  return dbus_begin (bench_connections_new_peer (), setup, work);
}

static gpointer
daemon_start (const BenchSetup *setup,
              const char       *work)
{
  return dbus_begin (bench_connections_new_daemon (), setup, work);
}

static void
dbus_stop (gpointer service)
{
  Dbus *self = service;

  bench_invoke_sync (norpc_thread_get_main_context (self->thread), unexport_cb, self);
  norpc_thread_stop (self->thread);
  bench_services_stop (self->services);
  bench_work_end ();
  bench_connections_free (self->connections);
  g_object_unref (self->served);
  g_object_unref (self->thread);
  g_free (self);
}

static gpointer
dbus_connect (gpointer service)
{
  return bench_client_new (((Dbus *) service)->services);
}

static void
dbus_disconnect (gpointer client)
{
  bench_client_free (client);
}

const BenchContender bench_dbus = {
  .name = "norpc-dbus",
  .start = peer_start,
  .stop = dbus_stop,
  .connect = dbus_connect,
  .disconnect = dbus_disconnect,
  .async = bench_client_async,
  .sync = bench_client_sync,
};

const BenchContender bench_dbus_daemon = {
  .name = "norpc-dbus-daemon",
  .start = daemon_start,
  .stop = dbus_stop,
  .connect = dbus_connect,
  .disconnect = dbus_disconnect,
  .async = bench_client_async,
  .sync = bench_client_sync,
};
