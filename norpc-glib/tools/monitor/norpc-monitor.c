/* norpc-monitor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Looks into the services of another process, in a terminal. */

#include <errno.h>
#include <locale.h>
#include <stdio.h>

#include "monitor-commands.h"

static char *address;
static double interval;
static int n_times;
static int service;
static gboolean print_version;

static const GOptionEntry entries[] = {
  { "address", 'a', G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &address,
    "The socket, the folder or the D-Bus address of the process; by default $NORPC_INSPECT", "ADDRESS" },
  { "service", 's', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &service, "Only the service with this number", "NUMBER" },
  { "interval", 'i', G_OPTION_FLAG_NONE, G_OPTION_ARG_DOUBLE, &interval,
    "Print again after so many seconds (default: 1 for rates and events, otherwise never)", "SECONDS" },
  { "count", 'n', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &n_times, "Print so often (default: without an end)", "NUMBER" },
  { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &print_version, "Print the version", NULL },
  { NULL }
};

static const struct
{
  const char  *name;
  MonitorFunc  func;
  double       interval;    /* by default, or 0 */
  const char  *description;
} commands[] = {
  { "tree", monitor_print_tree, 0, "threads, their services, and the calls of these (default)" },
  { "calls", monitor_print_calls, 0, "the calls in flight, with their arguments and ages" },
  { "rates", monitor_print_rates, 1, "how often methods are called, and how long it takes" },
  { "events", monitor_print_events, 1, "what happens to calls" },
  { "lints", monitor_print_lints, 0, "signs of mistakes" },
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
                         "           invoke org.example.Kv.Get \"'key'\"");

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

/* Prints until the process ends, or often enough. Returns FALSE if @error is set. */
static gboolean
repeat (Monitor     *self,
        MonitorFunc  func,
        double       seconds,
        GError     **error)
{
  for (int n = 1;; n++)
    {
      if (!func (self, error) || !flush_output (error))
        return FALSE;
      if (seconds <= 0 || n == n_times)
        return TRUE;
      g_usleep ((gulong) (seconds * G_USEC_PER_SEC));
      if (func != monitor_print_events)
        g_print ("\n");
    }
}

/* Runs the command. Returns FALSE if @error is set. */
static gboolean
run_command (Monitor  *self,
             int       n_args,
             char    **args,
             GError  **error)
{
  const char *name = n_args > 0 ? args[0] : "tree";

  if (g_str_equal (name, "invoke") && (n_args == 2 || n_args == 3))
    return monitor_invoke (self, args[1], n_args == 3 ? args[2] : "", error) && flush_output (error);

  for (gsize i = 0; i < G_N_ELEMENTS (commands) && n_args <= 1; i++)
    if (g_str_equal (name, commands[i].name))
      {
        /* The first rates are those since then. */
        if (commands[i].func == monitor_print_rates)
          g_usleep ((gulong) ((interval > 0 ? interval : 1) * G_USEC_PER_SEC));
        return repeat (self, commands[i].func, interval > 0 ? interval : commands[i].interval, error);
      }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' is not a command with these arguments; see "
               "norpc-monitor --help", name);

  return FALSE;
}

/* Connects to the process and runs the command. Returns FALSE if @error is set. */
static gboolean
run (int      n_args,
     char   **args,
     GError **error)
{
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autofree char *found = NULL;
  const char *place = address != NULL ? address : g_getenv ("NORPC_INSPECT");
  Monitor monitor = { .service = (guint) MAX (service, 0) };

  if (place == NULL || *place == '\0')
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "no process was named: use --address, or set NORPC_INSPECT as the process has it");
      return FALSE;
    }

  found = inspector_find_address (place, error);
  inspector = found != NULL ? norpc_inspector_new_for_address (found, NULL, error) : NULL;
  if (inspector == NULL)
    return FALSE;

  monitor.inspector = inspector;

  return run_command (&monitor, n_args, args, error);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[COMMAND]");
  g_autofree char *summary = make_summary ();
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, summary);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("norpc-monitor: %s\n", error->message);
      return 2;
    }
  if (print_version)
    {
      g_print ("%s\n", NORPC_VERSION);
      return 0;
    }
  if (run (argc - 1, argv + 1, &error))
    return 0;

  g_printerr ("norpc-monitor: %s\n", error->message);

  return error->domain == G_OPTION_ERROR ? 2 : 1;
}
