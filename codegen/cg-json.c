/* cg-json.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-json.h"

static void
append_string (GString    *text,
               const char *value)
{
  g_string_append_c (text, '"');
  for (; *value != '\0'; value++)
    if (*value == '"' || *value == '\\')
      g_string_append_printf (text, "\\%c", *value);
    else if (*value == '\n')
      g_string_append (text, "\\n");
    else if (*value == '\t')
      g_string_append (text, "\\t");
    else if ((guchar) *value < 0x20 || *value == 0x7f)
      g_string_append_printf (text, "\\u%04x", *value);
    else
      g_string_append_c (text, *value);
  g_string_append_c (text, '"');
}

static void
begin (CgJson     *self,
       const char *name)
{
  if (self->depth > 0)
    g_string_append_printf (self->text, "%s\n%*s", self->follows ? "," : "", (int) self->depth * 2, "");
  if (name != NULL)
    {
      append_string (self->text, name);
      g_string_append (self->text, ": ");
    }
  self->follows = TRUE;
}

void
cg_json_open (CgJson     *self,
              const char *name,
              char        bracket)
{
  begin (self, name);
  g_string_append_c (self->text, bracket);
  self->depth++;
  self->follows = FALSE;
}

void
cg_json_close (CgJson *self,
               char    bracket)
{
  self->depth--;
  if (self->follows)
    g_string_append_printf (self->text, "\n%*s", (int) self->depth * 2, "");
  g_string_append_c (self->text, bracket);
  self->follows = TRUE;
}

void
cg_json_add_string (CgJson     *self,
                    const char *name,
                    const char *value)
{
  if (value == NULL)
    return;

  begin (self, name);
  append_string (self->text, value);
}

void
cg_json_add_boolean (CgJson     *self,
                     const char *name,
                     gboolean    value)
{
  begin (self, name);
  g_string_append (self->text, value ? "true" : "false");
}

void
cg_json_add_number (CgJson     *self,
                    const char *name,
                    gint64      value)
{
  begin (self, name);
  g_string_append_printf (self->text, "%" G_GINT64_FORMAT, value);
}
