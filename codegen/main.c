/* main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Selects the command. A command line without the name of a command is one for gdbus-codegen. */

#include "commands/cg-commands.h"
#include "xml/cg-suggest.h"

#include <string.h>

/* Takes ownership of the command line, without the name of the command. */
typedef int (*CommandFunc) (char **args);

typedef struct
{
  const char  *name;
  const char  *description;
  CommandFunc  run;
} Command;

static const Command commands[] = {
  { "check", "What breaks for callers between two versions of a description", cg_command_check },
  { "skeleton", "Write services to fill in, and a test for them", cg_command_skeleton },
};

/* Takes ownership of @args. Removes the name of the command, and adds it to the name of the
 * program, for --help. */
static int
run_command (const Command  *command,
             char          **args)
{
  g_autofree char *base = g_path_get_basename (args[0]);
  g_autofree char *name = g_strconcat (base, " ", command->name, NULL);

  g_set_prgname (name);
  g_free (args[1]);
  for (char **arg = &args[1]; *arg != NULL; arg++)
    arg[0] = arg[1];

  return command->run (args);
}

/* Takes ownership of @args. */
static int
generate (char **args)
{
  g_autoptr (GString) help = g_string_new ("Commands, each with a --help of its own:");

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (help, "\n  %-10s%s", commands[i].name, commands[i].description);

  return cg_command_generate (args, help->str);
}

/* Returns TRUE for a word that is neither an option nor like the name of a file. */
static gboolean
is_like_command (const char *word)
{
  return *word != '\0' && *word != '-' && strpbrk (word, "./") == NULL &&
         !g_file_test (word, G_FILE_TEST_EXISTS);
}

/* Takes ownership of @args. */
static int
refuse_command (char **args)
{
  CgSuggestion suggestion = { args[1], NULL, 0 };
  g_autofree char *hint = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    cg_suggestion_offer (&suggestion, commands[i].name);
  hint = cg_suggestion_make_text (&suggestion);
  error = g_error_new (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "Unknown command '%s'%s",
                       args[1], hint);
  g_strfreev (args);

  return cg_command_misused (NULL, error);
}

int
main (int    argc G_GNUC_UNUSED,
      char **argv)
{
  char **args = g_strdupv (argv);
  const char *word = args[0] != NULL ? args[1] : NULL;

  if (word == NULL)
    return generate (args);

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (word, commands[i].name))
      return run_command (&commands[i], args);

  return is_like_command (word) ? refuse_command (args) : generate (args);
}
