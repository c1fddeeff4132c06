/* cg-reserved.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Identifiers that generated code cannot take from a description. The words are in words.template. */

#include "cg-spelling.h"
#include "cg-templates.h"

#include <string.h>

#define MAX_INTERFACE_NAME 255 /* bytes */

static gboolean
has_lower (const char *name)
{
  return strpbrk (name, G_CSET_a_2_z) != NULL;
}

gboolean
cg_is_identifier (const char *name)
{
  return *name != '\0' && !g_ascii_isdigit (*name) &&
         strspn (name, CG_WORD_CHARACTERS) == strlen (name);
}

/* As the specification of D-Bus defines them; names of errors have the same form. */
gboolean
cg_is_interface_name (const char *name)
{
  g_auto (GStrv) elements = g_strsplit (name, ".", -1);
  guint n = 0;

  while (elements[n] != NULL && cg_is_identifier (elements[n]))
    n++;

  return n >= 2 && elements[n] == NULL && strlen (name) <= MAX_INTERFACE_NAME;
}

/* Checks whether @name is a keyword or a macro. There are 600 macros in <gio/gio.h>, too many to
 * list: those are all capitals, and have an underscore or begin like signals and errors of C. */
gboolean
cg_is_reserved (const char *name)
{
  if (cg_template_has_word ("words/reserved", name))
    return TRUE;

  if (g_str_has_prefix (name, "si_") || g_str_has_prefix (name, "sigev_"))
    return !g_str_has_suffix (name, "_");

  return !has_lower (name) && strpbrk (name, G_CSET_A_2_Z) != NULL && strlen (name) > 2 &&
         (strchr (name + 1, '_') != NULL ||
          *name == 'E' ||
          g_str_has_prefix (name, "SIG"));
}

/* Checks whether a parameter @name would hide a name that generated functions use. */
gboolean
cg_is_used_parameter (const char *name)
{
  return cg_template_has_word ("words/used", name) ||
         cg_template_has_word ("words/types", name) ||
         g_str_has_prefix (name, "g_") ||
         g_str_has_prefix (name, "glib_") ||
         g_str_has_prefix (name, "norpc_") ||
         g_str_has_prefix (name, "Norpc") ||
         (name[0] == 'G' && g_ascii_isupper (name[1]) && has_lower (name)) ||
         (name[0] == '_' && (name[1] == '_' || g_ascii_isupper (name[1])));
}

gboolean
cg_is_python_keyword (const char *name)
{
  return cg_template_has_word ("words/python-keywords", name);
}

/* Checks whether every service has a virtual function @name. */
gboolean
cg_is_inherited_vfunc (const char *name)
{
  return cg_template_has_word ("words/inherited-vfuncs", name);
}

/* Checks whether every proxy has a property @name, in C, that is set when the proxy is constructed. */
gboolean
cg_is_inherited_property (const char *name)
{
  return g_str_equal (name, "endpoint") || g_str_equal (name, "load_properties");
}

/* Checks whether every proxy has a signal @name, in C. */
gboolean
cg_is_inherited_signal (const char *name)
{
  static const char * const signals[] = {
    "notify", "signal_closed", "signals_lost", "write_failed", NULL
  };

  return g_strv_contains (signals, name);
}
