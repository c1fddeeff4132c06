/* bench-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long a call that does nothing takes, from one busy thread to another.
 *
 * All rows run in turn, several times over, so that what else the machine does
 * meets all alike. The median of the rounds counts.
 */

#include <stdlib.h>

#include "bench.h"

typedef enum
{
  MODE_ASYNC,
  MODE_REPLY,
  MODE_SYNC,
  MODE_LOOP
} Mode;

typedef struct
{
  const BenchContender *contender;
  Mode                  mode;
  guint                 in_flight; /* 1: one after the other */
  double                share;     /* calls in a round, as a part of --calls */
} Row;

/* The shares are such that a row takes 0.1 to 0.3 s a round. */
static const Row rows[] = {
  { &bench_norpc, MODE_ASYNC, 1, 0.5 },
  { &bench_norpc, MODE_ASYNC, 64, 2.0 },
  { &bench_norpc, MODE_ASYNC, 1024, 2.0 },
  { &bench_norpc, MODE_SYNC, 1, 1.0 },
  { &bench_norpc, MODE_REPLY, 1, 1.0 },
  { &bench_norpc, MODE_REPLY, 64, 3.0 },
  { &bench_norpc, MODE_REPLY, 1024, 3.0 },
  { &bench_norpc_many, MODE_REPLY, 100000, 3.0 },
  { &bench_norpc_deadlines, MODE_REPLY, 100000, 3.0 },
  { &bench_hand, MODE_ASYNC, 1, 0.04 },
  { &bench_hand, MODE_ASYNC, 64, 0.5 },
  { &bench_hand, MODE_ASYNC, 1024, 0.5 },
  { &bench_hand, MODE_SYNC, 1, 0.04 },
  { &bench_hand, MODE_REPLY, 1, 0.04 },
  { &bench_hand, MODE_REPLY, 64, 0.5 },
  { &bench_hand, MODE_REPLY, 1024, 0.5 },
  { &bench_task, MODE_ASYNC, 1, 0.04 },
  { &bench_task, MODE_ASYNC, 64, 0.3 },
  { &bench_task, MODE_ASYNC, 1024, 0.3 },
  { &bench_task, MODE_SYNC, 1, 0.04 },
  { &bench_gdbus, MODE_ASYNC, 1, 0.01 },
  { &bench_gdbus, MODE_ASYNC, 64, 0.03 },
  { &bench_gdbus, MODE_ASYNC, 1024, 0.03 },
  { &bench_gdbus, MODE_SYNC, 1, 0.01 },
  { &bench_floor_sleep, MODE_LOOP, 1, 0.04 },
  { &bench_floor_spin, MODE_LOOP, 1, 2.0 },
};

#define N_ROWS G_N_ELEMENTS (rows)

/* Calls on their way: never more than so many at a time. */
struct _BenchWindow
{
  void (*call) (gpointer     state,
                BenchWindow *window);
  gpointer state;
  guint    n_unsent;
  guint    n_unanswered;
};

/* A contender that runs, and what its rows measured. */
typedef struct
{
  gpointer      state;
  GMainContext *context; /* (owned): the client's */
} Place;

typedef struct
{
  char   *name;    /* (owned) */
  Place  *place;   /* (unowned): shared by the rows of a contender */
  double *seconds; /* (owned): for one call, in each round */
  gboolean chosen;
} Result;

static int n_rounds = 7;
static int n_base_calls = 100000;
static char *filter = NULL;

gboolean bench_collect_stats = FALSE;

static const GOptionEntry options[] = {
  { "rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "How often each row is run (7)", "N" },
  { "calls", 0, 0, G_OPTION_ARG_INT, &n_base_calls,
    "Calls in a round, which each row takes its share of (100000)", "N" },
  { "filter", 0, 0, G_OPTION_ARG_STRING, &filter,
    "Run only rows whose name begins so", "PREFIX" },
  { "stats", 0, 0, G_OPTION_ARG_NONE, &bench_collect_stats,
    "Have norpc-glib's server collect statistics", NULL },
  { NULL }
};

static void
window_send (BenchWindow *self)
{
  self->n_unsent--;
  self->call (self->state, self);
}

/* The client's context. */
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
    window_send (self);
}

static void
run_window (const Row *row,
            Place     *place,
            guint      n_calls)
{
  BenchWindow window = {
    .call = row->mode == MODE_REPLY ? row->contender->reply : row->contender->async,
    .state = place->state,
    .n_unsent = n_calls,
    .n_unanswered = n_calls,
  };

  for (guint i = 0; i < row->in_flight && window.n_unsent > 0; i++)
    window_send (&window);
  while (window.n_unanswered > 0)
    g_main_context_iteration (place->context, TRUE);
}

static void
run_calls (const Row *row,
           Place     *place,
           guint      n_calls)
{
  switch (row->mode)
    {
    case MODE_LOOP:
      row->contender->loop (n_calls);
      break;

    case MODE_SYNC:
      for (guint i = 0; i < n_calls; i++)
        if (!row->contender->sync (place->state))
          g_error ("a call failed");
      break;

    case MODE_ASYNC:
    case MODE_REPLY:
    default:
      run_window (row, place, n_calls);
      break;
    }
}

/* Seconds for one call. */
static double
measure (const Row *row,
         Place     *place)
{
  guint n_calls = MAX ((guint) (n_base_calls * row->share), 2 * row->in_flight);
  gint64 begin, end;

  g_main_context_push_thread_default (place->context);
  run_calls (row, place, n_calls / 10 + 1);
  begin = g_get_monotonic_time ();
  run_calls (row, place, n_calls);
  end = g_get_monotonic_time ();
  g_main_context_pop_thread_default (place->context);

  return (double) MAX (end - begin, 1) / G_USEC_PER_SEC / n_calls;
}

static char *
row_get_name (const Row *row)
{
  static const char * const modes[] = { "async.noop", "reply.noop", "sync.noop" };

  if (row->mode == MODE_LOOP)
    return g_strdup_printf ("%s.seq", row->contender->name);
  if (row->in_flight == 1)
    return g_strdup_printf ("%s.%s.seq", row->contender->name, modes[row->mode]);

  return g_strdup_printf ("%s.%s.w%u", row->contender->name, modes[row->mode], row->in_flight);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return difference < 0 ? -1 : difference > 0;
}

static double
get_median (const Result *result)
{
  return result->seconds[n_rounds / 2];
}

static void
print_row (const Row    *row,
           const Result *result)
{
  if (row->in_flight == 1)
    g_print ("%s %.1f ns\n", result->name, get_median (result) * 1e9);
  else
    g_print ("%s %.0f calls/s\n", result->name, 1 / get_median (result));
}

/* How many times as fast norpc is as another in the same row. */
static void
print_ratio (const Result *results,
             guint         other)
{
  for (guint i = 0; i < N_ROWS; i++)
    if (rows[i].contender == &bench_norpc && rows[other].contender != &bench_norpc &&
        rows[i].mode == rows[other].mode && rows[i].in_flight == rows[other].in_flight &&
        results[i].chosen && results[other].chosen)
      g_print ("ratio.%s %.1f x\n", results[other].name,
               get_median (&results[other]) / get_median (&results[i]));
}

static Place *
place_new (const BenchContender *contender)
{
  Place *place = g_new0 (Place, 1);

  place->context = g_main_context_new ();
  if (contender->start != NULL)
    {
      g_main_context_push_thread_default (place->context);
      place->state = contender->start ();
      g_main_context_pop_thread_default (place->context);
    }

  return place;
}

static void
place_free (Place                *place,
            const BenchContender *contender)
{
  if (contender->stop != NULL)
    {
      g_main_context_push_thread_default (place->context);
      contender->stop (place->state);
      while (g_main_context_iteration (place->context, FALSE))
        ;
      g_main_context_pop_thread_default (place->context);
    }
  g_main_context_unref (place->context);
  g_free (place);
}

static gboolean
is_first_of_contender (guint i)
{
  return i == 0 || rows[i].contender != rows[i - 1].contender;
}

static void
run_rounds (Result *results)
{
  for (int round = 0; round < n_rounds; round++)
    for (guint i = 0; i < N_ROWS; i++)
      if (results[i].chosen)
        results[i].seconds[round] = measure (&rows[i], results[i].place);

  for (guint i = 0; i < N_ROWS; i++)
    qsort (results[i].seconds, n_rounds, sizeof (double), compare_doubles);
}

static gboolean
parse_options (int    argc,
               char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("");
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context,
                                "Measures calls that do nothing, from one thread to another.\n"
                                "Prints lines “name value unit”: medians of the rounds.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("bench: %s\n", error->message);
      return FALSE;
    }
  if (argc > 1 || n_rounds < 1 || n_base_calls < 1)
    {
      g_printerr ("bench: wrong arguments; see bench --help\n");
      return FALSE;
    }

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  Result results[N_ROWS] = { { NULL } };

  if (!parse_options (argc, argv))
    return 2;

  for (guint i = 0; i < N_ROWS; i++)
    {
      results[i].name = row_get_name (&rows[i]);
      results[i].chosen = filter == NULL || g_str_has_prefix (results[i].name, filter);
      results[i].seconds = g_new0 (double, n_rounds);
      results[i].place = is_first_of_contender (i) ? place_new (rows[i].contender)
                                                   : results[i - 1].place;
    }

  run_rounds (results);

  for (guint i = 0; i < N_ROWS; i++)
    if (results[i].chosen)
      print_row (&rows[i], &results[i]);
  for (guint i = 0; i < N_ROWS; i++)
    print_ratio (results, i);

  for (guint i = N_ROWS; i-- > 0;)
    {
      if (is_first_of_contender (i))
        place_free (results[i].place, rows[i].contender);
      g_free (results[i].name);
      g_free (results[i].seconds);
    }
  g_free (filter);

  return 0;
}
