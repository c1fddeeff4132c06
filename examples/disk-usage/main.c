/* main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n.h>

#include "application.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr (DiskUsageApplication) application = NULL;

  bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_("Disk Usage"));

  application = disk_usage_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
