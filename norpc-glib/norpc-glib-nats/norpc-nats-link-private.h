/* norpc-nats-link-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <nats/nats.h>

G_BEGIN_DECLS

/*
 * A connection of the NATS library, with a thread that does all of its work.
 *
 * The library calls back in threads of its own, and may do so after a connection or a subscription was destroyed.
 * These functions only pass on what they are given. Messages are published in the thread of the link, because
 * publishing may block, and one thread of the library delivers the messages of all connections. Only an export that ends
 * rejects its calls in the thread that ends it. The headers of a message are for one thread at a time.
 *
 * While the library reconnects, it holds the lock of its connection, maybe for as long as a server is silent. So
 * nothing of the library is called meanwhile that needs this lock: the link keeps the state that the library has
 * reported, and the work that has to wait for the connection. The end of a connection is up to a thread of a pool.
 */
typedef struct _NorpcNatsLink NorpcNatsLink;

/* The subjects for replies begin with it. */
#define NORPC_NATS_INBOX_PREFIX "_INBOX."

/* A change of the connection. */
typedef enum
{
  NORPC_NATS_DISCONNECTED,
  NORPC_NATS_RECONNECTED,
  NORPC_NATS_CLOSED,
  NORPC_NATS_OVERFLOWED,       /* the library has dropped replies that it received */
  NORPC_NATS_EVENTS_OVERFLOWED /* the library has dropped other messages that it received */
} NorpcNatsChange;

/* Runs in the thread of the link. */
typedef void (*NorpcNatsChangeFunc) (NorpcNatsChange change,
                                     gpointer        data);

/* Runs in the thread of the link. If @nats is NULL, the connection is closed; otherwise it is not reconnecting. */
typedef void (*NorpcNatsLinkFunc) (NorpcNatsLink  *self,
                                   natsConnection *nats,
                                   gpointer        data);

/* Runs in the thread of the link. Returns TRUE if it has begun work that ends with norpc_nats_link_end_turn (), or FALSE if
 * there is nothing to wait for. If @is_silent, there is no connection, or the server has not answered for long.
 */
typedef gboolean (*NorpcNatsTurnFunc) (NorpcNatsLink *self,
                                       gboolean       is_silent,
                                       gpointer       data);

/* Runs in the thread of the link. */
typedef void (*NorpcNatsFlushedFunc) (natsStatus status,
                                      gpointer   data);

NorpcNatsLink  *norpc_nats_link_new         (natsOptions          *options,
                                             GError              **error);
NorpcNatsLink  *norpc_nats_link_ref         (NorpcNatsLink        *self);
void            norpc_nats_link_unref       (gpointer              self);
void            norpc_nats_link_invoke      (NorpcNatsLink        *self,
                                             void                (*func) (gpointer data),
                                             gpointer              data);
void            norpc_nats_link_invoke_urgent (NorpcNatsLink      *self,
                                               void              (*func) (gpointer data),
                                               gpointer            data);
gboolean        norpc_nats_link_is_current  (NorpcNatsLink        *self);
void            norpc_nats_link_invoke_connected (NorpcNatsLink   *self,
                                                  NorpcNatsLinkFunc func,
                                                  gpointer         data);
void            norpc_nats_link_invoke_blocking (void            (*func) (gpointer data),
                                                 gpointer         data);
void            norpc_nats_link_await_turn  (NorpcNatsLink        *self,
                                             NorpcNatsTurnFunc     func,
                                             gpointer              data);
void            norpc_nats_link_end_turn    (guint                 id,
                                             gboolean              answered);
guint           norpc_nats_link_get_id      (NorpcNatsLink        *self);
void            norpc_nats_link_add_watch   (NorpcNatsLink        *self,
                                             NorpcNatsChangeFunc   func,
                                             gpointer              data,
                                             GDestroyNotify        destroy);
void            norpc_nats_link_remove_watch (NorpcNatsLink       *self,
                                              gconstpointer        data);
void            norpc_nats_link_close       (NorpcNatsLink        *self);
gboolean        norpc_nats_link_is_connected (NorpcNatsLink       *self);
gboolean        norpc_nats_link_is_closed   (NorpcNatsLink        *self);
char           *norpc_nats_link_describe_end (NorpcNatsLink       *self);
gboolean        norpc_nats_link_is_usable   (NorpcNatsLink        *self);
gboolean        norpc_nats_link_publish_now (NorpcNatsLink        *self,
                                             natsMsg              *message,
                                             GError              **error);
gboolean        norpc_nats_link_publish     (NorpcNatsLink        *self,
                                             natsMsg              *message,
                                             GError              **error);
void            norpc_nats_link_flush       (NorpcNatsLink        *self,
                                             guint                 milliseconds,
                                             NorpcNatsFlushedFunc  func,
                                             gpointer              data);
void            norpc_nats_link_set_replies (NorpcNatsLink        *self,
                                             natsSubscription     *subscription);
gint64          norpc_nats_link_get_max_payload (NorpcNatsLink    *self);
void            norpc_nats_link_note_unsent (NorpcNatsLink        *self,
                                             const GError         *error);
void            norpc_nats_link_note_one_way (NorpcNatsLink       *self);
GError         *norpc_nats_link_steal_unsent (NorpcNatsLink       *self);
natsConnection *norpc_nats_link_get_nats    (NorpcNatsLink        *self);

G_END_DECLS
