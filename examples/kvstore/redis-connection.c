/* redis-connection.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-connection-private.h"

#include "redis-command.h"

/* While more than this waits to be sent to a client, nothing more is read from it. */
#define MAX_UNSENT (1024 * 1024)

/* Replies are sent when all requests so far are answered, or when the replies are this long.
 * So a pipeline is answered with one system call instead of one for each request. */
#define MIN_SENT (64 * 1024)

typedef struct
{
  GSource source;
  RedisConnection *connection;
} ConnectionSource;

static void run (RedisConnection *self);

RedisConnection *
redis_connection_ref (RedisConnection *self)
{
  return g_rc_box_acquire (self);
}

static void
redis_connection_dispose (gpointer data)
{
  RedisConnection *self = data;

  g_assert (self->stream == NULL);
  g_assert (g_queue_is_empty (&self->requests));

  resp_reader_free (self->reader);
  resp_writer_free (self->writer);
  for (guint topic = 0; topic < REDIS_N_TOPICS; topic++)
    g_hash_table_unref (self->names[topic]);
  redis_server_forget (self->server);
}

void
redis_connection_unref (RedisConnection *self)
{
  g_rc_box_release_full (self, redis_connection_dispose);
}

RedisServer *
redis_connection_get_server (RedisConnection *self)
{
  return self->server;
}

guint
redis_connection_get_database (RedisConnection *self)
{
  return self->database;
}

void
redis_connection_set_database (RedisConnection *self,
                               guint            database)
{
  self->database = database;
}

RespWriter *
redis_connection_get_writer (RedisConnection *self)
{
  return self->writer;
}

gboolean
redis_connection_is_next (RedisConnection *self,
                          RedisRequest    *request)
{
  return g_queue_peek_head (&self->requests) == request;
}

/* Postpones a request until all earlier ones are answered. Until then, no more requests are taken.
 *
 * Returns: %FALSE if they are answered already, so the request can run at once */
gboolean
redis_connection_hold (RedisConnection *self,
                       RedisRequest    *request,
                       GPtrArray       *args)
{
  if (redis_connection_is_next (self, request))
    return FALSE;

  self->held = g_ptr_array_ref (args);

  return TRUE;
}

static void
drop_held (RedisConnection *self)
{
  if (self->held == NULL)
    return;

  g_clear_pointer (&self->held, g_ptr_array_unref);
  redis_request_free (g_queue_pop_tail_link (&self->requests)->data);
}

static void
run_held (RedisConnection *self)
{
  RedisRequest *request = g_queue_peek_tail (&self->requests);
  g_autoptr (GPtrArray) args = NULL;

  if (self->held == NULL || !redis_connection_is_next (self, request))
    return;

  args = g_steal_pointer (&self->held);
  request->command->run (request, args);
}

static void
accept_no_more (RedisConnection *self)
{
  self->finishing = TRUE;
  redis_pubsub_unsubscribe_all (redis_server_get_pubsub (self->server), self);
}

/* The store still answers the requests that it has; their replies are dropped. */
void
redis_connection_close (RedisConnection *self)
{
  g_autoptr (GSocketConnection) stream = g_steal_pointer (&self->stream);

  if (stream == NULL)
    return;

  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
  self->socket = NULL;
  accept_no_more (self);
  drop_held (self);
  resp_writer_clear (self->writer);

  redis_server_remove (self->server, &self->link);
  redis_connection_unref (self);
}

/* Accepts no more requests, and closes when the pending ones are answered. */
void
redis_connection_finish (RedisConnection *self)
{
  accept_no_more (self);
  run (self);
}

/* Moves the replies whose turn it is now to the writer. */
void
redis_connection_send_answered (RedisConnection *self)
{
  RedisRequest *request;

  /* Each request holds a reference, so this may release the last one. */
  redis_connection_ref (self);
  while ((request = g_queue_peek_head (&self->requests)) != NULL && request->answered)
    {
      g_queue_unlink (&self->requests, &request->link);
      if (request->early != NULL)
        resp_writer_take (self->writer, request->early);
      redis_request_free (request);
    }

  if (self->stream == NULL)
    resp_writer_clear (self->writer);

  run (self);
  redis_connection_unref (self);
}

static gboolean
is_full (RedisConnection *self)
{
  return self->held != NULL ||
         g_queue_get_length (&self->requests) >= REDIS_MAX_REQUESTS ||
         resp_writer_get_length (self->writer) >= MAX_UNSENT;
}

static RedisRequest *
add_request (RedisConnection *self)
{
  RedisRequest *request = redis_request_new (self);

  g_queue_push_tail_link (&self->requests, &request->link);

  return request;
}

static void
take_requests (RedisConnection *self)
{
  run_held (self);

  while (!self->drained && !self->finishing && !is_full (self))
    {
      GPtrArray *args;

      switch (resp_reader_next (self->reader, &args))
        {
        case RESP_READ_REQUEST:
          redis_server_count_command (self->server);
          redis_command_run (add_request (self), args);
          break;

        case RESP_READ_ERROR:
          accept_no_more (self);
          redis_request_reply_error (add_request (self), "ERR %s",
                                     resp_reader_get_error (self->reader));
          break;

        case RESP_READ_MORE:
        default:
          self->drained = TRUE;
          break;
        }
    }
}

static void
send_replies (RedisConnection *self)
{
  gsize length = resp_writer_get_length (self->writer);

  if (self->blocked || length == 0 ||
      (length < MIN_SENT && !g_queue_is_empty (&self->requests)))
    return;

  if (!resp_writer_send (self->writer, self->socket, NULL))
    redis_connection_close (self);
  else
    self->blocked = resp_writer_get_length (self->writer) > 0;
}

static void
watch (RedisConnection *self)
{
  GIOCondition condition = self->blocked ? G_IO_OUT : 0;

  if (self->drained && !self->finishing && !is_full (self))
    condition |= G_IO_IN;

  if (condition != self->watched)
    g_source_modify_unix_fd (self->source, self->tag, condition);
  self->watched = condition;
}

/* Does everything that is possible now without blocking. */
static void
run (RedisConnection *self)
{
  if (self->running || self->stream == NULL)
    return;

  self->running = TRUE;
  do
    {
      take_requests (self);
      send_replies (self);
    }
  while (!self->drained && !self->finishing && !is_full (self));
  self->running = FALSE;

  if (self->stream == NULL)
    return;

  if (self->finishing && g_queue_is_empty (&self->requests) &&
      resp_writer_get_length (self->writer) == 0)
    redis_connection_close (self);
  else
    watch (self);
}

static void
receive (RedisConnection *self)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  guint8 *space = resp_reader_get_space (self->reader, &size);
  gssize received = g_socket_receive (self->socket, (char *) space, size, NULL, &error);

  if (received > 0)
    {
      resp_reader_received (self->reader, received);
      self->drained = FALSE;
    }
  else if (received == 0)
    {
      accept_no_more (self);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      redis_connection_close (self);
    }
}

static gboolean
connection_source_dispatch (GSource     *source,
                            GSourceFunc  callback G_GNUC_UNUSED,
                            gpointer     user_data G_GNUC_UNUSED)
{
  g_autoptr (RedisConnection) self = redis_connection_ref (((ConnectionSource *) source)->connection);
  GIOCondition condition = g_source_query_unix_fd (source, self->tag);

  g_source_set_ready_time (source, -1);
  if (condition & G_IO_OUT)
    self->blocked = FALSE;

  if (self->abandoned)
    redis_connection_close (self);
  else if ((self->watched & G_IO_IN) && (condition & ~G_IO_OUT))
    receive (self);
  else if (condition & (G_IO_ERR | G_IO_HUP))
    redis_connection_close (self);

  run (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs connection_source_funcs =
{
  NULL, NULL, connection_source_dispatch, NULL, NULL, NULL
};

/* Returns: (transfer none): a new connection, which is freed when it is closed */
RedisConnection *
redis_connection_new (RedisServer       *server,
                      GSocketConnection *stream)
{
  RedisConnection *self = g_rc_box_new0 (RedisConnection);

  self->server = server;
  self->link.data = self;
  self->stream = g_object_ref (stream);
  self->socket = g_socket_connection_get_socket (stream);
  self->reader = resp_reader_new (RESP_MAX_REQUEST_SIZE);
  self->writer = resp_writer_new ();
  self->drained = TRUE;
  g_queue_init (&self->requests);
  for (guint topic = 0; topic < REDIS_N_TOPICS; topic++)
    self->names[topic] = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                                (GDestroyNotify) g_bytes_unref, NULL);

  g_socket_set_blocking (self->socket, FALSE);

  self->source = g_source_new (&connection_source_funcs, sizeof (ConnectionSource));
  ((ConnectionSource *) self->source)->connection = self;
  g_source_set_static_name (self->source, "[mini-redis] connection");
  self->watched = G_IO_IN;
  self->tag = g_source_add_unix_fd (self->source, g_socket_get_fd (self->socket), self->watched);
  g_source_attach (self->source, NULL);

  redis_server_add (server, &self->link);

  return self;
}
