/* norpc-helper-program.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <signal.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "core/norpc-error.h"
#include "core/norpc-log-private.h"
#include "norpc-helper-program-private.h"

/* How long a program that was stopped, or has closed its connection, may go on, in milliseconds. */
#define STOP_TIMEOUT 5000

/* Data of a process that did not end by itself. */
#define WAS_KILLED "norpc-was-killed"

void
norpc_helper_program_clear (NorpcHelperProgram *self)
{
  g_clear_pointer (&self->argv, g_strfreev);
  g_clear_pointer (&self->environment, g_strfreev);
  g_clear_pointer (&self->directory, g_free);
}

#ifdef __linux__
/* Runs in the new process, before the program: only functions that are async-signal-safe. The system sends the signal when
 * the thread of D-Bus endpoints ends, which it does with the process.
 */
static void
end_with_parent (gpointer parent)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getppid () != GPOINTER_TO_INT (parent))
    raise (SIGTERM);
}
#endif

/* Called in the thread of D-Bus endpoints. Starts the program, which has @fd (owned) as @target_fd. Returns NULL,
 * also with a warning, if that fails.
 */
GSubprocess *
norpc_helper_program_spawn (const NorpcHelperProgram *self,
                            int                       fd,
                            int                       target_fd,
                            GError                  **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) spawn_error = NULL;
  g_autofree char *number = g_strdup_printf ("%d", target_fd);
  GSubprocess *process;

  if (self->environment != NULL)
    g_subprocess_launcher_set_environ (launcher, self->environment);
  if (self->directory != NULL)
    g_subprocess_launcher_set_cwd (launcher, self->directory);
  g_subprocess_launcher_setenv (launcher, NORPC_HELPER_VARIABLE, number, TRUE);
#ifdef __linux__
  g_subprocess_launcher_set_child_setup (launcher, end_with_parent, GINT_TO_POINTER ((int) getpid ()), NULL);
#endif
  g_subprocess_launcher_take_fd (launcher, fd, target_fd);
  process = g_subprocess_launcher_spawnv (launcher, (const char * const *) self->argv, &spawn_error);
  if (process == NULL)
    {
      norpc_warning ("The helper '%s' cannot be started: %s", self->argv[0], spawn_error->message);
      g_propagate_error (error, g_steal_pointer (&spawn_error));
    }

  return process;
}

/* Returns an error (owned) that says how a process has ended. */
GError *
norpc_helper_program_explain_exit (GSubprocess *process)
{
  if (g_object_get_data (G_OBJECT (process), WAS_KILLED) != NULL)
    return g_error_new_literal (NORPC_ERROR, NORPC_ERROR_CLOSED, "It has closed its connection, and was killed");
  if (g_subprocess_get_if_exited (process))
    return g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED, "It exited with status %d", g_subprocess_get_exit_status (process));

  return g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED, "It was ended by signal %d (%s)",
                      g_subprocess_get_term_sig (process), g_strsignal (g_subprocess_get_term_sig (process)));
}

/* Runs in the thread of D-Bus endpoints. */
static gboolean
kill_cb (gpointer process)
{
  g_object_set_data (G_OBJECT (process), WAS_KILLED, process);
  g_subprocess_force_exit (process);

  return G_SOURCE_REMOVE;
}

static void
program_exited_cb (GObject      *process,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GSource) timer = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  g_source_destroy (timer);
}

/* Called in the thread of D-Bus endpoints. The process is killed if it does not end. */
void
norpc_helper_program_await_exit (GSubprocess *process)
{
  GSource *timer = g_timeout_source_new (STOP_TIMEOUT);

  g_source_set_static_name (timer, "norpc helper: kill");
  g_source_set_callback (timer, kill_cb, g_object_ref (process), g_object_unref);
  g_source_attach (timer, g_main_context_get_thread_default ());
  g_subprocess_wait_async (process, NULL, program_exited_cb, timer);
}
