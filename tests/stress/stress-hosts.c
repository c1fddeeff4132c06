/* stress-hosts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The servers that there are at the moment. Clients replace them all the time:
 * whoever holds one has one that may be stopped any moment, or was not started
 * yet. */

#include "stress.h"

static GMutex lock;
static StressHost *hosts[STRESS_N_HOSTS]; /* (owned) [lock] */

/* The thread that servers share, and what happened to those that do. */
static NorpcThread *shared_thread;  /* (owned) [lock] */
static GPtrArray *shared_fates;     /* (owned) [lock]: of owned StressFate */

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

/* Marks the server as ending before it is released: the model has to know that first. */
static void
host_clear (gpointer data)
{
  StressHost *self = data;

  g_atomic_int_set (&self->fate->ending, TRUE);
  g_clear_object (&self->server);
  stress_fate_unref (self->fate);
}

void
stress_host_unref (StressHost *self)
{
  g_atomic_rc_box_release_full (self, host_clear);
}

/* Returns the owned thread that servers share, and has it known that it has one
 * more. */
static NorpcThread *
join_shared_thread (StressFate *fate)
{
  NorpcThread *thread;

  g_mutex_lock (&lock);
  thread = g_object_ref (shared_thread);
  g_ptr_array_add (shared_fates, stress_fate_ref (fate));
  g_mutex_unlock (&lock);

  return thread;
}

/* Owned. Small or large, and both ways of being full. */
static NorpcChannel *
channel_new (StressFate *fate,
             GRand      *rand)
{
  static const guint capacities[] = { 1, 8, NORPC_CHANNEL_DEFAULT_CAPACITY };
  NorpcChannel *channel;

  fate->capacity = capacities[g_rand_int_range (rand, 0, G_N_ELEMENTS (capacities))];
  fate->when_full = g_rand_boolean (rand) ? NORPC_WHEN_FULL_BUSY : NORPC_WHEN_FULL_WAIT;
  channel = norpc_channel_new (fate->capacity, fate->when_full);
  stress_watch (channel, STRESS_CHANNELS);

  return channel;
}

/* @context is that of the client that makes it. */
static StressHost *
host_new (GRand        *rand,
          GMainContext *context)
{
  StressHost *self = g_atomic_rc_box_new0 (StressHost);
  StressFate *fate = stress_fate_new (g_rand_int_range (rand, 0, STRESS_DIRECT));
  g_autoptr (GObject) service = stress_service_new (fate, NULL);
  g_autoptr (NorpcChannel) channel = channel_new (fate, rand);
  g_autoptr (NorpcThread) thread = NULL;
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();
  StressSide side = { NULL, NULL };

  self->fate = fate;
  if (fate->place == STRESS_SHARED_THREAD)
    thread = join_shared_thread (fate);
  if (fate->place == STRESS_CLIENT_CONTEXT)
    {
      fate->context = context;
      fate->thread = g_thread_self ();
    }

  self->server = g_object_new (NORPC_TYPE_SERVER,
                               "service", service,
                               "channel", channel,
                               "thread", thread,
                               "main-context", fate->place == STRESS_GIVEN_CONTEXT
                                                 ? runner_context : fate->context,
                               "max-open-calls", g_rand_int_range (rand, 0, 4) == 0
                                                   ? g_rand_int_range (rand, 1, 4) : 0,
                               "one-call-per-client", g_rand_int_range (rand, 0, 4) == 0,
                               NULL);
  stress_watch (self->server, STRESS_SERVERS);

  side.fate = fate;
  stress_layers_add (layers, &self->traits, rand, &side);
  for (guint i = 0; i < layers->len; i++)
    norpc_server_add_layer (self->server, layers->pdata[i]);

  fate->turns = norpc_server_get_one_call_per_client (self->server);
  fate->layered = layers->len > 0;
  /* The attempts at a call that a layer of the server makes are one. */
  if (!self->traits.retries || self->traits.time_limit == 0)
    fate->max_open = norpc_server_get_max_open_calls (self->server);

  return self;
}

/* Any thread. Returns an owned host, or NULL if all clients have ended. */
StressHost *
stress_hosts_pick (guint i)
{
  StressHost *host;

  g_mutex_lock (&lock);
  host = hosts[i] != NULL ? g_atomic_rc_box_acquire (hosts[i]) : NULL;
  g_mutex_unlock (&lock);

  return host;
}

/* Any thread: puts a new server, to be started, in the place of another.
 * Returns the owned new one, with the old one dropped. */
StressHost *
stress_hosts_replace (GRand        *rand,
                      GMainContext *context)
{
  guint i = g_rand_int_range (rand, 0, STRESS_N_HOSTS);
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
  g_autoptr (GPtrArray) fates = NULL;

  g_mutex_lock (&lock);
  old = shared_thread;
  shared_thread = g_object_ref (thread);
  fates = shared_fates;
  shared_fates = g_ptr_array_new_with_free_func ((GDestroyNotify) stress_fate_unref);
  g_mutex_unlock (&lock);

  for (guint i = 0; i < fates->len; i++)
    g_atomic_int_set (&((StressFate *) fates->pdata[i])->ending, TRUE);
  norpc_thread_stop (old);
  for (guint i = 0; i < fates->len; i++)
    g_atomic_int_set (&((StressFate *) fates->pdata[i])->stopped, TRUE);
}

static void
start_first (guint  i,
             GRand *rand)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainContext) nobody = g_main_context_new ();

  /* None in the context of a client: there is none yet. */
  do
    {
      g_clear_pointer (&hosts[i], stress_host_unref);
      hosts[i] = host_new (rand, nobody);
    }
  while (hosts[i]->fate->place == STRESS_CLIENT_CONTEXT);

  norpc_server_start (hosts[i]->server, NULL, &error);
  g_assert_no_error (error);
  g_atomic_int_set (&hosts[i]->fate->started, TRUE);
}

void
stress_hosts_begin (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (0);

  shared_thread = norpc_thread_new ("shared");
  shared_fates = g_ptr_array_new_with_free_func ((GDestroyNotify) stress_fate_unref);
  runner_context = g_main_context_new ();
  g_atomic_int_set (&runner_quit, FALSE);
  runner = g_thread_new ("runner", runner_thread, NULL);
  /* Else a server's start may be the one that has the context. */
  while (!g_atomic_int_get (&runner_runs))
    g_thread_yield ();

  for (guint i = 0; i < STRESS_N_HOSTS; i++)
    start_first (i, rand);
}

/* The main thread: no client is left. Half of the servers are stopped, the
 * others just dropped. */
void
stress_hosts_drop (void)
{
  for (guint i = 0; i < STRESS_N_HOSTS; i++)
    {
      g_autoptr (StressHost) host = NULL;
      g_autoptr (GError) error = NULL;

      g_mutex_lock (&lock);
      host = g_steal_pointer (&hosts[i]);
      g_mutex_unlock (&lock);

      g_atomic_int_set (&host->fate->ending, TRUE);
      if (i % 2 != 0)
        continue;
      norpc_server_stop (host->server, NORPC_STOP_FINISH, NULL, &error);
      g_assert_no_error (error);
    }

  norpc_thread_stop (shared_thread);
  g_clear_object (&shared_thread);
  g_clear_pointer (&shared_fates, g_ptr_array_unref);
}

/* The main thread: nothing is left to run. */
void
stress_hosts_end (void)
{
  g_atomic_int_set (&runner_quit, TRUE);
  g_main_context_wakeup (runner_context);
  g_thread_join (g_steal_pointer (&runner));
  g_clear_pointer (&runner_context, g_main_context_unref);
}
