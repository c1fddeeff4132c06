/* norpc-subscribers-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types.h"

G_BEGIN_DECLS

/*
 * The subscribers of an endpoint: the clients that get the signals of the services behind it. See
 * events/norpc-subscription-private.h.
 *
 * A subscriber leaves before it is freed, and waits until no other thread uses it. No application
 * code may run while the lock is held: nothing is copied or released.
 */
typedef struct _NorpcSubscribers NorpcSubscribers;

/* An implementation embeds the struct as its first field. */
struct _NorpcSubscriber
{
  void (*note_service) (NorpcSubscriber *self,
                        int              change); /* since construction: there is one more service,
                                                     or one less, behind the endpoint. Called in
                                                     any thread, with locks held */
  void (*note_open)    (NorpcSubscriber *self,
                        int              change); /* like @note_service: there is one more endpoint, or
                                                     one less, that takes calls also while its service
                                                     is replaced */
  gconstpointer context; /* (unowned), since construction: the client's context, or what stands for
                            it; only compared */
};

/* Returns FALSE if no other subscriber is to be visited. */
typedef gboolean (*NorpcSubscriberFunc) (NorpcSubscriber *subscriber,
                                         gpointer         user_data);

/* @subscribers, of unowned NorpcSubscriber, are all those of one context: at least one. */
typedef void (*NorpcSubscriberContextFunc) (GPtrArray *subscribers,
                                            gpointer   user_data);

NorpcSubscribers *norpc_subscribers_new             (void);
NorpcSubscribers *norpc_subscribers_ref             (NorpcSubscribers           *self);
void              norpc_subscribers_unref           (NorpcSubscribers           *self);
void              norpc_subscribers_add             (NorpcSubscribers           *self,
                                                     NorpcSubscriber            *subscriber);
void              norpc_subscribers_remove          (NorpcSubscribers           *self,
                                                     NorpcSubscriber            *subscriber);
void              norpc_subscribers_set_runs        (NorpcSubscribers           *self,
                                                     gboolean                    runs);
void              norpc_subscribers_foreach         (NorpcSubscribers           *self,
                                                     NorpcSubscriberFunc         func,
                                                     gpointer                    user_data);
void              norpc_subscribers_foreach_context (NorpcSubscribers           *self,
                                                     NorpcSubscriberContextFunc  func,
                                                     gpointer                    user_data);

G_END_DECLS
