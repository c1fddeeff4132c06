/* cg-command-format.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* norpc-codegen format FILE...: descriptions in canonical form. */

#include "cg-commands.h"

#include "cg-format.h"
#include "cg-outputs.h"
#include "cg-parser.h"

/* What is wrong but for the XML does not matter here. */
static char *
format_file (const char    *path,
             guint          index,
             CgDiagnostics *diagnostics)
{
  g_autoptr (CgSource) source = cg_source_load (path, index, diagnostics);
  g_autoptr (CgDescription) description = cg_description_new ();

  if (source == NULL)
    return NULL;

  cg_parse (source, description, diagnostics);

  return cg_diagnostics_has_errors (diagnostics) ? NULL : cg_format (source, diagnostics);
}

static gboolean
is_text_of (const char *path,
            const char *text)
{
  g_autofree char *present = NULL;

  return g_file_get_contents (path, &present, NULL, NULL) && g_str_equal (present, text);
}

static int
run (char     **files,
     gboolean   only_check)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgOutputs) outputs = cg_outputs_new ();
  g_autoptr (GError) error = NULL;
  gboolean found = FALSE;

  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *text = format_file (files[i], i, diagnostics);

      if (text == NULL || is_text_of (files[i], text))
        continue;
      found = TRUE;
      if (only_check)
        g_print ("%s\n", files[i]);
      else
        cg_outputs_add (outputs, files[i], g_steal_pointer (&text));
    }

  cg_diagnostics_print (diagnostics, stderr);
  if (cg_diagnostics_has_errors (diagnostics))
    return CG_EXIT_WRONG_INPUT;
  if (only_check)
    return found ? CG_EXIT_FINDING : CG_EXIT_OK;
  if (cg_outputs_write (outputs, &error))
    return CG_EXIT_OK;

  g_printerr ("norpc-codegen: error: %s\n", error->message);

  return CG_EXIT_WRONG_INPUT;
}

int
cg_command_format (char **args)
{
  gboolean only_check = FALSE;
  g_auto (GStrv) files = NULL;
  g_auto (GStrv) rest = args;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "check", 0, 0, G_OPTION_ARG_NONE, &only_check,
      "Write nothing; print which files would change, with the exit status 3", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE...");

  g_option_context_set_summary (context, "Rewrites descriptions in canonical form; what they say stays the same.");
  g_option_context_add_main_entries (context, entries, NULL);

  if (g_option_context_parse_strv (context, &rest, &error) && files == NULL)
    g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "No description is given");
  if (error != NULL)
    return cg_command_misused ("format", error);

  return run (files, only_check);
}
