/* bench-run.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs the clients of a row, and takes down what the calls cost. */

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"

#ifdef HAVE_CALLGRIND
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

/* Calls in flight: never more than so many at a time. The client's context. */
struct _BenchWindow
{
  void   (*call) (gpointer     client,
                  BenchWindow *window);
  gpointer client;
  guint    n_unsent;
  guint    n_unanswered;

  const BenchLoad *load;

  void   (*done) (gpointer user_data);
  gpointer user_data;
};

/* The state that the clients of a row share. */
typedef struct
{
  const BenchRow *row;
  gpointer        service;
  guint           n_calls;   /* of each client */
  guint           n_warm_up; /* of each client */

  GMutex   lock;
  GCond    cond;
  guint    n_ready; /* [lock]: clients that have warmed up */
  gboolean begun;   /* [lock] */
} Run;

typedef struct
{
  Run          *run;
  GMainContext *context; /* (owned) */
  gpointer      client;
  GArray       *latencies; /* (unowned) (nullable) */
} Client;

static void
window_send (BenchWindow *self)
{
  self->n_unsent--;
  self->call (self->client, self);
}

/* No call is answered in here. */
static void
window_fill (BenchWindow *self)
{
  for (guint n_left = MIN (self->load->in_flight, self->n_unsent); n_left > 0; n_left--)
    window_send (self);
}

void
bench_window_answered (BenchWindow *self,
                       gboolean     rightly)
{
  if (!rightly)
    g_error ("a call failed");
  if (self->n_unanswered == 0)
    g_error ("a call was answered twice");

  self->n_unanswered--;
  if (self->n_unsent > 0)
    {
      if (!self->load->bursts)
        window_send (self);
      else if (self->n_unanswered == self->n_unsent)
        window_fill (self);
    }
  else if (self->n_unanswered == 0)
    {
      self->done (self->user_data);
      g_free (self);
    }
}

void
bench_window_run (void           (*call) (gpointer     client,
                                          BenchWindow *window),
                  gpointer         client,
                  guint            n_calls,
                  const BenchLoad *load,
                  void           (*done) (gpointer user_data),
                  gpointer         user_data)
{
  BenchWindow *self = g_new0 (BenchWindow, 1);

  self->call = call;
  self->client = client;
  self->n_unsent = n_calls;
  self->n_unanswered = n_calls;
  self->load = load;
  self->done = done;
  self->user_data = user_data;
  window_fill (self);
}

static double
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static void
set_true_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
call_window (Client *self,
             guint   n_calls)
{
  const BenchRow *row = self->run->row;
  gboolean done = FALSE;

  bench_window_run (row->mode == BENCH_REPLY ? row->contender->reply : row->contender->async,
                    self->client, n_calls, row->load, set_true_cb, &done);
  while (!done)
    g_main_context_iteration (self->context, TRUE);
}

static void
make_calls (Client *self,
            guint   n_calls)
{
  const BenchRow *row = self->run->row;

  if (n_calls == 0)
    return;

  if (row->contender->loop != NULL)
    {
      row->contender->loop (self->client, row->load, n_calls);
      return;
    }

  switch (row->mode)
    {
    case BENCH_SYNC:
      for (guint i = 0; i < n_calls; i++)
        if (!row->contender->sync (self->client))
          g_error ("a call failed");
      break;

    case BENCH_ASYNC:
    case BENCH_REPLY:
    default:
      call_window (self, n_calls);
      break;
    }
}

/* One after the other, each with its time. */
static void
make_timed_calls (Client *self)
{
  for (guint i = 0; i < self->run->n_calls; i++)
    {
      double begin, latency;

      if (self->run->row->load->rest > 0)
        g_usleep (self->run->row->load->rest);
      begin = get_time ();
      make_calls (self, 1);
      latency = get_time () - begin;
      g_array_append_val (self->latencies, latency);
    }
}

/* Waits until all clients have warmed up. */
static void
wait_for_others (Run *run)
{
  g_mutex_lock (&run->lock);
  run->n_ready++;
  g_cond_broadcast (&run->cond);
  while (!run->begun)
    g_cond_wait (&run->cond, &run->lock);
  g_mutex_unlock (&run->lock);
}

static gpointer
client_thread (gpointer data)
{
  Client *self = data;
  const BenchContender *contender = self->run->row->contender;

  g_main_context_push_thread_default (self->context);
  self->client = contender->connect != NULL ? contender->connect (self->run->service)
                                            : self->run->service;

  make_calls (self, self->run->n_warm_up);
  wait_for_others (self->run);
  if (self->latencies != NULL)
    make_timed_calls (self);
  else
    make_calls (self, self->run->n_calls);

  if (contender->disconnect != NULL)
    contender->disconnect (self->client);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static double
to_seconds (struct timeval time)
{
  return (double) time.tv_sec + (double) time.tv_usec * 1e-6;
}

/* With @sign 1, adds what the process has used so far; with -1, subtracts it. */
static void
cost_add (BenchCost *cost,
          double     sign)
{
  struct rusage usage;

  if (getrusage (RUSAGE_SELF, &usage) != 0)
    g_error ("getrusage() failed");
  cost->seconds += sign * get_time ();
  cost->cpu_seconds += sign * (to_seconds (usage.ru_utime) + to_seconds (usage.ru_stime));
  cost->n_switches += sign * (double) (usage.ru_nvcsw + usage.ru_nivcsw);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return difference < 0 ? -1 : difference > 0;
}

/* Each client in a thread of its own. */
static void
run_threads (Run       *run,
             guint      n_clients,
             BenchCost *cost)
{
  g_autofree Client *clients = g_new0 (Client, n_clients);
  g_autofree GThread **threads = g_new0 (GThread *, n_clients);

  for (guint i = 0; i < n_clients; i++)
    {
      clients[i] = (Client) { .run = run, .context = g_main_context_new () };
      threads[i] = g_thread_new ("client", client_thread, &clients[i]);
    }

  g_mutex_lock (&run->lock);
  while (run->n_ready < n_clients)
    g_cond_wait (&run->cond, &run->lock);
  cost_add (cost, -1);
  run->begun = TRUE;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);

  for (guint i = 0; i < n_clients; i++)
    g_thread_join (threads[i]);
  cost_add (cost, 1);
  for (guint i = 0; i < n_clients; i++)
    g_main_context_unref (clients[i].context);
}

/* The main thread is the client. Its context is the thread-default one already. */
static void
run_here (Run          *run,
          GMainContext *context,
          BenchCost    *cost)
{
  const BenchContender *contender = run->row->contender;
  Client client = { .run = run, .context = context, .latencies = cost->latencies };

  client.client = contender->connect != NULL ? contender->connect (run->service) : run->service;
  make_calls (&client, run->n_warm_up);

  CALLGRIND_START_INSTRUMENTATION;
  cost_add (cost, -1);
  if (client.latencies != NULL)
    make_timed_calls (&client);
  else
    make_calls (&client, run->n_calls);
  cost_add (cost, 1);
  CALLGRIND_STOP_INSTRUMENTATION;

  if (contender->disconnect != NULL)
    contender->disconnect (client.client);
}

void
bench_row_run (const BenchRow *row,
               guint           n_calls,
               guint           n_warm_up,
               BenchCost      *cost)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint n_clients = MAX (row->load->n_clients, 1);
  Run run = {
    .row = row,
    .n_calls = MAX (n_calls / n_clients, 1),
    .n_warm_up = (n_warm_up + n_clients - 1) / n_clients,
  };

  g_mutex_init (&run.lock);
  g_cond_init (&run.cond);
  g_main_context_push_thread_default (context);
  if (row->contender->start != NULL)
    run.service = row->contender->start (row->setup, row->work);

  cost->n_calls = run.n_calls * n_clients;
  if (row->load->timed)
    cost->latencies = g_array_sized_new (FALSE, FALSE, sizeof (double), run.n_calls);
  if (row->load->n_clients > 0)
    run_threads (&run, n_clients, cost);
  else
    run_here (&run, context, cost);
  if (cost->latencies != NULL)
    g_array_sort (cost->latencies, compare_doubles);

  if (row->contender->stop != NULL)
    row->contender->stop (run.service);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  g_cond_clear (&run.cond);
  g_mutex_clear (&run.lock);
}
