/* test-deadlock-retry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that wait for each other by calls that a retry makes in their stead. */

#include "fixture.h"
#include "sleepers.h"

/* What becomes of attempts. */
static int n_attempts;          /* atomic: how many came to attempt_cb () */
static guint n_before;          /* before the first: the second goes on when so many sleep */
static gboolean answers_second; /* before the first */

/* The first attempt is refused; the second, in the alarms' thread, waits. */
static void
attempt_cb (NorpcCall *call,
            gpointer   unused)
{
  if (g_atomic_int_add (&n_attempts, 1) == 0)
    {
      norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_BUSY, "refused");
      return;
    }

  sleepers_wait (n_before);
  if (answers_second)
    norpc_call_return_values (call, 0, NULL);
}

static gboolean
always (NorpcCall    *call,
        const GError *error,
        guint         n,
        gpointer      unused)
{
  return TRUE;
}

/* Makes calls anew whatever they fail with. */
static NorpcLayer *
eager_retry_new (void)
{
  NorpcLayer *retry = g_object_new (NORPC_TYPE_RETRY, "max-attempts", 4, "delay", 0, NULL);

  norpc_retry_set_func (NORPC_RETRY (retry), always, NULL, NULL);

  return retry;
}

static NorpcLayer *
refuse_first_new (void)
{
  NorpcLayer *filter = norpc_filter_new ();

  norpc_filter_set_call_func (NORPC_FILTER (filter), attempt_cb, NULL, NULL);

  return filter;
}

/* Two services, each of which calls the other when it is told to run. */
typedef struct
{
  Fixture          parts[2];
  ProbeProbeProxy *to[2];     /* how each of them is called by the other */
  GError          *errors[2]; /* (owned) (nullable): what each got from the other */
  gboolean         first_is_last;
} Circle;

static NorpcEndpoint *
get_channel (Circle *self,
             guint   part)
{
  return NORPC_ENDPOINT (norpc_server_get_channel (self->parts[part].server));
}

/* The part is called through @stack (transfer full). */
static void
lead_to (Circle        *self,
         guint          part,
         NorpcEndpoint *stack)
{
  g_clear_object (&self->to[part]);
  self->to[part] = probe_probe_proxy_new (stack);
  g_object_unref (stack);
}

static void
run_second (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Circle *self = data;

  if (self->first_is_last)
    sleepers_be_last ();
  probe_probe_proxy_call_run_sync (self->to[1], NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

static void
noop_first (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Circle *self = data;

  if (!self->first_is_last)
    sleepers_wait (1);
  probe_probe_proxy_call_noop_sync (self->to[0], NULL, &self->errors[1]);
  norpc_call_return_values (call, 0, NULL);
}

static void
set_up (Circle        *self,
        gconstpointer  unused)
{
  sleepers_reset ();
  n_attempts = 0;
  n_before = 0;
  answers_second = FALSE;
  for (guint i = 0; i < 2; i++)
    {
      fixture_set_up (&self->parts[i], NULL);
      self->parts[i].state->run = i == 0 ? run_second : noop_first;
      self->parts[i].state->run_data = self;
      lead_to (self, i, g_object_ref (get_channel (self, i)));
    }
}

static void
tear_down (Circle        *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < 2; i++)
    {
      g_clear_object (&self->to[i]);
      g_clear_error (&self->errors[i]);
    }
  for (guint i = 0; i < 2; i++)
    fixture_tear_down (&self->parts[i], NULL);
}

/* Runs a part, and waits. */
static void
run (Circle *self,
     guint   part)
{
  guint n_done = 0;

  probe_probe_proxy_call_run (self->parts[part].proxy, NULL, count_run_cb, &n_done);
  while (n_done == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_refused (Circle *self)
{
  g_assert_no_error (self->errors[0]);
  g_assert_error (self->errors[1], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_nonnull (strstr (self->errors[1]->message,
                            "org.example.Probe.Run -> org.example.Probe.Noop"));
  g_assert_cmpuint (probe_state_get_n_handled (self->parts[0].state), ==, 1);
  g_assert_cmpuint (probe_state_get_n_handled (self->parts[1].state), ==, 1);
}

/* Which of the two are called through a retry, and who finds the circle. */
typedef struct
{
  gboolean retried[2];
  gboolean first_is_last;
} Case;

static void
test_circle (Circle        *self,
             gconstpointer  data)
{
  const Case *which = data;

  self->first_is_last = which->first_is_last;
  for (guint i = 0; i < 2; i++)
    if (which->retried[i])
      lead_to (self, i, norpc_stack_new (eager_retry_new (), get_channel (self, i), NULL));

  run (self, 0);
  assert_refused (self);
}

/* The first has the one place in a limit, behind which the second's call is held. */
static void
run_held (Circle     *self,
          NorpcLayer *before_limit)
{
  NorpcEndpoint *limited = norpc_stack_new (norpc_concurrency_limit_new (1),
                                            get_channel (self, 0), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (limited);
  guint n_done = 0;

  lead_to (self, 0, norpc_stack_new (eager_retry_new (),
                                     before_limit != NULL ? (gpointer) before_limit : limited,
                                     before_limit != NULL ? limited : NULL, NULL));
  g_object_unref (limited);
  probe_probe_proxy_call_run (proxy, NULL, count_run_cb, &n_done);
  while (n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_refused (self);
}

static void
test_held (Circle        *self,
           gconstpointer  unused)
{
  run_held (self, NULL);
}

/* It is the second attempt that is held, when both sleep. */
static void
test_held_later (Circle        *self,
                 gconstpointer  unused)
{
  n_before = 2;
  run_held (self, refuse_first_new ());
  g_assert_cmpint (g_atomic_int_get (&n_attempts), ==, 2);
}

/* It is the second attempt that closes the circle, when both sleep. */
static void
test_later (Circle        *self,
            gconstpointer  unused)
{
  n_before = 2;
  lead_to (self, 0, norpc_stack_new (eager_retry_new (), refuse_first_new (),
                                     get_channel (self, 0), NULL));
  run (self, 0);
  assert_refused (self);
  g_assert_cmpint (g_atomic_int_get (&n_attempts), ==, 2);
}

/* A retry before a retry. */
static void
test_nested (Circle        *self,
             gconstpointer  unused)
{
  n_before = 2;
  lead_to (self, 0, norpc_stack_new (eager_retry_new (), eager_retry_new (), refuse_first_new (),
                                     get_channel (self, 0), NULL));
  lead_to (self, 1, norpc_stack_new (eager_retry_new (), eager_retry_new (),
                                     get_channel (self, 1), NULL));
  run (self, 0);
  assert_refused (self);
  g_assert_cmpint (g_atomic_int_get (&n_attempts), ==, 2);
}

static void
noop_self (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_noop_sync (self->to[0], NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

/* The second attempt comes to the thread that waits: there is no third. */
static void
test_self (Circle        *self,
           gconstpointer  unused)
{
  n_before = 1;
  lead_to (self, 0, norpc_stack_new (eager_retry_new (), refuse_first_new (),
                                     get_channel (self, 0), NULL));
  self->parts[0].state->run = noop_self;
  run (self, 0);
  g_assert_error (self->errors[0], NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_cmpint (g_atomic_int_get (&n_attempts), ==, 2);
}

static void
hold_second (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Circle *self = data;

  probe_probe_proxy_call_hold_sync (self->to[1], NULL, &self->errors[0]);
  norpc_call_return_values (call, 0, NULL);
}

/* No circle: somebody else has what the first waits for. */
static void
test_kept (Circle        *self,
           gconstpointer  unused)
{
  guint n_done = 0;
  NorpcCall *held;

  self->parts[0].state->run = hold_second;
  lead_to (self, 1, norpc_stack_new (norpc_concurrency_limit_new (1), eager_retry_new (),
                                     get_channel (self, 1), NULL));
  probe_probe_proxy_call_run (self->parts[0].proxy, NULL, count_run_cb, &n_done);
  held = probe_state_take_held (self->parts[1].state);
  probe_probe_proxy_call_run (self->parts[1].proxy, NULL, count_run_cb, &n_done);
  sleepers_wait (2);
  norpc_call_return_values (held, 0, NULL);
  norpc_call_unref (held);
  while (n_done < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (self->errors[0]);
  g_assert_no_error (self->errors[1]);
}

/* No circle: what the first waits for has failed when the second looks, and it is a
 * layer that answers the next attempt.
 */
static void
test_between (Circle        *self,
              gconstpointer  unused)
{
  NorpcAlarm *alarm = sleepers_block_alarms (G_OBJECT (self->parts[0].server));
  guint n_done = 0;

  answers_second = TRUE;
  lead_to (self, 1, norpc_stack_new (norpc_concurrency_limit_new (1), eager_retry_new (),
                                     refuse_first_new (), get_channel (self, 1), NULL));
  probe_probe_proxy_call_run (self->parts[0].proxy, NULL, count_run_cb, &n_done);
  probe_probe_proxy_call_run (self->parts[1].proxy, NULL, count_run_cb, &n_done);
  while (n_done < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (self->errors[0]);
  g_assert_no_error (self->errors[1]);
  g_assert_cmpint (g_atomic_int_get (&n_attempts), ==, 2);
  norpc_alarm_free (alarm);
}

#define TEST_CIRCLE(path, func) g_test_add (path, Circle, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    Case        which;
  } cases[] = {
    { "/deadlock-retry/circle/to-first", { { TRUE, FALSE }, FALSE } },
    { "/deadlock-retry/circle/to-second", { { FALSE, TRUE }, FALSE } },
    { "/deadlock-retry/circle/both", { { TRUE, TRUE }, FALSE } },
    { "/deadlock-retry/circle-seen-late/to-first", { { TRUE, FALSE }, TRUE } },
    { "/deadlock-retry/circle-seen-late/to-second", { { FALSE, TRUE }, TRUE } },
    { "/deadlock-retry/circle-seen-late/both", { { TRUE, TRUE }, TRUE } },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Circle, &cases[i].which, set_up, test_circle, tear_down);
  TEST_CIRCLE ("/deadlock-retry/held", test_held);
  TEST_CIRCLE ("/deadlock-retry/held-later", test_held_later);
  TEST_CIRCLE ("/deadlock-retry/later", test_later);
  TEST_CIRCLE ("/deadlock-retry/nested", test_nested);
  TEST_CIRCLE ("/deadlock-retry/self", test_self);
  TEST_CIRCLE ("/deadlock-retry/kept", test_kept);
  TEST_CIRCLE ("/deadlock-retry/between", test_between);

  return g_test_run ();
}
