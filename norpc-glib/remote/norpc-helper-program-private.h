/* norpc-helper-program-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The environment variable that tells a helper which file descriptor its connection is. */
#define NORPC_HELPER_VARIABLE "NORPC_HELPER_FD"

/* The program of a helper. */
typedef struct
{
  GStrv argv;        /* (owned) (nullable) */
  GStrv environment; /* (owned) (nullable): that of this process, if NULL */
  char *directory;   /* (owned) (nullable): that of this process, if NULL */
} NorpcHelperProgram;

void         norpc_helper_program_clear (NorpcHelperProgram       *self);
GSubprocess *norpc_helper_program_spawn (const NorpcHelperProgram *self,
                                         int                       fd,
                                         int                       target_fd,
                                         GError                  **error);
GError      *norpc_helper_program_explain_exit (GSubprocess *process);
void         norpc_helper_program_await_exit   (GSubprocess *process);

G_END_DECLS
