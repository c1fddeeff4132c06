/* cg-input.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Turns a command line into a complete, checked description. */

#include "cg-input.h"

#include "cg-commands.h"
#include "check/cg-check.h"
#include "model/cg-names.h"
#include "parse/cg-parser.h"
#include "model/cg-spelling.h"

#include <string.h>

gboolean
cg_input_fail (GError     **error,
               const char  *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);

  return FALSE;
}

static char *
make_description (void)
{
  g_autofree char *warnings = cg_warnings_make_help ();

  return g_strconcat ("--annotate WHAT KEY VALUE annotates WHAT: INTERFACE, INTERFACE.METHOD(),\n"
                      "INTERFACE::SIGNAL, INTERFACE:PROPERTY, or INTERFACE.METHOD()[ARGUMENT].\n\n"
                      "-Werror makes warnings errors, -Werror=NAME one of them, -Wno-error=NAME\n"
                      "all but it; -Wno-NAME silences one.\n\n", warnings, NULL);
}

void
cg_input_add_entries (CgInput        *self,
                      GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "interface-prefix", 0, 0, G_OPTION_ARG_STRING, &self->interface_prefix,
      "What names in C leave out of the names of interfaces", "PREFIX" },
    { "c-namespace", 0, 0, G_OPTION_ARG_STRING, &self->c_namespace,
      "What names in C begin with", "NAMESPACE" },
    { "gir-path", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->gir_path,
      "A folder of GIRs, to be searched first", "FOLDER" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->files, NULL, NULL },
    { NULL }
  };
  g_autofree char *description = make_description ();

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
}

/* Removes all options of the form -Wname, which GOption does not support, from @args, up to a "--". */
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

static gboolean
check_namespace (const char  *c_namespace,
                 GError     **error)
{
  if (*c_namespace != '\0' && (!cg_is_identifier (c_namespace) || !g_ascii_isalpha (*c_namespace)))
    return cg_input_fail (error, "The value of --c-namespace must begin with a letter and "
                                 "consist of letters, digits and underscores");
  if (g_ascii_strcasecmp (c_namespace, "G") == 0 || g_ascii_strcasecmp (c_namespace, "Norpc") == 0)
    return cg_input_fail (error, "The namespaces of GLib and of norpc-glib cannot be used for "
                                 "--c-namespace");

  return TRUE;
}

gboolean
cg_input_parse (CgInput         *self,
                GOptionContext  *context,
                char           **args,
                GError         **error)
{
  g_auto (GStrv) rest = args;

  self->annotations = g_ptr_array_new_with_free_func (g_free);
  if (!take_warnings (&self->warnings, rest, error) ||
      !cg_annotate_take (self->annotations, rest, error) ||
      !g_option_context_parse_strv (context, &rest, error))
    return FALSE;

  if (self->interface_prefix == NULL)
    self->interface_prefix = g_strdup ("");
  if (self->c_namespace == NULL)
    self->c_namespace = g_strdup ("");

  return check_namespace (self->c_namespace, error);
}

static void
check_gir_path (const CgInput *self,
                CgDiagnostics *diagnostics)
{
  const CgLocation location = { "--gir-path", G_MAXUINT, 0, 0, 0 };

  for (guint i = 0; self->gir_path != NULL && self->gir_path[i] != NULL; i++)
    {
      g_autofree char *name = g_filename_display_name (self->gir_path[i]);

      if (!g_file_test (self->gir_path[i], G_FILE_TEST_EXISTS))
        cg_diagnostics_warning (diagnostics, CG_WARNING_GIR_PATH, &location,
                                "'%s' does not exist", name);
      else if (!g_file_test (self->gir_path[i], G_FILE_TEST_IS_DIR))
        cg_diagnostics_warning (diagnostics, CG_WARNING_GIR_PATH, &location,
                                "'%s' is not a directory", name);
    }
}

CgDescription *
cg_input_read (const CgInput  *self,
               char          **files,
               guint           first_index,
               CgDiagnostics  *diagnostics)
{
  CgDescription *description = cg_description_new ();
  g_autoptr (CgGir) gir = cg_gir_new ((const char * const *) self->gir_path,
                                       description->girs);

  cg_diagnostics_set_warnings (diagnostics, &self->warnings);
  if (first_index == 0)
    check_gir_path (self, diagnostics);

  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autoptr (CgSource) source = cg_source_load (files[i], first_index + i, diagnostics);

      if (source != NULL)
        cg_parse (source, description, diagnostics);
    }

  if (self->annotations != NULL)
    cg_annotate_apply (self->annotations, description, diagnostics);
  cg_check (description, gir, diagnostics);
  cg_names_resolve (description, self->interface_prefix, self->c_namespace, diagnostics);
  if (!cg_diagnostics_has_errors (diagnostics))
    {
      cg_check_variants (description, diagnostics);
      cg_check_bindings (description, diagnostics);
    }

  return description;
}

void
cg_input_clear (CgInput *self)
{
  g_free (self->interface_prefix);
  g_free (self->c_namespace);
  g_strfreev (self->gir_path);
  g_clear_pointer (&self->annotations, g_ptr_array_unref);
  g_strfreev (self->files);
}

int
cg_command_misused (const char *name,
                    GError     *error)
{
  g_printerr ("norpc-codegen%s%s: %s\nTry 'norpc-codegen%s%s --help'.\n",
              name != NULL ? " " : "", name != NULL ? name : "", error->message,
              name != NULL ? " " : "", name != NULL ? name : "");

  return CG_EXIT_WRONG_USAGE;
}
