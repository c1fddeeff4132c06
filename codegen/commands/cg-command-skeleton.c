/* cg-command-skeleton.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* norpc-codegen skeleton: services to fill in, a test for them, and a meson.build. */

#include "cg-commands.h"

#include "doc/cg-doc.h"
#include "cg-input.h"
#include "cg-outputs.h"
#include "model/cg-templates.h"
#include "emit/skeleton/cg-skeleton.h"
#include "model/cg-spelling.h"

#include <string.h>

typedef struct
{
  CgInput  input;
  char    *language;          /* (owned) (nullable): C if NULL */
  char    *code;              /* (owned) (nullable) until parsed */
  char   **asynchronous;      /* (owned) (nullable): names of methods */
  char    *output_directory;  /* (owned) (nullable) */
} Options;

typedef void (*SetFunc) (const CgSkeleton *skeleton,
                         CgWriter         *writer);

typedef struct
{
  const char *language;
  SetFunc     set;
  const char *suffix;       /* of the file, after the name of the generated code */
  const char *template_name;
  gboolean    is_module;    /* its name must be an identifier */
  gboolean    is_optional;  /* it is left out if it exists; its name is the suffix alone */
} File;

static const File files[] = {
  { "c", cg_skeleton_set_c, "-service.h", "skeleton-c/header", FALSE, FALSE },
  { "c", cg_skeleton_set_c, "-service.c", "skeleton-c/source", FALSE, FALSE },
  { "c", cg_skeleton_set_c, "-service-test.c", "skeleton-c/test", FALSE, FALSE },
  { "c", cg_skeleton_set_c, "meson.build", "skeleton-meson/build", FALSE, TRUE },
  { "python", cg_skeleton_set_python, "_service.py", "skeleton-python/service", TRUE, FALSE },
  { "python", cg_skeleton_set_python, "_service_test.py", "skeleton-python/test", TRUE, FALSE },
  { "python", cg_skeleton_set_python, "meson.build", "skeleton-meson/build", FALSE, TRUE },
  { "vala", cg_skeleton_set_vala, "-service.vala", "skeleton-vala/service", FALSE, FALSE },
  { "vala", cg_skeleton_set_vala, "-service-test.vala", "skeleton-vala/test", FALSE, FALSE },
  { "vala", cg_skeleton_set_vala, "meson.build", "skeleton-meson/build", FALSE, TRUE },
};

static char *
make_path (const Options *options,
           const File    *file)
{
  g_autofree char *code = file->is_module
                          ? cg_make_identifier (options->code) : g_strdup (options->code);
  g_autofree char *name = g_strconcat (file->is_optional ? "" : code, file->suffix, NULL);

  return cg_outputs_make_path (options->output_directory, name);
}

/* An existing file may have been edited. */
static gboolean
add_file (const Options  *options,
          CgSkeleton     *skeleton,
          const File     *file,
          GPtrArray      *outputs,
          GError        **error)
{
  g_autoptr (CgWriter) writer = NULL;
  g_autofree char *path = make_path (options, file);
  g_autofree char *name = g_path_get_basename (path);

  if (file->is_optional && g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                   "'%s' is there already; it is not written over", path);
      return FALSE;
    }

  writer = cg_writer_new ();
  skeleton->file = name;
  file->set (skeleton, writer);
  cg_writer_emit (writer, cg_template (file->template_name));
  cg_outputs_add (outputs, path, cg_writer_finish (writer));

  return TRUE;
}

/* Returns @path as seen from @folder, or the whole path of a file that is not in it. */
static char *
make_relative (const char *path,
               const char *folder)
{
  g_autofree char *file = g_canonicalize_filename (path, NULL);
  g_autofree char *parent = g_canonicalize_filename (folder, NULL);
  gsize length = g_str_equal (parent, "/") ? 0 : strlen (parent);

  if (strncmp (file, parent, length) == 0 && file[length] == G_DIR_SEPARATOR)
    return g_strdup (file + length + 1);

  return g_steal_pointer (&file);
}

/* Makes the paths of the descriptions, as seen from the folder of the skeleton. */
static GPtrArray *
make_inputs (const Options *options)
{
  const char *folder = options->output_directory != NULL ? options->output_directory : ".";
  GPtrArray *inputs = g_ptr_array_new_with_free_func (g_free);

  for (char **file = options->input.files; *file != NULL; file++)
    g_ptr_array_add (inputs, make_relative (*file, folder));

  return inputs;
}

static gboolean
has_method (const CgDescription *description,
            const char          *name)
{
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    CG_FOREACH (const CgMethod, method, interface->methods)
      if (g_str_equal (method->node.name, name) && !cg_member_is_stream (method))
        return TRUE;

  return FALSE;
}

/* Checks the names of methods with asynchronous handlers. */
static gboolean
check_asynchronous (const CgSkeleton  *skeleton,
                    GError           **error)
{
  for (char **name = skeleton->asynchronous; name != NULL && *name != NULL; name++)
    if (!g_str_equal (*name, "all") && !has_method (skeleton->description, *name))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     "No method of the description has the name '%s', which --asynchronous gives", *name);
        return FALSE;
      }

  return TRUE;
}

static int
run (const Options *options)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) description =
    cg_input_read (&options->input, options->input.files, 0, diagnostics);
  g_autoptr (GPtrArray) outputs = cg_outputs_new ();
  g_autoptr (GPtrArray) inputs = make_inputs (options);
  CgSkeleton skeleton = {
    description, NULL, options->code, options->input.c_namespace, options->input.interface_prefix,
    options->asynchronous, inputs
  };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  cg_diagnostics_print (diagnostics, stderr);
  if (cg_diagnostics_has_errors (diagnostics))
    return CG_EXIT_WRONG_INPUT;

  cg_docs_resolve (description);
  ok = check_asynchronous (&skeleton, &error);
  for (gsize i = 0; ok && i < G_N_ELEMENTS (files); i++)
    if (g_str_equal (files[i].language, options->language))
      ok = add_file (options, &skeleton, &files[i], outputs, &error);

  if (ok && options->output_directory != NULL)
    ok = cg_outputs_make_directory (options->output_directory, &error);
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

  if (!g_str_equal (options->language, "c") && !is_python && !g_str_equal (options->language, "vala"))
    return cg_input_fail (error, "The value of --language is c, python or vala");
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
      "The language of the services: c (the default), python or vala", "LANGUAGE" },
    { "generate-c-code", 0, 0, G_OPTION_ARG_FILENAME, &options->code,
      "The name that the code is generated with; those of services begin with it", "NAME" },
    { "asynchronous", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->asynchronous,
      "A method whose handler is asynchronous, or all; it can be repeated", "METHOD" },
    { "output-directory", 0, 0, G_OPTION_ARG_FILENAME, &options->output_directory,
      "Where they go; it is created if it does not exist", "DIRECTORY" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FILE...");

  g_option_context_set_summary (context, "Writes services to fill in, a test for them, and a "
                                         "meson.build. "
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
  g_strfreev (options.asynchronous);
  g_free (options.output_directory);

  return status;
}
