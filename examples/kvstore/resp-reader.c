/* resp-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "resp-reader.h"

#include <string.h>

#include "kv-number.h"
#include "resp-inline.h"

#define BUFFER_SIZE (16 * 1024)

/* A bulk string of this size or more is received into a block of its own, which becomes the
 * argument without a copy. */
#define LARGE_BULK_LENGTH (32 * 1024)

/* The memory of an argument besides its bytes. */
#define ARG_OVERHEAD 64

/* An array for more arguments than this is not kept for reuse. */
#define MAX_KEPT_ARGS 1024

struct _RespReader
{
  guint8 *buffer;        /* (owned): what is received */
  gsize capacity;        /* its size */
  gsize start;           /* the position of the first byte that has not been read */
  gsize end;             /* the end of the received bytes */

  GPtrArray *args;       /* (owned): GBytes: the arguments of this request so far */
  gint64 n_args_left;    /* how many arguments are missing */
  gint64 bulk_length;    /* of the current argument, -1 before its header */
  gsize request_size;    /* the memory of the request */
  gsize max_request_size;

  guint8 *large;         /* (owned) (nullable): a large bulk string that is being received */
  gsize large_capacity;  /* its size: it grows as the bytes come */
  gsize large_filled;    /* how much of it has been received */
  gsize n_to_skip;       /* the line end after a large bulk string */

  gboolean complete;     /* @args was handed out: the next request is new */
  char error[64];        /* the error message, or "" */
};

/* A request uses @max_request_size of memory at most. */
RespReader *
resp_reader_new (gsize max_request_size)
{
  RespReader *self = g_new0 (RespReader, 1);

  self->max_request_size = max_request_size;
  self->capacity = BUFFER_SIZE;
  self->buffer = g_malloc (self->capacity);
  self->args = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->bulk_length = -1;

  return self;
}

void
resp_reader_free (RespReader *self)
{
  g_free (self->buffer);
  g_free (self->large);
  g_ptr_array_unref (self->args);
  g_free (self);
}

const char *
resp_reader_get_error (RespReader *self)
{
  return self->error;
}

static RespReadResult
fail (RespReader *self,
      const char *message)
{
  g_strlcpy (self->error, message, sizeof self->error);

  return RESP_READ_ERROR;
}

/* Makes space at the end of the buffer. The buffer never holds more than a bulk string that is
 * not large, or a line of the maximum length. */
static void
make_room (RespReader *self)
{
  gsize length = self->end - self->start;

  if (length == 0 && self->capacity > BUFFER_SIZE)
    {
      g_free (self->buffer);
      self->capacity = BUFFER_SIZE;
      self->buffer = g_malloc (self->capacity);
    }
  else if (length > 0 && self->start > 0)
    {
      memmove (self->buffer, self->buffer + self->start, length);
    }

  self->start = 0;
  self->end = length;

  if (length == self->capacity)
    {
      self->capacity *= 2;
      self->buffer = g_realloc (self->buffer, self->capacity);
    }
}

static guint8 *
get_large_space (RespReader *self,
                 gsize      *size)
{
  /* The block grows with the received bytes, not with the announced length. */
  if (self->large_filled == self->large_capacity)
    {
      self->large_capacity = MIN (self->large_capacity * 2, (gsize) self->bulk_length);
      self->large = g_realloc (self->large, self->large_capacity);
    }

  *size = self->large_capacity - self->large_filled;

  return self->large + self->large_filled;
}

/* Returns: the place for received bytes, at least one */
guint8 *
resp_reader_get_space (RespReader *self,
                       gsize      *size)
{
  if (self->large != NULL)
    return get_large_space (self, size);

  if (self->start == self->end || self->end == self->capacity)
    make_room (self);

  *size = self->capacity - self->end;

  return self->buffer + self->end;
}

/* Adds @size bytes that were received to the place from resp_reader_get_space(). */
void
resp_reader_received (RespReader *self,
                      gsize       size)
{
  if (self->large != NULL)
    self->large_filled += size;
  else
    self->end += size;
}

static void
begin_request (RespReader *self)
{
  if (self->args->len > MAX_KEPT_ARGS)
    {
      g_ptr_array_unref (self->args);
      self->args = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
    }

  g_ptr_array_set_size (self->args, 0);
  self->request_size = 0;
  self->complete = FALSE;
}

/* Returns: the length of the next line up to @end, or -1 if it is not there */
static gssize
find_line (RespReader *self,
           char        end)
{
  const guint8 *line = self->buffer + self->start;
  const guint8 *found = memchr (line, end, self->end - self->start);

  return found != NULL ? found - line : -1;
}

static gboolean
line_is_too_long (RespReader *self)
{
  return self->end - self->start > RESP_MAX_LINE_LENGTH;
}

static RespReadResult
read_inline (RespReader *self)
{
  const char *line = (const char *) self->buffer + self->start;
  gssize length = find_line (self, '\n');

  if (length < 0)
    return line_is_too_long (self) ? fail (self, "Protocol error: too big inline request")
                                   : RESP_READ_MORE;

  self->start += length + 1;
  if (length > 0 && line[length - 1] == '\r')
    length--;

  if (!resp_inline_split (line, length, self->args))
    return fail (self, "Protocol error: unbalanced quotes in request");

  return RESP_READ_REQUEST;
}

/* Reads a line such as `$12`.
 *
 * Returns: %RESP_READ_REQUEST when it is complete */
static RespReadResult
read_header (RespReader *self,
             char        type,
             gint64      minimum,
             gint64      maximum,
             gint64     *number,
             const char *too_long,
             const char *invalid)
{
  const char *line = (const char *) self->buffer + self->start;
  gssize length = find_line (self, '\r');

  if (length < 0)
    return line_is_too_long (self) ? fail (self, too_long) : RESP_READ_MORE;
  if (self->end - self->start < (gsize) length + 2)
    return RESP_READ_MORE;

  if (line[0] != type)
    {
      g_snprintf (self->error, sizeof self->error, "Protocol error: expected '%c', got '%c'",
                  type, line[0] != '\0' ? line[0] : ' ');
      return RESP_READ_ERROR;
    }

  if (!kv_number_parse (line + 1, length - 1, number) ||
      *number < minimum || *number > maximum)
    return fail (self, invalid);

  self->start += length + 2;

  return RESP_READ_REQUEST;
}

static void
begin_large_bulk (RespReader *self)
{
  gsize available = MIN (self->end - self->start, (gsize) self->bulk_length);

  self->large_capacity = MIN ((gsize) self->bulk_length, MAX (available, 2 * LARGE_BULK_LENGTH));
  self->large = g_malloc (self->large_capacity);
  self->large_filled = available;
  memcpy (self->large, self->buffer + self->start, available);
  self->start += available;
}

static void
take_arg (RespReader *self,
          GBytes     *arg)
{
  g_ptr_array_add (self->args, arg);
  self->bulk_length = -1;
  self->n_args_left--;
}

/* Reads the bytes of a bulk, and the line end behind it, which may be any two
 * bytes. */
static RespReadResult
read_bulk (RespReader *self)
{
  gsize length = self->bulk_length;

  if (self->large == NULL && length >= LARGE_BULK_LENGTH)
    begin_large_bulk (self);

  if (self->large != NULL)
    {
      if (self->large_filled < length)
        return RESP_READ_MORE;
      self->n_to_skip = 2;
      take_arg (self, g_bytes_new_take (g_steal_pointer (&self->large), length));
    }
  else
    {
      if (self->end - self->start < length + 2)
        return RESP_READ_MORE;
      take_arg (self, g_bytes_new (self->buffer + self->start, length));
      self->start += length + 2;
    }

  return RESP_READ_REQUEST;
}

static RespReadResult
skip_line_end (RespReader *self)
{
  gsize length = MIN (self->n_to_skip, self->end - self->start);

  self->start += length;
  self->n_to_skip -= length;

  return self->n_to_skip == 0 ? RESP_READ_REQUEST : RESP_READ_MORE;
}

static RespReadResult
read_bulk_header (RespReader *self)
{
  RespReadResult result;

  result = read_header (self, '$', 0, RESP_MAX_BULK_LENGTH, &self->bulk_length,
                        "Protocol error: too big bulk count string",
                        "Protocol error: invalid bulk length");
  if (result != RESP_READ_REQUEST)
    {
      self->bulk_length = -1;
      return result;
    }

  self->request_size += self->bulk_length + ARG_OVERHEAD;
  if (self->request_size > self->max_request_size)
    return fail (self, "Protocol error: too big request");

  return RESP_READ_REQUEST;
}

static RespReadResult
read_args (RespReader *self)
{
  RespReadResult result = skip_line_end (self);

  while (result == RESP_READ_REQUEST && self->n_args_left > 0)
    {
      if (self->bulk_length < 0)
        result = read_bulk_header (self);
      if (result == RESP_READ_REQUEST)
        result = read_bulk (self);
      if (result == RESP_READ_REQUEST)
        result = skip_line_end (self);
    }

  return result;
}

static RespReadResult
read_request (RespReader *self)
{
  RespReadResult result = RESP_READ_REQUEST;

  if (self->n_args_left > 0 || self->n_to_skip > 0)
    return read_args (self);

  if (self->start == self->end)
    return RESP_READ_MORE;

  if (self->buffer[self->start] != '*')
    return read_inline (self);

  result = read_header (self, '*', G_MININT64, G_MAXINT, &self->n_args_left,
                        "Protocol error: too big mbulk count string",
                        "Protocol error: invalid multibulk length");
  if (result != RESP_READ_REQUEST)
    {
      self->n_args_left = 0;
      return result;
    }

  return read_args (self);
}

/* Returns: whether there is a request in what was received. If so @args has
 * (transfer none) the GBytes of it, the command's name first, until the next
 * call. */
RespReadResult
resp_reader_next (RespReader  *self,
                  GPtrArray  **args)
{
  RespReadResult result;

  *args = NULL;
  if (self->error[0] != '\0')
    return RESP_READ_ERROR;

  if (self->complete)
    begin_request (self);

  /* A request without words is ignored and not answered. */
  do
    result = read_request (self);
  while (result == RESP_READ_REQUEST && self->args->len == 0);

  self->complete = result == RESP_READ_REQUEST;
  if (self->complete)
    *args = self->args;

  return result;
}
