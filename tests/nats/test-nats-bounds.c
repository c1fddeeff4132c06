/* test-nats-bounds.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How much of what is published waits for the thread of a link, in how many threads calls end, and how many exports are
 * told apart.
 */

#include <norpc-glib/norpc-glib.h>

#include "depot.h"
#include "link-tools.h"
#include "nats-process.h"
#include "norpc-glib-nats.h"
#include "norpc-nats-connection-private.h"
#include "norpc-nats-events-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-sequences-private.h"
#include "norpc-nats-subscription-private.h"

#define PREFIX "test.bounds"
#define SUBJECT PREFIX ".org.example.Gauge.$signal.Measured"
#define N_MESSAGES 10200
#define N_EXPORTS 1000
#define LARGE 1000000

/* More than libnats keeps. */
#define N_DROPPED 70000

/* Seconds that a test waits. */
#define TIME_LIMIT 100

typedef struct
{
  NatsProcess           *nats;
  NorpcNatsLink         *link;
  NorpcNatsEvents       *events;
  NorpcNatsSubscription *marks;
  natsConnection        *publisher;
  GVariant              *args;   /* (owned) (nullable) */
  const char            *header; /* (nullable): the value of a header that no description has */

  int n_lost;   /* atomic */
  int n_marks;  /* atomic */
  LinkGate gate;
  int holds;    /* atomic: a mark holds up the thread of libnats that delivers messages */
  int held;     /* atomic: it does */
  int dropped;  /* atomic: libnats has dropped messages since that was last checked */
  int n_overflows; /* atomic */
} Fixture;

static void
lost (gpointer fixture)
{
  g_atomic_int_inc (&((Fixture *) fixture)->n_lost);
}

static gboolean
arrived (gpointer fixture)
{
  return TRUE;
}

static const NorpcNatsEventsFuncs events_funcs = { arrived, lost };

static void
mark_cb (natsMsg  *message,
         gpointer  data)
{
  Fixture *self = data;

  natsMsg_Destroy (message);
  if (g_atomic_int_get (&self->holds))
    {
      g_atomic_int_set (&self->held, TRUE);
      wait_for_number (&self->holds, FALSE, TIME_LIMIT);
    }
  g_atomic_int_inc (&self->n_marks);
}

/* Runs in the thread of the link. */
static void
start_job (gpointer data)
{
  Fixture *self = data;

  norpc_nats_events_start (self->events);
  norpc_remote_interface_set_available (norpc_nats_events_get_remote (self->events), TRUE);
}

/* Runs in the thread of the link. */
static void
stop_job (gpointer data)
{
  Fixture *self = data;

  norpc_nats_events_stop (self->events);
}

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  self->nats = nats_process_new ();
  self->link = link_connect_to (nats_process_get_url (self->nats));
  self->events = norpc_nats_events_new (self->link, PREFIX, depot_gauge_interface_info (), &events_funcs, self);
  self->marks = norpc_nats_subscription_new (self->link, "mark", NULL, mark_cb, self, do_nothing, &error);
  g_assert_no_error (error);
  link_run (self->link, start_job, self);
  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);
  g_assert_cmpint (natsConnection_ConnectTo (&self->publisher, nats_process_get_url (self->nats)), ==, NATS_OK);
  link_gate_close (&self->gate, self->link);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  link_run (self->link, stop_job, self);
  norpc_nats_subscription_end (self->marks);
  norpc_nats_events_unref (self->events);
  natsConnection_Destroy (self->publisher);
  norpc_nats_link_unref (self->link);
  g_clear_pointer (&self->args, g_variant_unref);
  nats_process_free (self->nats);
}

static void
publish (Fixture *self,
         guint    n_messages)
{
  natsMsg *message = norpc_nats_message_new (SUBJECT, NULL, self->args, NULL);

  if (self->header != NULL)
    g_assert_true (norpc_nats_message_set_header (message, "Note", self->header));
  for (guint i = 0; i < n_messages; i++)
    g_assert_cmpint (natsConnection_PublishMsg (self->publisher, message), ==, NATS_OK);
  natsMsg_Destroy (message);
}

/* Returns once libnats has passed on all messages. */
static void
wait_passed_on (Fixture *self)
{
  int n_marks = g_atomic_int_get (&self->n_marks);

  g_assert_cmpint (natsConnection_PublishString (self->publisher, "mark", ""), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->publisher), ==, NATS_OK);
  wait_for_number (&self->n_marks, n_marks + 1, TIME_LIMIT);
}

static void
release (Fixture *self)
{
  link_gate_open (&self->gate);
  link_run (self->link, do_nothing, NULL);
}

/* More messages than may wait are lost, which is said once. Afterwards, there is room again. */
static void
test_number (Fixture       *self,
             gconstpointer  unused)
{
  self->args = g_variant_ref_sink (g_variant_new ("(ims)", 1, NULL));
  publish (self, N_MESSAGES);
  wait_passed_on (self);
  release (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_lost), ==, 1);

  publish (self, 1);
  wait_passed_on (self);
  release (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_lost), ==, 1);
}

/* The same for large messages, of which fewer may wait. */
static void
check_size (Fixture *self)
{
  publish (self, 36);
  wait_passed_on (self);
  release (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_lost), ==, 1);

  publish (self, 1);
  wait_passed_on (self);
  release (self);
  g_assert_cmpint (g_atomic_int_get (&self->n_lost), ==, 1);
}

static void
test_size (Fixture       *self,
           gconstpointer  unused)
{
  g_autofree char *note = g_strnfill (LARGE, 'x');

  self->args = g_variant_ref_sink (g_variant_new ("(ims)", 1, note));
  check_size (self);
}

/* Anybody may publish messages with large headers. */
static void
test_headers (Fixture       *self,
              gconstpointer  unused)
{
  g_autofree char *header = g_strnfill (LARGE, 'x');

  self->args = g_variant_ref_sink (g_variant_new ("(ims)", 1, NULL));
  self->header = header;
  check_size (self);
}

/* Runs in the thread of the link. */
static void
check_dropped_job (gpointer data)
{
  Fixture *self = data;

  g_atomic_int_set (&self->dropped, norpc_nats_events_check_dropped (self->events));
}

static gboolean
check_dropped (Fixture *self)
{
  link_run (self->link, check_dropped_job, self);

  return g_atomic_int_get (&self->dropped);
}

/* Proxies for another interface of the endpoint begin to use it. Messages that libnats had dropped before have been
 * noticed already.
 */
static void
test_started_again (Fixture       *self,
                    gconstpointer  unused)
{
  release (self);
  g_assert_false (check_dropped (self));
  g_atomic_int_set (&self->holds, TRUE);
  g_assert_cmpint (natsConnection_PublishString (self->publisher, "mark", ""), ==, NATS_OK);
  wait_for_number (&self->held, TRUE, TIME_LIMIT);
  self->args = g_variant_ref_sink (g_variant_new ("(ims)", 1, NULL));
  publish (self, N_DROPPED);
  g_assert_cmpint (natsConnection_Flush (self->publisher), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);
  g_assert_true (check_dropped (self));
  g_assert_false (check_dropped (self));

  link_run (self->link, start_job, self);
  g_assert_false (check_dropped (self));
  g_atomic_int_set (&self->holds, FALSE);
  wait_for_number (&self->n_marks, 1, TIME_LIMIT);
}

/* Holds the thread of libnats that calls back about connections. */
typedef struct
{
  int reached; /* atomic */
  int opened;  /* atomic */
  int left;    /* atomic */
} Hold;

/* Runs in that thread. */
static void
hold_cb (natsConnection *nats,
         void           *data)
{
  Hold *self = data;

  g_atomic_int_set (&self->reached, TRUE);
  wait_for_number (&self->opened, TRUE, TIME_LIMIT);
  g_atomic_int_set (&self->left, TRUE);
}

static void
hold_callbacks (Hold        *self,
                NatsProcess *nats)
{
  natsOptions *options;
  natsConnection *connection;

  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  g_assert_cmpint (natsOptions_SetURL (options, nats_process_get_url (nats)), ==, NATS_OK);
  g_assert_cmpint (natsOptions_SetClosedCB (options, hold_cb, self), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Connect (&connection, options), ==, NATS_OK);
  natsOptions_Destroy (options);
  natsConnection_Destroy (connection);
  wait_for_number (&self->reached, TRUE, TIME_LIMIT);
}

/* Runs in a thread of libnats. */
static void
drop_message (natsMsg  *message,
              gpointer  unused)
{
  natsMsg_Destroy (message);
}

static void
note_ended (gpointer ended)
{
  g_atomic_int_set ((int *) ended, TRUE);
}

/* Runs in the thread of the link. */
static void
count_overflows (NorpcNatsChange change,
                 gpointer        data)
{
  g_assert_cmpint (change, ==, NORPC_NATS_EVENTS_OVERFLOWED);
  g_atomic_int_inc (&((Fixture *) data)->n_overflows);
}

/* Runs in the thread of the link. */
static void
watch_job (gpointer data)
{
  norpc_nats_link_add_watch (((Fixture *) data)->link, count_overflows, data, do_nothing);
}

/* Runs in the thread of the link. */
static void
unwatch_job (gpointer data)
{
  norpc_nats_link_remove_watch (((Fixture *) data)->link, data);
}

/* libnats reports dropped messages of a subscription that has ended meanwhile. */
static void
test_ended (Fixture       *self,
            gconstpointer  unused)
{
  int ended = FALSE;
  Hold hold = { FALSE, FALSE, FALSE };
  g_autoptr (GError) error = NULL;
  NorpcNatsSubscription *many;

  release (self);
  link_run (self->link, watch_job, self);
  many = norpc_nats_subscription_new (self->link, "many", NULL, drop_message, &ended, note_ended, &error);
  g_assert_no_error (error);
  link_run (self->link, do_nothing, NULL);
  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);
  hold_callbacks (&hold, self->nats);
  g_atomic_int_set (&self->holds, TRUE);
  g_assert_cmpint (natsConnection_PublishString (self->publisher, "mark", ""), ==, NATS_OK);
  wait_for_number (&self->held, TRUE, TIME_LIMIT);
  for (guint i = 0; i < N_DROPPED; i++)
    g_assert_cmpint (natsConnection_PublishString (self->publisher, "many", ""), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->publisher), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);

  norpc_nats_subscription_end (many);
  g_atomic_int_set (&self->holds, FALSE);
  wait_for_number (&ended, TRUE, TIME_LIMIT);
  g_usleep (100 * G_TIME_SPAN_MILLISECOND); /* libnats releases it a moment later */
  g_atomic_int_set (&hold.opened, TRUE);
  wait_for_number (&hold.left, TRUE, TIME_LIMIT);
  wait_for_number (&self->n_overflows, 1, TIME_LIMIT);
  link_run (self->link, unwatch_job, self);
}

#define N_CANCELLED 60

/* Flags of the functions that free the arguments of calls. */
typedef struct
{
  int may_free;    /* atomic */
  int n_freed;     /* atomic */
  int n_cancelled;
} Burst;

static void
free_slowly (gpointer data)
{
  Burst *self = data;

  wait_for_number (&self->may_free, TRUE, TIME_LIMIT);
  g_atomic_int_inc (&self->n_freed);
}

static void
mix_cancelled_cb (GObject      *proxy,
                  GAsyncResult *result,
                  gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_depot_proxy_call_mix_finish (DEPOT_DEPOT_PROXY (proxy), result, NULL, NULL, NULL, NULL, NULL,
                                                     NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ((Burst *) data)->n_cancelled++;
}

static void
cancel_mix (DepotDepotProxy *proxy,
            Burst           *burst)
{
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func ("abc", 3, free_slowly, burst);
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_parsed ("<1>"));
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  depot_depot_proxy_call_mix (proxy, 1, TRUE, -2, 1, 2.5, NULL, bytes, any, dict, cancellable, mix_cancelled_cb, burst);
  g_cancellable_cancel (cancellable);
}

/* The arguments of calls that were cancelled are freed in a few threads, however many calls these are. */
static void
test_threads (void)
{
  NatsProcess *nats = nats_process_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcNatsConnection) connection =
    norpc_nats_connection_new_sync (nats_process_get_url (nats), NULL, &error);
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, PREFIX);
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  NorpcNatsLink *link = norpc_nats_connection_get_link (connection);
  Burst burst = { 0 };
  LinkGate gate;
  guint n_threads;

  link_gate_close (&gate, link);
  for (guint i = 0; i < N_CANCELLED; i++)
    cancel_mix (proxy, &burst);
  while (burst.n_cancelled < N_CANCELLED)
    g_main_context_iteration (NULL, TRUE);
  n_threads = count_threads ();
  link_gate_open (&gate);
  link_run (link, do_nothing, NULL);
  g_assert_cmpuint (count_threads (), <=, n_threads + 8);
  g_atomic_int_set (&burst.may_free, TRUE);
  wait_for_number (&burst.n_freed, N_CANCELLED, TIME_LIMIT);
  nats_process_free (nats);
}

/* Anybody may publish identifiers of exports: those that were not heard of for the longest time are forgotten. */
static void
test_exports (void)
{
  NorpcNatsSequences *sequences = norpc_nats_sequences_new ();

  g_assert_true (norpc_nats_sequences_advance (sequences, "old", 0, 1));
  g_assert_true (norpc_nats_sequences_advance (sequences, "used", 0, 1));
  for (guint i = 0; i < N_EXPORTS - 1; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      g_assert_true (norpc_nats_sequences_advance (sequences, name, 0, 1));
      g_assert_true (norpc_nats_sequences_advance (sequences, "used", 1, 1));
    }

  /* One that is not known may have published anything. */
  g_assert_false (norpc_nats_sequences_advance (sequences, "used", 2, 3));
  g_assert_true (norpc_nats_sequences_advance (sequences, "old", 2, 3));
  norpc_nats_sequences_free (sequences);
}

/* Numbers are those of the interface with exactly this name, and 0 if there are none. */
static void
test_last_numbers (void)
{
  static const struct
  {
    const char *header;
    gboolean    is_right;
    gint64      number;
  } cases[] = {
    { NULL, TRUE, 0 },
    { "org.example.Gauge 3", TRUE, 3 },
    { "a.Bc 1,org.example.Gauge 3", TRUE, 3 },
    { "org.example.Gauges 1,org.example.Gaug 2,xorg.example.Gauge 4", TRUE, 0 },
    { "org.example.Gauge 9223372036854775806", TRUE, G_MAXINT64 - 1 },
    { "org.example.Gauge 9223372036854775807", FALSE, 0 },
    { "org.example.Gauge -1", FALSE, 0 },
    { "org.example.Gauge 0", FALSE, 0 },
    { "org.example.Gauge ", FALSE, 0 },
    { "org.example.Gauge", TRUE, 0 },
    { ",", TRUE, 0 },
  };

  g_assert_cmpint (nats_Open (-1), ==, NATS_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      natsMsg *message = norpc_nats_message_new_text ("subject", "");
      gint64 number;
      gboolean is_right;

      if (cases[i].header != NULL)
        g_assert_true (norpc_nats_message_set_header (message, NORPC_NATS_HEADER_SEQUENCES, cases[i].header));
      is_right = norpc_nats_last_sequence_get (message, "org.example.Gauge", &number);
      g_assert_cmpint (is_right, ==, cases[i].is_right);
      if (is_right)
        g_assert_cmpint (number, ==, cases[i].number);
      natsMsg_Destroy (message);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!nats_process_is_installed ())
    {
      g_print ("1..0 # SKIP nats-server is not installed\n");
      return 0;
    }

  g_test_add_func ("/nats/bounds/exports", test_exports);
  g_test_add_func ("/nats/bounds/last-numbers", test_last_numbers);
  g_test_add ("/nats/bounds/number", Fixture, NULL, set_up, test_number, tear_down);
  g_test_add ("/nats/bounds/size", Fixture, NULL, set_up, test_size, tear_down);
  g_test_add ("/nats/bounds/started-again", Fixture, NULL, set_up, test_started_again, tear_down);
  g_test_add ("/nats/bounds/ended", Fixture, NULL, set_up, test_ended, tear_down);
  g_test_add ("/nats/bounds/headers", Fixture, NULL, set_up, test_headers, tear_down);
#ifdef __SANITIZE_THREAD__
  /* A function that frees a value must not block there: tests/tsan holds a lock meanwhile. */
  (void) test_threads;
#else
  g_test_add_func ("/nats/bounds/threads", test_threads);
#endif

  return g_test_run ();
}
