/* resp-writer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _RespWriter RespWriter;

RespWriter *resp_writer_new         (void);
void        resp_writer_free        (RespWriter  *self);
void        resp_writer_add_status  (RespWriter  *self,
                                     const char  *status);
void        resp_writer_add_error   (RespWriter  *self,
                                     const char  *format,
                                     ...) G_GNUC_PRINTF (2, 3);
void        resp_writer_add_integer (RespWriter  *self,
                                     gint64       number);
void        resp_writer_add_bulk    (RespWriter  *self,
                                     GBytes      *bytes);
void        resp_writer_add_string  (RespWriter  *self,
                                     const char  *string);
void        resp_writer_add_array   (RespWriter  *self,
                                     gsize        n_elements);
void        resp_writer_take        (RespWriter  *self,
                                     RespWriter  *other);
void        resp_writer_clear       (RespWriter  *self);
gsize       resp_writer_get_length  (RespWriter  *self);
gboolean    resp_writer_send        (RespWriter  *self,
                                     GSocket     *socket,
                                     GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RespWriter, resp_writer_free)

G_END_DECLS
