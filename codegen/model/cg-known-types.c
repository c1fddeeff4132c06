/* cg-known-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The types of GLib, GObject and Gio 2.74 that have a GType. Most machines that
 * can compile GLib programs have no GIRs of these installed. */

#include "cg-gir.h"

#include "cg-spelling.h"
#include "cg-templates.h"

#include <string.h>

static const struct
{
  const char *gir_namespace;
  CgNamedKind kind;
  const char *header;  /* (nullable): if gio/gio.h does not declare the types */
  const char *names;   /* the name of the template */
} groups[] = {
  { "GLib", CG_NAMED_BOXED, NULL, "known-types/glib-boxed" },
  { "GLib", CG_NAMED_FLAGS, NULL, "known-types/glib-flags" },
  { "GObject", CG_NAMED_OBJECT, NULL, "known-types/gobject-object" },
  { "GObject", CG_NAMED_BOXED, NULL, "known-types/gobject-boxed" },
  { "GObject", CG_NAMED_FLAGS, NULL, "known-types/gobject-flags" },
  { "Gio", CG_NAMED_OBJECT, NULL, "known-types/gio-object" },
  { "Gio", CG_NAMED_OBJECT, NULL, "known-types/gio-interface" },
  { "Gio", CG_NAMED_BOXED, NULL, "known-types/gio-boxed" },
  { "Gio", CG_NAMED_ENUM, NULL, "known-types/gio-enum" },
  { "Gio", CG_NAMED_FLAGS, NULL, "known-types/gio-flags" },
  { "Gio", CG_NAMED_OBJECT, "gio/gsettingsbackend.h", "known-types/gsettingsbackend" },
  { "Gio", CG_NAMED_OBJECT, "gio/gdesktopappinfo.h", "known-types/gdesktopappinfo" },
  { "Gio", CG_NAMED_OBJECT, "gio/gfiledescriptorbased.h", "known-types/gfiledescriptorbased" },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixfdmessage.h", "known-types/gunixfdmessage" },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixinputstream.h", "known-types/gunixinputstream" },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixoutputstream.h", "known-types/gunixoutputstream" },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixmounts.h", "known-types/gunixmounts" },
  { "Gio", CG_NAMED_BOXED, "gio/gunixmounts.h", "known-types/gunixmounts-boxed" },
};

/* Makes the name of the function for the GType of @name, which is at @word in its group. */
static char *
make_get_type (const char *word,
               const char *name)
{
  const char *function = word + strlen (name);
  g_autofree char *stem = NULL;

  if (*function == '=')
    return g_strndup (function + 1, strcspn (function, " \n") - 1);

  stem = cg_camel_case_to_uscore (name);

  return g_strconcat ("g_", stem, "_get_type", NULL);
}

gboolean
cg_known_types_have (const char *gir_namespace,
                     const char *version)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_equal (groups[i].gir_namespace, gir_namespace))
      return g_str_equal (version, CG_KNOWN_TYPES_VERSION);

  return FALSE;
}

gboolean
cg_known_types_find (const char  *name,
                     CgGirType   *type,
                     const char **header)
{
  const char *dot = strchr (name, '.');

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      const char *gir_namespace = groups[i].gir_namespace;
      const char *word;

      if (strncmp (name, gir_namespace, dot - name) != 0 || gir_namespace[dot - name] != '\0')
        continue;

      word = cg_template_find_word (groups[i].names, dot + 1);
      if (word != NULL)
        {
          g_autofree char *c_type = g_strconcat ("G", dot + 1, NULL);
          g_autofree char *get_type = make_get_type (word, dot + 1);

          *type = (CgGirType) {
            .kind = groups[i].kind,
            .c_type = g_intern_string (c_type),
            .get_type = g_intern_string (get_type)
          };
          *header = groups[i].header;
          return TRUE;
        }
    }

  return FALSE;
}

const char *
cg_known_types_get_macro (const char *header)
{
  return g_str_equal (header, "gio/gsettingsbackend.h") ? "G_SETTINGS_ENABLE_BACKEND" : NULL;
}
