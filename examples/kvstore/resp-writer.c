/* resp-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "resp-writer.h"

#include <string.h>

/* Bulk strings of this size or more are sent without a copy. */
#define LARGE_BULK_LENGTH (16 * 1024)

/* A tail of this size becomes a piece, so that no block is huge. */
#define MAX_TAIL (1024 * 1024)

/* An empty tail that has grown beyond this size is freed. */
#define MAX_KEPT_TAIL (64 * 1024)

/* How many pieces one system call sends. */
#define MAX_VECTORS 16

struct _RespWriter
{
  GQueue pieces;       /* (owned): GBytes: the data to send first */
  GByteArray *tail;    /* (owned): the data to send after the pieces */
  gsize n_sent;        /* how much of the first piece, or of the tail, has been sent */
  gsize length;        /* how many bytes are to be sent */
};

RespWriter *
resp_writer_new (void)
{
  RespWriter *self = g_new0 (RespWriter, 1);

  g_queue_init (&self->pieces);
  self->tail = g_byte_array_new ();

  return self;
}

/* Discards the data that has not been sent. */
void
resp_writer_clear (RespWriter *self)
{
  g_queue_clear_full (&self->pieces, (GDestroyNotify) g_bytes_unref);
  g_byte_array_set_size (self->tail, 0);
  self->n_sent = 0;
  self->length = 0;
}

void
resp_writer_free (RespWriter *self)
{
  resp_writer_clear (self);
  g_byte_array_unref (self->tail);
  g_free (self);
}

gsize
resp_writer_get_length (RespWriter *self)
{
  return self->length;
}

/* Makes the tail a piece. If it is the first piece, n_sent still counts how much of it has
 * been sent. */
static void
seal_tail (RespWriter *self)
{
  if (self->tail->len == 0)
    return;

  g_queue_push_tail (&self->pieces, g_byte_array_free_to_bytes (self->tail));
  self->tail = g_byte_array_new ();
}

static void
add_data (RespWriter   *self,
          gconstpointer data,
          gsize         length)
{
  g_byte_array_append (self->tail, data, length);
  self->length += length;

  if (self->tail->len >= MAX_TAIL)
    seal_tail (self);
}

static void
add_piece (RespWriter *self,
           GBytes     *bytes)
{
  seal_tail (self);
  g_queue_push_tail (&self->pieces, g_bytes_ref (bytes));
  self->length += g_bytes_get_size (bytes);
}

/* Adds a number such as `:12`. It does not use printf (), because most replies contain a number. */
static void
add_number (RespWriter *self,
            char        type,
            gint64      number)
{
  char text[32];
  char *at = text + sizeof text;
  guint64 rest = number < 0 ? 0 - (guint64) number : (guint64) number;

  *--at = '\n';
  *--at = '\r';
  do
    *--at = '0' + rest % 10;
  while ((rest /= 10) > 0);
  if (number < 0)
    *--at = '-';
  *--at = type;

  add_data (self, at, text + sizeof text - at);
}

void
resp_writer_add_status (RespWriter *self,
                        const char *status)
{
  add_data (self, "+", 1);
  add_data (self, status, strlen (status));
  add_data (self, "\r\n", 2);
}

/* Adds an error, its code first, as in `ERR syntax error`. */
void
resp_writer_add_error (RespWriter *self,
                       const char *format,
                       ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  /* The text may contain input of a client, which must not end the line. */
  g_strdelimit (text, "\r\n", ' ');
  add_data (self, "-", 1);
  add_data (self, text, strlen (text));
  add_data (self, "\r\n", 2);
}

void
resp_writer_add_integer (RespWriter *self,
                         gint64      number)
{
  add_number (self, ':', number);
}

/* Adds a byte string, or the null string. */
void
resp_writer_add_bulk (RespWriter *self,
                      GBytes     *bytes)
{
  gsize length;
  gconstpointer data;

  if (bytes == NULL)
    {
      add_data (self, "$-1\r\n", 5);
      return;
    }

  data = g_bytes_get_data (bytes, &length);
  add_number (self, '$', length);
  if (length >= LARGE_BULK_LENGTH)
    add_piece (self, bytes);
  else
    add_data (self, data, length);
  add_data (self, "\r\n", 2);
}

void
resp_writer_add_string (RespWriter *self,
                        const char *string)
{
  gsize length = strlen (string);

  add_number (self, '$', length);
  add_data (self, string, length);
  add_data (self, "\r\n", 2);
}

/* Adds the header of an array. Its elements are added next. */
void
resp_writer_add_array (RespWriter *self,
                       gsize       n_elements)
{
  add_number (self, '*', n_elements);
}

/* Moves the data of @other, none of which has been sent, to the end. */
void
resp_writer_take (RespWriter *self,
                  RespWriter *other)
{
  GBytes *piece;

  g_assert (other->n_sent == 0);

  while ((piece = g_queue_pop_head (&other->pieces)) != NULL)
    {
      add_piece (self, piece);
      g_bytes_unref (piece);
    }

  add_data (self, other->tail->data, other->tail->len);
  g_byte_array_set_size (other->tail, 0);
  other->length = 0;
}

/* Lists what is to be sent next. */
static guint
collect (RespWriter    *self,
         GOutputVector *vectors)
{
  gsize n_sent = self->n_sent;
  guint n = 0;

  for (GList *l = self->pieces.head; l != NULL && n < MAX_VECTORS; l = l->next)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (l->data, &size);

      vectors[n].buffer = data + n_sent;
      vectors[n++].size = size - n_sent;
      n_sent = 0;
    }

  if (n < MAX_VECTORS && n_sent < self->tail->len)
    {
      vectors[n].buffer = self->tail->data + n_sent;
      vectors[n++].size = self->tail->len - n_sent;
    }

  return n;
}

static void
clear_tail (RespWriter *self)
{
  if (self->tail->len > MAX_KEPT_TAIL)
    {
      g_byte_array_unref (self->tail);
      self->tail = g_byte_array_new ();
    }

  g_byte_array_set_size (self->tail, 0);
  self->n_sent = 0;
}

/* Counts @length more bytes as sent. */
static void
advance (RespWriter *self,
         gsize       length)
{
  GBytes *piece;

  self->length -= length;
  self->n_sent += length;

  while ((piece = g_queue_peek_head (&self->pieces)) != NULL &&
         self->n_sent >= g_bytes_get_size (piece))
    {
      self->n_sent -= g_bytes_get_size (piece);
      g_bytes_unref (g_queue_pop_head (&self->pieces));
    }

  if (self->length == 0)
    clear_tail (self);
}

/* Sends as much as the socket accepts now.
 *
 * Returns: %FALSE if the socket has failed or is closed */
gboolean
resp_writer_send (RespWriter  *self,
                  GSocket     *socket,
                  GError     **error)
{
  while (self->length > 0)
    {
      g_autoptr (GError) local_error = NULL;
      GOutputVector vectors[MAX_VECTORS];
      guint n_vectors = collect (self, vectors);
      gssize sent;

      sent = g_socket_send_message (socket, NULL, vectors, n_vectors, NULL, 0, 0, NULL, &local_error);
      if (sent < 0 && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return TRUE;
      if (sent < 0)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }

      advance (self, sent);
    }

  return TRUE;
}
