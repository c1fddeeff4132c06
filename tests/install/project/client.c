/* client.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "words-service.h"

static void
join_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree char *text =
    words_joiner_proxy_call_join_finish (WORDS_JOINER_PROXY (source_object), result, NULL);

  g_assert_cmpstr (text, ==, "a-b");
  g_main_loop_quit (user_data);
}

int
main (void)
{
  const char * const words[] = { "a", "b", NULL };
  g_autoptr (WordsService) service = words_service_new ();
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (service));
  g_autoptr (WordsJoinerProxy) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *text = NULL;

  g_assert_true (norpc_server_start (server, NULL, NULL));
  proxy = words_joiner_proxy_new (norpc_server_get_endpoint (server));
  text = words_joiner_proxy_call_join_sync (proxy, words, "+", NULL, NULL);
  g_assert_cmpstr (text, ==, "a+b");
  words_joiner_proxy_call_join (proxy, words, "-", NULL, join_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
