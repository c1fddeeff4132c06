/* cg-xml.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writes pieces of XML. */

#include "cg-xml.h"

void
cg_xml_append_attribute (GString    *xml,
                         const char *name,
                         const char *value)
{
  g_string_append_printf (xml, " %s=\"", name);

  /* white space of a value is a blank unless it is a reference */
  for (; *value != '\0'; value++)
    if (*value == '&')
      g_string_append (xml, "&amp;");
    else if (*value == '<')
      g_string_append (xml, "&lt;");
    else if (*value == '>')
      g_string_append (xml, "&gt;");
    else if (*value == '"')
      g_string_append (xml, "&quot;");
    else if (*value == '\n' || *value == '\t' || *value == '\r')
      g_string_append_printf (xml, "&#%d;", *value);
    else
      g_string_append_c (xml, *value);

  g_string_append_c (xml, '"');
}

void
cg_xml_append_comment (GString    *xml,
                       const char *text)
{
  for (; *text != '\0'; text++)
    g_string_append_c (xml, *text == '-' && xml->str[xml->len - 1] == '-' ? '_' : *text);
}
