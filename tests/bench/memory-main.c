/* memory-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The memory that calls need: each of a million calls in flight, and a process that
 * keeps making calls. It is measured as the resident memory of the process.
 */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"

#define IN_FLIGHT_STEADY 1024
#define N_REPORTS 20
#define WARM_UP 200000
#define MAX_BYTES_A_CALL 600
#define MAX_GROWTH (2 * 1024 * 1024)

typedef enum
{
  WAY_ASYNC,     /* a task */
  WAY_REPLY,     /* a reply function */
  WAY_DEADLINE,  /* a task, and a deadline for each call */
  WAY_CANCELLABLE, /* a task, and a cancellable for all calls */
} Way;

static const struct
{
  const char *name;
  Way         way;
  guint       max_bytes; /* for one call, or 0 */
} rows[] = {
  { "norpc.async.in-flight", WAY_ASYNC, MAX_BYTES_A_CALL },
  { "norpc.reply.in-flight", WAY_REPLY, MAX_BYTES_A_CALL },
  { "norpc.async.in-flight.deadline", WAY_DEADLINE, MAX_BYTES_A_CALL },
  { "norpc.async.in-flight.cancellable", WAY_CANCELLABLE, 0 },
};

static int n_in_flight = 1000000;
static int n_steady_millions = 1;
static char *filter = NULL;

static const GOptionEntry options[] = {
  { "in-flight", 0, 0, G_OPTION_ARG_INT, &n_in_flight,
    "How many calls are in flight at once (1000000)", "N" },
  { "steady", 0, 0, G_OPTION_ARG_INT, &n_steady_millions,
    "How many millions of calls are made one after the other (1)", "N" },
  { "filter", 0, 0, G_OPTION_ARG_STRING, &filter,
    "Run only rows whose name begins so", "PREFIX" },
  { NULL }
};

typedef struct
{
  NorpcServer      *server;   /* (owned) */
  GObject          *service;  /* (owned) */
  BenchTargetProxy *proxy;    /* (owned) */
  GCancellable     *cancellable; /* (owned) (nullable) */
  Way               way;
  guint64           n_unsent;
  guint64           n_unanswered;
} Client;

/* In bytes. */
static gint64
get_resident (void)
{
  g_autofree char *text = NULL;
  long long size, resident;

  malloc_trim (0);
  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) ||
      sscanf (text, "%lld %lld", &size, &resident) != 2)
    g_error ("/proc/self/statm does not tell");

  return resident * sysconf (_SC_PAGESIZE);
}

static void
client_begin (Client *self,
              Way     way,
              guint   n_kept)
{
  g_autoptr (NorpcChannel) channel = norpc_channel_new (G_MAXINT, NORPC_WHEN_FULL_BUSY);
  g_autoptr (GError) error = NULL;

  *self = (Client) { .way = way };
  self->service = memory_service_new (n_kept);
  self->server = g_object_new (NORPC_TYPE_SERVER, "service", self->service, "channel", channel,
                               NULL);
  if (!norpc_server_start (self->server, NULL, &error))
    g_error ("%s", error->message);

  self->proxy = bench_target_proxy_new (NORPC_ENDPOINT (channel));
  if (way == WAY_DEADLINE)
    norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), G_MAXINT);
  if (way == WAY_CANCELLABLE)
    self->cancellable = g_cancellable_new ();
}

static void
client_end (Client *self)
{
  g_autoptr (GError) error = NULL;

  if (!norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, &error))
    g_error ("%s", error->message);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->proxy);
  g_clear_object (&self->server);
  g_clear_object (&self->service);
}

static void send_next (Client *self);

static void
answered (Client       *self,
          const GError *error)
{
  if (error != NULL)
    g_error ("a call failed: %s", error->message);

  self->n_unanswered--;
  if (self->n_unsent > 0)
    send_next (self);
}

static void
noop_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  bench_target_proxy_call_noop_finish (BENCH_TARGET_PROXY (source_object), result, &error);
  answered (user_data, error);
}

static void
replied_cb (const GError *error,
            gpointer      user_data)
{
  answered (user_data, error);
}

static void
send_next (Client *self)
{
  self->n_unsent--;
  if (self->way == WAY_REPLY)
    bench_target_proxy_call_noop_with_reply (self->proxy, self->cancellable, replied_cb, self);
  else
    bench_target_proxy_call_noop (self->proxy, self->cancellable, noop_cb, self);
}

/* Keeps @n_window calls on their way, until @n_calls more were answered. */
static void
run_calls (Client  *self,
           guint64  n_calls,
           guint    n_window)
{
  self->n_unsent = n_calls;
  self->n_unanswered = n_calls;
  for (guint i = 0; i < n_window && self->n_unsent > 0; i++)
    send_next (self);
  while (self->n_unanswered > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns the bytes for one call. */
static double
measure_in_flight (Way way)
{
  Client client;
  gint64 before, after;

  client_begin (&client, way, n_in_flight);
  before = get_resident ();
  client.n_unsent = client.n_unanswered = n_in_flight;
  while (client.n_unsent > 0)
    send_next (&client);
  while (!memory_service_has_all (client.service))
    g_usleep (1000);
  after = get_resident ();

  memory_service_answer_all (client.service);
  while (client.n_unanswered > 0)
    g_main_context_iteration (NULL, TRUE);
  client_end (&client);

  return (double) (after - before) / n_in_flight;
}

/* FALSE if a call takes too much. */
static gboolean
run_in_flight (guint row)
{
  double bytes = measure_in_flight (rows[row].way);

  g_print ("%s %.0f bytes\n", rows[row].name, bytes);
  if (rows[row].max_bytes == 0 || bytes < rows[row].max_bytes)
    return TRUE;

  g_printerr ("memory: %s takes %u bytes or more\n", rows[row].name, rows[row].max_bytes);

  return FALSE;
}

/* FALSE if the process has grown. */
static gboolean
run_steady (guint row G_GNUC_UNUSED)
{
  guint64 n_calls = (guint64) n_steady_millions * 1000000;
  gint64 first, last;
  Client client;

  client_begin (&client, WAY_ASYNC, 0);
  run_calls (&client, WARM_UP, IN_FLIGHT_STEADY);
  first = last = get_resident ();
  for (guint i = 1; i <= N_REPORTS; i++)
    {
      run_calls (&client, n_calls / N_REPORTS, IN_FLIGHT_STEADY);
      last = get_resident ();
      if (n_steady_millions > 1)
        g_print ("norpc.async.steady.%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " bytes\n",
                 n_calls / N_REPORTS * i, last);
    }
  client_end (&client);
  g_print ("norpc.async.steady.growth %" G_GINT64_FORMAT " bytes\n", last - first);

  if (last - first > MAX_GROWTH)
    g_printerr ("memory: it has grown\n");

  return last - first <= MAX_GROWTH;
}

/* In a process of its own: what one row has freed, the next would find. TRUE if
 * it was good.
 */
static gboolean
run_apart (const char *name,
           gboolean  (*run) (guint row),
           guint       row)
{
  pid_t child;
  int status;

  if (filter != NULL && !g_str_has_prefix (name, filter))
    return TRUE;

  child = fork ();
  if (child < 0)
    g_error ("fork() failed");
  if (child == 0)
    exit (run (row) ? 0 : 1);

  return waitpid (child, &status, 0) == child && WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("");
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  g_option_context_set_summary (context, "Measures what calls take of memory.\n"
                                         "Prints lines “name value unit”.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) ||
      n_in_flight < 1 || n_steady_millions < 1)
    {
      g_printerr ("memory: %s\n", error != NULL ? error->message : "wrong arguments");
      return 2;
    }

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    good = run_apart (rows[i].name, run_in_flight, i) && good;
  good = run_apart ("norpc.async.steady", run_steady, 0) && good;
  g_free (filter);

  return good ? 0 : 1;
}
