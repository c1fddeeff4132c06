/* test-nats-delivery.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The thread of libnats that delivers the messages of all connections sends nothing, as a connection that takes no data
 * would stop the others. The thread of the link does, which is blocked here.
 */

#include <string.h>

#include "link-tools.h"
#include "norpc-nats-connection-private.h"
#include "norpc-nats-subscription-private.h"
#include "raw-client.h"

#define ANSWERS "answers"
#define MAX_ANSWERS 10000
#define LARGE 900000
#define N_LARGE 60

/* Seconds that a test waits. */
#define TIME_LIMIT 100

typedef struct
{
  Fixture                fixture; /* must be first */
  RawClient              raw;
  NorpcNatsLink         *link;    /* (unowned): of the export */
  NorpcNatsSubscription *marks;   /* (owned) */
  natsSubscription      *answers; /* (owned) */
  const char            *description; /* (nullable): of the service */
  LinkGate               gate;

  int n_marks; /* atomic */
  int n_done;  /* atomic */
} Delivery;

static void
mark_cb (natsMsg  *message,
         gpointer  data)
{
  natsMsg_Destroy (message);
  g_atomic_int_inc (&((Delivery *) data)->n_marks);
}

/* Runs in the thread of the link. */
static void
done_job (gpointer data)
{
  g_atomic_int_inc (&((Delivery *) data)->n_done);
}

static void
set_up (Delivery      *self,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture_set_up (&self->fixture, GUINT_TO_POINTER (1));
  raw_client_init (&self->raw, self->fixture.nats);
  self->link = norpc_nats_connection_get_link (self->fixture.served);
  self->marks = norpc_nats_subscription_new (self->link, "mark", NULL, mark_cb, self, do_nothing, &error);
  g_assert_no_error (error);
  norpc_nats_connection_flush_sync (self->fixture.served, 30000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (natsConnection_SubscribeSync (&self->answers, self->raw.nats, ANSWERS), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->raw.nats), ==, NATS_OK);
}

static void
tear_down (Delivery      *self,
           gconstpointer  unused)
{
  norpc_nats_subscription_end (self->marks);
  natsSubscription_Destroy (self->answers);
  raw_client_clear (&self->raw);
  fixture_tear_down (&self->fixture, NULL);
}

/* Runs in the context of the export. */
static void
announce (gpointer data)
{
  Delivery *self = data;
  g_autoptr (GError) error = NULL;

  norpc_nats_export_announce (self->fixture.export, "depot", "1.0.0", self->description, &error);
  g_assert_no_error (error);
}

static void
announce_service (Delivery   *self,
                  const char *description)
{
  g_autoptr (GError) error = NULL;

  self->description = description;
  run_in_thread (self->fixture.thread, announce, self);
  norpc_nats_connection_flush_sync (self->fixture.served, 30000, &error);
  g_assert_no_error (error);
}

static void
block (Delivery *self)
{
  link_gate_close (&self->gate, self->link);
}

/* Returns how many answers the export has sent until now. */
static guint
count_answers (Delivery *self)
{
  guint64 n = 0;

  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->raw.nats), ==, NATS_OK);
  g_assert_cmpint (natsSubscription_QueuedMsgs (self->answers, &n), ==, NATS_OK);

  return (guint) n;
}

/* Returns once libnats has delivered the messages that the server has got before. */
static void
wait_delivered (Delivery *self)
{
  int n_marks = g_atomic_int_get (&self->n_marks);

  g_assert_cmpint (natsConnection_PublishString (self->raw.nats, "mark", ""), ==, NATS_OK);
  wait_for_number (&self->n_marks, n_marks + 1, TIME_LIMIT);
}

/* Returns once libnats has delivered the messages. @type is that of a body without content, or NULL if there is none. */
static void
ask (Delivery   *self,
     const char *subject,
     const char *type,
     guint       n)
{
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, subject, ANSWERS, NULL, 0), ==, NATS_OK);
  if (type != NULL)
    natsMsgHeader_Set (message, "Norpc-Type", type);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (natsConnection_PublishMsg (self->raw.nats, message), ==, NATS_OK);
  natsMsg_Destroy (message);
  wait_delivered (self);
}

/* Returns once the thread of the link has done what it had to do. */
static void
wait_done (Delivery *self)
{
  int n_done = g_atomic_int_get (&self->n_done);

  norpc_nats_link_invoke (self->link, done_job, self);
  norpc_nats_link_invoke_urgent (self->link, done_job, self);
  wait_for_number (&self->n_done, n_done + 2, TIME_LIMIT);
}

static void
release (Delivery *self)
{
  link_gate_open (&self->gate);
  wait_done (self);
}

/* From here on, nothing but the raw client asks the export. */
static void
close_client (Delivery *self)
{
  NorpcNatsLink *link = norpc_nats_connection_get_link (self->fixture.connection);
  gint64 end = g_get_monotonic_time () + 100 * G_TIME_SPAN_SECOND;

  norpc_nats_connection_close (self->fixture.connection);
  while (natsConnection_Status (norpc_nats_link_get_nats (link)) != NATS_CONN_STATUS_CLOSED)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
  wait_delivered (self);
  wait_done (self);
}

static void
check_answer (Delivery   *self,
              const char *subject,
              const char *type)
{
  block (self);
  ask (self, subject, type, 1);
  g_assert_cmpuint (count_answers (self), ==, 0);
  release (self);
  g_assert_cmpuint (count_answers (self), ==, 1);
}

static void
test_question (Delivery      *self,
               gconstpointer  unused)
{
  check_answer (self, PREFIX ".$norpc.held", "as");
}

static void
test_discovery (Delivery      *self,
                gconstpointer  unused)
{
  announce_service (self, NULL);
  check_answer (self, "$SRV.PING", NULL);
}

/* The export has another call already, and takes no more. */
static void
test_rejected (Delivery      *self,
               gconstpointer  unused)
{
  NorpcCall *call;
  Outcome outcome = { 0 };
  natsMsg *reply;

  depot_depot_proxy_call_hold (self->fixture.proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (self->fixture.state);
  check_answer (self, PREFIX ".org.example.Depot.Hold", NULL);
  g_assert_cmpint (natsSubscription_NextMsg (&reply, self->answers, 0), ==, NATS_OK);
  g_assert_cmpint (natsMsg_GetDataLength (reply), >, 0);
  g_assert_nonnull (strstr (natsMsg_GetData (reply), "was rejected: too many calls wait for their replies"));
  natsMsg_Destroy (reply);
  depot_answer (call, 1);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* Runs in the thread of the link. */
static void
send_job (gpointer data)
{
  Delivery *self = data;
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, ANSWERS, NULL, "", 0), ==, NATS_OK);
  g_assert_true (norpc_nats_link_publish (self->link, message, NULL));
}

/* Returns TRUE if the next one was an answer, and FALSE if it was sent by send_job (). */
static gboolean
next_is_answer (Delivery *self)
{
  natsMsg *message;
  gboolean is_answer;

  g_assert_cmpint (natsSubscription_NextMsg (&message, self->answers, 0), ==, NATS_OK);
  is_answer = natsMsg_GetDataLength (message) > 0;
  natsMsg_Destroy (message);

  return is_answer;
}

/* Answers and what else is to be sent, such as signals, take turns. */
static void
test_turns (Delivery      *self,
            gconstpointer  unused)
{
  gboolean is_first;

  close_client (self);
  block (self);
  for (guint i = 0; i < 4; i++)
    norpc_nats_link_invoke (self->link, send_job, self);
  ask (self, PREFIX ".$norpc.held", "as", 3);
  release (self);
  g_assert_cmpuint (count_answers (self), ==, 7);

  is_first = next_is_answer (self);
  for (guint i = 1; i < 6; i++)
    g_assert_cmpint (next_is_answer (self), ==, (i % 2 == 0) == is_first);
}

/* Answers that are too many are dropped, so that they need no more memory. */
static void
test_number (Delivery      *self,
             gconstpointer  unused)
{
  announce_service (self, NULL);
  close_client (self);
  block (self);
  ask (self, "$SRV.PING", NULL, MAX_ANSWERS + 200);
  release (self);
  g_assert_cmpuint (count_answers (self), ==, MAX_ANSWERS);
}

static void
test_size (Delivery      *self,
           gconstpointer  unused)
{
  g_autofree char *description = g_strnfill (LARGE, 'x');

  announce_service (self, description);
  close_client (self);
  block (self);
  ask (self, "$SRV.INFO", NULL, N_LARGE);
  release (self);
  g_assert_cmpuint (count_answers (self), ==, 32 * 1024 * 1024 / LARGE + 1);
}

#define DELIVERY_TEST(path, func) g_test_add (path, Delivery, NULL, set_up, func, tear_down)

static void
add_tests (void)
{
  DELIVERY_TEST ("/nats/delivery/question", test_question);
  DELIVERY_TEST ("/nats/delivery/discovery", test_discovery);
  DELIVERY_TEST ("/nats/delivery/rejected", test_rejected);
  DELIVERY_TEST ("/nats/delivery/turns", test_turns);
  DELIVERY_TEST ("/nats/delivery/number", test_number);
  DELIVERY_TEST ("/nats/delivery/size", test_size);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
