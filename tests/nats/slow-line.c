/* slow-line.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "slow-line.h"

struct _SlowLine
{
  GSocket      *listener;         /* (owned), since construction */
  guint         port;             /* since construction: of the server */
  guint         bytes_per_second; /* since construction */
  char         *url;              /* (owned), since construction */
  GCancellable *cancellable;      /* (owned), since construction: ends the threads */
  GThread      *thread;           /* (owned), since construction: accepts connections */
  GPtrArray    *threads;          /* (owned): of owned GThread, accessed in the other thread until that has ended */
};

/* One direction of a connection. */
typedef struct
{
  SlowLine *line; /* (unowned) */
  GSocket  *from; /* (owned) */
  GSocket  *to;   /* (owned) */
} Direction;

static gboolean
send_all (Direction  *self,
          const char *data,
          gsize       size)
{
  while (size > 0)
    {
      gssize n = g_socket_send (self->to, data, size, self->line->cancellable, NULL);

      if (n <= 0)
        return FALSE;
      data += n;
      size -= (gsize) n;
    }

  return TRUE;
}

/* A pause ends when the data would have been sent, so that one that is too long is made up for. */
static gpointer
pass_on (gpointer data)
{
  Direction *self = data;
  gint64 end = 0;
  char buffer[16384];
  gssize n;

  while ((n = g_socket_receive (self->from, buffer, sizeof buffer, self->line->cancellable, NULL)) > 0)
    {
      end = MAX (end, g_get_monotonic_time () - G_TIME_SPAN_SECOND) +
            n * G_TIME_SPAN_SECOND / self->line->bytes_per_second;
      if (end > g_get_monotonic_time ())
        g_usleep ((gulong) MAX (end - g_get_monotonic_time (), 0));
      if (!send_all (self, buffer, (gsize) n))
        break;
    }
  g_socket_shutdown (self->from, TRUE, TRUE, NULL);
  g_socket_shutdown (self->to, TRUE, TRUE, NULL);
  g_object_unref (self->from);
  g_object_unref (self->to);
  g_free (self);

  return NULL;
}

static void
start (SlowLine *self,
       GSocket  *from,
       GSocket  *to)
{
  Direction *direction = g_new (Direction, 1);

  *direction = (Direction) { self, g_object_ref (from), g_object_ref (to) };
  g_ptr_array_add (self->threads, g_thread_new ("slow-line", pass_on, direction));
}

static GSocketAddress *
make_address (guint port)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  return g_inet_socket_address_new (loopback, (guint16) port);
}

static GSocket *
new_socket (void)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);

  return socket;
}

static gpointer
accept_clients (gpointer data)
{
  SlowLine *self = data;
  GSocket *accepted;

  while ((accepted = g_socket_accept (self->listener, self->cancellable, NULL)) != NULL)
    {
      g_autoptr (GSocket) client = accepted;
      g_autoptr (GSocket) server = new_socket ();
      g_autoptr (GSocketAddress) address = make_address (self->port);
      g_autoptr (GError) error = NULL;

      g_socket_connect (server, address, NULL, &error);
      g_assert_no_error (error);
      start (self, client, server);
      start (self, server, client);
    }

  return NULL;
}

/* @port is that of a server. */
SlowLine *
slow_line_new (guint port,
               guint bytes_per_second)
{
  SlowLine *self = g_new0 (SlowLine, 1);
  g_autoptr (GSocketAddress) any_port = make_address (0);
  g_autoptr (GSocketAddress) address = NULL;

  self->listener = new_socket ();
  g_assert_true (g_socket_bind (self->listener, any_port, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  address = g_socket_get_local_address (self->listener, NULL);
  self->port = port;
  self->bytes_per_second = bytes_per_second;
  self->url = g_strdup_printf ("nats://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  self->cancellable = g_cancellable_new ();
  self->threads = g_ptr_array_new ();
  self->thread = g_thread_new ("slow-line-accept", accept_clients, self);

  return self;
}

void
slow_line_free (SlowLine *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_object_unref (self->cancellable);
  g_object_unref (self->listener);
  g_free (self->url);
  g_free (self);
}

const char *
slow_line_get_url (SlowLine *self)
{
  return self->url;
}
