/* notes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "notes-service.h"

#include <locale.h>

static int status = 0;

static void
added_cb (DemoNotes  *proxy,
          guint       number,
          const char *text,
          gpointer    user_data)
{
  g_print ("Note %u: %s\n", number, text);
}

static void
add_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!demo_notes_proxy_call_add_finish (DEMO_NOTES_PROXY (source_object), result, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      status = 1;
    }
  g_main_loop_quit (user_data);
}

static void
find_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) notes = demo_notes_proxy_call_find_finish (DEMO_NOTES_PROXY (source_object), result, &error);

  if (notes == NULL)
    {
      g_printerr ("%s\n", error->message);
      status = 1;
    }
  for (guint i = 0; notes != NULL && notes[i] != NULL; i++)
    g_print ("%s\n", notes[i]);
  g_main_loop_quit (user_data);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoNotesProxy) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc != 4 || (!g_str_equal (argv[2], "add") && !g_str_equal (argv[2], "find")))
    {
      g_printerr ("usage: notes FILE add TEXT\n       notes FILE find TEXT\n");
      return 2;
    }

  server = notes_serve (argv[1], &error);
  if (server == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  proxy = demo_notes_proxy_new (norpc_server_get_endpoint (server));
  g_signal_connect (proxy, "added", G_CALLBACK (added_cb), NULL);
  if (g_str_equal (argv[2], "add"))
    demo_notes_proxy_call_add (proxy, argv[3], NULL, add_cb, loop);
  else
    demo_notes_proxy_call_find (proxy, argv[3], NULL, find_cb, loop);
  g_main_loop_run (loop);

  return status;
}
