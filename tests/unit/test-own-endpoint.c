/* test-own-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Endpoints of an author's, which borrow calls and probes, and what layers make of them. */

#include "layer-fixture.h"

typedef enum
{
  DO_PASS_ON,
  DO_ANSWER,
  DO_KEEP,
  DO_FORGET,
  DO_FAIL,
  DO_FAIL_SILENTLY,
  DO_FAIL_CONFUSED, /* TRUE, and an error */
} Deed;

#define TEST_TYPE_ENDPOINT (test_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (TestEndpoint, test_endpoint, TEST, ENDPOINT, GObject)

struct _TestEndpoint
{
  GObject        parent_instance;
  Deed           deed;
  NorpcEndpoint *next;    /* (unowned) (nullable) */
  GAsyncQueue   *calls;   /* (owned): of owned NorpcCall, that were kept */
  GAsyncQueue   *probes;  /* (owned): of owned NorpcCall */
  gboolean       forgets_probes;
  int            n_calls; /* atomic */
  int            closed;  /* atomic */
  int            busy;    /* atomic */
};

static gboolean
test_endpoint_take_call (NorpcEndpoint  *endpoint,
                         NorpcCall      *call,
                         GError        **error)
{
  TestEndpoint *self = TEST_ENDPOINT (endpoint);

  g_atomic_int_inc (&self->n_calls);
  switch (self->deed)
    {
    case DO_PASS_ON:
      norpc_endpoint_send (self->next, norpc_call_ref (call));
      return TRUE;

    case DO_ANSWER:
      norpc_call_return_values (call, 0, NULL);
      return TRUE;

    case DO_KEEP:
      g_async_queue_push (self->calls, norpc_call_ref (call));
      return TRUE;

    case DO_FAIL:
    case DO_FAIL_CONFUSED:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
      return self->deed == DO_FAIL_CONFUSED;

    case DO_FAIL_SILENTLY:
      return FALSE;

    case DO_FORGET:
    default:
      return TRUE;
    }
}

static gboolean
test_endpoint_is_ready (NorpcEndpoint *endpoint)
{
  return !g_atomic_int_get (&TEST_ENDPOINT (endpoint)->busy);
}

static void
test_endpoint_await_ready (NorpcEndpoint *endpoint,
                           NorpcCall     *probe)
{
  TestEndpoint *self = TEST_ENDPOINT (endpoint);

  if (!self->forgets_probes)
    g_async_queue_push (self->probes, norpc_call_ref (probe));
}

static gboolean
test_endpoint_is_closed (NorpcEndpoint *endpoint)
{
  return g_atomic_int_get (&TEST_ENDPOINT (endpoint)->closed);
}

static void
test_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->take_call = test_endpoint_take_call;
  iface->is_ready = test_endpoint_is_ready;
  iface->await_ready = test_endpoint_await_ready;
  iface->is_closed = test_endpoint_is_closed;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestEndpoint, test_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, test_endpoint_iface_init))

static void
test_endpoint_finalize (GObject *object)
{
  TestEndpoint *self = TEST_ENDPOINT (object);

  g_async_queue_unref (self->calls);
  g_async_queue_unref (self->probes);

  G_OBJECT_CLASS (test_endpoint_parent_class)->finalize (object);
}

static void
test_endpoint_class_init (TestEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_endpoint_finalize;
}

static void
test_endpoint_init (TestEndpoint *self)
{
  self->calls = g_async_queue_new_full ((GDestroyNotify) norpc_call_unref);
  self->probes = g_async_queue_new_full ((GDestroyNotify) norpc_call_unref);
}

static TestEndpoint *
endpoint_new (Deed deed)
{
  TestEndpoint *self = g_object_new (TEST_TYPE_ENDPOINT, NULL);

  self->deed = deed;

  return self;
}

/* An endpoint that does nothing. */
#define TEST_TYPE_NOTHING (test_nothing_get_type ())
G_DECLARE_FINAL_TYPE (TestNothing, test_nothing, TEST, NOTHING, GObject)

struct _TestNothing
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (TestNothing, test_nothing, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, NULL))

static void
test_nothing_class_init (TestNothingClass *klass)
{
}

static void
test_nothing_init (TestNothing *self)
{
}

/* How a call to @endpoint ends. Returns an owned error, or NULL. */
static GError *
call_noop (gpointer endpoint)
{
  Outcome outcome = { 0 };

  norpc_endpoint_call (endpoint, new_call ("Noop"), NULL, reply_cb, &outcome);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);

  return outcome.error;
}

static void
assert_ends (Deed   deed,
             GQuark domain,
             int    code)
{
  g_autoptr (TestEndpoint) endpoint = endpoint_new (deed);
  g_autoptr (GError) error = call_noop (endpoint);

  g_assert_error (error, domain, code);
}

static void
test_deeds (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (TestEndpoint) passing = endpoint_new (DO_PASS_ON);
  g_autoptr (TestEndpoint) answering = endpoint_new (DO_ANSWER);
  g_autoptr (TestEndpoint) keeping = endpoint_new (DO_KEEP);
  g_autoptr (TestNothing) nothing = g_object_new (TEST_TYPE_NOTHING, NULL);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  passing->next = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_assert_no_error (call_noop (passing));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  g_assert_no_error (call_noop (answering));

  norpc_endpoint_call (NORPC_ENDPOINT (keeping), new_call ("Noop"), NULL, reply_cb, &outcome);
  answer (g_async_queue_pop (keeping->calls));
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);

  assert_ends (DO_FORGET, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  assert_ends (DO_FAIL, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_ends (DO_FAIL_CONFUSED, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_ends (DO_FAIL_SILENTLY, NORPC_ERROR, NORPC_ERROR_FAILED);
  error = call_noop (nothing);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_true (norpc_endpoint_is_ready (NORPC_ENDPOINT (nothing)));
  g_assert_false (norpc_endpoint_is_closed (NORPC_ENDPOINT (nothing)));
}

/* A balance passes over those that are closed, and a load shed has them say so. */
static void
test_closed (void)
{
  g_autoptr (NorpcLayer) balance = g_object_ref_sink (norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN));
  g_autoptr (TestEndpoint) closed = endpoint_new (DO_FAIL);
  g_autoptr (TestEndpoint) open = endpoint_new (DO_ANSWER);
  g_autoptr (NorpcEndpoint) shed = norpc_stack_new (norpc_load_shed_new (), closed, NULL);
  g_autoptr (GError) error = NULL;

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (closed));
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (open));
  closed->closed = closed->busy = TRUE;
  for (guint i = 0; i < 10; i++)
    g_assert_no_error (call_noop (balance));
  g_assert_cmpint (open->n_calls, ==, 10);
  g_assert_false (norpc_endpoint_is_closed (NORPC_ENDPOINT (balance)));
  open->closed = TRUE;
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (balance)));

  error = call_noop (shed);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  closed->closed = FALSE;
  g_clear_error (&error);
  error = call_noop (shed);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_cmpint (closed->n_calls, ==, 1);
}

/* A probe that is forgotten: a client is told, and a buffer passes a call on to find out. */
static void
test_forgotten_probe (void)
{
  g_autoptr (TestEndpoint) endpoint = endpoint_new (DO_FAIL);
  g_autoptr (NorpcEndpoint) buffer = norpc_stack_new (norpc_buffer_new (5), endpoint, NULL);
  g_autoptr (GError) error = NULL;
  Outcome ready = { 0 };

  endpoint->busy = endpoint->forgets_probes = TRUE;
  norpc_endpoint_ready_async (NORPC_ENDPOINT (endpoint), NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_error (ready.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  outcome_clear (&ready);

  error = call_noop (buffer);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpint (endpoint->n_calls, ==, 1);
}

/* A balance of two, that a client waits for. */
typedef struct
{
  NorpcLayer   *balance;
  TestEndpoint *first, *second;
  Outcome       ready;
} Pair;

static void
pair_set_up (Pair          *self,
             gconstpointer  unused)
{
  self->balance = g_object_ref_sink (norpc_balance_new (NORPC_BALANCE_LEAST_PENDING));
  self->first = endpoint_new (DO_ANSWER);
  self->second = endpoint_new (DO_ANSWER);
  self->first->busy = self->second->busy = TRUE;
  norpc_balance_add_endpoint (NORPC_BALANCE (self->balance), NORPC_ENDPOINT (self->first));
}

static void
pair_tear_down (Pair          *self,
                gconstpointer  unused)
{
  outcome_clear (&self->ready);
  g_object_unref (self->balance);
  g_object_unref (self->first);
  g_object_unref (self->second);
}

static void
pair_add_second (Pair *self)
{
  norpc_balance_add_endpoint (NORPC_BALANCE (self->balance), NORPC_ENDPOINT (self->second));
}

static void
pair_wait (Pair *self)
{
  norpc_endpoint_ready_async (NORPC_ENDPOINT (self->balance), NULL, ready_cb, &self->ready);
}

/* @endpoint was asked once more, and says that it is closed. */
static void
say_closed (TestEndpoint *endpoint)
{
  g_autoptr (NorpcCall) probe = g_async_queue_pop (endpoint->probes);

  norpc_call_return_error_literal (probe, NORPC_ERROR, NORPC_ERROR_CLOSED, "closed");
}

static void
assert_not_told (Pair *self)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->ready.n, ==, 0);
}

/* Any of them answers, and the other one need not. */
static void
test_any (Pair          *self,
          gconstpointer  unused)
{
  g_autoptr (NorpcCall) other = NULL;

  pair_add_second (self);
  pair_wait (self);
  assert_not_told (self);
  answer (g_async_queue_pop (self->second->probes));
  outcome_wait (&self->ready);
  g_assert_no_error (self->ready.error);
  other = g_async_queue_pop (self->first->probes);
  g_assert_true (norpc_call_is_cancelled (other));
}

/* One that is closed is not all. */
static void
test_one_closed (Pair          *self,
                 gconstpointer  unused)
{
  pair_add_second (self);
  pair_wait (self);
  say_closed (self->first);
  assert_not_told (self);
  answer (g_async_queue_pop (self->second->probes));
  outcome_wait (&self->ready);
  g_assert_no_error (self->ready.error);
}

static void
test_all_closed (Pair          *self,
                 gconstpointer  unused)
{
  pair_add_second (self);
  pair_wait (self);
  say_closed (self->second);
  assert_not_told (self);
  say_closed (self->first);
  outcome_wait (&self->ready);
  g_assert_error (self->ready.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* One that is added meanwhile is asked, too. */
static void
test_added (Pair          *self,
            gconstpointer  unused)
{
  pair_wait (self);
  assert_not_told (self);
  pair_add_second (self);
  say_closed (self->first);
  assert_not_told (self);
  answer (g_async_queue_pop (self->second->probes));
  outcome_wait (&self->ready);
  g_assert_no_error (self->ready.error);
}

/* A buffer before it goes on as soon as any of them is ready. */
static void
test_buffer (Pair          *self,
             gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_buffer_new (5), self->balance, NULL);
  g_autoptr (NorpcCall) probe = NULL;
  Outcome outcome = { 0 };

  pair_add_second (self);
  norpc_endpoint_call (stack, new_call ("Noop"), NULL, reply_cb, &outcome);
  probe = g_async_queue_pop (self->first->probes);
  g_atomic_int_set (&self->second->busy, FALSE);
  answer (g_async_queue_pop (self->second->probes));
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (self->first->n_calls, ==, 0);
  g_assert_cmpint (self->second->n_calls, ==, 1);
}

#define TEST_PAIR(path, func) \
  g_test_add (path, Pair, NULL, pair_set_up, func, pair_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/own-endpoint/deeds", test_deeds);
  g_test_add_func ("/own-endpoint/closed", test_closed);
  g_test_add_func ("/own-endpoint/forgotten-probe", test_forgotten_probe);
  TEST_PAIR ("/own-endpoint/balance/any", test_any);
  TEST_PAIR ("/own-endpoint/balance/one-closed", test_one_closed);
  TEST_PAIR ("/own-endpoint/balance/all-closed", test_all_closed);
  TEST_PAIR ("/own-endpoint/balance/added", test_added);
  TEST_PAIR ("/own-endpoint/balance/buffer", test_buffer);

  return g_test_run ();
}
