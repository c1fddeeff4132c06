/* cg-options.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The command line. Options are gdbus-codegen's where they mean the same. */

#include "cg-options.h"

#include "cg-reserved.h"

#include <string.h>

static void
add_emitter_entries (CgOptions *self,
                     GArray    *entries)
{
  for (guint i = 0; i < cg_n_emitters; i++)
    {
      GOptionEntry entry = {
        cg_emitters[i].option, 0, 0, G_OPTION_ARG_NONE, &self->emitters[i],
        cg_emitters[i].description, NULL
      };

      g_array_append_val (entries, entry);
    }
}

static GOptionContext *
make_context (CgOptions *self)
{
  const GOptionEntry fixed[] = {
    { "interface-prefix", 0, 0, G_OPTION_ARG_STRING, &self->interface_prefix,
      "What names in C leave out of the names of interfaces", "PREFIX" },
    { "c-namespace", 0, 0, G_OPTION_ARG_STRING, &self->c_namespace,
      "What names in C begin with", "NAMESPACE" },
    { "generate-c-code", 0, 0, G_OPTION_ARG_FILENAME, &self->generate_c_code,
      "Generate NAME.h and NAME.c", "NAME" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &self->output,
      "Where the one output goes", "FILE" },
    { "output-directory", 0, 0, G_OPTION_ARG_FILENAME, &self->output_directory,
      "Where the outputs of --generate-c-code go", "DIRECTORY" },
    { "gir-path", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->gir_path,
      "A folder of GIRs, to be searched first", "FOLDER" },
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
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->files, NULL, NULL },
  };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  GOptionContext *context = g_option_context_new ("FILE...");
  g_autofree char *warnings = cg_warnings_make_help ();
  g_autofree char *description = NULL;

  add_emitter_entries (self, entries);
  g_array_append_vals (entries, fixed, G_N_ELEMENTS (fixed));
  g_option_context_add_main_entries (context, (GOptionEntry *) (void *) entries->data, NULL);
  description = g_strconcat ("-Werror makes warnings errors, -Werror=NAME one of them, -Wno-error=NAME\n"
                             "all but it; -Wno-NAME silences one.\n\n", warnings, NULL);
  g_option_context_set_description (context, description);
  g_option_context_set_summary (context,
                                "Generates the C code of in-process services from descriptions in XML.");

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
check_modes (CgOptions  *self,
             GError    **error)
{
  guint n_modes = self->generate_c_code != NULL;

  for (guint i = 0; i < cg_n_emitters; i++)
    n_modes += self->emitters[i];

  if (n_modes == 0)
    return fail (error, "Nothing to generate: use --generate-c-code, --header or --body");
  if (n_modes > 1)
    return fail (error, "Only one of --generate-c-code, --header and --body can be used");
  if (self->output != NULL && self->output_directory != NULL)
    return fail (error, "Only one of --output and --output-directory can be used");
  if (self->generate_c_code != NULL && self->output != NULL)
    return fail (error, "--generate-c-code names its outputs itself: --output cannot be used with it");
  if (self->generate_c_code == NULL && self->output == NULL)
    return fail (error, "--header and --body need --output");
  if (self->generate_c_code != NULL
      ? *self->generate_c_code == '\0' || g_str_has_suffix (self->generate_c_code, "/")
      : *self->output == '\0' || g_str_has_suffix (self->output, "/") || g_str_equal (self->output, "-"))
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
  if (*self->c_namespace != '\0' &&
      (!cg_is_identifier (self->c_namespace) || !g_ascii_isalpha (*self->c_namespace)))
    return fail (error, "The value of --c-namespace must begin with a letter and consist of "
                        "letters, digits and underscores");
  if (g_ascii_strcasecmp (self->c_namespace, "G") == 0 ||
      g_ascii_strcasecmp (self->c_namespace, "Norpc") == 0)
    return fail (error, "The namespaces of GLib and of norpc-glib cannot be used for --c-namespace");
  if (self->symbol_decorator == NULL &&
      (self->symbol_decorator_define != NULL || self->symbol_decorator_header != NULL))
    return fail (error, "--symbol-decorator-define and --symbol-decorator-header need --symbol-decorator");
  if (!is_one_line (self->symbol_decorator) || !is_one_line (self->symbol_decorator_header))
    return fail (error, "A symbol decorator and its header are one line without quotes");
  if (self->symbol_decorator_define != NULL && !cg_is_identifier (self->symbol_decorator_define))
    return fail (error, "The value of --symbol-decorator-define must be the name of a macro");

  return TRUE;
}

/* GOption knows no -Wname: takes all of them out of @args, which ends in what
 * is behind "--", if there is such. */
static gboolean
take_warnings (CgWarnings  *warnings,
               char       **args,
               GError     **error)
{
  char **kept = args;
  gboolean ok = TRUE;

  for (; *args != NULL && !g_str_equal (*args, "--"); args++)
    if (g_str_has_prefix (*args, "-W"))
      {
        ok = ok && cg_warnings_apply (warnings, *args + strlen ("-W"), error);
        g_free (*args);
      }
    else
      *kept++ = *args;

  while (*args != NULL)
    *kept++ = *args++;
  *kept = NULL;

  return ok;
}

/* @args is a copy of the command line, which is taken over and apart. */
CgOptions *
cg_options_parse (char   **args,
                  GError **error)
{
  g_autoptr (CgOptions) self = g_new0 (CgOptions, 1);
  g_autoptr (GOptionContext) context = NULL;
  g_auto (GStrv) rest = args;

  self->emitters = g_new0 (gboolean, cg_n_emitters);
  context = make_context (self);

  if (!take_warnings (&self->warnings, rest, error) ||
      !g_option_context_parse_strv (context, &rest, error))
    return NULL;

  if (self->interface_prefix == NULL)
    self->interface_prefix = g_strdup ("");
  if (self->c_namespace == NULL)
    self->c_namespace = g_strdup ("");

  if (self->version)
    return g_steal_pointer (&self);

  if (self->files == NULL)
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
  g_free (self->interface_prefix);
  g_free (self->c_namespace);
  g_free (self->generate_c_code);
  g_free (self->output);
  g_free (self->output_directory);
  g_free (self->symbol_decorator);
  g_free (self->symbol_decorator_define);
  g_free (self->symbol_decorator_header);
  g_free (self->emitters);
  g_strfreev (self->gir_path);
  g_strfreev (self->files);
  g_free (self);
}
