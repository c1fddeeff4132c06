/* test-nats-link.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Messages that are published while the thread of the link does not know yet that the connection was lost, and is there
 * again.
 */

#include <norpc-glib/norpc-glib.h>

#include "fake-server.h"
#include "nats-connect.h"
#include "norpc-nats-link-private.h"

typedef struct
{
  FakeServer    *server; /* (owned) */
  NorpcNatsLink *link;   /* (owned) */
  GAsyncQueue   *gates;  /* (owned): of any items, each of which lets the thread of the link go on */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  natsOptions *options;

  self->server = fake_server_new ();
  self->gates = g_async_queue_new ();
  options = connect_options_new (fake_server_get_url (self->server));
  self->link = norpc_nats_link_new (options, &error);
  natsOptions_Destroy (options);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  norpc_nats_link_close (self->link);
  norpc_nats_link_unref (self->link);
  g_async_queue_unref (self->gates);
  fake_server_free (self->server);
}

/* Runs in the thread of the link. */
static void
wait_at_gate (gpointer data)
{
  g_async_queue_pop (((Fixture *) data)->gates);
}

static void
publish (Fixture    *self,
         const char *subject,
         gsize       size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = g_strnfill (size, 'x');
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, subject, NULL, data, (int) size), ==, NATS_OK);
  norpc_nats_link_publish (self->link, message, &error);
  g_assert_no_error (error);
}

/* Runs in the thread of the link. */
static void
publish_first (gpointer data)
{
  publish (data, "first", 1);
}

/* Runs in the thread of the link. */
static void
publish_second (gpointer data)
{
  publish (data, "second", 1);
}

static void
wait_connected (Fixture  *self,
                gboolean  connected)
{
  while (norpc_nats_link_is_connected (self->link) != connected)
    g_usleep (1000);
}

static void
lose (Fixture *self)
{
  fake_server_set_mode (self->server, FAKE_SERVER_SILENT);
  fake_server_disconnect (self->server);
  fake_server_wait_login (self->server, 2);
  wait_connected (self, FALSE);
}

static void
recover (Fixture *self)
{
  fake_server_set_mode (self->server, FAKE_SERVER_SERVE);
  fake_server_disconnect (self->server);
  wait_connected (self, TRUE);
}

/* A message that is published when the connection is there again does not overtake one that waits for it. */
static void
test_order (Fixture       *self,
            gconstpointer  unused)
{
  norpc_nats_link_invoke (self->link, wait_at_gate, self);
  norpc_nats_link_invoke (self->link, publish_first, self);
  norpc_nats_link_invoke (self->link, wait_at_gate, self);
  norpc_nats_link_invoke (self->link, publish_second, self);

  lose (self);
  g_async_queue_push (self->gates, self);
  while (g_async_queue_length (self->gates) != -1)
    g_thread_yield ();
  recover (self);
  g_async_queue_push (self->gates, self);
  fake_server_wait_received (self->server, "PUB second 1");
  g_assert_true (fake_server_has_received_in_order (self->server, "PUB first 1", "PUB second 1"));
}

#define MAX_MESSAGES 100000

/* Returns how many messages of a size are taken until there are too many. */
static guint
fill (Fixture *self,
      gsize    size)
{
  g_autoptr (GError) error = NULL;
  natsMsg *message;
  guint n;

  for (n = 0; n < MAX_MESSAGES; n++)
    {
      g_autofree char *data = g_strnfill (size, 'x');

      g_assert_cmpint (natsMsg_Create (&message, "many", NULL, data, (int) size), ==, NATS_OK);
      if (!norpc_nats_link_publish (self->link, message, &error))
        break;
    }
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  return n;
}

/* The messages that wait are limited, also if they have no data. */
static void
test_limit (Fixture       *self,
            gconstpointer  unused)
{
  lose (self);
  g_assert_cmpuint (fill (self, 1024 * 1024), ==, 7);
  g_assert_cmpuint (fill (self, 0), <=, 1024 * 1024 / 512);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/nats/link/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/nats/link/limit", Fixture, NULL, set_up, test_limit, tear_down);

  return g_test_run ();
}
