/* fake-server.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server that speaks as much of the protocol of NATS as a test needs, and stops doing so when the test says so. */
typedef struct _FakeServer FakeServer;

/* How it treats connections. */
typedef enum
{
  FAKE_SERVER_SERVE,  /* answers to PING, and drops all messages */
  FAKE_SERVER_SILENT, /* says who it is, and nothing more */
  FAKE_SERVER_MUTE,   /* says nothing at all */
  FAKE_SERVER_REJECT, /* rejects the login */
  FAKE_SERVER_END,    /* ends the connection at the login */
  FAKE_SERVER_END_TLS /* ends it during the handshake of TLS, which it requires */
} FakeServerMode;

FakeServer *fake_server_new           (void);
void        fake_server_free          (FakeServer     *self);
const char *fake_server_get_url       (FakeServer     *self);
void        fake_server_set_mode      (FakeServer     *self,
                                       FakeServerMode  mode);
void        fake_server_set_answers   (FakeServer     *self,
                                       gboolean        answers);
void        fake_server_disconnect    (FakeServer     *self);
void        fake_server_send          (FakeServer     *self,
                                       const char     *text);
void        fake_server_wait_login    (FakeServer     *self,
                                       guint           n);
void        fake_server_wait_received (FakeServer     *self,
                                       const char     *text);
gboolean    fake_server_has_received  (FakeServer     *self,
                                       const char     *text);
char       *fake_server_dup_received  (FakeServer     *self);
gboolean    fake_server_has_received_in_order (FakeServer *self,
                                               const char *first,
                                               const char *second);

G_END_DECLS
