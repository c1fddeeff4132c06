/* norpc-monitor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Looks into the services of another process, in a terminal. */

#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "inspector-command-line.h"
#include "monitor-commands.h"

#define MAX_SECONDS 86400

static char *address;
static double interval; /* in seconds, or 0 for the default */
static double watch_time = -1; /* in seconds, or -1 for the default */
static guint n_times;   /* or 0 without an end */
static guint service;   /* or 0 for all */

/* Returns FALSE if @error is set, which names the option and the value. */
static gboolean
parse_count (const char  *option,
             const char  *value,
             gpointer     data G_GNUC_UNUSED,
             GError     **error)
{
  gboolean is_service = g_str_equal (option, "-s") || g_str_equal (option, "--service");
  guint64 number;

  if (!g_ascii_string_to_unsigned (value, 10, 1, G_MAXINT, &number, NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: expected a whole number from 1 to %d, got '%s'",
                   option, G_MAXINT, value);
      return FALSE;
    }
  *(is_service ? &service : &n_times) = (guint) number;

  return TRUE;
}

/* Returns FALSE if @error is set, which names the option and the value. */
static gboolean
parse_seconds (const char  *option,
               const char  *value,
               gpointer     data G_GNUC_UNUSED,
               GError     **error)
{
  gboolean is_interval = g_str_equal (option, "-i") || g_str_equal (option, "--interval");
  char *end;
  double seconds = g_ascii_strtod (value, &end);

  if (end == value || *end != '\0' || !(seconds >= (is_interval ? 0.001 : 0) && seconds <= MAX_SECONDS))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: expected seconds, from %s to %d, got '%s'", option,
                   is_interval ? "0.001" : "0", MAX_SECONDS, value);
      return FALSE;
    }
  *(is_interval ? &interval : &watch_time) = seconds;

  return TRUE;
}

static const GOptionEntry entries[] = {
  { "address", 'a', G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &address,
    "The socket, the folder or the D-Bus address of the process; by default $NORPC_INSPECT, or $XDG_RUNTIME_DIR/norpc",
    "ADDRESS" },
  { "service", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_CALLBACK, parse_count, "Only the service with this number", "NUMBER" },
  { "watch", 'w', G_OPTION_FLAG_NONE, G_OPTION_ARG_CALLBACK, parse_seconds,
    "Record calls for so long before printing for the first time (default: 1 for calls and lints, the interval for "
    "rates, otherwise 0)", "SECONDS" },
  { "interval", 'i', G_OPTION_FLAG_NONE, G_OPTION_ARG_CALLBACK, parse_seconds,
    "Print again after so many seconds (default: 1 for rates and events, otherwise never)", "SECONDS" },
  { "count", 'n', G_OPTION_FLAG_NONE, G_OPTION_ARG_CALLBACK, parse_count, "Print so often (default: without an end)",
    "NUMBER" },
  { NULL }
};

static const struct
{
  const char  *name;
  MonitorFunc  func;
  double       interval;   /* by default, or 0 */
  double       watch_time; /* by default; that of rates is their interval */
  const char  *description;
} commands[] = {
  { "tree", monitor_print_tree, 0, 0, "threads, their services, and the calls of these (default)" },
  { "calls", monitor_print_calls, 0, 1, "the calls in flight, with their arguments and ages" },
  { "rates", monitor_print_rates, 1, 1, "how often methods are called, and how long it takes" },
  { "events", monitor_print_events, 1, 0, "what happens to calls" },
  { "lints", monitor_print_lints, 0, 1, "signs of mistakes" },
};

/* Returns the summary (owned) for --help. */
static char *
make_summary (void)
{
  GString *text = g_string_new ("Looks into the services of a process that was started with NORPC_INSPECT set to a "
                                "folder or a D-Bus address.\n\nCommands:\n");

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "  %-8s %s\n", commands[i].name, commands[i].description);
  g_string_append (text, "  invoke   call a method: invoke INTERFACE.METHOD [ARGUMENTS], such as\n"
                         "           invoke org.example.Kv.Get \"'key'\"\n\n"
                         "A process records calls only while it is looked into, so calls that were sent before "
                         "norpc-monitor\nconnected are not shown; --watch sets for how long it looks.");

  return g_string_free (text, FALSE);
}

/* Returns FALSE if @error is set, because nobody reads the output, or there is no room for it. */
static gboolean
flush_output (GError **error)
{
  int code;

  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;

  code = errno;
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "failed to write: %s", g_strerror (code));

  return FALSE;
}

static void
wait_for (Monitor *self,
          double   seconds)
{
  self->watched += seconds;
  g_usleep ((gulong) (seconds * G_USEC_PER_SEC));
}

/* Prints until the process ends, or often enough. Returns FALSE if @error is set. */
static gboolean
repeat (Monitor     *self,
        MonitorFunc  func,
        double       seconds,
        GError     **error)
{
  for (guint n = 1;; n++)
    {
      if (!func (self, error) || !flush_output (error))
        return FALSE;
      if (seconds <= 0 || n == n_times)
        return TRUE;
      wait_for (self, seconds);
      if (func != monitor_print_events)
        g_print ("\n");
    }
}

/* Returns FALSE if @error is set, because the service that was chosen does not run. */
static gboolean
check_service (Monitor  *self,
               GError  **error)
{
  g_autoptr (GVariant) services = NULL;
  g_autoptr (GVariant) found = NULL;

  if (self->service == 0)
    return TRUE;

  services = norpc_inspector_list_services (self->inspector, NULL, error);
  if (services == NULL)
    return FALSE;

  found = inspector_find_service (services, self->service);
  if (found == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no service %u; the command 'tree' shows their numbers",
                 self->service);

  return found != NULL;
}

/* Watches, and prints then. Returns FALSE if @error is set. */
static gboolean
run_list (Monitor  *self,
          gsize     command,
          GError  **error)
{
  double seconds = interval > 0 ? interval : commands[command].interval;
  double first = commands[command].func == monitor_print_rates ? seconds : commands[command].watch_time;

  wait_for (self, watch_time >= 0 ? watch_time : first);

  return repeat (self, commands[command].func, seconds, error);
}

/* Runs the command. Returns FALSE if @error is set. */
static gboolean
run_command (Monitor  *self,
             int       n_args,
             char    **args,
             GError  **error)
{
  const char *name = n_args > 0 ? args[0] : "tree";

  if (!check_service (self, error))
    return FALSE;

  if (g_str_equal (name, "invoke") && (n_args == 2 || n_args == 3))
    return monitor_invoke (self, args[1], n_args == 3 ? args[2] : "", error) && flush_output (error);

  for (gsize i = 0; i < G_N_ELEMENTS (commands) && n_args <= 1; i++)
    if (g_str_equal (name, commands[i].name))
      return run_list (self, i, error);

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' is not a command with these arguments; see "
               "norpc-monitor --help", name);

  return FALSE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[COMMAND]");
  g_autofree char *summary = make_summary ();
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GError) error = NULL;
  Monitor monitor = { 0 };
  int status;

  setlocale (LC_ALL, "");
  g_set_prgname ("norpc-monitor");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, summary);
  if (!inspector_parse_command_line (context, &argc, &argv, &status))
    return status;

  inspector = inspector_connect (address, &error);
  monitor = (Monitor) { .inspector = inspector, .service = service };
  if (inspector != NULL && run_command (&monitor, argc - 1, argv + 1, &error))
    return 0;

  return inspector_print_error (error);
}
