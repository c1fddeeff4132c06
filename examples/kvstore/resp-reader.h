/* resp-reader.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The limits are those of Redis. */
#define RESP_MAX_LINE_LENGTH (64 * 1024)
#define RESP_MAX_BULK_LENGTH (512 * 1024 * 1024)

/* As much as Redis buffers for a client. */
#define RESP_MAX_REQUEST_SIZE (1024 * 1024 * 1024)

/**
 * RespReadResult:
 * @RESP_READ_MORE: the next request is not complete yet
 * @RESP_READ_REQUEST: there is a request
 * @RESP_READ_ERROR: the client does not speak the protocol: nothing that it
 *   sends from here on can be read
 *
 * The result of resp_reader_next().
 */
typedef enum
{
  RESP_READ_MORE,
  RESP_READ_REQUEST,
  RESP_READ_ERROR
} RespReadResult;

typedef struct _RespReader RespReader;

RespReader     *resp_reader_new       (gsize        max_request_size);
void            resp_reader_free      (RespReader  *self);
guint8         *resp_reader_get_space (RespReader  *self,
                                       gsize       *size);
void            resp_reader_received  (RespReader  *self,
                                       gsize        size);
RespReadResult  resp_reader_next      (RespReader  *self,
                                       GPtrArray  **args);
const char     *resp_reader_get_error (RespReader  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RespReader, resp_reader_free)

G_END_DECLS
