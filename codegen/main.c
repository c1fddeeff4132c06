/* main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-check.h"
#include "cg-doc-links.h"
#include "cg-names.h"
#include "cg-options.h"
#include "cg-parser.h"

#include <gio/gio.h>

#define EXIT_WRONG_INPUT 1
#define EXIT_WRONG_USAGE 2

typedef struct
{
  char *path;  /* (owned) */
  char *text;  /* (owned) */
} Output;

static void
output_clear (gpointer data)
{
  Output *output = data;

  g_free (output->path);
  g_free (output->text);
}

static CgDescription *
read_description (const CgOptions *options,
                  CgDiagnostics   *diagnostics)
{
  CgDescription *description = cg_description_new ();
  g_autoptr (CgGir) gir = cg_gir_new ((const char * const *) options->gir_path);

  cg_diagnostics_set_warnings (diagnostics, &options->warnings);
  for (guint i = 0; options->files[i] != NULL; i++)
    {
      g_autoptr (CgSource) source = cg_source_load (options->files[i], i, diagnostics);

      if (source != NULL)
        cg_parse (source, description, diagnostics);
    }

  cg_check (description, gir, diagnostics);
  cg_names_resolve (description, options->interface_prefix, options->c_namespace, diagnostics);

  return description;
}

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
          GArray              *outputs)
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
  Output output = { g_strdup (path), NULL };

  emitter->emit (description, &style, file, header, writer);
  output.text = cg_writer_finish (writer);
  g_array_append_val (outputs, output);
}

static void
generate_all (const CgOptions     *options,
              const CgDescription *description,
              GArray              *outputs)
{
  for (guint i = 0; i < cg_n_emitters; i++)
    {
      const CgEmitter *emitter = &cg_emitters[i];

      if (options->generate_c_code != NULL)
        {
          g_autofree char *name = g_strconcat (options->generate_c_code, emitter->suffix, NULL);
          g_autofree char *path = options->output_directory != NULL
                                  ? g_build_filename (options->output_directory, name, NULL)
                                  : g_strdup (name);

          generate (options, description, emitter, path, outputs);
        }
      else if (options->emitters[i])
        generate (options, description, emitter, options->output, outputs);
    }
}

/* Each file is there whole or not at all. */
static gboolean
write_outputs (GArray *outputs)
{
  for (guint i = 0; i < outputs->len; i++)
    {
      const Output *output = &g_array_index (outputs, Output, i);
      g_autoptr (GError) error = NULL;

      if (!g_file_set_contents_full (output->path, output->text, -1,
                                     G_FILE_SET_CONTENTS_CONSISTENT, 0666, &error))
        {
          g_printerr ("norpc-codegen: error: %s\n", error->message);
          return FALSE;
        }
    }

  return TRUE;
}

static int
run (const CgOptions *options)
{
  g_autoptr (CgDiagnostics) diagnostics = cg_diagnostics_new ();
  g_autoptr (CgDescription) description = read_description (options, diagnostics);
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (Output));

  g_array_set_clear_func (outputs, output_clear);

  cg_diagnostics_print (diagnostics, stderr);
  if (cg_diagnostics_has_errors (diagnostics))
    return EXIT_WRONG_INPUT;

  cg_docs_resolve (description);
  generate_all (options, description, outputs);

  return write_outputs (outputs) ? 0 : EXIT_WRONG_INPUT;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (CgOptions) options = NULL;
  g_autoptr (GError) error = NULL;

  (void) argc;

  options = cg_options_parse (g_strdupv (argv), &error);
  if (options == NULL)
    {
      g_printerr ("norpc-codegen: %s\nTry 'norpc-codegen --help'.\n", error->message);
      return EXIT_WRONG_USAGE;
    }

  if (options->version)
    {
      g_print ("norpc-codegen %s\n", NORPC_CODEGEN_VERSION);
      return 0;
    }

  return run (options);
}
