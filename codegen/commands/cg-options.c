/* cg-options.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The command line. Options are gdbus-codegen's where they mean the same. */

#include "cg-options.h"

#include "cg-commands.h"
#include "model/cg-reserved.h"

#include <string.h>

static void
add_emitter_entries (CgOptions *self,
                     GArray    *entries)
{
  for (guint i = 0; i < cg_n_emitters; i++)
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
make_context (CgOptions  *self,
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
    { "pragma-once", 0, 0, G_OPTION_ARG_NONE, &self->pragma_once,
      "Guard the header with #pragma once", NULL },
    { "symbol-decorator", 0, 0, G_OPTION_ARG_STRING, &self->symbol_decorator,
      "What declarations begin with in the header", "MACRO" },
    { "symbol-decorator-define", 0, 0, G_OPTION_ARG_STRING, &self->symbol_decorator_define,
      "A macro that the C code defines first", "MACRO" },
    { "symbol-decorator-header", 0, 0, G_OPTION_ARG_STRING, &self->symbol_decorator_header,
      "A header that declares the symbol decorator", "HEADER" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version,
      "Print the version and exit", NULL },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  GOptionContext *context = g_option_context_new ("FILE...");
  g_autofree char *summary =
    g_strconcat ("Generates the C code of in-process services from descriptions in XML.\n\n", commands, NULL);

  add_emitter_entries (self, entries);
  g_array_append_vals (entries, fixed, G_N_ELEMENTS (fixed));
  g_option_context_add_main_entries (context, (GOptionEntry *) (void *) entries->data, NULL);
  cg_input_add_entries (&self->input, context);
  g_option_context_set_summary (context, summary);

  return context;
}

static gboolean
fail (GError     **error,
      const char  *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);

  return FALSE;
}

static gboolean
is_file_name (const char *name)
{
  return *name != '\0' && !g_str_has_suffix (name, "/") && !g_str_equal (name, "-");
}

/* Of the modes that gdbus-codegen has, there can be one; what has a file of
 * its own can be added to it, or be alone. */
static gboolean
check_modes (CgOptions  *self,
             GError    **error)
{
  guint n_modes = self->generate_c_code != NULL;
  guint n_files = 0;
  gboolean are_named = self->depfile == NULL || is_file_name (self->depfile);

  for (guint i = 0; i < cg_n_emitters; i++)
    {
      n_modes += self->emitters[i];
      n_files += self->emitter_files[i] != NULL;
      are_named = are_named && (self->emitter_files[i] == NULL || is_file_name (self->emitter_files[i]));
    }

  if (n_modes + n_files == 0)
    return fail (error, "Nothing to generate: use --generate-c-code, --header, --body, --dbus-xml or --markdown");
  if (n_modes > 1)
    return fail (error, "Only one of --generate-c-code, --header and --body can be used");
  if (self->output != NULL && self->output_directory != NULL)
    return fail (error, "Only one of --output and --output-directory can be used");
  if (self->generate_c_code != NULL && self->output != NULL)
    return fail (error, "--generate-c-code names its outputs itself: --output cannot be used with it");
  if (self->generate_c_code == NULL && (n_modes > 0) != (self->output != NULL))
    return fail (error, "--header and --body need --output, nothing else has it");
  if (!are_named ||
      (self->generate_c_code != NULL && (*self->generate_c_code == '\0' || g_str_has_suffix (self->generate_c_code, "/"))) ||
      (self->output != NULL && !is_file_name (self->output)))
    return fail (error, "The output needs a name of a file");

  return TRUE;
}

static gboolean
is_one_line (const char *text)
{
  return text == NULL || (*text != '\0' && strpbrk (text, "\n\r\"\\") == NULL);
}

static gboolean
check_values (CgOptions  *self,
              GError    **error)
{
  if (self->symbol_decorator == NULL &&
      (self->symbol_decorator_define != NULL || self->symbol_decorator_header != NULL))
    return fail (error, "--symbol-decorator-define and --symbol-decorator-header need --symbol-decorator");
  if (!is_one_line (self->symbol_decorator) || !is_one_line (self->symbol_decorator_header))
    return fail (error, "A symbol decorator and its header are one line without quotes");
  if (self->symbol_decorator_define != NULL && !cg_is_identifier (self->symbol_decorator_define))
    return fail (error, "The value of --symbol-decorator-define must be the name of a macro");

  return TRUE;
}

/* @args is a copy of the command line, which is taken over and apart. */
CgOptions *
cg_options_parse (char       **args,
                  const char  *commands,
                  GError     **error)
{
  g_autoptr (CgOptions) self = g_new0 (CgOptions, 1);
  g_autoptr (GOptionContext) context = NULL;

  self->emitters = g_new0 (gboolean, cg_n_emitters);
  self->emitter_files = g_new0 (char *, cg_n_emitters);
  context = make_context (self, commands);

  if (!cg_input_parse (&self->input, context, args, error))
    return NULL;
  if (self->version)
    return g_steal_pointer (&self);

  if (self->input.files == NULL)
    {
      fail (error, "No description is given");
      return NULL;
    }

  if (!check_modes (self, error) || !check_values (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
cg_options_free (CgOptions *self)
{
  for (guint i = 0; i < cg_n_emitters; i++)
    g_free (self->emitter_files[i]);
  cg_input_clear (&self->input);
  g_free (self->generate_c_code);
  g_free (self->depfile);
  g_free (self->output);
  g_free (self->output_directory);
  g_free (self->symbol_decorator);
  g_free (self->symbol_decorator_define);
  g_free (self->symbol_decorator_header);
  g_free (self->emitters);
  g_free (self->emitter_files);
  g_free (self);
}
