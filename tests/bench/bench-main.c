/* bench-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs one row of the benchmark, once. The script `run` calls it for each row in turn, several
 * times over; a process of its own gives each row the same heap and no other threads.
 *
 * Peers are programs with the same arguments and output.
 */

#include <errno.h>
#include <stdlib.h>

#include "bench.h"

static const char usage[] =
  "Usage: bench --list\n"
  "       bench ROW CALLS WARM-UP\n"
  "\n"
  "Prints the names of the rows, or makes CALLS calls and prints lines “name value” with what\n"
  "they have cost: “seconds”, “cpu” (seconds, of all threads) and “switches” (of contexts), and,\n"
  "in rows that time each call, percentiles in seconds. The WARM-UP calls before do not count.\n";

/* CONTENDER.MODE.WORK.LOAD, or CONTENDER.LOAD for what is no work of a service. */
static char *
get_row_name (const BenchRow *row)
{
  static const char * const modes[] = { "async", "reply", "sync" };
  const char *suffix = row->setup->suffix;
  g_autoptr (GString) name = g_string_new (row->contender->name);

  if (suffix != NULL)
    g_string_append_printf (name, "-%s", suffix);
  if (row->work != NULL)
    g_string_append_printf (name, ".%s.%s", modes[row->mode], row->work);
  g_string_append_printf (name, ".%s", row->load->name);

  return g_string_free (g_steal_pointer (&name), FALSE);
}

static void
list_rows (void)
{
  for (guint i = 0; i < bench_n_rows; i++)
    {
      g_autofree char *name = get_row_name (&bench_rows[i]);

      g_print ("%s\n", name);
    }
}

static const BenchRow *
find_row (const char *wanted)
{
  for (guint i = 0; i < bench_n_rows; i++)
    {
      g_autofree char *name = get_row_name (&bench_rows[i]);

      if (g_str_equal (name, wanted))
        return &bench_rows[i];
    }

  return NULL;
}

/* In all locales with a point. */
static void
print_value (const char *name,
             double      value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_print ("%s %s\n", name, g_ascii_dtostr (text, sizeof text, value));
}

static void
print_cost (const BenchCost *cost)
{
  static const struct { const char *name; double part; } percentiles[] = {
    { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p99.9", 0.999 },
  };

  print_value ("calls", cost->n_calls);
  print_value ("seconds", cost->seconds);
  print_value ("cpu", cost->cpu_seconds);
  print_value ("switches", cost->n_switches);
  if (cost->latencies != NULL)
    for (guint i = 0; i < G_N_ELEMENTS (percentiles); i++)
      print_value (percentiles[i].name,
                   g_array_index (cost->latencies, double,
                                  (guint) (percentiles[i].part * (cost->latencies->len - 1))));
}

static gboolean
parse_number (const char *text,
              guint64     minimum,
              guint      *number)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, minimum, G_MAXINT, &value, NULL))
    return FALSE;
  *number = (guint) value;

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  BenchCost cost = { 0 };
  const BenchRow *row;
  guint n_calls, n_warm_up;

  if (argc == 2 && g_str_equal (argv[1], "--list"))
    {
      list_rows ();
      return 0;
    }
  if (argc == 2 && g_str_equal (argv[1], "--help"))
    {
      g_print ("%s", usage);
      return 0;
    }
  if (argc != 4 || !parse_number (argv[2], 1, &n_calls) || !parse_number (argv[3], 0, &n_warm_up))
    {
      g_printerr ("%s", usage);
      return 2;
    }

  row = find_row (argv[1]);
  if (row == NULL)
    {
      g_printerr ("bench: there is no row '%s'; see bench --list\n", argv[1]);
      return 2;
    }

  bench_row_run (row, n_calls, n_warm_up, &cost);
  print_cost (&cost);
  g_clear_pointer (&cost.latencies, g_array_unref);

  return 0;
}
