/* main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "commands/cg-commands.h"

int
main (int    argc,
      char **argv)
{
  (void) argc;

  return cg_commands_run (g_strdupv (argv));
}
