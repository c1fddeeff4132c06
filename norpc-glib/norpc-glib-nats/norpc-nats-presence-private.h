/* norpc-nats-presence-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/*
 * Whether there are services with a prefix. Once a second, all of them are asked; a service that begins, reconnects or
 * ends says so before.
 *
 * The functions are called in the thread of the link.
 */
typedef struct _NorpcNatsPresence NorpcNatsPresence;

typedef struct
{
  void (*changed) (gboolean present,
                   gpointer data);
  void (*renewed) (gpointer data); /* they may be others, or have others' values */
  void (*answered) (const char *service, /* it has answered a question */
                    natsMsg    *answer,
                    gpointer    data);
} NorpcNatsPresenceFuncs;

NorpcNatsPresence *norpc_nats_presence_new  (NorpcNatsLink                *link,
                                             NorpcNatsInbox               *inbox,
                                             const char                   *prefix,
                                             const NorpcNatsPresenceFuncs *funcs,
                                             gpointer                      data);
void               norpc_nats_presence_free (NorpcNatsPresence            *self);
void               norpc_nats_presence_hint (NorpcNatsPresence            *self);
void               norpc_nats_presence_lose (NorpcNatsPresence            *self);
gboolean           norpc_nats_presence_is_present (NorpcNatsPresence      *self);
gboolean           norpc_nats_presence_assume (NorpcNatsPresence          *self);

G_END_DECLS
