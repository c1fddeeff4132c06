/* cg-command-generate.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The command that has no name: generates all that was asked for. */

#include "cg-commands.h"

#include "doc/cg-doc-links.h"
#include "cg-options.h"
#include "cg-outputs.h"

/* "dir/kv.c" to "kv.h": the header that goes with an output. */
static char *
get_header_name (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');

  if (dot != NULL)
    *dot = '\0';

  return g_strconcat (base, ".h", NULL);
}

static void
generate (const CgOptions     *options,
          const CgDescription *description,
          const CgEmitter     *emitter,
          const char          *path,
          CgOutputs           *outputs)
{
  const CgStyle style = {
    options->pragma_once,
    options->symbol_decorator,
    options->symbol_decorator_define,
    options->symbol_decorator_header
  };
  g_autoptr (CgWriter) writer = cg_writer_new ();
  g_autofree char *file = g_path_get_basename (path);
  g_autofree char *header = get_header_name (path);

  emitter->emit (description, &style, file, header, writer);
  cg_outputs_add (outputs, path, cg_writer_finish (writer));
}

static void
generate_all (const CgOptions     *options,
              const CgDescription *description,
              CgOutputs           *outputs)
{
  for (guint i = 0; i < cg_n_emitters; i++)
    {
      const CgEmitter *emitter = &cg_emitters[i];

      if (options->emitter_files[i] != NULL)
        generate (options, description, emitter, options->emitter_files[i], outputs);
      else if (options->emitters[i])
        generate (options, description, emitter, options->output, outputs);
      else if (options->generate_c_code != NULL && emitter->suffix != NULL)
        {
          g_autofree char *name = g_strconcat (options->generate_c_code, emitter->suffix, NULL);
          g_autofree char *path = options->output_directory != NULL
                                  ? g_build_filename (options->output_directory, name, NULL)
                                  : g_strdup (name);

          generate (options, description, emitter, path, outputs);
        }
    }
}

static gboolean
write_all (const CgOptions     *options,
           const CgDescription *description,
           GError             **error)
{
  g_autoptr (CgOutputs) outputs = cg_outputs_new ();
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();

  for (guint i = 0; options->input.files[i] != NULL; i++)
    g_ptr_array_add (inputs, options->input.files[i]);
  g_ptr_array_extend (inputs, description->girs, NULL, NULL);
  g_ptr_array_add (inputs, NULL);

  generate_all (options, description, outputs);
  if (options->depfile != NULL)
    cg_outputs_add (outputs, options->depfile,
                    cg_outputs_make_depfile (outputs, (const char * const *) inputs->pdata));

  return cg_outputs_check (outputs, (const char * const *) inputs->pdata, error) &&
         cg_outputs_write (outputs, error);
}

/* The struct of an interface has at most 64 KiB, and two pointers a method. */
#define MAX_METHODS ((G_MAXUINT16 - 2 * 8) / (2 * 8))

static gboolean
writes_c (const CgOptions *options)
{
  for (guint i = 0; i < cg_n_emitters; i++)
    if (cg_emitters[i].suffix != NULL && (options->emitters[i] || options->emitter_files[i] != NULL))
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
                                "'%s' has %u methods; GObject can register no interface of more than %d",
                                interface->node.name, interface->methods->len, MAX_METHODS);
    }
}

static int
run (const CgOptions *options)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) description = cg_input_read (&options->input, options->input.files, 0, diagnostics);
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

int
cg_command_generate (char       **args,
                     const char  *commands)
{
  g_autoptr (CgOptions) options = NULL;
  g_autoptr (GError) error = NULL;

  options = cg_options_parse (args, commands, &error);
  if (options == NULL)
    return cg_command_misused (NULL, error);

  if (options->version)
    {
      g_print ("norpc-codegen %s\n", NORPC_CODEGEN_VERSION);
      return CG_EXIT_OK;
    }

  return run (options);
}
