/* bench-gdbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* GDBus with the code of gdbus-codegen, and the object in a thread of its own. */

#include "bench.h"

#include "bench-bus.h"
#include "bench-connections.h"

#define OBJECT_PATH "/org/example/BenchBus/Target"

typedef struct
{
  BenchConnections *connections; /* (owned) */
  GMainContext     *context;     /* (owned) */
  GThread          *thread;      /* (owned) */

  int exported; /* atomic */
  int quit;     /* atomic */
} Gdbus;

/* The service's thread. */
static gboolean
noop_cb (BenchBusTarget        *target,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  bench_bus_target_complete_noop (target, invocation);

  return TRUE;
}

static gpointer
service_thread (gpointer data)
{
  Gdbus *self = data;
  g_autoptr (BenchBusTarget) target = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  target = bench_bus_target_skeleton_new ();
  g_signal_connect (target, "handle-noop", G_CALLBACK (noop_cb), NULL);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (target), self->connections->server,
                                    OBJECT_PATH, &error);
  bench_check (error);
  g_atomic_int_set (&self->exported, TRUE);

  while (!g_atomic_int_get (&self->quit))
    g_main_context_iteration (self->context, TRUE);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (target));
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static gpointer
gdbus_begin (BenchConnections *connections)
{
  Gdbus *self = g_new0 (Gdbus, 1);

  self->connections = connections;
  self->context = g_main_context_new ();
  self->thread = g_thread_new ("gdbus", service_thread, self);
  while (!g_atomic_int_get (&self->exported))
    g_thread_yield ();

  return self;
}

static gpointer
peer_start (const BenchSetup *setup,
            const char       *work)
{
  return gdbus_begin (bench_connections_new_peer ());
}

static gpointer
daemon_start (const BenchSetup *setup,
              const char       *work)
{
  return gdbus_begin (bench_connections_new_daemon ());
}

static void
gdbus_stop (gpointer service)
{
  Gdbus *self = service;

  g_atomic_int_set (&self->quit, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  bench_connections_free (self->connections);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

static gpointer
gdbus_connect (gpointer service)
{
  Gdbus *self = service;
  g_autoptr (GError) error = NULL;
  BenchBusTarget *proxy;

  proxy =
    bench_bus_target_proxy_new_sync (self->connections->client,
                                     G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                       G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
                                       G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                     g_dbus_connection_get_unique_name (self->connections->server),
                                     OBJECT_PATH, NULL, &error);
  bench_check (error);

  return proxy;
}

static void
gdbus_disconnect (gpointer client)
{
  g_object_unref (client);
}

static void
call_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  bench_window_answered (user_data,
                         bench_bus_target_call_noop_finish (BENCH_BUS_TARGET (source_object),
                                                            result, NULL));
}

static void
gdbus_async (gpointer     client,
             BenchWindow *window)
{
  bench_bus_target_call_noop (client, NULL, call_cb, window);
}

static gboolean
gdbus_sync (gpointer client)
{
  return bench_bus_target_call_noop_sync (client, NULL, NULL);
}

const BenchContender bench_gdbus = {
  .name = "gdbus",
  .start = peer_start,
  .stop = gdbus_stop,
  .connect = gdbus_connect,
  .disconnect = gdbus_disconnect,
  .async = gdbus_async,
  .sync = gdbus_sync,
};

const BenchContender bench_gdbus_daemon = {
  .name = "gdbus-daemon",
  .start = daemon_start,
  .stop = gdbus_stop,
  .connect = gdbus_connect,
  .disconnect = gdbus_disconnect,
  .async = gdbus_async,
  .sync = gdbus_sync,
};
