/* test-deadlock-server.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that wait for each other, with layers at their servers. */

#include "fixture.h"
#include "sleepers.h"

/* A layer that holds calls of Noop until the test passes them on. */
#define HOLD_TYPE_LAYER (hold_layer_get_type ())
G_DECLARE_FINAL_TYPE (HoldLayer, hold_layer, HOLD, LAYER, NorpcLayer)

struct _HoldLayer
{
  NorpcLayer parent_instance;

  GAsyncQueue *calls; /* (owned): of owned NorpcCall */
};

G_DEFINE_FINAL_TYPE (HoldLayer, hold_layer, NORPC_TYPE_LAYER)

static gboolean
hold_layer_take (NorpcLayer  *layer,
                 NorpcCall   *call,
                 GError     **error)
{
  if (g_str_equal (norpc_call_get_method_name (call), "Noop"))
    g_async_queue_push (HOLD_LAYER (layer)->calls, norpc_call_ref (call));
  else
    norpc_layer_pass_on (layer, call);

  return TRUE;
}

static void
hold_layer_finalize (GObject *object)
{
  g_async_queue_unref (HOLD_LAYER (object)->calls);

  G_OBJECT_CLASS (hold_layer_parent_class)->finalize (object);
}

static void
hold_layer_class_init (HoldLayerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hold_layer_finalize;
  NORPC_LAYER_CLASS (klass)->take = hold_layer_take;
}

static void
hold_layer_init (HoldLayer *self)
{
  self->calls = g_async_queue_new ();
}

/* Two services. The first calls the second when it is told to run, and the second,
 * which has layers, the first.
 */
typedef struct
{
  Fixture parts[2];
  GError *errors[2]; /* (owned) (nullable): what each got from the other */
} Circle;

static void
run_second (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_run_sync (self->parts[1].proxy, NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
hold_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_hold_sync (self->parts[1].proxy, NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
noop_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_noop_sync (self->parts[1].proxy, NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
noop_first (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Circle *self = data;

  sleepers_wait (1);
  probe_probe_proxy_call_noop_sync (self->parts[0].proxy, NULL, &self->errors[1]);
  norpc_call_return_values (call, 0, NULL);
}

static void
set_up (Circle        *self,
        gconstpointer  unused)
{
  sleepers_reset ();
  fixture_set_up (&self->parts[0], NULL);
  self->parts[0].state->run = run_second;
  self->parts[0].state->run_data = self;
}

/* The second, behind @layers. */
static void
put (Circle     *self,
     NorpcLayer *first,
     NorpcLayer *second)
{
  Fixture *part = &self->parts[1];
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;

  part->state = probe_state_new ();
  part->state->run = noop_first;
  part->state->run_data = self;
  service = probe_service_new (part->state);
  part->server = norpc_server_new (service);
  norpc_server_add_layer (part->server, first);
  if (second != NULL)
    norpc_server_add_layer (part->server, second);
  part->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (part->server)));
  g_clear_object (&service);

  norpc_server_start (part->server, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Circle        *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < 2; i++)
    {
      g_clear_error (&self->errors[i]);
      fixture_tear_down (&self->parts[i], NULL);
    }
}

static void
wait_done (guint *n_done,
           guint  n)
{
  while (*n_done < n)
    g_main_context_iteration (NULL, TRUE);
}

/* The handler of the second closes the circle. */
static void
test_handler (Circle        *self,
              gconstpointer  unused)
{
  guint n_done = 0;

  put (self, norpc_filter_new (), NULL);
  probe_probe_proxy_call_run (self->parts[0].proxy, NULL, count_run_cb, &n_done);
  wait_done (&n_done, 1);
  g_assert_no_error (self->errors[0]);
  g_assert_error (self->errors[1], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

/* The call that the first service waits for is held by a layer before the second service,
 * which then waits for the first.
 */
static void
test_held (Circle        *self,
           gconstpointer  unused)
{
  NorpcLayer *layer = g_object_new (HOLD_TYPE_LAYER, NULL);
  guint n_done = 0;
  NorpcCall *held;

  put (self, layer, NULL);
  self->parts[0].state->run = noop_second;
  probe_probe_proxy_call_run (self->parts[0].proxy, NULL, count_run_cb, &n_done);
  held = g_async_queue_pop (HOLD_LAYER (layer)->calls);
  probe_probe_proxy_call_run (self->parts[1].proxy, NULL, count_run_cb, &n_done);
  wait_done (&n_done, 1);
  g_assert_error (self->errors[1], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  norpc_layer_pass_on (layer, held);
  norpc_call_unref (held);
  wait_done (&n_done, 2);
  g_assert_no_error (self->errors[0]);
}

/* No circle: somebody has what the first waits for. It came to the service by the queue
 * of the gate, or is one in the stead of what the backlog knows.
 */
static void
test_kept (Circle        *self,
           gconstpointer  data)
{
  guint n_done = 0;
  NorpcCall *held;

  put (self, data != NULL ? norpc_retry_new (3) : norpc_rate_limit_new (1, 20), NULL);
  self->parts[0].state->run = hold_second;
  if (data == NULL)
    g_assert_true (probe_probe_proxy_call_noop_sync (self->parts[1].proxy, NULL, NULL));
  sleepers_reset ();

  probe_probe_proxy_call_run (self->parts[0].proxy, NULL, count_run_cb, &n_done);
  held = probe_state_take_held (self->parts[1].state);
  probe_probe_proxy_call_run (self->parts[1].proxy, NULL, count_run_cb, &n_done);
  sleepers_wait (2);
  norpc_call_return_values (held, 0, NULL);
  norpc_call_unref (held);
  wait_done (&n_done, 2);
  g_assert_no_error (self->errors[0]);
  g_assert_no_error (self->errors[1]);
}

#define TEST_CIRCLE(path, data, func) \
  g_test_add (path, Circle, data, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST_CIRCLE ("/deadlock-server/handler", NULL, test_handler);
  TEST_CIRCLE ("/deadlock-server/held", NULL, test_held);
  TEST_CIRCLE ("/deadlock-server/kept/rate-limit", NULL, test_kept);
  TEST_CIRCLE ("/deadlock-server/kept/retry", "retry", test_kept);

  return g_test_run ();
}
