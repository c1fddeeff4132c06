/* bench-listen.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clients that listen: to a signal, by 1 or 100 proxies in one context, to the items of a stream,
 * and to a list model. A row counts emissions, or items.
 */

#include "bench-source.h"
#include "bench.h"

/* Less than the backlog of the signal. */
#define BURST 500
#define N_LIST_ITEMS 1000

typedef struct
{
  NorpcServer *server;  /* (owned) */
  GPtrArray   *proxies; /* (owned): of owned EventsSourceProxy */
  GListModel  *mirror;  /* (owned) (nullable) */
  guint        n_expected;
  guint        n_received;
  gboolean     done;
} Listener;

static EventsSourceProxy *
get_proxy (Listener *self)
{
  return self->proxies->pdata[0];
}

static void
check (const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
ticked_cb (EventsSourceProxy *proxy,
           guint              number,
           Listener          *self)
{
  self->n_received++;
}

static gpointer
listener_start (const BenchSetup *setup,
                const char       *work)
{
  Listener *self = g_new0 (Listener, 1);
  g_autoptr (GObject) service = bench_source_new ();
  g_autoptr (GError) error = NULL;

  self->server = norpc_server_new (service);
  norpc_server_start (self->server, NULL, &error);
  check (error);
  self->proxies = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < MAX (setup->n_proxies, 1); i++)
    {
      EventsSourceProxy *proxy =
        events_source_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));

      if (setup->n_proxies > 0)
        g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), self);
      g_ptr_array_add (self->proxies, proxy);
    }

  return self;
}

static void
listener_stop (gpointer service)
{
  Listener *self = service;
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->mirror);
  g_ptr_array_unref (self->proxies);
  norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, &error);
  check (error);
  g_object_unref (self->server);
  g_free (self);
}

static void
wait_until_done (Listener *self)
{
  while (!self->done)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  self->done = FALSE;
}

static void
emit_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  events_source_proxy_call_emit_finish (EVENTS_SOURCE_PROXY (source_object), result, &error);
  check (error);
  ((Listener *) user_data)->done = TRUE;
}

/* The reply arrives after the emissions. */
static void
signal_loop (gpointer         service,
             const BenchLoad *load,
             guint            n_calls)
{
  Listener *self = service;

  for (guint n_left = n_calls; n_left > 0;)
    {
      guint n = MIN (n_left, BURST);

      self->n_received = 0;
      events_source_proxy_call_emit (get_proxy (self), n, NULL, emit_cb, self);
      wait_until_done (self);
      if (self->n_received != n * self->proxies->len)
        g_error ("%u emissions were received", self->n_received);
      n_left -= n;
    }
}

static void
next_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  EventsSourceCountStream *stream = EVENTS_SOURCE_COUNT_STREAM (source_object);
  Listener *self = user_data;
  g_autoptr (GError) error = NULL;
  guint number;

  self->done = !events_source_count_stream_next_finish (stream, result, &number, &error);
  check (error);
  if (self->done)
    return;

  do
    if (number != self->n_received++)
      g_error ("item %u is missing", self->n_received);
  while (events_source_count_stream_try_next (stream, &number));
  events_source_count_stream_next_async (stream, NULL, next_cb, self);
}

static void
stream_loop (gpointer         service,
             const BenchLoad *load,
             guint            n_calls)
{
  Listener *self = service;
  g_autoptr (EventsSourceCountStream) stream =
    events_source_proxy_open_count (get_proxy (self), n_calls, NULL);

  self->n_received = 0;
  events_source_count_stream_next_async (stream, NULL, next_cb, self);
  wait_until_done (self);
  if (self->n_received != n_calls)
    g_error ("%u items were received", self->n_received);
}

static gpointer
list_start (const BenchSetup *setup,
            const char       *work)
{
  Listener *self = listener_start (setup, work);
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (self->proxies, 0);
  g_ptr_array_add (self->proxies,
                   events_source_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (self->server)),
                                                 NULL, &error));
  check (error);
  self->mirror = events_source_dup_items (EVENTS_SOURCE (get_proxy (self)));

  return self;
}

static void
fill_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  events_source_proxy_call_fill_finish (EVENTS_SOURCE_PROXY (source_object), result, &error);
  check (error);
  ((Listener *) user_data)->done = TRUE;
}

/* The reply arrives after the changes. */
static void
list_loop (gpointer         service,
           const BenchLoad *load,
           guint            n_calls)
{
  Listener *self = service;

  for (guint n_left = n_calls; n_left > 0;)
    {
      guint n = MIN (n_left, N_LIST_ITEMS);

      events_source_proxy_call_fill (get_proxy (self), n, NULL, fill_cb, self);
      wait_until_done (self);
      if (g_list_model_get_n_items (self->mirror) != n)
        g_error ("the mirror has %u items", g_list_model_get_n_items (self->mirror));
      n_left -= n;
    }
}

const BenchContender bench_signal = {
  .name = "norpc.signal",
  .start = listener_start,
  .stop = listener_stop,
  .loop = signal_loop,
};

const BenchContender bench_stream = {
  .name = "norpc.stream",
  .start = listener_start,
  .stop = listener_stop,
  .loop = stream_loop,
};

const BenchContender bench_list = {
  .name = "norpc.list",
  .start = list_start,
  .stop = listener_stop,
  .loop = list_loop,
};
