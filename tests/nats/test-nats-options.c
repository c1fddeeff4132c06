/* test-nats-options.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The options that a connection has by itself, and those of the library beside them. */

#include <string.h>

#include "nats-process.h"
#include "norpc-nats-connection-private.h"
#include "norpc-nats-link-private.h"

/* Returns a link (owned) that tries again after so many milliseconds. Takes ownership of @options. */
static NorpcNatsLink *
connect_with (natsOptions *options,
              int          wait)
{
  g_autoptr (GError) error = NULL;
  NorpcNatsLink *link;

  natsOptions_SetReconnectWait (options, wait);
  natsOptions_SetReconnectJitter (options, 0, 0);
  link = norpc_nats_link_new (options, &error);
  natsOptions_Destroy (options);
  g_assert_no_error (error);

  return link;
}

static void
wait_until (gboolean      (*is_done) (NorpcNatsLink *link),
            NorpcNatsLink  *link)
{
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (!is_done (link))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* The server is gone for longer than the library tries to reach it. In the time of its sixty attempts, a link that tries
 * twenty times as often makes many more.
 */
static void
test_long_loss (void)
{
  NatsProcess *nats = nats_process_new ();
  const char *url = nats_process_get_url (nats);
  g_autoptr (GError) error = NULL;
  NorpcNatsLink *ours, *others;
  natsOptions *options;

  ours = connect_with (norpc_nats_connection_new_options (url, &error), 1);
  g_assert_no_error (error);
  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  natsOptions_SetURL (options, url);
  others = connect_with (options, 20);

  g_test_expect_message ("NorpcNats", G_LOG_LEVEL_WARNING, "A connection to NATS is closed for good: *");
  nats_process_kill (nats);
  wait_until (norpc_nats_link_is_closed, others);
  g_test_assert_expected_messages ();
  g_assert_false (norpc_nats_link_is_closed (ours));
  nats_process_start (nats);
  wait_until (norpc_nats_link_is_connected, ours);

  norpc_nats_link_close (ours);
  norpc_nats_link_close (others);
  norpc_nats_link_unref (ours);
  norpc_nats_link_unref (others);
  nats_process_free (nats);
}

/* A message may be written to a log: it does not show the passwords in URLs. */
static void
test_urls_in_messages (void)
{
  g_autofree char *padding = g_strnfill (1000, 'x');
  g_autofree char *urls = g_strconcat ("nats://ada:secret@127.0.0.1:1, nats://127.0.0.1:2/", padding, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_nats_connection_new_sync (urls, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "nats://127.0.0.1:1"));
  g_assert_null (strstr (error->message, "ada"));
  g_assert_null (strstr (error->message, "secret"));
  g_assert_cmpuint (strlen (error->message), <, 500);
}

/* A URL that makes no sense is told from a server that cannot be reached. */
static void
test_urls (void)
{
  const char *wrong[] = {
    "http://foo", "x://y", "://y", "nats://127.0.0.1:99999", "nats://127.0.0.1:0", "127.0.0.1:x", "nats://[::1]:-1",
    "nats://", "nats://:4222", "nats:///", "tls://ada:secret@", "foo bar", "nats://foo\tbar:4222",
    "nats://127.0.0.1:1,natss://127.0.0.1:1", "tls://ada:secret@127.0.0.1:65536/x", ""
  };
  const char *right[] = { "127.0.0.1:1", "nats://127.0.0.1:1", "NATS://ada:se:cret@127.0.0.1:1/", "nats://[::1]:1" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (norpc_nats_connection_new_sync (wrong[i], NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_null (strstr (error->message, "secret"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (norpc_nats_connection_new_sync (right[i], NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
    }
}

/* A URL of TLS does not reach a server without it, also among other URLs. */
static void
test_tls_urls (void)
{
  NatsProcess *nats = nats_process_new ();
  const char *address = strstr (nats_process_get_url (nats), "://") + 3;
  const char *formats[] = { "tls://ada:secret@%s", "TLS://ada:secret@%s", "nats://ada:secret@127.0.0.1:1, tls://%s",
                            "tls://127.0.0.1:1,ada:secret@%s" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_auto (GStrv) parts = g_strsplit (formats[i], "%s", -1);
      g_autofree char *urls = g_strjoinv (address, parts);
      g_autoptr (GError) error = NULL;

      g_assert_null (norpc_nats_connection_new_sync (urls, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
    }
  nats_process_free (nats);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!nats_process_is_installed ())
    {
      g_print ("1..0 # SKIP nats-server is not installed\n");
      return 0;
    }

  g_test_add_func ("/nats/options/long-loss", test_long_loss);
  g_test_add_func ("/nats/options/tls-urls", test_tls_urls);
  g_test_add_func ("/nats/options/urls", test_urls);
  g_test_add_func ("/nats/options/urls-in-messages", test_urls_in_messages);

  return g_test_run ();
}
