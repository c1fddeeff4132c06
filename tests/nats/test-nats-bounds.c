/* test-nats-bounds.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How much of what is published waits for the thread of a link. */

#include <norpc-glib/norpc-glib.h>

#include "depot.h"
#include "nats-process.h"
#include "norpc-nats-events-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-subscription-private.h"

#define PREFIX "test.bounds"
#define SUBJECT PREFIX ".org.example.Gauge.$signal.Measured"
#define N_MESSAGES 10200
#define LARGE 1000000

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
  int blocked;  /* atomic */
  int released; /* atomic */
  int n_jobs;   /* atomic */
} Fixture;

static void
wait_for (const int *n,
          int        value)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (n) != value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

static void
lost (gpointer fixture)
{
  g_atomic_int_inc (&((Fixture *) fixture)->n_lost);
}

static void
mark_cb (natsMsg  *message,
         gpointer  fixture)
{
  natsMsg_Destroy (message);
  g_atomic_int_inc (&((Fixture *) fixture)->n_marks);
}

static void
nothing (gpointer unused)
{
}

static void
start_job (gpointer data)
{
  Fixture *self = data;

  norpc_nats_events_start (self->events);
  norpc_remote_interface_set_available (norpc_nats_events_get_remote (self->events), TRUE);
  g_atomic_int_inc (&self->n_jobs);
}

static void
stop_job (gpointer data)
{
  Fixture *self = data;

  norpc_nats_events_stop (self->events);
  g_atomic_int_inc (&self->n_jobs);
}

static void
block_job (gpointer data)
{
  Fixture *self = data;

  g_atomic_int_set (&self->blocked, TRUE);
  wait_for (&self->released, TRUE);
}

static void
note_job (gpointer data)
{
  g_atomic_int_inc (&((Fixture *) data)->n_jobs);
}

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  natsOptions *options;

  self->nats = nats_process_new ();
  natsOptions_Create (&options);
  natsOptions_SetURL (options, nats_process_get_url (self->nats));
  self->link = norpc_nats_link_new (options, &error);
  natsOptions_Destroy (options);
  g_assert_no_error (error);
  self->events = norpc_nats_events_new (self->link, PREFIX, depot_gauge_interface_info (), lost, self);
  self->marks = norpc_nats_subscription_new (self->link, "mark", NULL, mark_cb, self, nothing, &error);
  g_assert_no_error (error);
  norpc_nats_link_invoke (self->link, start_job, self);
  wait_for (&self->n_jobs, 1);
  g_assert_cmpint (natsConnection_Flush (norpc_nats_link_get_nats (self->link)), ==, NATS_OK);
  g_assert_cmpint (natsConnection_ConnectTo (&self->publisher, nats_process_get_url (self->nats)), ==, NATS_OK);
  norpc_nats_link_invoke (self->link, block_job, self);
  wait_for (&self->blocked, TRUE);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  int n_jobs = g_atomic_int_get (&self->n_jobs);

  norpc_nats_link_invoke (self->link, stop_job, self);
  wait_for (&self->n_jobs, n_jobs + 1);
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
  wait_for (&self->n_marks, n_marks + 1);
}

static void
release (Fixture *self)
{
  int n_jobs = g_atomic_int_get (&self->n_jobs);

  g_atomic_int_set (&self->released, TRUE);
  norpc_nats_link_invoke (self->link, note_job, self);
  wait_for (&self->n_jobs, n_jobs + 1);
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

  g_test_add ("/nats/bounds/number", Fixture, NULL, set_up, test_number, tear_down);
  g_test_add ("/nats/bounds/size", Fixture, NULL, set_up, test_size, tear_down);
  g_test_add ("/nats/bounds/headers", Fixture, NULL, set_up, test_headers, tear_down);

  return g_test_run ();
}
