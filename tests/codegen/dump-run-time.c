/* dump-run-time.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads descriptions at run time, and prints their infos, which each line has "file" before. A proxy and a
 * service of each interface are made, too.
 */

#include "dump-infos.h"

static void
make_objects (const NorpcInterfaceInfo *info)
{
  g_autoptr (NorpcDynamicService) service = norpc_dynamic_service_new (info, NULL, NULL, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (direct), info);

  g_assert_nonnull (proxy);
}

static void
dump_file (const char *path)
{
  g_autofree char *xml = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = NULL;

  g_print ("file %s\n", path);
  if (!g_file_get_contents (path, &xml, NULL, &error))
    g_error ("%s", error->message);

  infos = norpc_interface_info_list_for_xml (xml, &error);
  if (infos == NULL)
    {
      g_print ("error %s\n", error->message);
      return;
    }

  for (guint i = 0; i < infos->len; i++)
    {
      const NorpcInterfaceInfo *info = g_ptr_array_index (infos, i);
      g_auto (GStrv) left_out = norpc_interface_info_list_left_out (info);

      dump_info (info);
      for (guint j = 0; left_out[j] != NULL; j++)
        g_print ("left-out %s\n", left_out[j]);
      make_objects (info);
    }
}

int
main (int    argc,
      char **argv)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL);
  for (int i = 1; i < argc; i++)
    dump_file (argv[i]);

  return 0;
}
