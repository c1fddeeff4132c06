/* test-deadlock-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that wait for each other, by calls that another thread brings to them. */

#include "fixture.h"

/* A layer that passes each call on in a thread of its own, after a while. */
#define LATE_TYPE_LAYER (late_layer_get_type ())
G_DECLARE_FINAL_TYPE (LateLayer, late_layer, LATE, LAYER, NorpcLayer)

struct _LateLayer
{
  NorpcLayer parent_instance;

  GThread *thread; /* (owned) (nullable): the last; one call at a time */
  gulong   delay;
};

G_DEFINE_FINAL_TYPE (LateLayer, late_layer, NORPC_TYPE_LAYER)

typedef struct
{
  LateLayer *layer;
  NorpcCall *call;
} Passage;

static gpointer
pass_on_thread (gpointer data)
{
  g_autofree Passage *passage = data;

  g_usleep (passage->layer->delay);
  norpc_layer_pass_on (NORPC_LAYER (passage->layer), passage->call);
  norpc_call_unref (passage->call);

  return NULL;
}

static void
join (LateLayer *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

static gboolean
late_layer_take (NorpcLayer  *layer,
                 NorpcCall   *call,
                 GError     **error)
{
  LateLayer *self = LATE_LAYER (layer);
  Passage *passage = g_new (Passage, 1);

  *passage = (Passage) { self, norpc_call_ref (call) };
  join (self);
  self->thread = g_thread_new ("late", pass_on_thread, passage);

  return TRUE;
}

static void
late_layer_dispose (GObject *object)
{
  join (LATE_LAYER (object));

  G_OBJECT_CLASS (late_layer_parent_class)->dispose (object);
}

static void
late_layer_class_init (LateLayerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = late_layer_dispose;
  NORPC_LAYER_CLASS (klass)->take = late_layer_take;
}

static void
late_layer_init (LateLayer *self)
{
}

typedef struct
{
  Fixture          fixture;
  LateLayer       *layer; /* before the service */
  ProbeProbeProxy *late;  /* passes the layer */
  ProbeProbeProxy *next;  /* what the service calls */
  GError          *error; /* (owned): how that ended */
} Late;

static void
late_set_up (Late          *self,
             gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) endpoint = NULL;

  fixture_set_up (&self->fixture, NULL);
  self->layer = g_object_ref_sink (g_object_new (LATE_TYPE_LAYER, NULL));
  endpoint = norpc_stack_new (self->layer, norpc_server_get_channel (self->fixture.server), NULL);
  g_assert_true (endpoint == NORPC_ENDPOINT (self->layer));
  self->late = probe_probe_proxy_new (endpoint);
}

static void
late_tear_down (Late          *self,
                gconstpointer  unused)
{
  g_clear_object (&self->late);
  release_and_wait (self->layer);
  g_clear_error (&self->error);
  fixture_tear_down (&self->fixture, NULL);
}

static void
call_noop (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Late *self = data;

  probe_probe_proxy_call_noop_sync (self->next, NULL, &self->error);
  norpc_call_return_values (call, 0, NULL);
}

static void
call_run (ProbeService *service,
          NorpcCall    *call,
          gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (probe_probe_proxy_call_run_sync (data, NULL, &error));
  norpc_call_return_values (call, 0, NULL);
}

/* The service calls itself. */
static void
test_self (Late          *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;

      self->next = self->late;
      self->layer->delay = i * 10;
      self->fixture.state->run = call_noop;
      self->fixture.state->run_data = self;
      g_assert_true (probe_probe_proxy_call_run_sync (self->fixture.proxy, NULL, &error));
      g_assert_error (self->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
      g_clear_error (&self->error);
    }
}

/* It calls another, which calls it. */
static void
test_circle (Late          *self,
             gconstpointer  unused)
{
  Fixture other = { 0 };

  fixture_set_up (&other, NULL);
  other.state->run = call_noop;
  other.state->run_data = self;
  self->next = self->late;
  self->fixture.state->run = call_run;
  self->fixture.state->run_data = other.proxy;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;

      self->layer->delay = i * 10;
      g_assert_true (probe_probe_proxy_call_run_sync (self->fixture.proxy, NULL, &error));
      g_assert_error (self->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
      g_assert_nonnull (strstr (self->error->message,
                                "org.example.Probe.Run -> org.example.Probe.Noop"));
      g_clear_error (&self->error);
    }

  fixture_tear_down (&other, NULL);
}

/* No circle: it is just late. */
static void
test_late (Late          *self,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  self->layer->delay = 1000;
  g_assert_true (probe_probe_proxy_call_noop_sync (self->late, NULL, &error));
  g_assert_no_error (error);
}

/* A layer holds the call back: it would come to the thread that waits for it. */
static void
test_held_self (Late          *self,
                gconstpointer  unused)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (service, NULL);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (1),
                                                     norpc_server_get_channel (server), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_clear_object (&service);
  g_main_context_acquire (NULL);
  g_assert_true (norpc_server_start (server, NULL, &error));
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcome);
  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_main_context_release (NULL);

  g_clear_error (&error);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* The first has the one slot of the limit, and calls the second, which calls the
 * first through the same limit.
 */
static void
test_held_circle (Late          *self,
                  gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_concurrency_limit_new (1),
                     norpc_server_get_channel (self->fixture.server), NULL);
  g_autoptr (ProbeProbeProxy) limited = probe_probe_proxy_new (stack);
  Fixture other = { 0 };

  fixture_set_up (&other, NULL);
  other.state->run = call_noop;
  other.state->run_data = self;
  self->next = limited;
  self->fixture.state->run = call_run;
  self->fixture.state->run_data = other.proxy;

  for (guint i = 0; i < 20; i++)
    {
      guint n_done = 0;

      probe_probe_proxy_call_run (limited, NULL, count_run_cb, &n_done);
      while (n_done == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_error (self->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
      g_clear_error (&self->error);
    }

  fixture_tear_down (&other, NULL);
}

/* The same with a retry on the way: the attempt is what is handled. */
static void
test_retried_circle (Late          *self,
                     gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (ProbeProbeProxy) retried = NULL;
  Fixture other = { 0 };

  fixture_set_up (&other, NULL);
  stack = norpc_stack_new (norpc_retry_new (2), norpc_retry_new (2),
                           norpc_server_get_channel (other.server), NULL);
  retried = probe_probe_proxy_new (stack);
  other.state->run = call_noop;
  other.state->run_data = self;
  self->next = self->fixture.proxy;
  self->fixture.state->run = call_run;
  self->fixture.state->run_data = retried;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (probe_probe_proxy_call_run_sync (self->fixture.proxy, NULL, &error));
      g_assert_error (self->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
      g_assert_nonnull (strstr (self->error->message,
                                "org.example.Probe.Run -> org.example.Probe.Noop"));
      g_clear_error (&self->error);
    }

  fixture_tear_down (&other, NULL);
}

static gpointer
answer_thread (gpointer data)
{
  Late *self = data;
  g_autoptr (NorpcCall) held = probe_state_take_held (self->fixture.state);

  norpc_call_return_values (held, 0, NULL);

  return NULL;
}

/* It is held back, and no circle: it just waits. */
static void
test_held (Late          *self,
           gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_concurrency_limit_new (1),
                     norpc_server_get_channel (self->fixture.server), NULL);
  g_autoptr (ProbeProbeProxy) limited = probe_probe_proxy_new (stack);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };
  GThread *thread;

  probe_probe_proxy_call_hold (limited, NULL, hold_cb, &outcome);
  thread = g_thread_new ("answer", answer_thread, self);
  g_assert_true (probe_probe_proxy_call_noop_sync (limited, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

#define TEST_LATE(path, func) \
  g_test_add (path, Late, NULL, late_set_up, func, late_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST_LATE ("/deadlock-layers/self", test_self);
  TEST_LATE ("/deadlock-layers/circle", test_circle);
  TEST_LATE ("/deadlock-layers/late", test_late);
  TEST_LATE ("/deadlock-layers/held-self", test_held_self);
  TEST_LATE ("/deadlock-layers/held-circle", test_held_circle);
  TEST_LATE ("/deadlock-layers/retried-circle", test_retried_circle);
  TEST_LATE ("/deadlock-layers/held", test_held);

  return g_test_run ();
}
