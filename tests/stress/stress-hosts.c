/* stress-hosts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The servers that there are at the moment. Clients replace them all the time:
 * whoever holds one has one that may be stopped any moment, or was not started
 * yet. */

#include "stress.h"

#define N_HOSTS 6
#define SMALL_CAPACITY 8

static GMutex lock;
static StressHost *hosts[N_HOSTS]; /* (owned) [lock] */
static NorpcThread *shared_thread; /* (owned) [lock] */

/* A thread that runs a context that servers are given. */
static GThread *runner;               /* (owned) */
static GMainContext *runner_context;  /* (owned) */
static int runner_runs;               /* atomic */
static int runner_quit;               /* atomic */

static gpointer
runner_thread (gpointer data)
{
  g_main_context_push_thread_default (runner_context);
  g_atomic_int_set (&runner_runs, TRUE);
  while (!g_atomic_int_get (&runner_quit))
    g_main_context_iteration (runner_context, TRUE);
  g_atomic_int_set (&runner_runs, FALSE);
  g_main_context_pop_thread_default (runner_context);

  return NULL;
}

static void
host_clear (gpointer data)
{
  StressHost *self = data;

  g_clear_object (&self->server);
  g_clear_pointer (&self->context, g_main_context_unref);
}

void
stress_host_unref (StressHost *self)
{
  g_atomic_rc_box_release_full (self, host_clear);
}

static NorpcThread *
dup_shared_thread (void)
{
  NorpcThread *thread;

  g_mutex_lock (&lock);
  thread = g_object_ref (shared_thread);
  g_mutex_unlock (&lock);

  return thread;
}

/* @context is that of the client that makes it. */
static StressHost *
host_new (GRand        *rand,
          GMainContext *context)
{
  StressHost *self = g_atomic_rc_box_new0 (StressHost);
  g_autoptr (GObject) service = stress_service_new ();
  g_autoptr (NorpcChannel) channel = NULL;
  g_autoptr (NorpcThread) thread = NULL;

  self->place = g_rand_int_range (rand, 0, context != NULL ? STRESS_N_PLACES
                                                           : STRESS_CLIENT_CONTEXT);
  if (self->place == STRESS_SHARED_THREAD)
    thread = dup_shared_thread ();
  if (self->place == STRESS_CLIENT_CONTEXT)
    self->context = g_main_context_ref (context);

  channel = norpc_channel_new (g_rand_boolean (rand) ? SMALL_CAPACITY
                                                     : NORPC_CHANNEL_DEFAULT_CAPACITY,
                               NORPC_WHEN_FULL_BUSY);
  self->server = g_object_new (NORPC_TYPE_SERVER,
                               "service", service,
                               "channel", channel,
                               "thread", thread,
                               "main-context", self->place == STRESS_GIVEN_CONTEXT
                                                 ? runner_context : self->context,
                               NULL);
  stress_watch (channel, STRESS_CHANNELS);
  stress_watch (self->server, STRESS_SERVERS);

  return self;
}

/* Any thread. Returns an owned host. */
StressHost *
stress_hosts_pick (GRand *rand)
{
  StressHost *host;

  g_mutex_lock (&lock);
  host = g_atomic_rc_box_acquire (hosts[g_rand_int_range (rand, 0, N_HOSTS)]);
  g_mutex_unlock (&lock);

  return host;
}

/* Any thread: puts a new server, to be started, in the place of another.
 * Returns the owned new one, with the old one dropped. */
StressHost *
stress_hosts_replace (GRand        *rand,
                      GMainContext *context)
{
  guint i = g_rand_int_range (rand, 0, N_HOSTS);
  StressHost *host = host_new (rand, context);
  g_autoptr (StressHost) old = NULL;

  g_mutex_lock (&lock);
  old = hosts[i];
  hosts[i] = g_atomic_rc_box_acquire (host);
  g_mutex_unlock (&lock);

  return host;
}

/* Any thread, none that a server is on: stops the thread that servers share. */
void
stress_hosts_change_thread (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new ("shared");
  g_autoptr (NorpcThread) old = NULL;

  g_mutex_lock (&lock);
  old = shared_thread;
  shared_thread = g_object_ref (thread);
  g_mutex_unlock (&lock);

  norpc_thread_stop (old);
}

void
stress_hosts_begin (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (0);

  shared_thread = norpc_thread_new ("shared");
  runner_context = g_main_context_new ();
  g_atomic_int_set (&runner_quit, FALSE);
  runner = g_thread_new ("runner", runner_thread, NULL);
  /* Else a server's start may be the one that has the context. */
  while (!g_atomic_int_get (&runner_runs))
    g_thread_yield ();

  for (guint i = 0; i < N_HOSTS; i++)
    {
      g_autoptr (GError) error = NULL;

      hosts[i] = host_new (rand, NULL);
      norpc_server_start (hosts[i]->server, NULL, &error);
      g_assert_no_error (error);
    }
}

/* The main thread: no client is left. Half of the servers are stopped, the
 * others just dropped. */
void
stress_hosts_end (void)
{
  for (guint i = 0; i < N_HOSTS; i++)
    {
      g_autoptr (StressHost) host = g_steal_pointer (&hosts[i]);
      g_autoptr (GError) error = NULL;

      if (i % 2 != 0)
        continue;
      norpc_server_stop (host->server, NORPC_STOP_FINISH, NULL, &error);
      g_assert_no_error (error);
    }

  norpc_thread_stop (shared_thread);
  g_clear_object (&shared_thread);

  g_atomic_int_set (&runner_quit, TRUE);
  g_main_context_wakeup (runner_context);
  g_thread_join (g_steal_pointer (&runner));
  g_clear_pointer (&runner_context, g_main_context_unref);
}
