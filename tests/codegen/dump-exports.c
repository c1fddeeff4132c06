/* dump-exports.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads a description at run time, and prints how objects that are exported over D-Bus describe its interfaces. */

#include <norpc-glib/norpc-glib.h>

#include <stdio.h>

#include "remote/norpc-dbus-info-private.h"

int
main (int    argc,
      char **argv)
{
  g_autofree char *xml = NULL;
  g_autoptr (GString) exports = g_string_new ("<node>\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = NULL;

  g_assert_cmpint (argc, ==, 2);
  if (!g_file_get_contents (argv[1], &xml, NULL, &error))
    g_error ("%s", error->message);

  infos = norpc_interface_info_list_for_xml (xml, &error);
  if (infos == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  for (guint i = 0; i < infos->len; i++)
    g_dbus_interface_info_generate_xml (norpc_dbus_get_exported_info (g_ptr_array_index (infos, i)), 2, exports);
  g_string_append (exports, "</node>\n");

  /* g_print () would write in the encoding of the locale. */
  return fputs (exports->str, stdout) >= 0 && fflush (stdout) == 0 ? 0 : 2;
}
