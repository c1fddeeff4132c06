/* relay.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "relay.h"

/* Bytes that are passed on at once. */
#define BUFFER_SIZE 65536

struct _Relay
{
  GSocket      *listener;    /* (owned) */
  GInetAddress *loopback;    /* (owned) */
  guint         port;        /* of the server */
  char         *url;         /* (owned) */
  GThread      *thread;      /* (owned) */
  GCancellable *cancellable; /* (owned) */

  GMutex        lock;
  GCond         changed;
  gboolean      is_cut;    /* [lock]: takes no connections */
  gboolean      swallows;  /* [lock]: passes nothing on to the server, on the connections that there are */
  GString      *swallowed; /* (owned) [lock] */
  guint         bytes_per_second; /* [lock]: in each direction of each connection, or 0 if there is no limit */
  GPtrArray    *sockets;   /* (owned) [lock]: of owned GSocket */
  GPtrArray    *threads;   /* (owned) [lock]: of owned GThread */
};

/* One direction of a connection. */
typedef struct
{
  Relay   *relay;
  GSocket *from;      /* (owned) */
  GSocket *to;        /* (owned) */
  gboolean to_server;
  gint64   end;       /* of the time that the data until now takes */
} Direction;

/* Returns TRUE if the data is not to be passed on. */
static gboolean
swallow (Relay      *self,
         const char *data,
         gssize      n)
{
  gboolean swallows;

  g_mutex_lock (&self->lock);
  swallows = self->swallows;
  for (gssize i = 0; swallows && i < n; i++)
    g_string_append_c (self->swallowed, data[i] != '\0' ? data[i] : ' ');
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  return swallows;
}

/* Waits as long as the data takes. A pause that was too long is made up for. */
static void
take_time (Direction *self,
           gssize     n)
{
  gint64 now = g_get_monotonic_time ();
  guint bytes_per_second;

  g_mutex_lock (&self->relay->lock);
  bytes_per_second = self->relay->bytes_per_second;
  g_mutex_unlock (&self->relay->lock);

  if (bytes_per_second == 0)
    return;

  self->end = MAX (self->end, now - G_TIME_SPAN_SECOND) + n * G_TIME_SPAN_SECOND / bytes_per_second;
  if (self->end > now)
    g_usleep ((gulong) (self->end - now));
}

/* Returns FALSE if the other side has gone. */
static gboolean
pass_on (Direction  *self,
         const char *data,
         gssize      n)
{
  gssize sent = 0;

  take_time (self, n);
  if (self->to_server && swallow (self->relay, data, n))
    return TRUE;

  for (gssize done = 0; sent >= 0 && done < n; done += sent)
    sent = g_socket_send (self->to, data + done, (gsize) (n - done), self->relay->cancellable, NULL);

  return sent >= 0;
}

static gpointer
run_direction (gpointer data)
{
  Direction *self = data;
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  gssize n;

  do
    n = g_socket_receive (self->from, buffer, BUFFER_SIZE, self->relay->cancellable, NULL);
  while (n > 0 && pass_on (self, buffer, n));
  g_socket_shutdown (self->from, TRUE, TRUE, NULL);
  g_socket_shutdown (self->to, TRUE, TRUE, NULL);
  g_object_unref (self->from);
  g_object_unref (self->to);
  g_free (self);

  return NULL;
}

/* Called with the lock held. */
static void
start_direction_locked (Relay   *self,
                        GSocket *from,
                        GSocket *to,
                        gboolean to_server)
{
  Direction *direction = g_new (Direction, 1);

  *direction = (Direction) { self, g_object_ref (from), g_object_ref (to), to_server, 0 };
  g_ptr_array_add (self->sockets, g_object_ref (from));
  g_ptr_array_add (self->threads, g_thread_new ("relay-direction", run_direction, direction));
}

static GSocket *
new_socket (void)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_nonnull (socket);

  return socket;
}

/* The server may have been killed. */
static void
take_connection (Relay   *self,
                 GSocket *client)
{
  g_autoptr (GSocket) server = new_socket ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (self->loopback, (guint16) self->port);
  gboolean is_connected = g_socket_connect (server, address, self->cancellable, NULL);

  g_mutex_lock (&self->lock);
  if (is_connected && !self->is_cut)
    {
      start_direction_locked (self, client, server, TRUE);
      start_direction_locked (self, server, client, FALSE);
    }
  else
    {
      g_socket_shutdown (client, TRUE, TRUE, NULL);
    }
  g_mutex_unlock (&self->lock);
}

static gpointer
run_relay (gpointer data)
{
  Relay *self = data;
  GSocket *client;

  while ((client = g_socket_accept (self->listener, self->cancellable, NULL)) != NULL)
    {
      take_connection (self, client);
      g_object_unref (client);
    }

  return NULL;
}

Relay *
relay_new (NatsProcess *nats)
{
  Relay *self = g_new0 (Relay, 1);
  g_autoptr (GSocketAddress) any_port = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  self->loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  any_port = g_inet_socket_address_new (self->loopback, 0);
  self->listener = new_socket ();
  g_assert_true (g_socket_bind (self->listener, any_port, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  address = g_socket_get_local_address (self->listener, NULL);
  self->url = g_strdup_printf ("nats://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  self->port = nats_process_get_port (nats);
  self->cancellable = g_cancellable_new ();
  self->swallowed = g_string_new (NULL);
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("relay", run_relay, self);

  return self;
}

void
relay_free (Relay *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->sockets);
  g_string_free (self->swallowed, TRUE);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_object_unref (self->cancellable);
  g_object_unref (self->listener);
  g_object_unref (self->loopback);
  g_free (self->url);
  g_free (self);
}

const char *
relay_get_url (Relay *self)
{
  return self->url;
}

/* Ends the connections, and takes no others until relay_mend (). */
void
relay_cut (Relay *self)
{
  g_mutex_lock (&self->lock);
  self->is_cut = TRUE;
  for (guint i = 0; i < self->sockets->len; i++)
    g_socket_shutdown (self->sockets->pdata[i], TRUE, TRUE, NULL);
  g_ptr_array_set_size (self->sockets, 0);
  g_mutex_unlock (&self->lock);
}

void
relay_mend (Relay *self)
{
  g_mutex_lock (&self->lock);
  self->is_cut = FALSE;
  self->swallows = FALSE;
  g_mutex_unlock (&self->lock);
}

/* From here on, nothing that is sent reaches the server, and nothing else is noticed of that, until relay_mend (). */
void
relay_swallow (Relay *self)
{
  g_mutex_lock (&self->lock);
  self->swallows = TRUE;
  g_string_truncate (self->swallowed, 0);
  g_mutex_unlock (&self->lock);
}

/* From here on, data takes time. */
void
relay_limit (Relay *self,
             guint  bytes_per_second)
{
  g_mutex_lock (&self->lock);
  self->bytes_per_second = bytes_per_second;
  g_mutex_unlock (&self->lock);
}

/* Waits until a text has been sent that does not reach the server. */
void
relay_wait_swallowed (Relay      *self,
                      const char *text)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (strstr (self->swallowed->str, text) == NULL)
    g_assert_true (g_cond_wait_until (&self->changed, &self->lock, end));
  g_mutex_unlock (&self->lock);
}
