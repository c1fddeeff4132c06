/* main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "commands/cg-commands.h"

int
main (int    argc G_GNUC_UNUSED,
      char **argv)
{
  return cg_commands_run (g_strdupv (argv));
}
