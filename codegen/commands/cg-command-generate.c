/* cg-command-generate.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The command without a name, which generates code. Where possible, the options are those of gdbus-
 * codegen. */

#include "cg-commands.h"

#include "cg-input.h"
#include "cg-outputs.h"
#include "doc/cg-doc.h"
#include "emit/cg-emitter.h"
#include "model/cg-spelling.h"

#include <string.h>

typedef struct
{
  CgInput   input;
  CgStyle   style;                          /* its strings are (owned) */
  char     *generate_c_code;                /* (owned) (nullable), as the next three */
  char     *depfile;
  char     *output;
  char     *output_directory;
  gboolean  version;
  gboolean  emitters[CG_N_EMITTERS];        /* by the table of emitters: whether its option was given */
  char     *emitter_files[CG_N_EMITTERS];   /* (owned): of those with a file of their own */
} Options;

static void
add_emitter_entries (Options *self,
                     GArray  *entries)
{
  for (guint i = 0; i < CG_N_EMITTERS; i++)
    {
      const CgEmitter *emitter = &cg_emitters[i];
      gboolean has_file = emitter->suffix == NULL;
      GOptionEntry entry = {
        emitter->option, 0, 0, has_file ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_NONE,
        has_file ? (gpointer) &self->emitter_files[i] : &self->emitters[i],
        emitter->description, has_file ? "FILE" : NULL
      };

      g_array_append_val (entries, entry);
    }
}

static GOptionContext *
make_context (Options    *self,
              const char *commands)
{
  const GOptionEntry fixed[] = {
    { "generate-c-code", 0, 0, G_OPTION_ARG_FILENAME, &self->generate_c_code,
      "Generate NAME.h and NAME.c", "NAME" },
    { "depfile", 0, 0, G_OPTION_ARG_FILENAME, &self->depfile,
      "Write what the outputs depend on, for make and Ninja", "FILE" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &self->output,
      "Where the output of --header or --body goes", "FILE" },
    { "output-directory", 0, 0, G_OPTION_ARG_FILENAME, &self->output_directory,
      "Where the outputs of --generate-c-code go", "DIRECTORY" },
    { "pragma-once", 0, 0, G_OPTION_ARG_NONE, &self->style.pragma_once,
      "Guard the header with #pragma once", NULL },
    { "symbol-decorator", 0, 0, G_OPTION_ARG_STRING, &self->style.symbol_decorator,
      "What declarations begin with in the header", "MACRO" },
    { "symbol-decorator-define", 0, 0, G_OPTION_ARG_STRING, &self->style.symbol_decorator_define,
      "A macro that the C code defines first", "MACRO" },
    { "symbol-decorator-header", 0, 0, G_OPTION_ARG_STRING, &self->style.symbol_decorator_header,
      "A header that declares the symbol decorator", "HEADER" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version,
      "Print the version and exit", NULL },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  GOptionContext *context = g_option_context_new ("FILE...");
  g_autofree char *summary =
    g_strconcat ("Generates the C code of in-process services from descriptions in XML.\n\n",
                 commands, NULL);

  add_emitter_entries (self, entries);
  g_array_append_vals (entries, fixed, G_N_ELEMENTS (fixed));
  g_option_context_add_main_entries (context, (GOptionEntry *) (void *) entries->data, NULL);
  cg_input_add_entries (&self->input, context);
  g_option_context_set_summary (context, summary);

  return context;
}

/* Checks that an option is the name of a file, if it is given. */
static gboolean
is_file_name (const char *option)
{
  return option == NULL || (*option != '\0' && !g_str_has_suffix (option, "/") &&
                            !g_str_equal (option, "-"));
}

/* Whether an output includes the header of --generate-c-code. */
static gboolean
needs_header (const Options *self)
{
  for (guint i = 0; i < CG_N_EMITTERS; i++)
    if (self->emitter_files[i] != NULL && cg_emitters[i].emit == cg_emit_futures)
      return TRUE;

  return FALSE;
}

/* Only one mode of gdbus-codegen can be given. Outputs with a file of their own can be combined
 * with it, or stand alone. */
static gboolean
check_modes (Options  *self,
             GError  **error)
{
  guint n_modes = self->generate_c_code != NULL;
  guint n_files = self->depfile != NULL;
  gboolean are_named = is_file_name (self->depfile) && is_file_name (self->output);

  for (guint i = 0; i < CG_N_EMITTERS; i++)
    {
      n_modes += self->emitters[i];
      n_files += self->emitter_files[i] != NULL;
      are_named = are_named && is_file_name (self->emitter_files[i]);
    }

  if (n_modes + n_files == 0)
    return cg_input_fail (error, "Nothing to generate: use --generate-c-code, --header, --body, "
                                 "--dbus-xml, --markdown, --generate-python-stubs, --vala-metadata or --depfile");
  if (self->generate_c_code == NULL && needs_header (self))
    return cg_input_fail (error, "--dex-futures needs --generate-c-code, which names the header");
  if (n_modes > 1)
    return cg_input_fail (error, "Only one of --generate-c-code, --header and --body can be used");
  if (self->output != NULL && self->output_directory != NULL)
    return cg_input_fail (error, "Only one of --output and --output-directory can be used");
  if (self->generate_c_code != NULL && self->output != NULL)
    return cg_input_fail (error, "--generate-c-code names its outputs itself: "
                                 "--output cannot be used with it");
  if (self->generate_c_code == NULL && (n_modes > 0) != (self->output != NULL))
    return cg_input_fail (error, "--header and --body need --output, nothing else has it");
  if (!are_named ||
      (self->generate_c_code != NULL &&
       (*self->generate_c_code == '\0' || g_str_has_suffix (self->generate_c_code, "/"))))
    return cg_input_fail (error, "The output needs a name of a file");

  return TRUE;
}

static gboolean
is_one_line (const char *text)
{
  return text == NULL || (*text != '\0' && strpbrk (text, "\n\r\"\\") == NULL);
}

static gboolean
check_values (Options  *self,
              GError  **error)
{
  if (self->style.symbol_decorator == NULL &&
      (self->style.symbol_decorator_define != NULL || self->style.symbol_decorator_header != NULL))
    return cg_input_fail (error, "--symbol-decorator-define and --symbol-decorator-header need "
                                 "--symbol-decorator");
  if (!is_one_line (self->style.symbol_decorator) ||
      !is_one_line (self->style.symbol_decorator_header))
    return cg_input_fail (error, "A symbol decorator and its header are one line without quotes");
  if (self->style.symbol_decorator_define != NULL &&
      !cg_is_identifier (self->style.symbol_decorator_define))
    return cg_input_fail (error,
                          "The value of --symbol-decorator-define must be the name of a macro");

  return TRUE;
}

/* Gets the header of an output: "kv.h" for "dir/kv.c", or that of --generate-c-code. */
static char *
get_header_name (const Options *options,
                 const char    *path)
{
  g_autofree char *base = g_path_get_basename (options->generate_c_code != NULL ? options->generate_c_code : path);
  char *dot = options->generate_c_code != NULL ? NULL : strrchr (base, '.');

  if (dot != NULL)
    *dot = '\0';

  return g_strconcat (base, ".h", NULL);
}

static void
generate (const Options       *options,
          const CgDescription *description,
          const CgEmitter     *emitter,
          const char          *path,
          GPtrArray           *outputs)
{
  g_autoptr (CgWriter) writer = cg_writer_new ();
  g_autofree char *file = g_path_get_basename (path);
  g_autofree char *header = get_header_name (options, path);
  const CgOutput output = { description, &options->style, file, header };

  emitter->emit (&output, writer);
  cg_outputs_add (outputs, path, cg_writer_finish (writer));
}

static void
generate_all (const Options       *options,
              const CgDescription *description,
              GPtrArray           *outputs)
{
  for (guint i = 0; i < CG_N_EMITTERS; i++)
    {
      const CgEmitter *emitter = &cg_emitters[i];

      if (options->emitter_files[i] != NULL)
        generate (options, description, emitter, options->emitter_files[i], outputs);
      else if (options->emitters[i])
        generate (options, description, emitter, options->output, outputs);
      else if (options->generate_c_code != NULL && emitter->suffix != NULL)
        {
          g_autofree char *name = g_strconcat (options->generate_c_code, emitter->suffix, NULL);
          g_autofree char *path = cg_outputs_make_path (options->output_directory, name);

          generate (options, description, emitter, path, outputs);
        }
    }
}

static gboolean
write_all (const Options       *options,
           const CgDescription *description,
           GError             **error)
{
  g_autoptr (GPtrArray) outputs = cg_outputs_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  const char * const *inputs;

  for (guint i = 0; options->input.files[i] != NULL; i++)
    g_ptr_array_add (files, options->input.files[i]);
  g_ptr_array_extend (files, description->girs, NULL, NULL);
  g_ptr_array_add (files, NULL);
  inputs = (const char * const *) files->pdata;

  generate_all (options, description, outputs);
  if (options->depfile != NULL)
    cg_outputs_add (outputs, options->depfile,
                    cg_outputs_make_depfile (outputs, options->depfile, inputs));

  return cg_outputs_check (outputs, inputs, error) && cg_outputs_write (outputs, error);
}

/* GObject limits the struct of an interface to 64 KiB, and it has two pointers for each method. */
#define MAX_METHODS ((G_MAXUINT16 - 2 * 8) / (2 * 8))

static gboolean
writes_c (const Options *options)
{
  for (guint i = 0; i < CG_N_EMITTERS; i++)
    if (cg_emitters[i].suffix != NULL && options->emitters[i])
      return TRUE;

  return options->generate_c_code != NULL;
}

static void
check_sizes (const CgDescription *description,
             CgDiagnostics       *diagnostics)
{
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    {
      if (interface->methods->len > MAX_METHODS)
        cg_diagnostics_warning (diagnostics, CG_WARNING_LARGE_INTERFACE, &interface->node.location,
                                "'%s' has %u methods; "
                                "GObject can register no interface of more than %d",
                                interface->node.name, interface->methods->len, MAX_METHODS);
    }
}

static int
run (const Options *options)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) description =
    cg_input_read (&options->input, options->input.files, 0, diagnostics);
  g_autoptr (GError) error = NULL;

  if (writes_c (options) && !cg_diagnostics_has_errors (diagnostics))
    check_sizes (description, diagnostics);

  cg_diagnostics_print (diagnostics, stderr);
  if (cg_diagnostics_has_errors (diagnostics))
    return CG_EXIT_WRONG_INPUT;

  cg_docs_resolve (description);
  if (write_all (options, description, &error))
    return CG_EXIT_OK;

  g_printerr ("norpc-codegen: error: %s\n", error->message);

  return CG_EXIT_WRONG_INPUT;
}

static gboolean
parse (Options     *self,
       char       **args,
       const char  *commands,
       GError     **error)
{
  g_autoptr (GOptionContext) context = make_context (self, commands);

  if (!cg_input_parse (&self->input, context, args, error))
    return FALSE;
  if (self->version)
    return TRUE;
  if (self->input.files == NULL)
    return cg_input_fail (error, "No description is given");

  return check_modes (self, error) && check_values (self, error);
}

static void
clear (Options *self)
{
  for (guint i = 0; i < CG_N_EMITTERS; i++)
    g_free (self->emitter_files[i]);
  cg_input_clear (&self->input);
  g_free (self->generate_c_code);
  g_free (self->depfile);
  g_free (self->output);
  g_free (self->output_directory);
  g_free ((char *) self->style.symbol_decorator);
  g_free ((char *) self->style.symbol_decorator_define);
  g_free ((char *) self->style.symbol_decorator_header);
}

int
cg_command_generate (char       **args,
                     const char  *commands)
{
  Options options = { 0 };
  g_autoptr (GError) error = NULL;
  int status = CG_EXIT_OK;

  if (!parse (&options, args, commands, &error))
    status = cg_command_misused (NULL, error);
  else if (options.version)
    g_print ("norpc-codegen %s\n", NORPC_CODEGEN_VERSION);
  else
    status = run (&options);
  clear (&options);

  return status;
}
