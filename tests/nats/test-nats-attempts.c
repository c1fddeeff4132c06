/* test-nats-attempts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many attempts to connect at the same time, which a server does not answer. */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-attempt-private.h"

/* How many attempts may be in progress, and how many are made. */
#define MAX_ATTEMPTS 16
#define N_CLIENTS 20

/* Visible, because the linker lets the library norpc-glib-1 see it, too, which calls the function of GLib
 * nevertheless.
 */
__attribute__ ((visibility ("default")))
gboolean __wrap_g_cond_wait_until (GCond  *cond,
                                   GMutex *mutex,
                                   gint64  end);
gboolean __real_g_cond_wait_until (GCond  *cond,
                                   GMutex *mutex,
                                   gint64  end);

/* A thread that connects. */
typedef struct
{
  char         *url;         /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GThread      *thread;      /* (owned) */
  GError       *error;       /* (owned) (nullable): once it has been joined */
  gboolean      in_progress; /* [lock] */
} Client;

static Client clients[N_CLIENTS]; /* [lock], but each thread may read its own */
static GMutex lock;
static GCond changed;
static guint n_waits;       /* [lock]: clients that have begun to wait */
static guint n_in_progress; /* [lock] */
static guint n_most;        /* [lock]: how many of those there have been at a time */
static gboolean released;   /* [lock]: attempts end */

static _Thread_local gboolean is_client; /* this thread has not begun to wait yet */

gboolean
__wrap_g_cond_wait_until (GCond  *cond,
                          GMutex *mutex,
                          gint64  end)
{
  if (is_client)
    {
      is_client = FALSE;
      g_mutex_lock (&lock);
      n_waits++;
      g_cond_broadcast (&changed);
      g_mutex_unlock (&lock);
    }

  return __real_g_cond_wait_until (cond, mutex, end);
}

static void
set_in_progress (const char *url,
                 gboolean    in_progress)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    if (g_strcmp0 (clients[i].url, url) == 0)
      clients[i].in_progress = in_progress;
}

/* Called as the library is: it does not return before the test says so. */
static NorpcNatsLink *
connect_slowly (const char      *url,
                NorpcNatsInbox **inbox,
                GError         **error)
{
  g_mutex_lock (&lock);
  set_in_progress (url, TRUE);
  n_in_progress++;
  n_most = MAX (n_most, n_in_progress);
  g_cond_broadcast (&changed);
  while (!released)
    g_cond_wait (&changed, &lock);
  set_in_progress (url, FALSE);
  n_in_progress--;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED, "It has ended");

  return NULL;
}

static gpointer
run_client (gpointer data)
{
  Client *self = data;
  NorpcNatsInbox *inbox = NULL;

  is_client = TRUE;
  g_assert_null (norpc_nats_attempt_run (self->url, connect_slowly, self->cancellable, &inbox, &self->error));

  return NULL;
}

/* Called with the lock held. */
static void
wait_locked (const guint *number,
             guint        value)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (*number != value)
    g_assert_true (__real_g_cond_wait_until (&changed, &lock, end));
}

/* Returns when all clients wait, as many of them as possible for attempts in progress. */
static void
start_clients (void)
{
  g_mutex_lock (&lock);
  n_waits = n_most = 0;
  released = FALSE;
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      clients[i] = (Client) { g_strdup_printf ("nats://%u", i), g_cancellable_new () };
      clients[i].thread = g_thread_new ("client", run_client, &clients[i]);
    }
  wait_locked (&n_waits, N_CLIENTS);
  wait_locked (&n_in_progress, MAX_ATTEMPTS);
  g_mutex_unlock (&lock);
}

static void
release_attempts (void)
{
  g_mutex_lock (&lock);
  released = TRUE;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static void
join_client (Client *self,
             GQuark  domain,
             int     code)
{
  g_thread_join (self->thread);
  g_assert_error (self->error, domain, code);
  g_clear_error (&self->error);
}

static void
clear_clients (void)
{
  g_mutex_lock (&lock);
  wait_locked (&n_in_progress, 0); /* also those that nothing waits for */
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      g_object_unref (clients[i].cancellable);
      g_clear_pointer (&clients[i].url, g_free);
    }
  g_mutex_unlock (&lock);
}

/* Attempts that are too many wait for others to end. All of them are made. */
static void
test_turns (void)
{
  start_clients ();
  release_attempts ();
  for (guint i = 0; i < N_CLIENTS; i++)
    join_client (&clients[i], NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpuint (n_most, ==, MAX_ATTEMPTS);
  clear_clients ();
}

/* An attempt that waits for its turn is cancelled, and is never made. */
static void
test_cancelled (void)
{
  gboolean in_progress[N_CLIENTS];

  start_clients ();
  g_mutex_lock (&lock);
  for (guint i = 0; i < N_CLIENTS; i++)
    in_progress[i] = clients[i].in_progress;
  g_mutex_unlock (&lock);
  for (guint i = 0; i < N_CLIENTS; i++)
    if (!in_progress[i])
      {
        g_cancellable_cancel (clients[i].cancellable);
        join_client (&clients[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
      }
  release_attempts ();
  for (guint i = 0; i < N_CLIENTS; i++)
    if (in_progress[i])
      join_client (&clients[i], NORPC_ERROR, NORPC_ERROR_FAILED);
  clear_clients ();
}

/* If no attempt ends and nothing waits for them any more, others do not wait for their turn. Later ones are made
 * again.
 */
static void
test_abandoned (void)
{
  gboolean in_progress[N_CLIENTS];
  NorpcNatsInbox *inbox = NULL;
  g_autoptr (GError) error = NULL;

  start_clients ();
  g_mutex_lock (&lock);
  for (guint i = 0; i < N_CLIENTS; i++)
    in_progress[i] = clients[i].in_progress;
  g_mutex_unlock (&lock);
  for (guint i = 0; i < N_CLIENTS; i++)
    if (in_progress[i])
      {
        g_cancellable_cancel (clients[i].cancellable);
        join_client (&clients[i], G_IO_ERROR, G_IO_ERROR_CANCELLED);
      }
  for (guint i = 0; i < N_CLIENTS; i++)
    if (!in_progress[i])
      join_client (&clients[i], NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_null (norpc_nats_attempt_run ("nats://later", connect_slowly, NULL, &inbox, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);

  release_attempts ();
  while (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    {
      g_clear_error (&error);
      g_assert_null (norpc_nats_attempt_run ("nats://later", connect_slowly, NULL, &inbox, &error));
    }
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpuint (n_most, ==, MAX_ATTEMPTS);
  clear_clients ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nats/attempts/turns", test_turns);
  g_test_add_func ("/nats/attempts/cancelled", test_cancelled);
  g_test_add_func ("/nats/attempts/abandoned", test_abandoned);

  return g_test_run ();
}
