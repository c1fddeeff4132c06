/* norpc-mirror-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-event-queue-private.h"
#include "client/norpc-proxy.h"
#include "norpc-emission-private.h"
#include "norpc-property-access-private.h"

G_BEGIN_DECLS

/*
 * The values of a service's properties, as its proxy shows them.
 *
 * Three things change them: the reply to a request for all values, the changes that the service
 * tells, and what is written to the proxy. A serial number, which the service gives to values when
 * it reads them, tells which ones are newer, wherever they arrive. A value that was written is
 * shown until the service has confirmed the last write.
 *
 * The proxy owns its mirror, and so does each event and each request that is on its way.
 */
typedef struct _NorpcMirror NorpcMirror;

NorpcMirror *norpc_mirror_new   (NorpcProxy               *proxy,
                                 const NorpcInterfaceInfo *interface_info);
void         norpc_mirror_unref (NorpcMirror              *self);
void         norpc_mirror_close (NorpcMirror              *self);

const NorpcPropertyAccess *norpc_mirror_get_access (NorpcMirror *self);

gboolean norpc_mirror_is_ready   (NorpcMirror    *self);
gboolean norpc_mirror_is_started (NorpcMirror    *self);
void     norpc_mirror_start      (NorpcMirror    *self);
void     norpc_mirror_load       (NorpcMirror    *self,
                                  NorpcProxy     *proxy);
void     norpc_mirror_take_all   (NorpcMirror    *self,
                                  NorpcProxy     *proxy,
                                  NorpcReply     *reply,
                                  int             n_sent,
                                  gboolean        may_notify);
void     norpc_mirror_take_set   (NorpcMirror    *self,
                                  NorpcProxy     *proxy,
                                  guint           property,
                                  NorpcReply     *reply,
                                  int             n_sent,
                                  gboolean        may_notify);
int      norpc_mirror_get_n_sent (NorpcMirror    *self);
gboolean norpc_mirror_defer_notify (NorpcMirror  *self,
                                    guint         n_pspecs,
                                    GParamSpec  **pspecs);
void     norpc_mirror_get        (NorpcMirror    *self,
                                  guint           property,
                                  GParamSpec     *pspec,
                                  GValue         *value);
void     norpc_mirror_write      (NorpcMirror    *self,
                                  NorpcProxy     *proxy,
                                  guint           property,
                                  const GValue   *value);
/* Called with the lock of the subscribers held. Returns an event to be freed with no lock held. */
NorpcEvent *norpc_mirror_add_change (NorpcMirror   *self,
                                     NorpcEmission *values,
                                     GPtrArray     *lists,
                                     guint          serial);

NorpcReplyQueue *norpc_mirror_get_reply_queue (NorpcMirror *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcMirror, norpc_mirror_unref)

G_END_DECLS
