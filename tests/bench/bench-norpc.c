/* bench-norpc.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* norpc-glib, with generated code. */

#include "bench-service.h"

static gpointer
norpc_start (const BenchSetup *setup,
             const char       *work)
{
  return bench_services_start (setup, bench_work_begin (work));
}

static void
norpc_stop (gpointer service)
{
  bench_services_stop (service);
  bench_work_end ();
}

static gpointer
norpc_connect (gpointer service)
{
  return bench_client_new (service);
}

static void
norpc_disconnect (gpointer client)
{
  bench_client_free (client);
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  gboolean rightly = norpc_reply_get_error (reply) == NULL;

  norpc_reply_unref (reply);
  bench_window_answered (user_data, rightly);
}

static NorpcEndpoint *
get_next_endpoint (BenchClient *self)
{
  if (++self->next >= self->endpoints->len)
    self->next = 0;

  return self->endpoints->pdata[self->next];
}

static void
replied_cb (const GError *error,
            gpointer      user_data)
{
  bench_window_answered (user_data, error == NULL);
}

static void
norpc_reply (gpointer     client,
             BenchWindow *window)
{
  bench_target_proxy_call_noop_with_reply (bench_client_next_proxy (client), NULL, replied_cb, window);
}

/* Each call has a deadline of its own, some earlier than those before it. */
static void
deadline_reply (gpointer     client,
                BenchWindow *window)
{
  BenchClient *self = client;
  NorpcCall *call = norpc_call_new (bench_target_interface_info (), 0);

  norpc_call_set_timeout (call, 1000000 + (self->n_calls++ * 7919) % 1000000);
  norpc_endpoint_call (get_next_endpoint (self), call, NULL, reply_cb, window);
}

const BenchContender bench_norpc = {
  .name = "norpc",
  .start = norpc_start,
  .stop = norpc_stop,
  .connect = norpc_connect,
  .disconnect = norpc_disconnect,
  .async = bench_client_async,
  .reply = norpc_reply,
  .sync = bench_client_sync,
};

const BenchContender bench_norpc_deadlines = {
  .name = "norpc-deadlines",
  .start = norpc_start,
  .stop = norpc_stop,
  .connect = norpc_connect,
  .disconnect = norpc_disconnect,
  .reply = deadline_reply,
};
