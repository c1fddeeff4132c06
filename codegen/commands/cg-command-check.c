/* cg-command-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* norpc-codegen check OLD NEW: the differences that break callers. */

#include "cg-commands.h"

#include "check/cg-compare.h"
#include "cg-input.h"

static int
compare (const CgInput *input,
         CgSeverity     limit)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) before = NULL;
  g_autoptr (CgDescription) now = NULL;
  char *old_files[] = { input->files[0], NULL };
  CgFindings findings = { diagnostics, { 0 } };
  guint n = 0;

  before = cg_input_read (input, old_files, 0, diagnostics);
  now = cg_input_read (input, input->files + 1, 1, diagnostics);
  cg_diagnostics_print (diagnostics, stderr);
  if (cg_diagnostics_has_errors (diagnostics))
    return CG_EXIT_WRONG_INPUT;

  cg_diagnostics_forget (diagnostics);
  cg_compare (before, now, &findings);
  cg_diagnostics_print (diagnostics, stdout);
  g_print ("%u breaking, %u risky, %u compatible\n", findings.n[CG_SEVERITY_BREAKING],
           findings.n[CG_SEVERITY_RISKY], findings.n[CG_SEVERITY_COMPATIBLE]);

  for (guint i = 0; i <= limit; i++)
    n += findings.n[i];

  return n > 0 ? CG_EXIT_FINDING : CG_EXIT_OK;
}

static gboolean
parse_limit (const char  *word,
             CgSeverity  *limit,
             GError     **error)
{
  for (guint i = 0; i < CG_N_SEVERITIES; i++)
    if (g_str_equal (word, cg_severity_to_string (i)))
      {
        *limit = i;
        return TRUE;
      }

  return cg_input_fail (error, "The value of --fail-on is breaking, risky or compatible");
}

static gboolean
parse (CgInput     *input,
       char       **args,
       CgSeverity  *limit,
       GError     **error)
{
  g_autofree char *fail_on = NULL;
  const GOptionEntry entries[] = {
    { "fail-on", 0, 0, G_OPTION_ARG_STRING, &fail_on,
      "From what on the exit status is 3: breaking (the default), risky or compatible",
      "SEVERITY" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("OLD NEW");

  g_option_context_set_summary (context, "Says what breaks for callers between two versions "
                                         "of a description.");
  g_option_context_add_main_entries (context, entries, NULL);
  cg_input_add_entries (input, context);

  if (!cg_input_parse (input, context, args, error))
    return FALSE;
  if (input->files == NULL || g_strv_length (input->files) != 2)
    return cg_input_fail (error, "Two descriptions are needed: the old one and the new one");

  return parse_limit (fail_on != NULL ? fail_on : "breaking", limit, error);
}

int
cg_command_check (char **args)
{
  g_autoptr (GError) error = NULL;
  CgInput input = { 0 };
  CgSeverity limit = CG_SEVERITY_BREAKING;
  int status;

  if (parse (&input, args, &limit, &error))
    status = compare (&input, limit);
  else
    status = cg_command_misused ("check", error);
  cg_input_clear (&input);

  return status;
}
