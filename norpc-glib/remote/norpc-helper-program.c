/* norpc-helper-program.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-log-private.h"
#include "norpc-helper-program-private.h"

void
norpc_helper_program_clear (NorpcHelperProgram *self)
{
  g_clear_pointer (&self->argv, g_strfreev);
  g_clear_pointer (&self->environment, g_strfreev);
  g_clear_pointer (&self->directory, g_free);
}

/* Starts the program, which has @fd (owned) as @target_fd. Returns NULL with a warning if that fails. */
GSubprocess *
norpc_helper_program_spawn (const NorpcHelperProgram *self,
                            int                       fd,
                            int                       target_fd)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  g_autofree char *number = g_strdup_printf ("%d", target_fd);
  GSubprocess *process;

  if (self->environment != NULL)
    g_subprocess_launcher_set_environ (launcher, self->environment);
  if (self->directory != NULL)
    g_subprocess_launcher_set_cwd (launcher, self->directory);
  g_subprocess_launcher_setenv (launcher, NORPC_HELPER_VARIABLE, number, TRUE);
  g_subprocess_launcher_take_fd (launcher, fd, target_fd);
  process = g_subprocess_launcher_spawnv (launcher, (const char * const *) self->argv, &error);
  if (process == NULL)
    norpc_warning ("The helper '%s' cannot be started: %s", self->argv[0], error->message);

  return process;
}
