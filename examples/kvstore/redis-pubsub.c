/* redis-pubsub.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-pubsub.h"

#include "kv-glob.h"
#include "kv-slot.h"
#include "redis-connection.h"

/* Delivers the signals of the store, or of its shards, to the connections that subscribe. Everything
 * here runs in the main thread.
 *
 * Signals and replies of a shard arrive in one order, so a message reaches its subscribers before
 * the reply to PUBLISH, and a key event before the reply to the command that caused it. */

typedef struct
{
  RedisPubsub *pubsub;          /* (unowned) */
  KvNotifierProxy *notifier;    /* (owned) */
  guint n_receivers;            /* of the message that was delivered last */
  RedisNotifyFlags flags;       /* of the events that it emits */
} Shard;

struct _RedisPubsub
{
  GPtrArray *shards;            /* (owned): of owned Shard */
  GHashTable *subscribers[REDIS_N_TOPICS]; /* (owned): GBytes (owned) -> a set (owned) of
                                   RedisConnection */
  GFlagsClass *event_class;     /* (owned): of KvEvents */
  RedisNotifyFlags flags;       /* notify-keyspace-events */
};

/* Returns: how many connections get the message */
static guint
push_to_each (GHashTable *connections,
              GBytes     *pattern,
              GBytes     *channel,
              GBytes     *message)
{
  GHashTableIter iter;
  gpointer connection;

  g_hash_table_iter_init (&iter, connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      RespWriter *writer = redis_connection_begin_push (connection);

      resp_writer_add_array (writer, pattern != NULL ? 4 : 3);
      resp_writer_add_string (writer, pattern != NULL ? "pmessage" : "message");
      if (pattern != NULL)
        resp_writer_add_bulk (writer, pattern);
      resp_writer_add_bulk (writer, channel);
      resp_writer_add_bulk (writer, message);
      redis_connection_end_push (connection);
    }

  return g_hash_table_size (connections);
}

static gboolean
matches (GBytes *pattern,
         GBytes *name)
{
  gsize pattern_length, length;
  const char *pattern_data = g_bytes_get_data (pattern, &pattern_length);
  const char *data = g_bytes_get_data (name, &length);

  return kv_glob_match (pattern_data, pattern_length, data, length, FALSE);
}

/* Returns: how many times the message was delivered, as PUBLISH replies */
static guint
deliver (RedisPubsub *self,
         GBytes      *channel,
         GBytes      *message)
{
  GHashTable *connections = g_hash_table_lookup (self->subscribers[REDIS_CHANNELS], channel);
  guint n_receivers = connections != NULL ? push_to_each (connections, NULL, channel, message) : 0;
  GHashTableIter iter;
  gpointer pattern, subscribed;

  g_hash_table_iter_init (&iter, self->subscribers[REDIS_PATTERNS]);
  while (g_hash_table_iter_next (&iter, &pattern, &subscribed))
    {
      if (matches (pattern, channel))
        n_receivers += push_to_each (subscribed, pattern, channel, message);
    }

  return n_receivers;
}

static void
published_cb (KvNotifier *notifier G_GNUC_UNUSED,
              GBytes     *channel,
              GBytes     *message,
              gpointer    user_data)
{
  Shard *shard = user_data;

  shard->n_receivers = deliver (shard->pubsub, channel, message);
}

/* Redis publishes an event twice: to the channel of the key, and to the channel of the event. */
static void
key_event_cb (KvNotifier *notifier G_GNUC_UNUSED,
              guint       database,
              KvEvents    event,
              GBytes     *key,
              gpointer    user_data)
{
  Shard *shard = user_data;
  RedisPubsub *self = shard->pubsub;
  const char *name = g_flags_get_first_value (self->event_class, event)->value_nick;
  g_autoptr (GBytes) event_name = g_bytes_new_static (name, strlen (name));
  gsize length;
  const char *data = g_bytes_get_data (key, &length);

  if (redis_notify_flags_has (shard->flags, 'K'))
    {
      GString *text = g_string_new (NULL);
      g_autoptr (GBytes) channel = NULL;

      g_string_append_printf (text, "__keyspace@%u__:", database);
      g_string_append_len (text, data, length);
      channel = g_string_free_to_bytes (text);
      deliver (self, channel, event_name);
    }

  if (redis_notify_flags_has (shard->flags, 'E'))
    {
      GString *text = g_string_new (NULL);
      g_autoptr (GBytes) channel = NULL;

      g_string_append_printf (text, "__keyevent@%u__:%s", database, name);
      channel = g_string_free_to_bytes (text);
      deliver (self, channel, key);
    }
}

/* The main thread was too slow for the store. Any subscriber may have lost a message, so all of
 * them are disconnected: none loses one without noticing. */
static void
signals_lost_cb (NorpcProxy *notifier G_GNUC_UNUSED,
                 const char *signal_name G_GNUC_UNUSED,
                 guint       n_lost G_GNUC_UNUSED,
                 gpointer    user_data)
{
  RedisPubsub *self = ((Shard *) user_data)->pubsub;

  for (guint topic = 0; topic < REDIS_N_TOPICS; topic++)
    {
      GHashTableIter names;
      gpointer connections;

      g_hash_table_iter_init (&names, self->subscribers[topic]);
      while (g_hash_table_iter_next (&names, NULL, &connections))
        {
          GHashTableIter iter;
          gpointer connection;

          g_hash_table_iter_init (&iter, connections);
          while (g_hash_table_iter_next (&iter, &connection, NULL))
            redis_connection_abandon (connection);
        }
    }
}

static void
shard_free (gpointer data)
{
  Shard *self = data;

  g_object_unref (self->notifier);
  g_free (self);
}

/* It writes the property of the shard, but does not read it. */
static void
add_shard (gpointer endpoint,
           gpointer user_data)
{
  RedisPubsub *self = user_data;
  Shard *shard = g_new0 (Shard, 1);

  shard->pubsub = self;
  shard->notifier = g_object_new (KV_TYPE_NOTIFIER_PROXY,
                                  "endpoint", endpoint,
                                  "load-properties", FALSE,
                                  NULL);
  g_ptr_array_add (self->shards, shard);
}

/* @endpoints are those of the shards, NorpcEndpoint. */
RedisPubsub *
redis_pubsub_new (GPtrArray *endpoints)
{
  RedisPubsub *self = g_new0 (RedisPubsub, 1);

  self->shards = g_ptr_array_new_with_free_func (shard_free);
  g_ptr_array_foreach (endpoints, add_shard, self);
  self->event_class = g_type_class_ref (KV_TYPE_EVENTS);
  for (guint topic = 0; topic < REDIS_N_TOPICS; topic++)
    self->subscribers[topic] = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                                      (GDestroyNotify) g_bytes_unref,
                                                      (GDestroyNotify) g_hash_table_unref);

  return self;
}

void
redis_pubsub_free (RedisPubsub *self)
{
  for (guint topic = 0; topic < REDIS_N_TOPICS; topic++)
    {
      g_assert (g_hash_table_size (self->subscribers[topic]) == 0);
      g_hash_table_unref (self->subscribers[topic]);
    }
  g_type_class_unref (self->event_class);
  g_ptr_array_unref (self->shards);
  g_free (self);
}

guint
redis_pubsub_get_n_shards (RedisPubsub *self)
{
  return self->shards->len;
}

KvNotifierProxy *
redis_pubsub_get_notifier (RedisPubsub *self,
                           guint        index)
{
  return ((Shard *) self->shards->pdata[index])->notifier;
}

/* Returns: the index of the shard that messages to a channel are published to */
guint
redis_pubsub_find_shard (RedisPubsub *self,
                         GBytes      *channel)
{
  return kv_slot_find_shard (channel, self->shards->len);
}

static gboolean
has_subscribers (RedisPubsub *self)
{
  return redis_pubsub_get_n_names (self, REDIS_CHANNELS) > 0 ||
         redis_pubsub_get_n_names (self, REDIS_PATTERNS) > 0;
}

/* A proxy without handlers gets no signals, so they cost nothing while nobody subscribes. */
static void
listen (RedisPubsub *self)
{
  for (guint i = 0; i < self->shards->len; i++)
    {
      Shard *shard = self->shards->pdata[i];

      g_signal_connect (shard->notifier, "published", G_CALLBACK (published_cb), shard);
      g_signal_connect (shard->notifier, "key-event", G_CALLBACK (key_event_cb), shard);
      g_signal_connect (shard->notifier, "signals-lost", G_CALLBACK (signals_lost_cb), shard);
    }
}

static void
stop_listening (RedisPubsub *self)
{
  for (guint i = 0; i < self->shards->len; i++)
    {
      Shard *shard = self->shards->pdata[i];

      g_signal_handlers_disconnect_by_data (shard->notifier, shard);
    }
}

void
redis_pubsub_subscribe (RedisPubsub     *self,
                        RedisConnection *connection,
                        RedisTopic       topic,
                        GBytes          *name)
{
  GHashTable *connections;

  if (!g_hash_table_add (redis_connection_get_names (connection, topic), g_bytes_ref (name)))
    return;

  if (!has_subscribers (self))
    listen (self);

  connections = g_hash_table_lookup (self->subscribers[topic], name);
  if (connections == NULL)
    {
      connections = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (self->subscribers[topic], g_bytes_ref (name), connections);
    }

  g_hash_table_add (connections, connection);
}

static void
remove_subscriber (RedisPubsub     *self,
                   RedisConnection *connection,
                   RedisTopic       topic,
                   GBytes          *name)
{
  GHashTable *connections = g_hash_table_lookup (self->subscribers[topic], name);

  g_hash_table_remove (connections, connection);
  if (g_hash_table_size (connections) > 0)
    return;

  g_hash_table_remove (self->subscribers[topic], name);
  if (!has_subscribers (self))
    stop_listening (self);
}

void
redis_pubsub_unsubscribe (RedisPubsub     *self,
                          RedisConnection *connection,
                          RedisTopic       topic,
                          GBytes          *name)
{
  GHashTable *names = redis_connection_get_names (connection, topic);

  if (!g_hash_table_contains (names, name))
    return;

  remove_subscriber (self, connection, topic, name);
  g_hash_table_remove (names, name);
}

void
redis_pubsub_unsubscribe_all (RedisPubsub     *self,
                              RedisConnection *connection)
{
  for (guint topic = 0; topic < REDIS_N_TOPICS; topic++)
    {
      GHashTable *names = redis_connection_get_names (connection, topic);
      GHashTableIter iter;
      gpointer name;

      g_hash_table_iter_init (&iter, names);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        {
          remove_subscriber (self, connection, topic, name);
          g_hash_table_iter_remove (&iter);
        }
    }
}

guint
redis_pubsub_get_n_names (RedisPubsub *self,
                          RedisTopic   topic)
{
  return g_hash_table_size (self->subscribers[topic]);
}

guint
redis_pubsub_get_n_subscribers (RedisPubsub *self,
                                GBytes      *channel)
{
  GHashTable *connections = g_hash_table_lookup (self->subscribers[REDIS_CHANNELS], channel);

  return connections != NULL ? g_hash_table_size (connections) : 0;
}

/* Returns: (transfer container): GBytes: the channels that match, or all if @pattern is %NULL */
GPtrArray *
redis_pubsub_list_channels (RedisPubsub *self,
                            GBytes      *pattern)
{
  GPtrArray *channels = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer channel;

  g_hash_table_iter_init (&iter, self->subscribers[REDIS_CHANNELS]);
  while (g_hash_table_iter_next (&iter, &channel, NULL))
    {
      if (pattern == NULL || matches (pattern, channel))
        g_ptr_array_add (channels, channel);
    }

  return channels;
}

/* Called when the reply to a PUBLISH arrives from a shard, right after its message. If nobody
 * subscribes, there is no message.
 *
 * Returns: how many times the message was delivered */
guint
redis_pubsub_take_n_receivers (RedisPubsub *self,
                               guint        index)
{
  Shard *shard = self->shards->pdata[index];
  guint n_receivers = shard->n_receivers;

  shard->n_receivers = 0;

  return n_receivers;
}

RedisNotifyFlags
redis_pubsub_get_flags (RedisPubsub *self)
{
  return self->flags;
}

/* Called when a shard has begun to emit the events of @flags. */
void
redis_pubsub_set_shard_flags (RedisPubsub      *self,
                              guint             index,
                              RedisNotifyFlags  flags)
{
  ((Shard *) self->shards->pdata[index])->flags = flags;
}

/* Called when all shards have begun to do so. */
void
redis_pubsub_set_flags (RedisPubsub      *self,
                        RedisNotifyFlags  flags)
{
  self->flags = flags;
}
