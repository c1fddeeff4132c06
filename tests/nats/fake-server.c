/* fake-server.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "fake-server.h"

#define INFO_WITH(more) \
  "INFO {\"server_id\":\"FAKE\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,\"max_payload\":1048576" more "}\r\n"

#define INFO INFO_WITH ("")
#define INFO_TLS INFO_WITH (",\"tls_required\":true")

struct _FakeServer
{
  GSocket      *listener;    /* (owned), since construction */
  char         *url;         /* (owned), since construction */
  GThread      *thread;      /* (owned), since construction */
  GCancellable *cancellable; /* (owned), since construction: ends the threads */

  GMutex         lock;
  GCond          changed;
  FakeServerMode mode;     /* [lock] */
  GPtrArray     *peers;    /* (owned) [lock]: of owned GSocket */
  GPtrArray     *threads;  /* (owned) [lock]: of owned GThread */
  GString       *received; /* (owned) [lock]: all lines */
  guint          n_logins; /* [lock] */
  gboolean       withholds; /* [lock]: the answers to PING */
  GPtrArray     *withheld;  /* (owned) [lock]: of owned GSocket, each of which waits for an answer */
};

typedef struct
{
  FakeServer    *server; /* (unowned) */
  GSocket       *socket; /* (owned) */
  FakeServerMode mode;   /* when it connected */
} Peer;

static void
send_to (GSocket    *socket,
         const char *text)
{
  g_socket_send (socket, text, strlen (text), NULL, NULL);
}

/* Called with the lock of the server held. Returns TRUE if the peer gets the answer to PING later. */
static gboolean
withhold_locked (Peer *self)
{
  if (self->server->withholds)
    g_ptr_array_add (self->server->withheld, g_object_ref (self->socket));

  return self->server->withholds;
}

static void
take_line (Peer       *self,
           const char *line)
{
  FakeServer *server = self->server;
  gboolean pings = g_str_equal (line, "PING"), answers;

  g_mutex_lock (&server->lock);
  answers = self->mode == FAKE_SERVER_SERVE && pings && !withhold_locked (self);
  g_string_append_printf (server->received, "%s\n", line);
  if (g_str_has_prefix (line, "CONNECT"))
    server->n_logins++;
  g_cond_broadcast (&server->changed);
  g_mutex_unlock (&server->lock);

  if (answers)
    send_to (self->socket, "PONG\r\n");
  if (self->mode == FAKE_SERVER_REJECT && pings)
    {
      send_to (self->socket, "-ERR 'Authorization Violation'\r\n");
      g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
    }
  if (self->mode == FAKE_SERVER_END && pings)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

/* The data of messages counts as lines, too. */
static gpointer
serve (gpointer data)
{
  Peer *self = data;
  GString *rest = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  if (self->mode != FAKE_SERVER_MUTE)
    send_to (self->socket, self->mode == FAKE_SERVER_END_TLS ? INFO_TLS : INFO);
  while ((n = g_socket_receive (self->socket, buffer, sizeof buffer, self->server->cancellable, NULL)) > 0)
    {
      char *end;

      if (self->mode == FAKE_SERVER_END_TLS)
        g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
      for (gssize i = 0; i < n; i++)
        g_string_append_c (rest, buffer[i] != '\0' ? buffer[i] : ' ');
      while ((end = strstr (rest->str, "\r\n")) != NULL)
        {
          *end = '\0';
          take_line (self, rest->str);
          g_string_erase (rest, 0, end + 2 - rest->str);
        }
    }
  g_string_free (rest, TRUE);
  g_object_unref (self->socket);
  g_free (self);

  return NULL;
}

static gpointer
accept_peers (gpointer data)
{
  FakeServer *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->listener, self->cancellable, NULL)) != NULL)
    {
      Peer *peer = g_new (Peer, 1);

      g_mutex_lock (&self->lock);
      *peer = (Peer) { self, socket, self->mode };
      g_ptr_array_add (self->peers, g_object_ref (socket));
      g_ptr_array_add (self->threads, g_thread_new ("fake-peer", serve, peer));
      g_mutex_unlock (&self->lock);
    }

  return NULL;
}

FakeServer *
fake_server_new (void)
{
  FakeServer *self = g_new0 (FakeServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  self->listener = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (self->listener, any_port, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  address = g_socket_get_local_address (self->listener, NULL);
  self->url = g_strdup_printf ("nats://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  self->cancellable = g_cancellable_new ();
  self->peers = g_ptr_array_new_with_free_func (g_object_unref);
  self->threads = g_ptr_array_new ();
  self->received = g_string_new (NULL);
  self->withheld = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("fake-server", accept_peers, self);

  return self;
}

void
fake_server_free (FakeServer *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->withheld);
  g_string_free (self->received, TRUE);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_object_unref (self->cancellable);
  g_object_unref (self->listener);
  g_free (self->url);
  g_free (self);
}

const char *
fake_server_get_url (FakeServer *self)
{
  return self->url;
}

/* It treats the next connections so. */
void
fake_server_set_mode (FakeServer     *self,
                      FakeServerMode  mode)
{
  g_mutex_lock (&self->lock);
  self->mode = mode;
  g_mutex_unlock (&self->lock);
}

/* Whether it answers to PING. If it does again, those get their answers that it has withheld. */
void
fake_server_set_answers (FakeServer *self,
                         gboolean    answers)
{
  g_mutex_lock (&self->lock);
  self->withholds = !answers;
  for (guint i = 0; answers && i < self->withheld->len; i++)
    send_to (self->withheld->pdata[i], "PONG\r\n");
  if (answers)
    g_ptr_array_set_size (self->withheld, 0);
  g_mutex_unlock (&self->lock);
}

/* Ends all connections. */
void
fake_server_disconnect (FakeServer *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->peers->len; i++)
    g_socket_shutdown (self->peers->pdata[i], TRUE, TRUE, NULL);
  g_ptr_array_set_size (self->peers, 0);
  g_mutex_unlock (&self->lock);
}

/* Sends a text to all clients. */
void
fake_server_send (FakeServer *self,
                  const char *text)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->peers->len; i++)
    send_to (self->peers->pdata[i], text);
  g_mutex_unlock (&self->lock);
}

/* Called with the lock held. */
static void
wait_locked (FakeServer *self)
{
  g_assert_true (g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND));
}

/* Waits until so many clients have logged in since it was made. In the mode SILENT, they then wait for an answer. */
void
fake_server_wait_login (FakeServer *self,
                        guint       n)
{
  g_mutex_lock (&self->lock);
  while (self->n_logins < n)
    wait_locked (self);
  g_mutex_unlock (&self->lock);
}

/* Waits until the lines that clients have sent contain a text. */
void
fake_server_wait_received (FakeServer *self,
                           const char *text)
{
  g_mutex_lock (&self->lock);
  while (strstr (self->received->str, text) == NULL)
    wait_locked (self);
  g_mutex_unlock (&self->lock);
}

gboolean
fake_server_has_received (FakeServer *self,
                          const char *text)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  found = strstr (self->received->str, text) != NULL;
  g_mutex_unlock (&self->lock);

  return found;
}

/* Returns the lines (owned) that clients have sent. */
char *
fake_server_dup_received (FakeServer *self)
{
  char *received;

  g_mutex_lock (&self->lock);
  received = g_strdup (self->received->str);
  g_mutex_unlock (&self->lock);

  return received;
}

/* Returns TRUE if the lines that clients have sent contain @first, and then @second. There may be others in between, such
 * as those that libnats sends by itself.
 */
gboolean
fake_server_has_received_in_order (FakeServer *self,
                                   const char *first,
                                   const char *second)
{
  const char *found;

  g_mutex_lock (&self->lock);
  found = strstr (self->received->str, first);
  if (found != NULL)
    found = strstr (found, second);
  g_mutex_unlock (&self->lock);

  return found != NULL;
}
