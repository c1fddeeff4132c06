/* cg-warnings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names of warnings, and the options -W…. */

#include "cg-warnings.h"

#include "cg-suggest.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *description;
} table[CG_N_WARNINGS] = {
  [CG_WARNING_ANNOTATION_VALUE] =
    { "annotation-value", "a value that the annotation does not have" },
  [CG_WARNING_BINDING_NAME] = { "binding-name", "a name that clashes in language bindings alone" },
  [CG_WARNING_C_NAME] = { "c-name", "a name that cannot be the same in C" },
  [CG_WARNING_DUPLICATE_ANNOTATION] = { "duplicate-annotation", "two annotations of one name" },
  [CG_WARNING_DUPLICATE_ARGUMENT] = { "duplicate-argument", "two arguments of one name" },
  [CG_WARNING_EMPTY_NAME] = { "empty-name", "an argument whose name is empty" },
  [CG_WARNING_GIR_PATH] = { "gir-path", "a value of --gir-path that is not a directory" },
  [CG_WARNING_IGNORED_ANNOTATION] =
    { "ignored-annotation", "an annotation without effect where it is" },
  [CG_WARNING_INTERFACE_PREFIX] =
    { "interface-prefix", "an interface whose name does not begin with the prefix" },
  [CG_WARNING_LARGE_INTERFACE] =
    { "large-interface", "an interface that GObject has no room for (a note)" },
  [CG_WARNING_MISPLACED_ELEMENT] = { "misplaced-element", "an element where it does not belong" },
  [CG_WARNING_NAME_WITHOUT_DOT] =
    { "name-without-dot", "a name of an interface that D-Bus does not allow" },
  [CG_WARNING_RENAMED_CALL] =
    { "renamed-call", "a method whose functions have another name than it" },
  [CG_WARNING_SIGNAL_DIRECTION] = { "signal-direction", "a direction of an argument of a signal" },
  [CG_WARNING_STRAY_DOCUMENTATION] =
    { "stray-documentation", "a comment that documents what is not there" },
  [CG_WARNING_STRAY_TEXT] = { "stray-text", "text between elements" },
  [CG_WARNING_THREAD_BOUND_TYPE] =
    { "thread-bound-type", "a type that only the thread of its toolkit can use" },
  [CG_WARNING_UNDECLARED_ENTITY] =
    { "undeclared-entity", "an entity that may be declared elsewhere" },
  [CG_WARNING_UNDECLARED_PREFIX] =
    { "undeclared-prefix", "a prefix of a namespace that is not declared" },
  [CG_WARNING_UNKNOWN_ANNOTATION] =
    { "unknown-annotation", "an annotation of norpc's that does not exist" },
  [CG_WARNING_UNKNOWN_ATTRIBUTE] =
    { "unknown-attribute", "an attribute that the element does not have" },
  [CG_WARNING_UNKNOWN_ELEMENT] = { "unknown-element", "an element that does not exist" },
};

const char *
cg_warning_get_name (CgWarning warning)
{
  return table[warning].name;
}

/* Makes the lines of --help, one for each warning. */
char *
cg_warnings_make_help (void)
{
  GString *help = g_string_new ("Warnings:");

  for (guint i = 0; i < CG_N_WARNINGS; i++)
    g_string_append_printf (help, "\n  %-22s%s", table[i].name, table[i].description);

  return g_string_free (help, FALSE);
}

/* Gets the index of the warning in the table, or -1. */
static int
find (const char  *name,
      const char  *option,
      GError     **error)
{
  CgSuggestion suggestion = { name, NULL, 0 };
  g_autofree char *hint = NULL;

  for (int i = 0; i < CG_N_WARNINGS; i++)
    {
      if (g_str_equal (table[i].name, name))
        return i;
      cg_suggestion_offer (&suggestion, table[i].name);
    }

  hint = cg_suggestion_make_text (&suggestion);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "-W%s: there is no warning '%s'%s", option, name, hint);

  return -1;
}

static gboolean
apply_error (CgWarnings  *self,
             const char  *option,
             const char  *rest,
             gboolean     value,
             GError     **error)
{
  int index;

  if (*rest == '\0')
    {
      self->errors = value;
      return TRUE;
    }

  index = find (rest + 1, option, error);
  if (index < 0)
    return FALSE;

  self->is_said[index] = TRUE;
  self->is_error[index] = value;
  self->silent[index] = self->silent[index] && !value;

  return TRUE;
}

/* @option is what follows -W: error, error=NAME, no-error, no-error=NAME,
 * NAME or no-NAME. */
gboolean
cg_warnings_apply (CgWarnings  *self,
                   const char  *option,
                   GError     **error)
{
  gboolean is_no = g_str_has_prefix (option, "no-");
  const char *name = option + (is_no ? strlen ("no-") : 0);
  int index;

  if (g_str_equal (name, "error") || g_str_has_prefix (name, "error="))
    return apply_error (self, option, name + strlen ("error"), !is_no, error);

  index = find (name, option, error);
  if (index < 0)
    return FALSE;

  self->silent[index] = is_no;

  return TRUE;
}

CgWarningLevel
cg_warnings_get_level (const CgWarnings *self,
                       CgWarning         warning)
{
  if (self->silent[warning])
    return CG_WARNING_LEVEL_SILENT;

  if (self->is_said[warning] ? self->is_error[warning] : self->errors)
    return CG_WARNING_LEVEL_ERROR;

  /* outputs without a GInterface are complete */
  return warning == CG_WARNING_LARGE_INTERFACE ? CG_WARNING_LEVEL_NOTE : CG_WARNING_LEVEL_WARNING;
}
