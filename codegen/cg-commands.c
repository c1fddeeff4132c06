/* cg-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which command a command line is for. Without the name of one, it is what
 * gdbus-codegen would be told. */

#include "cg-commands.h"

static const CgCommand commands[] = {
  { "check", "What breaks for callers between two versions of a description", cg_command_check },
  { "format", "Rewrite descriptions in canonical form", cg_command_format },
  { "skeleton", "Write services to fill in, and a test for them", cg_command_skeleton },
};

/* Takes over @args, a copy of the command line. */
int
cg_commands_run (char **args)
{
  for (gsize i = 0; args[0] != NULL && args[1] != NULL && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (args[1], commands[i].name))
      {
        g_free (args[1]);
        for (char **arg = &args[1]; *arg != NULL; arg++)
          arg[0] = arg[1];
        return commands[i].run (args);
      }

  return cg_command_generate (args);
}

/* The commands as --help lists them. */
char *
cg_commands_make_help (void)
{
  GString *help = g_string_new ("Commands, each with a --help of its own:");

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (help, "\n  %-10s%s", commands[i].name, commands[i].description);

  return g_string_free (help, FALSE);
}

int
cg_command_misused (const char *name,
                    GError     *error)
{
  g_printerr ("norpc-codegen%s%s: %s\nTry 'norpc-codegen%s%s --help'.\n",
              name != NULL ? " " : "", name != NULL ? name : "", error->message,
              name != NULL ? " " : "", name != NULL ? name : "");

  return CG_EXIT_WRONG_USAGE;
}
