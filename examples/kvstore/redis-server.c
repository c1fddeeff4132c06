/* redis-server.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include "kv-sharding.h"
#include "redis-connection.h"

#define BACKLOG 511

/* Files that are open besides the connections. */
#define RESERVED_FILES 32

struct _RedisServer
{
  KvStoreProxy *store;        /* (owned) */
  RedisPubsub *pubsub;        /* (owned) */
  GSocketService *listener;   /* (owned) */
  guint16 port;
  GQueue connections;         /* RedisConnection: those that are open */
  guint n_alive;              /* including closed ones with calls pending at the store */
  RedisServerStats stats;
};

/* Returns: how many connections the process may have */
static guint
get_max_connections (void)
{
  const rlim_t wanted = REDIS_MAX_CONNECTIONS + RESERVED_FILES;
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return REDIS_MAX_CONNECTIONS;

  if (limit.rlim_cur < wanted)
    {
      struct rlimit higher = { MIN (wanted, limit.rlim_max), limit.rlim_max };

      if (setrlimit (RLIMIT_NOFILE, &higher) == 0)
        limit = higher;
    }

  return CLAMP (limit.rlim_cur, RESERVED_FILES + 1, wanted) - RESERVED_FILES;
}

static void
refuse (RedisServer *self,
        GSocket     *socket)
{
  static const char message[] = "-ERR max number of clients reached\r\n";

  self->stats.n_refused++;
  g_socket_set_blocking (socket, FALSE);
  g_socket_send (socket, message, sizeof message - 1, NULL, NULL);
}

static gboolean
incoming_cb (GSocketService    *listener G_GNUC_UNUSED,
             GSocketConnection *stream,
             GObject           *source_object G_GNUC_UNUSED,
             gpointer           user_data)
{
  RedisServer *self = user_data;
  GSocket *socket = g_socket_connection_get_socket (stream);

  if (self->connections.length >= self->stats.max_connections)
    {
      refuse (self, socket);
      return TRUE;
    }

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  self->stats.n_accepted++;
  redis_connection_new (self, stream);

  return TRUE;
}

/* @shards are the endpoints of stores that share the keys out among them, or that of the only store. */
RedisServer *
redis_server_new (GPtrArray *shards)
{
  RedisServer *self = g_new0 (RedisServer, 1);
  g_autoptr (NorpcEndpoint) endpoint =
    shards->len > 1 ? kv_sharding_new_endpoint (shards) : g_object_ref (shards->pdata[0]);

  self->store = kv_store_proxy_new (endpoint);
  self->pubsub = redis_pubsub_new (shards);
  self->listener = g_socket_service_new ();
  self->stats.max_connections = get_max_connections ();
  g_queue_init (&self->connections);
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->listener), BACKLOG);
  g_signal_connect (self->listener, "incoming", G_CALLBACK (incoming_cb), self);

  return self;
}

void
redis_server_free (RedisServer *self)
{
  redis_server_close (self);
  g_signal_handlers_disconnect_by_data (self->listener, self);
  g_clear_object (&self->listener);
  g_clear_pointer (&self->pubsub, redis_pubsub_free);
  g_clear_object (&self->store);
  g_free (self);
}

/* Listens on loopback, at any port that is free if @port is 0. */
gboolean
redis_server_listen (RedisServer  *self,
                     guint16       port,
                     GError      **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocketAddress) effective = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->listener), address,
                                      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                      NULL, &effective, error))
    return FALSE;

  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  self->stats.started = g_get_monotonic_time ();
  g_socket_service_start (self->listener);

  return TRUE;
}

guint16
redis_server_get_port (RedisServer *self)
{
  return self->port;
}

KvStoreProxy *
redis_server_get_store (RedisServer *self)
{
  return self->store;
}

RedisPubsub *
redis_server_get_pubsub (RedisServer *self)
{
  return self->pubsub;
}

const RedisServerStats *
redis_server_get_stats (RedisServer *self)
{
  return &self->stats;
}

static void
foreach_connection (RedisServer *self,
                    void (*func) (RedisConnection *connection))
{
  GList *next;

  for (GList *l = self->connections.head; l != NULL; l = next)
    {
      next = l->next;
      func (l->data);
    }
}

/* Accepts no more connections and requests, but answers pending requests. */
void
redis_server_finish (RedisServer *self)
{
  g_socket_service_stop (self->listener);
  g_socket_listener_close (G_SOCKET_LISTENER (self->listener));
  foreach_connection (self, redis_connection_finish);
}

/* Closes all connections, and waits for calls that are pending at the store. */
void
redis_server_close (RedisServer *self)
{
  redis_server_finish (self);
  foreach_connection (self, redis_connection_close);

  while (self->n_alive > 0)
    g_main_context_iteration (NULL, TRUE);
}

void
redis_server_add (RedisServer *self,
                  GList       *link)
{
  g_queue_push_tail_link (&self->connections, link);
  self->stats.n_connections = self->connections.length;
  self->n_alive++;
}

void
redis_server_remove (RedisServer *self,
                     GList       *link)
{
  g_queue_unlink (&self->connections, link);
  self->stats.n_connections = self->connections.length;
}

/* Counts a connection as freed. */
void
redis_server_forget (RedisServer *self)
{
  self->n_alive--;
}

void
redis_server_count_command (RedisServer *self)
{
  self->stats.n_commands++;
}
