/* norpc-replaceable-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"

G_BEGIN_DECLS

/*
 * The part of an endpoint that passes calls to a service which is replaced from time to time. It is closed, or calls
 * wait for the next service, or they are passed to the endpoint of the service. The subscribers follow.
 *
 * Thread-safe. The owner uses the lock for its own state, too, so that both change together. No application code
 * runs while it is held.
 */
typedef struct _NorpcReplaceable NorpcReplaceable;

NorpcReplaceable *norpc_replaceable_new   (const char       *reason);
void              norpc_replaceable_unref (NorpcReplaceable *self);

/* For the owner */
void               norpc_replaceable_lock                (NorpcReplaceable *self);
void               norpc_replaceable_unlock              (NorpcReplaceable *self);
void               norpc_replaceable_expect_locked       (NorpcReplaceable *self);
void               norpc_replaceable_forget_locked       (NorpcReplaceable *self);
void               norpc_replaceable_set_executor_locked (NorpcReplaceable *self,
                                                          GMainContext     *context);
void               norpc_replaceable_connect_locked      (NorpcReplaceable *self,
                                                          NorpcEndpoint    *endpoint);
void               norpc_replaceable_close_locked        (NorpcReplaceable *self,
                                                          const char       *reason);
void               norpc_replaceable_flush               (NorpcReplaceable *self);

/* For the functions of the endpoint */
void          norpc_replaceable_send         (NorpcReplaceable *self,
                                              NorpcCall        *call);
gboolean      norpc_replaceable_is_closed    (NorpcReplaceable *self);
gboolean      norpc_replaceable_is_ready     (NorpcReplaceable *self);
void          norpc_replaceable_await_ready  (NorpcReplaceable *self,
                                              NorpcCall        *probe);
gconstpointer norpc_replaceable_get_executor (NorpcReplaceable *self);
void          norpc_replaceable_subscribe    (NorpcReplaceable *self,
                                              NorpcSubscriber  *subscriber);
void          norpc_replaceable_unsubscribe  (NorpcReplaceable *self,
                                              NorpcSubscriber  *subscriber);

G_END_DECLS
