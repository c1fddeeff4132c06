/* test-layer-balance.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

/* Where calls end: it keeps them. */
#define SINK_TYPE_LAYER (sink_layer_get_type ())
G_DECLARE_FINAL_TYPE (SinkLayer, sink_layer, SINK, LAYER, NorpcLayer)

struct _SinkLayer
{
  NorpcLayer parent_instance;

  GPtrArray *calls; /* (owned): of owned NorpcCall */
  gboolean   busy;
  guint      n_probes;
};

G_DEFINE_FINAL_TYPE (SinkLayer, sink_layer, NORPC_TYPE_LAYER)

static gboolean
sink_layer_take (NorpcLayer  *layer,
                 NorpcCall   *call,
                 GError     **error)
{
  g_ptr_array_add (SINK_LAYER (layer)->calls, norpc_call_ref (call));

  return TRUE;
}

static gboolean
sink_layer_has_capacity (NorpcLayer *layer)
{
  return !SINK_LAYER (layer)->busy;
}

static void
sink_layer_await_capacity (NorpcLayer *layer,
                           NorpcCall  *probe)
{
  SINK_LAYER (layer)->n_probes++;
  norpc_call_return_values (probe, 0, NULL);
}

static void
sink_layer_finalize (GObject *object)
{
  g_ptr_array_unref (SINK_LAYER (object)->calls);

  G_OBJECT_CLASS (sink_layer_parent_class)->finalize (object);
}

static void
sink_layer_class_init (SinkLayerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sink_layer_finalize;
  NORPC_LAYER_CLASS (klass)->take = sink_layer_take;
  NORPC_LAYER_CLASS (klass)->has_capacity = sink_layer_has_capacity;
  NORPC_LAYER_CLASS (klass)->await_capacity = sink_layer_await_capacity;
}

static void
sink_layer_init (SinkLayer *self)
{
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
}

#define N_SINKS 3

typedef struct
{
  NorpcEndpoint   *balance;
  SinkLayer       *sinks[N_SINKS];
  ProbeProbeProxy *proxy;
} Spread;

static void
set_up (Spread        *self,
        gconstpointer  policy)
{
  self->balance = g_object_ref_sink (NORPC_ENDPOINT (norpc_balance_new ((NorpcBalancePolicy) GPOINTER_TO_UINT (policy))));
  for (guint i = 0; i < N_SINKS; i++)
    {
      self->sinks[i] = g_object_new (SINK_TYPE_LAYER, NULL);
      norpc_balance_add_endpoint (NORPC_BALANCE (self->balance), NORPC_ENDPOINT (self->sinks[i]));
    }
  self->proxy = probe_probe_proxy_new (self->balance);
}

static void
tear_down (Spread        *self,
           gconstpointer  policy)
{
  g_object_unref (self->proxy);
  release_and_wait (self->balance);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
call_often (Spread *self,
            guint   n)
{
  for (guint i = 0; i < n; i++)
    probe_probe_proxy_call_note (self->proxy, i, NULL, NULL, NULL);
}

static void
test_round_robin (Spread        *self,
                  gconstpointer  policy)
{
  g_assert_cmpint (norpc_balance_get_policy (NORPC_BALANCE (self->balance)), ==, NORPC_BALANCE_ROUND_ROBIN);
  g_assert_cmpuint (norpc_balance_get_n_endpoints (NORPC_BALANCE (self->balance)), ==, N_SINKS);
  call_often (self, 30);
  for (guint i = 0; i < N_SINKS; i++)
    g_assert_cmpuint (self->sinks[i]->calls->len, ==, 10);
}

static void
test_least_pending (Spread        *self,
                    gconstpointer  policy)
{
  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (self->balance), NORPC_ENDPOINT (self->sinks[2])));
  call_often (self, 100);
  g_assert_cmpuint (self->sinks[0]->calls->len, ==, 50);
  g_assert_cmpuint (self->sinks[1]->calls->len, ==, 50);

  /* A call that has ended does not count, even if it still exists. */
  norpc_proxy_cancel_all (NORPC_PROXY (self->proxy));
  g_ptr_array_set_size (self->sinks[1]->calls, 0);
  call_often (self, 100);
  g_assert_cmpuint (self->sinks[0]->calls->len, ==, 100);
  g_assert_cmpuint (self->sinks[1]->calls->len, ==, 50);

  /* One answers, the other does not: it gets all until it has as much to do. */
  g_ptr_array_set_size (self->sinks[1]->calls, 0);
  call_often (self, 50);
  g_assert_cmpuint (self->sinks[0]->calls->len, ==, 100);
  g_assert_cmpuint (self->sinks[1]->calls->len, ==, 50);
}

/* Of three, two by chance: none has far more to do than another. */
static void
test_two_of_three (Spread        *self,
                   gconstpointer  policy)
{
  call_often (self, 300);
  for (guint i = 0; i < N_SINKS; i++)
    {
      g_assert_cmpuint (self->sinks[i]->calls->len, >, 80);
      g_assert_cmpuint (self->sinks[i]->calls->len, <, 120);
    }
}

static void
test_busy (Spread        *self,
           gconstpointer  policy)
{
  self->sinks[0]->busy = self->sinks[2]->busy = TRUE;
  g_assert_true (norpc_endpoint_is_ready (self->balance));
  call_often (self, 100);
  g_assert_cmpuint (self->sinks[1]->calls->len, >, 40);
  self->sinks[1]->busy = TRUE;
  g_assert_false (norpc_endpoint_is_ready (self->balance));
}

static void
test_await (Spread        *self,
            gconstpointer  policy)
{
  Outcome ready = { 0 };

  norpc_endpoint_ready_async (self->balance, NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_true (ready.ok);
  for (guint i = 0; i < N_SINKS; i++)
    g_assert_cmpuint (self->sinks[i]->n_probes, ==, i == 0 ? 1 : 0);
}

static guint
get_number (NorpcCall *call)
{
  return g_value_get_uint (&norpc_call_get_args (call, NULL)[0]);
}

/* Where each key went: the sink's index by key. */
static void
get_homes (Spread *self,
           guint  *homes,
           guint   n)
{
  for (guint i = 0; i < n; i++)
    homes[i] = G_MAXUINT;
  for (guint i = 0; i < N_SINKS; i++)
    {
      for (guint j = 0; j < self->sinks[i]->calls->len; j++)
        {
          guint number = get_number (self->sinks[i]->calls->pdata[j]);

          g_assert_true (homes[number] == G_MAXUINT || homes[number] == i);
          homes[number] = i;
        }
      g_ptr_array_set_size (self->sinks[i]->calls, 0);
    }
}

static void
test_by_key (Spread        *self,
             gconstpointer  policy)
{
  guint before[300], after[300], n[N_SINKS] = { 0 };

  call_often (self, 300);
  call_often (self, 300);
  get_homes (self, before, 300);
  for (guint i = 0; i < 300; i++)
    n[before[i]]++;
  for (guint i = 0; i < N_SINKS; i++)
    g_assert_cmpuint (n[i], >, 60);

  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (self->balance), NORPC_ENDPOINT (self->sinks[1])));
  g_assert_false (norpc_balance_remove_endpoint (NORPC_BALANCE (self->balance), self->balance));
  self->sinks[1] = g_object_ref_sink (g_object_new (SINK_TYPE_LAYER, NULL));
  call_often (self, 300);
  get_homes (self, after, 300);
  for (guint i = 0; i < 300; i++)
    g_assert_true (before[i] == 1 ? after[i] != 1 : after[i] == before[i]);
  g_clear_object (&self->sinks[1]);
}

static gboolean
get_parity (NorpcCall  *call,
            guint      *key,
            gpointer    unused,
            GError    **error)
{
  *key = get_number (call) % 2;

  return TRUE;
}

static void
test_key_func (Spread        *self,
               gconstpointer  policy)
{
  guint homes[300];

  norpc_balance_set_key_func (NORPC_BALANCE (self->balance), get_parity, NULL, NULL);
  call_often (self, 300);
  get_homes (self, homes, 300);
  for (guint i = 2; i < 300; i++)
    g_assert_cmpuint (homes[i], ==, homes[i - 2]);
}

/* Any argument is a key. */
static void
test_first_args (Spread        *self,
                 gconstpointer  policy)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new ("a key", 5);

      probe_probe_proxy_call_echo (self->proxy, bytes, NULL, NULL, NULL);
      probe_probe_proxy_call_noop (self->proxy, NULL, NULL, NULL);
    }
  for (guint i = 0; i < N_SINKS; i++)
    g_assert_cmpuint (self->sinks[i]->calls->len % 20, ==, 0);
}

static void
test_none (void)
{
  g_autoptr (NorpcEndpoint) balance = g_object_ref_sink (NORPC_ENDPOINT (norpc_balance_new (NORPC_BALANCE_LEAST_PENDING)));
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (balance);
  g_autoptr (GError) error = NULL;
  Outcome ready = { 0 };

  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "a balance without endpoints"));
  norpc_endpoint_ready_async (balance, NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_error (ready.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (ready.error->message, "a balance without endpoints"));
  outcome_clear (&ready);
  g_assert_false (norpc_endpoint_is_ready (balance));
  g_assert_true (norpc_endpoint_is_closed (balance));
}

/* A call that would fail does not wait, so it is not shed. */
static void
test_none_behind_shed (void)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_LEAST_PENDING);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_load_shed_new (), balance, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* Servers that stop, whatever the policy. */
static void
test_closed (Layered       *fixture,
             gconstpointer  unused)
{
  for (guint policy = 0; policy < 3; policy++)
    {
      NorpcLayer *balance = norpc_balance_new ((NorpcBalancePolicy) policy);
      g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (10), balance, NULL);
      g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
      g_autoptr (GError) error = NULL;

      norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
      g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (norpc_server_get_channel (fixture->other_server)));
      for (guint i = 0; i < 20; i++)
        g_assert_true (probe_probe_proxy_call_note_sync (proxy, i, NULL, NULL));
      g_assert_true (norpc_endpoint_is_ready (stack));
    }
}

typedef struct
{
  Layered         *fixture;
  NorpcBalance    *balance;
  ProbeProbeProxy *proxy;
  int              done; /* atomic */
} Changing;

static gpointer
change_often (gpointer data)
{
  Changing *changing = data;
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (norpc_server_get_channel (changing->fixture->server));

  while (!g_atomic_int_get (&changing->done))
    {
      norpc_balance_add_endpoint (changing->balance, endpoint);
      g_assert_true (norpc_balance_remove_endpoint (changing->balance, endpoint));
    }

  return NULL;
}

/* Endpoints come and go while calls do. */
static void
test_changing (Layered       *fixture,
               gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) balance = g_object_ref_sink (NORPC_ENDPOINT (norpc_balance_new (NORPC_BALANCE_LEAST_PENDING)));
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (balance);
  Changing changing = { fixture, NORPC_BALANCE (balance), proxy, FALSE };
  GThread *thread;

  layered_start (fixture, SIDE_CLIENT, norpc_load_shed_new (), NULL);
  norpc_balance_add_endpoint (changing.balance, NORPC_ENDPOINT (norpc_server_get_channel (fixture->other_server)));
  thread = g_thread_new ("changes", change_often, &changing);
  for (guint i = 0; i < 500; i++)
    g_assert_true (probe_probe_proxy_call_note_sync (proxy, i, NULL, NULL));
  g_atomic_int_set (&changing.done, TRUE);
  g_thread_join (thread);
}

#define TEST_SPREAD(path, policy, func) \
  g_test_add (path, Spread, GUINT_TO_POINTER (policy), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_SPREAD ("/layer-balance/round-robin", NORPC_BALANCE_ROUND_ROBIN, test_round_robin);
  TEST_SPREAD ("/layer-balance/least-pending", NORPC_BALANCE_LEAST_PENDING, test_least_pending);
  TEST_SPREAD ("/layer-balance/two-of-three", NORPC_BALANCE_LEAST_PENDING, test_two_of_three);
  TEST_SPREAD ("/layer-balance/busy", NORPC_BALANCE_LEAST_PENDING, test_busy);
  TEST_SPREAD ("/layer-balance/await", NORPC_BALANCE_LEAST_PENDING, test_await);
  TEST_SPREAD ("/layer-balance/by-key", NORPC_BALANCE_BY_KEY, test_by_key);
  TEST_SPREAD ("/layer-balance/key-func", NORPC_BALANCE_BY_KEY, test_key_func);
  TEST_SPREAD ("/layer-balance/first-args", NORPC_BALANCE_BY_KEY, test_first_args);
  g_test_add_func ("/layer-balance/none", test_none);
  g_test_add_func ("/layer-balance/none-behind-shed", test_none_behind_shed);
  g_test_add ("/layer-balance/closed", Layered, NULL, layered_set_up, test_closed, layered_tear_down);
  TEST_LAYER ("/layer-balance/changing", SIDE_CLIENT, test_changing);

  return g_test_run ();
}
