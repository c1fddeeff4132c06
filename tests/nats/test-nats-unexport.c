/* test-nats-unexport.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Exports that end in another thread than the one that runs their context. */

#include "gauge-fixture.h"

#define N_ROUNDS 40
#define N_CLIENTS 2
#define N_REPLIES 20

static GThread *followers_thread; /* atomic: the thread in which an announcer has ended */
static int n_followed;            /* atomic: announcers */

/* A layer that notes where the proxies in front of it begin and end. */

#define TEST_TYPE_WITNESS (test_witness_get_type ())
G_DECLARE_FINAL_TYPE (TestWitness, test_witness, TEST, WITNESS, NorpcLayer)

struct _TestWitness
{
  NorpcLayer parent_instance;
};

G_DEFINE_FINAL_TYPE (TestWitness, test_witness, NORPC_TYPE_LAYER)

static gboolean
test_witness_take (NorpcLayer  *layer,
                   NorpcCall   *call,
                   GError     **error)
{
  norpc_layer_pass_on (layer, call);

  return TRUE;
}

static void
test_witness_subscribe (NorpcLayer      *layer,
                        NorpcSubscriber *subscriber)
{
  g_atomic_int_inc (&n_followed);

  NORPC_LAYER_CLASS (test_witness_parent_class)->subscribe (layer, subscriber);
}

static void
test_witness_unsubscribe (NorpcLayer      *layer,
                          NorpcSubscriber *subscriber)
{
  g_atomic_pointer_set (&followers_thread, g_thread_self ());
  g_atomic_int_add (&n_followed, -1);

  NORPC_LAYER_CLASS (test_witness_parent_class)->unsubscribe (layer, subscriber);
}

static void
test_witness_class_init (TestWitnessClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_witness_take;
  NORPC_LAYER_CLASS (klass)->subscribe = test_witness_subscribe;
  NORPC_LAYER_CLASS (klass)->unsubscribe = test_witness_unsubscribe;
}

static void
test_witness_init (TestWitness *self)
{
}

typedef struct
{
  Gauge          gauge;
  NatsProcess   *nats;
  NorpcEndpoint *endpoint; /* (owned): of the service, behind a witness */
  int            loaded;    /* atomic: the announcer has the values of the properties */
  int            n_replies; /* atomic */
  int            ends;      /* atomic: the clients do */
} Unexport;

static void
set_up (Unexport      *self,
        gconstpointer  unused)
{
  self->nats = nats_process_new ();
  gauge_init (&self->gauge, self->nats, 1);
  gauge_unexport (&self->gauge);
  self->endpoint = norpc_stack_new (g_object_new (TEST_TYPE_WITNESS, NULL), norpc_server_get_endpoint (self->gauge.server),
                                    NULL);
}

static void
tear_down (Unexport      *self,
           gconstpointer  unused)
{
  g_object_unref (self->endpoint);
  gauge_clear (&self->gauge);
  nats_process_free (self->nats);
}

static void
ran_cb (GObject      *proxy,
        GAsyncResult *result,
        gpointer      data)
{
  g_autoptr (GError) error = NULL;

  depot_gauge_proxy_call_run_finish (DEPOT_GAUGE_PROXY (proxy), result, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (proxy);
  g_atomic_int_set (&((Unexport *) data)->loaded, TRUE);
}

/* Runs in the context of the export. Replies come in order, so that the announcer has the values of the properties once
 * the call has its reply.
 */
static void
make_witnessed_export (gpointer data)
{
  Unexport *self = data;
  DepotGaugeProxy *proxy = depot_gauge_proxy_new (norpc_server_get_endpoint (self->gauge.server));
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&self->loaded, FALSE);
  self->gauge.export = norpc_nats_export_new (self->gauge.connection, GAUGE_PREFIX, self->endpoint,
                                              depot_gauge_interface_info (), &error);
  g_assert_no_error (error);
  depot_gauge_proxy_call_run (proxy, NULL, ran_cb, self);
}

static gboolean
is_true (gpointer flag)
{
  return g_atomic_int_get ((int *) flag);
}

static void
export_witnessed (Unexport *self)
{
  g_autoptr (GError) error = NULL;

  run_in_thread (self->gauge.thread, make_witnessed_export, self);
  wait_until (is_true, &self->loaded);
  g_assert_cmpint (g_atomic_int_get (&n_followed), ==, 1);
  norpc_nats_connection_flush_sync (self->gauge.connection, 30000, &error);
  g_assert_no_error (error);
}

typedef struct
{
  int blocked;  /* atomic */
  int released; /* atomic */
} Block;

static gboolean
block_cb (gpointer data)
{
  Block *self = data;

  g_atomic_int_set (&self->blocked, TRUE);
  while (!g_atomic_int_get (&self->released))
    g_thread_yield ();

  return G_SOURCE_REMOVE;
}

static void
get_thread (gpointer thread)
{
  *(GThread **) thread = g_thread_self ();
}

/* While the context of the export handles something, its announcers stay. They end there. */
static void
check_end (Unexport *self,
           void   (*end) (Unexport *self))
{
  Block block = { 0 };
  GThread *thread;

  export_witnessed (self);
  g_main_context_invoke (norpc_thread_get_main_context (self->gauge.thread), block_cb, &block);
  wait_until (is_true, &block.blocked);
  end (self);
  g_assert_cmpint (g_atomic_int_get (&n_followed), ==, 1);
  g_atomic_int_set (&block.released, TRUE);
  run_in_thread (self->gauge.thread, get_thread, &thread);
  g_assert_cmpint (g_atomic_int_get (&n_followed), ==, 0);
  g_assert_true (g_atomic_pointer_get (&followers_thread) == thread);
}

static void
unexport (Unexport *self)
{
  norpc_nats_export_unexport (self->gauge.export);
}

static void
drop (Unexport *self)
{
  g_clear_object (&self->gauge.export);
}

static void
test_other_thread (Unexport      *self,
                   gconstpointer  unused)
{
  check_end (self, unexport);
  drop (self);
  check_end (self, drop);
}

/* No thread runs the context: the announcers end at once. */
static void
test_unattended (Unexport      *self,
                 gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  make_witnessed_export (self);
  g_main_context_pop_thread_default (context);
  while (!g_atomic_int_get (&self->loaded))
    g_main_context_iteration (context, TRUE);
  g_assert_cmpint (g_atomic_int_get (&n_followed), ==, 1);
  unexport (self);
  g_assert_cmpint (g_atomic_int_get (&n_followed), ==, 0);
}

/* Runs in the context of the service. */
static int
change (GaugeService *service,
        gpointer      unused)
{
  int level = (depot_gauge_get_level (DEPOT_GAUGE (service)) + 1) % 100;

  depot_gauge_set_level (DEPOT_GAUGE (service), level);
  depot_gauge_emit_measured (DEPOT_GAUGE (service), level, NULL);

  return level;
}

static gpointer
run_client (gpointer data)
{
  Unexport *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  {
    g_autoptr (NorpcNatsConnection) connection = connect_to (nats_process_get_url (self->nats));
    g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, GAUGE_PREFIX);
    g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (endpoint));

    while (!g_atomic_int_get (&self->ends))
      if (depot_gauge_proxy_call_run_sync (proxy, NULL, NULL, NULL))
        g_atomic_int_inc (&self->n_replies);
  }
  g_main_context_pop_thread_default (context);

  return NULL;
}

static gboolean
has_replies (gpointer data)
{
  return g_atomic_int_get (&((Unexport *) data)->n_replies) >= N_REPLIES;
}

/* Exports end while their context sends replies, signals and changes of properties. */
static void
test_busy (Unexport      *self,
           gconstpointer  unused)
{
  GThread *clients[N_CLIENTS];

  gauge_service_set_func (self->gauge.service, change, NULL);
  for (guint i = 0; i < N_CLIENTS; i++)
    clients[i] = g_thread_new ("client", run_client, self);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      export_witnessed (self);
      g_atomic_int_set (&self->n_replies, 0);
      wait_until (has_replies, self);
      drop (self);
      run_in_thread (self->gauge.thread, get_thread, &(GThread *) { NULL });
      g_assert_cmpint (g_atomic_int_get (&n_followed), ==, 0);
    }
  g_atomic_int_set (&self->ends, TRUE);
  for (guint i = 0; i < N_CLIENTS; i++)
    g_thread_join (clients[i]);
}

#define UNEXPORT_TEST(path, func) g_test_add (path, Unexport, NULL, set_up, func, tear_down)

static void
add_tests (void)
{
  UNEXPORT_TEST ("/nats/unexport/other-thread", test_other_thread);
  UNEXPORT_TEST ("/nats/unexport/unattended", test_unattended);
  UNEXPORT_TEST ("/nats/unexport/busy", test_busy);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
