/* test-dispatch.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How much one dispatch does, of calls and of replies: the other sources of a context have
 * their turn after that.
 */

#include "layer-fixture.h"

#define MAX_CALLS 64
#define MAX_REPLIES 128

/* A service in a context that the test runs, one iteration at a time. */
typedef struct
{
  GMainContext    *context;
  ProbeState      *state;
  NorpcServer     *server;
  ProbeProbeProxy *normal;
  ProbeProbeProxy *urgent;
} Stepped;

/* A layer that holds all calls until the test passes them on, or it has so many. */
#define TEST_TYPE_HOLDER (test_holder_get_type ())
G_DECLARE_FINAL_TYPE (TestHolder, test_holder, TEST, HOLDER, NorpcLayer)

struct _TestHolder
{
  NorpcLayer parent_instance;
  GQueue     calls; /* of owned NorpcCall */
  guint      max;   /* or 0 */
};

G_DEFINE_FINAL_TYPE (TestHolder, test_holder, NORPC_TYPE_LAYER)

static gpointer
pass_on_all (gpointer data)
{
  TestHolder *holder = data;
  NorpcCall *call;

  while ((call = g_queue_pop_head (&holder->calls)) != NULL)
    {
      norpc_layer_pass_on (NORPC_LAYER (holder), call);
      norpc_call_unref (call);
    }

  return NULL;
}

static gboolean
test_holder_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error)
{
  TestHolder *self = TEST_HOLDER (layer);

  g_queue_push_tail (&self->calls, norpc_call_ref (call));
  if (self->calls.length == self->max)
    pass_on_all (self);

  return TRUE;
}

static void
test_holder_class_init (TestHolderClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_holder_take;
}

static void
test_holder_init (TestHolder *self)
{
}

static void
set_up (Stepped       *self,
        gconstpointer  unused)
{
  g_autoptr (GObject) service = NULL;

  self->context = g_main_context_new ();
  self->state = probe_state_new ();
  service = probe_service_new (self->state);
  self->server = norpc_server_new_in_context (service, self->context);
  self->normal = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
  self->urgent = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
  norpc_proxy_set_priority (NORPC_PROXY (self->urgent), NORPC_PRIORITY_URGENT);
}

static void
start (Stepped    *self,
       NorpcLayer *layer)
{
  g_autoptr (GError) error = NULL;

  if (layer != NULL)
    norpc_server_add_layer (self->server, layer);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Stepped       *self,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&self->normal);
  g_clear_object (&self->urgent);
  g_clear_object (&self->server);
  g_clear_pointer (&self->context, g_main_context_unref);
  probe_state_wait_finalized (self->state);
  probe_state_free (self->state);
}

/* Another source of the context, which is always ready. */
static gboolean
count_cb (gpointer n_turns)
{
  (*(guint *) n_turns)++;

  return G_SOURCE_CONTINUE;
}

/* Steps until the service has handled @n calls, which takes as many steps as it has to,
 * and no more; the other source has its turn in each.
 */
static void
assert_steps (Stepped *self,
              guint    n)
{
  g_autoptr (GSource) other = g_timeout_source_new (0);
  guint n_turns = 0, n_steps = 0, n_before;

  g_source_set_callback (other, count_cb, &n_turns, NULL);
  g_source_attach (other, self->context);

  while ((n_before = probe_state_get_n_handled (self->state)) < n)
    {
      g_main_context_iteration (self->context, FALSE);
      n_steps++;
      g_assert_cmpuint (probe_state_get_n_handled (self->state) - n_before, ==,
                        MIN (n - n_before, MAX_CALLS));
      g_assert_cmpuint (n_turns, ==, n_steps);
    }

  g_source_destroy (other);
}

static void
test_calls (Stepped       *self,
            gconstpointer  unused)
{
  start (self, NULL);
  for (guint i = 0; i < 3 * MAX_CALLS + 10; i++)
    probe_probe_proxy_call_note (self->normal, i, NULL, NULL, NULL);
  assert_steps (self, 3 * MAX_CALLS + 10);
  assert_numbers (self->state, 3 * MAX_CALLS + 10);
}

/* Urgent ones come first, and count. */
static void
test_urgent (Stepped       *self,
             gconstpointer  unused)
{
  start (self, NULL);
  for (guint i = 0; i < 100; i++)
    probe_probe_proxy_call_note (self->normal, 2 * MAX_CALLS + i, NULL, NULL, NULL);
  for (guint i = 0; i < 2 * MAX_CALLS; i++)
    probe_probe_proxy_call_note (self->urgent, i, NULL, NULL, NULL);
  assert_steps (self, 2 * MAX_CALLS + 100);
  assert_numbers (self->state, 2 * MAX_CALLS + 100);
}

static void
call_on (ProbeService *service,
         NorpcCall    *call,
         gpointer      urgent)
{
  probe_probe_proxy_call_run (urgent, NULL, NULL, NULL);
  norpc_call_return_values (call, 0, NULL);
}

/* As long as there are urgent ones, which arrive one by one, others wait in the batch. */
static void
test_urgent_for_ever (Stepped       *self,
                      gconstpointer  unused)
{
  start (self, NULL);
  self->state->run = call_on;
  self->state->run_data = self->urgent;
  probe_probe_proxy_call_run (self->normal, NULL, NULL, NULL);
  for (guint i = 0; i < 10; i++)
    probe_probe_proxy_call_note (self->normal, i, NULL, NULL, NULL);
  assert_steps (self, 3 * MAX_CALLS);
  g_assert_cmpuint (self->state->numbers->len, ==, 0);
}

/* Calls that come through layers one by one, each as the one before is answered. */
static void
test_limited (Stepped       *self,
              gconstpointer  unused)
{
  start (self, NORPC_LAYER (norpc_concurrency_limit_new (1)));
  for (guint i = 0; i < 3 * MAX_CALLS; i++)
    probe_probe_proxy_call_note (self->normal, i, NULL, NULL, NULL);
  while (probe_state_get_n_handled (self->state) < 3 * MAX_CALLS)
    {
      guint n_before = probe_state_get_n_handled (self->state);

      g_main_context_iteration (self->context, FALSE);
      g_assert_cmpuint (probe_state_get_n_handled (self->state), <=, n_before + MAX_CALLS);
    }
  assert_numbers (self->state, 3 * MAX_CALLS);
}

/* Calls that a layer passes on in another thread, or in the service's while no worker runs there. */
static void
test_service_endpoint (Stepped       *self,
                       gconstpointer  elsewhere)
{
  TestHolder *holder = g_object_new (TEST_TYPE_HOLDER, NULL);

  start (self, NORPC_LAYER (holder));
  for (guint i = 0; i < 3 * MAX_CALLS; i++)
    probe_probe_proxy_call_note (self->normal, i, NULL, NULL, NULL);
  while (holder->calls.length < 3 * MAX_CALLS)
    g_main_context_iteration (self->context, FALSE);
  g_assert_cmpuint (probe_state_get_n_handled (self->state), ==, 0);

  if (elsewhere != NULL)
    g_thread_join (g_thread_new ("elsewhere", pass_on_all, holder));
  else
    pass_on_all (holder);
  assert_steps (self, 3 * MAX_CALLS);
  assert_numbers (self->state, 3 * MAX_CALLS);
}

/* Calls that a layer passes on all at once as it takes another one. */
static void
test_at_once (Stepped       *self,
              gconstpointer  unused)
{
  TestHolder *holder = g_object_new (TEST_TYPE_HOLDER, NULL);

  holder->max = 3 * MAX_CALLS;
  start (self, NORPC_LAYER (holder));
  for (guint i = 0; i < 3 * MAX_CALLS; i++)
    probe_probe_proxy_call_note (self->normal, i, NULL, NULL, NULL);
  for (guint i = 0; i < 2; i++)
    g_main_context_iteration (self->context, FALSE);
  g_assert_cmpuint (probe_state_get_n_handled (self->state), ==, 0);

  assert_steps (self, 3 * MAX_CALLS);
  assert_numbers (self->state, 3 * MAX_CALLS);
}

/* Calls that have ended take their turn as well: each is released. */
static void
test_ended (Stepped       *self,
            gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (self->server);

  start (self, NULL);
  for (guint i = 0; i < 2 * MAX_CALLS; i++)
    probe_probe_proxy_call_noop (self->normal, NULL, NULL, NULL);
  norpc_proxy_cancel_all (NORPC_PROXY (self->normal));
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 0);
  probe_probe_proxy_call_note (self->normal, 0, NULL, NULL, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_main_context_iteration (self->context, FALSE);
      g_assert_cmpuint (probe_state_get_n_handled (self->state), ==, 0);
    }
  g_main_context_iteration (self->context, FALSE);
  g_assert_cmpuint (probe_state_get_n_handled (self->state), ==, 1);
}

static void
count_reply (NorpcReply *reply,
             gpointer    n_replies)
{
  (*(guint *) n_replies)++;
  norpc_reply_unref (reply);
}

static void
test_replies (Fixture       *fixture,
              gconstpointer  unused)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  guint n_replies = 0, n_turns = 0, other;

  for (guint i = 0; i < 2 * MAX_REPLIES + 10; i++)
    norpc_endpoint_call (channel, new_call ("Noop"), NULL, count_reply, &n_replies);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  other = g_timeout_add (0, count_cb, &n_turns);
  for (guint i = 1; i <= 3; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (n_replies, ==, MIN (i * MAX_REPLIES, 2 * MAX_REPLIES + 10));
      g_assert_cmpuint (n_turns, ==, i);
    }
  g_source_remove (other);
}

#define TEST_STEPPED(path, data, func) \
  g_test_add (path, Stepped, GUINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_STEPPED ("/dispatch/calls", 0, test_calls);
  TEST_STEPPED ("/dispatch/urgent", 0, test_urgent);
  TEST_STEPPED ("/dispatch/urgent-for-ever", 0, test_urgent_for_ever);
  TEST_STEPPED ("/dispatch/limited", 0, test_limited);
  TEST_STEPPED ("/dispatch/service-endpoint/elsewhere", 1, test_service_endpoint);
  TEST_STEPPED ("/dispatch/service-endpoint/here", 0, test_service_endpoint);
  TEST_STEPPED ("/dispatch/service-endpoint/at-once", 0, test_at_once);
  TEST_STEPPED ("/dispatch/ended", 0, test_ended);
  TEST ("/dispatch/replies", test_replies);

  return g_test_run ();
}
