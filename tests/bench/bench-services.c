/* bench-services.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Starts services where a setup wants them, and connects clients to them. */

#include "bench-service.h"

G_DECLARE_FINAL_TYPE (Layer, layer, BENCH, LAYER, NorpcLayer)

/* The least that a layer can be: it passes calls on. */
struct _Layer
{
  NorpcLayer parent_instance;
};

G_DEFINE_FINAL_TYPE (Layer, layer, NORPC_TYPE_LAYER)

static void
layer_class_init (LayerClass *klass)
{
}

static void
layer_init (Layer *self)
{
}

static NorpcEndpoint *
wrap_in_layers (NorpcEndpoint *endpoint,
                guint          n_layers)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();

  if (n_layers == 0)
    return g_object_ref (endpoint);

  for (guint i = 0; i < n_layers; i++)
    g_ptr_array_add (endpoints, g_object_new (layer_get_type (), NULL));
  g_ptr_array_add (endpoints, endpoint);

  return norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
}

static NorpcServer *
server_new (BenchServices *self,
            GObject       *service)
{
  g_autoptr (NorpcChannel) channel = NULL;
  NorpcServer *server;

  if (self->setup->waits)
    channel = norpc_channel_new (NORPC_CHANNEL_DEFAULT_CAPACITY, NORPC_WHEN_FULL_WAIT);

  if (self->setup->place == BENCH_PLACE_CONTEXT)
    server = norpc_server_new_in_context (service, g_main_context_get_thread_default ());
  else if (self->threads->len > 0)
    server = norpc_server_new_on_thread (service, self->threads->pdata[self->servers->len %
                                                                       self->threads->len]);
  else
    server = g_object_new (NORPC_TYPE_SERVER, "service", service, "channel", channel, NULL);
  norpc_server_set_collect_stats (server, self->setup->stats);

  return server;
}

/* Starts a server for @service, and adds its endpoint. */
void
bench_services_add (BenchServices *self,
                    GObject       *service)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (GError) error = NULL;
  NorpcEndpoint *channel;

  if (self->setup->place == BENCH_PLACE_DIRECT)
    {
      g_autoptr (NorpcDirect) direct = norpc_direct_new (service);

      g_ptr_array_add (self->endpoints,
                       wrap_in_layers (NORPC_ENDPOINT (direct), self->setup->n_layers));
      return;
    }

  server = server_new (self, service);
  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);
  channel = NORPC_ENDPOINT (norpc_server_get_channel (server));
  g_ptr_array_add (self->endpoints, wrap_in_layers (channel, self->setup->n_layers));
  g_ptr_array_add (self->servers, g_steal_pointer (&server));
}

/* Without a @work, it starts no service: the caller adds them. */
BenchServices *
bench_services_start (const BenchSetup *setup,
                      const BenchWork  *work)
{
  BenchServices *self = g_new0 (BenchServices, 1);

  self->setup = setup;
  self->work = work;
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
  self->threads = g_ptr_array_new_with_free_func (g_object_unref);
  self->endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < setup->n_threads; i++)
    g_ptr_array_add (self->threads, norpc_thread_new ("services"));
  for (guint i = 0; work != NULL && i < MAX (setup->n_services, 1); i++)
    {
      g_autoptr (GObject) service = bench_service_new ();

      bench_services_add (self, service);
    }

  return self;
}

void
bench_services_stop (BenchServices *self)
{
  for (guint i = 0; i < self->servers->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!norpc_server_stop (self->servers->pdata[i], NORPC_STOP_FINISH, NULL, &error))
        g_error ("%s", error->message);
    }
  for (guint i = 0; i < self->threads->len; i++)
    norpc_thread_stop (self->threads->pdata[i]);
  g_ptr_array_unref (self->endpoints);
  g_ptr_array_unref (self->servers);
  g_ptr_array_unref (self->threads);
  g_free (self);
}

BenchClient *
bench_client_new (BenchServices *services)
{
  BenchClient *self = g_new0 (BenchClient, 1);

  self->work = services->work;
  self->endpoints = g_ptr_array_ref (services->endpoints);
  self->proxies = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < self->endpoints->len; i++)
    g_ptr_array_add (self->proxies, bench_target_proxy_new (self->endpoints->pdata[i]));

  return self;
}

void
bench_client_free (BenchClient *self)
{
  g_ptr_array_unref (self->proxies);
  g_ptr_array_unref (self->endpoints);
  g_free (self);
}

/* The client's context. The services take turns. */
BenchTargetProxy *
bench_client_next_proxy (BenchClient *self)
{
  if (++self->next >= self->proxies->len)
    self->next = 0;

  return self->proxies->pdata[self->next];
}

void
bench_client_async (gpointer     client,
                    BenchWindow *window)
{
  BenchClient *self = client;

  self->work->async (bench_client_next_proxy (self), window);
}

gboolean
bench_client_sync (gpointer client)
{
  BenchClient *self = client;

  return self->work->sync (bench_client_next_proxy (self));
}

typedef struct
{
  void   (*func) (gpointer data);
  gpointer data;
  GMutex   lock;
  GCond    cond;
  gboolean done; /* [lock] */
} Invocation;

/* Runs in the other context. */
static gboolean
invocation_cb (gpointer data)
{
  Invocation *self = data;

  self->func (self->data);
  g_mutex_lock (&self->lock);
  self->done = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);

  return G_SOURCE_REMOVE;
}

void
bench_invoke_sync (GMainContext *context,
                   void        (*func) (gpointer data),
                   gpointer      data)
{
  Invocation self = { .func = func, .data = data };

  g_mutex_init (&self.lock);
  g_cond_init (&self.cond);
  g_main_context_invoke (context, invocation_cb, &self);
  g_mutex_lock (&self.lock);
  while (!self.done)
    g_cond_wait (&self.cond, &self.lock);
  g_mutex_unlock (&self.lock);
  g_mutex_clear (&self.lock);
  g_cond_clear (&self.cond);
}
