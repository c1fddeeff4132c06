/* link-tools.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "link-tools.h"

/* A test with ThreadSanitizer on a busy machine takes long, too. */
#define TIME_LIMIT 100

void
wait_for_number (const int *number,
                 int        value,
                 guint      seconds)
{
  gint64 end = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (number) != value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

NorpcNatsLink *
link_connect (natsOptions *options)
{
  g_autoptr (GError) error = NULL;
  NorpcNatsLink *link = norpc_nats_link_new (options, &error);

  g_assert_no_error (error);

  return link;
}

NorpcNatsLink *
link_connect_to (const char *url)
{
  natsOptions *options;
  NorpcNatsLink *link;

  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  g_assert_cmpint (natsOptions_SetURL (options, url), ==, NATS_OK);
  link = link_connect (options);
  natsOptions_Destroy (options);

  return link;
}

NorpcNatsInbox *
link_add_inbox (NorpcNatsLink *self)
{
  g_autoptr (GError) error = NULL;
  NorpcNatsInbox *inbox = norpc_nats_inbox_new (self, &error);

  g_assert_no_error (error);
  norpc_nats_link_add_watch (self, norpc_nats_inbox_change, inbox, norpc_nats_inbox_free);

  return inbox;
}

typedef struct
{
  void   (*func) (gpointer data);
  gpointer data;
  int      done; /* atomic */
} Job;

/* Runs in the thread of the link. */
static void
run_job (gpointer data)
{
  Job *job = data;

  job->func (job->data);
  g_atomic_int_set (&job->done, TRUE);
}

void
link_run (NorpcNatsLink *self,
          void         (*func) (gpointer data),
          gpointer       data)
{
  Job job = { func, data, FALSE };

  norpc_nats_link_invoke (self, run_job, &job);
  wait_for_number (&job.done, TRUE, TIME_LIMIT);
}

static void
wait_connected (NorpcNatsLink *self,
                gboolean       connected)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (norpc_nats_link_is_connected (self) != connected)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_thread_yield ();
    }
}

void
link_lose (NorpcNatsLink *self,
           FakeServer    *server)
{
  fake_server_set_mode (server, FAKE_SERVER_SILENT);
  fake_server_disconnect (server);
  fake_server_wait_login (server, 2);
  wait_connected (self, FALSE);
}

void
link_recover (NorpcNatsLink *self,
              FakeServer    *server)
{
  fake_server_set_mode (server, FAKE_SERVER_SERVE);
  fake_server_disconnect (server);
  wait_connected (self, TRUE);
}

/* Runs in the thread of the link. */
static void
wait_at_gate (gpointer data)
{
  LinkGate *self = data;

  g_atomic_int_set (&self->reached, TRUE);
  wait_for_number (&self->opened, TRUE, TIME_LIMIT);
  g_atomic_int_set (&self->left, TRUE);
}

void
link_gate_put (LinkGate      *self,
               NorpcNatsLink *link)
{
  *self = (LinkGate) { FALSE, FALSE, FALSE };
  norpc_nats_link_invoke (link, wait_at_gate, self);
}

void
link_gate_await (LinkGate *self)
{
  wait_for_number (&self->reached, TRUE, TIME_LIMIT);
}

void
link_gate_close (LinkGate      *self,
                 NorpcNatsLink *link)
{
  link_gate_put (self, link);
  link_gate_await (self);
}

void
link_gate_open (LinkGate *self)
{
  g_atomic_int_set (&self->opened, TRUE);
  wait_for_number (&self->left, TRUE, TIME_LIMIT);
}

void
do_nothing (gpointer unused)
{
}

guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}
