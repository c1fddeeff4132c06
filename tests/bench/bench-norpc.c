/* bench-norpc.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* norpc-glib, with generated code: a service in its own thread. */

#include "bench-target.h"
#include "bench.h"

G_DECLARE_FINAL_TYPE (Service, service, BENCH, SERVICE, GObject)

struct _Service
{
  GObject parent_instance;
};

static gboolean
service_noop (BenchTarget  *target,
              GError      **error)
{
  return TRUE;
}

static void
service_target_iface_init (BenchTargetInterface *iface)
{
  iface->noop = service_noop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Service, service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BENCH_TYPE_TARGET,
                                                      service_target_iface_init))

static void
service_class_init (ServiceClass *klass)
{
}

static void
service_init (Service *self)
{
}

typedef struct
{
  NorpcServer      *server;   /* (owned) */
  NorpcEndpoint    *endpoint; /* (unowned) */
  BenchTargetProxy *proxy;    /* (owned) */
  guint             n_calls;
} Norpc;

static gpointer
start_with_channel (NorpcChannel *channel)
{
  Norpc *self = g_new0 (Norpc, 1);
  g_autoptr (GObject) service = g_object_new (service_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  self->server = g_object_new (NORPC_TYPE_SERVER, "service", service, "channel", channel, NULL);
  norpc_server_set_collect_stats (self->server, bench_collect_stats);
  if (!norpc_server_start (self->server, NULL, &error))
    g_error ("%s", error->message);
  self->endpoint = NORPC_ENDPOINT (norpc_server_get_channel (self->server));
  self->proxy = bench_target_proxy_new (self->endpoint);

  return self;
}

static gpointer
norpc_start (void)
{
  return start_with_channel (NULL);
}

/* For more calls at once than a channel has room for. */
static gpointer
many_start (void)
{
  g_autoptr (NorpcChannel) channel = norpc_channel_new (NORPC_CHANNEL_DEFAULT_CAPACITY,
                                                        NORPC_WHEN_FULL_WAIT);

  return start_with_channel (channel);
}

static void
norpc_stop (gpointer state)
{
  Norpc *self = state;
  g_autoptr (GError) error = NULL;

  if (!norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, &error))
    g_error ("%s", error->message);
  g_clear_object (&self->proxy);
  g_clear_object (&self->server);
  g_free (self);
}

static void
noop_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  BenchTargetProxy *proxy = BENCH_TARGET_PROXY (source_object);

  bench_window_answered (user_data, bench_target_proxy_call_noop_finish (proxy, result, NULL));
}

static void
norpc_async (gpointer     state,
             BenchWindow *window)
{
  Norpc *self = state;

  bench_target_proxy_call_noop (self->proxy, NULL, noop_cb, window);
}

static void
replied_cb (const GError *error,
            gpointer      user_data)
{
  bench_window_answered (user_data, error == NULL);
}

static void
norpc_reply (gpointer     state,
             BenchWindow *window)
{
  Norpc *self = state;

  bench_target_proxy_call_noop_with_reply (self->proxy, NULL, replied_cb, window);
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  gboolean rightly = norpc_reply_get_error (reply) == NULL;

  norpc_reply_unref (reply);
  bench_window_answered (user_data, rightly);
}

/* Each call has a deadline of its own, some earlier than those before it. */
static void
deadline_reply (gpointer     state,
                BenchWindow *window)
{
  Norpc *self = state;
  NorpcCall *call = norpc_call_new (bench_target_interface_info (), 0);

  norpc_call_set_timeout (call, 1000000 + (self->n_calls++ * 7919) % 1000000);
  norpc_endpoint_call (self->endpoint, call, NULL, reply_cb, window);
}

static gboolean
norpc_sync (gpointer state)
{
  Norpc *self = state;

  return bench_target_proxy_call_noop_sync (self->proxy, NULL, NULL);
}

const BenchContender bench_norpc = {
  .name = "norpc",
  .start = norpc_start,
  .stop = norpc_stop,
  .async = norpc_async,
  .reply = norpc_reply,
  .sync = norpc_sync,
};

const BenchContender bench_norpc_many = {
  .name = "norpc-many",
  .start = many_start,
  .stop = norpc_stop,
  .reply = norpc_reply,
};

const BenchContender bench_norpc_deadlines = {
  .name = "norpc-deadlines",
  .start = many_start,
  .stop = norpc_stop,
  .reply = deadline_reply,
};
