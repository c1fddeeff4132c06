/* bench-together.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Service to service: two services on one thread, one of which makes asynchronous calls to the
 * other one while it handles a call.
 */

#include "bench-service.h"

G_DECLARE_FINAL_TYPE (Relay, relay, BENCH, RELAY_SERVICE, GObject)

/* All of it is in the service's context. */
struct _Relay
{
  GObject parent_instance;

  const BenchLoad *load;   /* written before the first call */
  BenchServices *services; /* (unowned): whose first endpoint is the other service */
  BenchClient   *client;   /* (owned) (nullable): from the first call on */
  NorpcCall     *call;     /* (owned) (nullable): while it is being handled */
};

static void
done_cb (gpointer user_data)
{
  Relay *self = BENCH_RELAY_SERVICE (user_data);

  bench_relay_complete_run (BENCH_RELAY (self), self->call);
  g_clear_pointer (&self->call, norpc_call_unref);
}

static gboolean
relay_handle_run (BenchRelay  *relay,
                  NorpcCall   *call,
                  guint        n_calls,
                  GError     **error)
{
  Relay *self = BENCH_RELAY_SERVICE (relay);

  if (self->client == NULL)
    self->client = bench_client_new (self->services);
  self->call = norpc_call_ref (call);
  bench_window_run (bench_client_async, self->client, n_calls, self->load, done_cb, self);

  return TRUE;
}

static void
relay_iface_init (BenchRelayInterface *iface)
{
  iface->handle_run = relay_handle_run;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Relay, relay, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BENCH_TYPE_RELAY, relay_iface_init))

static void
relay_finalize (GObject *object)
{
  g_clear_pointer (&BENCH_RELAY_SERVICE (object)->client, bench_client_free);

  G_OBJECT_CLASS (relay_parent_class)->finalize (object);
}

static void
relay_class_init (RelayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = relay_finalize;
}

static void
relay_init (Relay *self)
{
}

typedef struct
{
  BenchServices   *target; /* (owned) */
  BenchServices   *relay;  /* (owned) */
  Relay           *service; /* (owned) */
  BenchRelayProxy *proxy;  /* (owned) */
} Together;

static gpointer
together_start (const BenchSetup *setup,
                const char       *work)
{
  static const BenchSetup one_thread = { .n_threads = 1 };
  Together *self = g_new0 (Together, 1);

  self->target = bench_services_start (&one_thread, bench_work_begin (work));
  self->relay = bench_services_start (setup, NULL);
  g_ptr_array_add (self->relay->threads, g_object_ref (self->target->threads->pdata[0]));
  self->service = g_object_new (relay_get_type (), NULL);
  self->service->services = self->target;
  bench_services_add (self->relay, G_OBJECT (self->service));
  self->proxy = bench_relay_proxy_new (self->relay->endpoints->pdata[0]);
  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), G_MAXINT);

  return self;
}

static void
together_stop (gpointer service)
{
  Together *self = service;

  g_object_unref (self->proxy);
  /* The thread is stopped after both services. */
  g_ptr_array_set_size (self->relay->threads, 0);
  bench_services_stop (self->relay);
  g_object_unref (self->service);
  bench_services_stop (self->target);
  bench_work_end ();
  g_free (self);
}

/* One synchronous call, which lasts as long as all the calls within it. */
static void
together_loop (gpointer         service,
               const BenchLoad *load,
               guint            n_calls)
{
  Together *self = service;
  g_autoptr (GError) error = NULL;

  self->service->load = load;
  if (!bench_relay_proxy_call_run_sync (self->proxy, n_calls, NULL, &error))
    g_error ("%s", error->message);
}

const BenchContender bench_together = {
  .name = "norpc",
  .start = together_start,
  .stop = together_stop,
  .loop = together_loop,
};
