/* cg-command-skeleton.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* norpc-codegen skeleton: services to fill in, and a test for them. */

#include "cg-commands.h"

#include "doc/cg-doc.h"
#include "cg-input.h"
#include "cg-outputs.h"
#include "emit/skeleton/cg-skeleton.h"
#include "model/cg-spelling.h"

typedef struct
{
  CgInput  input;
  char    *language;          /* (owned) (nullable): C if NULL */
  char    *code;              /* (owned) (nullable) until parsed */
  char    *output_directory;  /* (owned) (nullable) */
} Options;

static const CgSkeletonFile files[] = {
  { "c", "-service.h", FALSE, cg_skeleton_emit_c_header },
  { "c", "-service.c", FALSE, cg_skeleton_emit_c_source },
  { "c", "-service-test.c", FALSE, cg_skeleton_emit_c_test },
  { "python", "_service.py", TRUE, cg_skeleton_emit_python },
  { "python", "_service_test.py", TRUE, cg_skeleton_emit_python_test },
};

static char *
make_path (const Options        *options,
           const CgSkeletonFile *file)
{
  g_autofree char *code = file->is_module
                          ? cg_make_identifier (options->code) : g_strdup (options->code);
  g_autofree char *name = g_strconcat (code, file->suffix, NULL);

  return cg_outputs_make_path (options->output_directory, name);
}

/* An existing file may have been edited. */
static gboolean
add_file (const Options        *options,
          const CgDescription  *description,
          const CgSkeletonFile *file,
          GPtrArray            *outputs,
          GError              **error)
{
  const CgSkeleton skeleton = { description, options->code, options->input.c_namespace };
  g_autoptr (CgWriter) writer = NULL;
  g_autofree char *path = make_path (options, file);
  g_autofree char *name = g_path_get_basename (path);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                   "'%s' is there already; it is not written over", path);
      return FALSE;
    }

  writer = cg_writer_new ();
  cg_writer_set (writer, "file", name);
  file->emit (&skeleton, writer);
  cg_outputs_add (outputs, path, cg_writer_finish (writer));

  return TRUE;
}

static int
run (const Options *options)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) description =
    cg_input_read (&options->input, options->input.files, 0, diagnostics);
  g_autoptr (GPtrArray) outputs = cg_outputs_new ();
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  cg_diagnostics_print (diagnostics, stderr);
  if (cg_diagnostics_has_errors (diagnostics))
    return CG_EXIT_WRONG_INPUT;

  cg_docs_resolve (description);
  for (gsize i = 0; ok && i < G_N_ELEMENTS (files); i++)
    if (g_str_equal (files[i].language, options->language))
      ok = add_file (options, description, &files[i], outputs, &error);

  if (ok && cg_outputs_write (outputs, &error))
    return CG_EXIT_OK;

  g_printerr ("norpc-codegen: error: %s\n", error->message);

  return CG_EXIT_WRONG_INPUT;
}

static gboolean
check (Options  *options,
       GError  **error)
{
  gboolean is_python;

  if (options->language == NULL)
    options->language = g_strdup ("c");
  is_python = g_str_equal (options->language, "python");

  if (!g_str_equal (options->language, "c") && !is_python)
    return cg_input_fail (error, "The value of --language is c or python");
  if (options->input.files == NULL)
    return cg_input_fail (error, "No description is given");
  if (options->code == NULL || *options->code == '\0' || strchr (options->code, '/') != NULL)
    return cg_input_fail (error,
                          "--generate-c-code needs the name that the code is generated with");
  if (*options->input.c_namespace == '\0')
    return cg_input_fail (error, "--c-namespace is needed");
  if (is_python && cg_is_python_keyword (options->input.c_namespace))
    return cg_input_fail (error, "The value of --c-namespace is a keyword in Python, "
                                 "which cannot import it");

  return TRUE;
}

static gboolean
parse (Options  *options,
       char    **args,
       GError  **error)
{
  const GOptionEntry entries[] = {
    { "language", 0, 0, G_OPTION_ARG_STRING, &options->language,
      "The language of the services: c (the default) or python", "LANGUAGE" },
    { "generate-c-code", 0, 0, G_OPTION_ARG_FILENAME, &options->code,
      "The name that the code is generated with; those of services begin with it", "NAME" },
    { "output-directory", 0, 0, G_OPTION_ARG_FILENAME, &options->output_directory,
      "Where they go", "DIRECTORY" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE...");

  g_option_context_set_summary (context, "Writes services to fill in, and a test for them. "
                                         "No file is written over.");
  g_option_context_add_main_entries (context, entries, NULL);
  cg_input_add_entries (&options->input, context);

  return cg_input_parse (&options->input, context, args, error) && check (options, error);
}

int
cg_command_skeleton (char **args)
{
  Options options = { 0 };
  g_autoptr (GError) error = NULL;
  int status = parse (&options, args, &error)
               ? run (&options) : cg_command_misused ("skeleton", error);

  cg_input_clear (&options.input);
  g_free (options.language);
  g_free (options.code);
  g_free (options.output_directory);

  return status;
}
