/* norpc-mirror-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-reply-queue-private.h"
#include "norpc-mirror-private.h"

G_BEGIN_DECLS

/* Shared by the files of the mirror: norpc-mirror-values.c has the values, norpc-mirror-events.c
 * the events that wait for the client's context, norpc-mirror-requests.c the calls to the service, and
 * norpc-mirror.c uses them all.
 */

/* A value, which properties, mirrors and events share. */
typedef struct
{
  NorpcEmission *emission; /* (owned) (nullable): NULL for the default value */
  guint          index;
} NorpcMirrorContent;

typedef struct
{
  NorpcMirrorContent shown;    /* [lock] */
  NorpcMirrorContent told;     /* [lock]: the newest value that the service has told */
  guint              serial;   /* [lock]: of that value, if there is one */
  guint              n_writes; /* [lock]: writes in flight */
  gboolean           is_deferred; /* [lock]: an event is to notify of the value, unless the proxy has done so */
} NorpcMirrorCell;

typedef struct _NorpcMirrorEvent NorpcMirrorEvent;

/* The functions that events call in the client's context. */
typedef struct
{
  void (*take_change) (NorpcMirror   *self,
                       NorpcProxy    *proxy,
                       NorpcEmission *values, /* (nullable) */
                       guint          serial,
                       gboolean       invalidates);
  void (*notify)      (NorpcMirror *self,
                       NorpcProxy  *proxy,
                       gboolean    *changed); /* (nullable): the proxy is ready now */
  void (*take_reply)  (NorpcMirror *self,
                       NorpcProxy  *proxy,
                       NorpcReply  *reply);
} NorpcMirrorFuncs;

struct _NorpcMirror
{
  gatomicrefcount         ref_count;
  const NorpcMirrorFuncs *funcs; /* since construction */

  const NorpcPropertyAccess *access; /* since construction */
  GWeakRef         weak_proxy;
  NorpcReplyQueue *reply_queue; /* (owned), since construction: of the proxy's context */
  GMainContext    *context;     /* (unowned), since construction: only compared */
  GThread         *thread;      /* (unowned), since construction: that has made the proxy */

  NorpcCallGroup *requests; /* (owned), since construction: the requests for all values that are in flight */

  int is_started; /* atomic: values were requested, so that changes are to be told */
  int is_ready;   /* atomic: all values have been there once */
  int n_sent;     /* atomic: writes that were sent */

  gboolean loads;  /* in the client's context: a request for all values is in flight */
  gboolean retries; /* in the client's context: the values are requested again in a moment */
  guint    retry_delay; /* in the client's context: in milliseconds, or 0 after a success */
  gboolean warned; /* in the client's context: that a request has failed */

  NorpcMirrorEvent *oldest;    /* (unowned) (nullable) [lock of the events]: of the changes */
  NorpcMirrorEvent *newest;    /* (unowned) (nullable) [lock of the events] */
  guint             n_changes; /* [lock of the events] */
  GQueue            replies;   /* [lock of the events]: of unowned NorpcMirrorEvent, which have replies */
  gboolean          is_closed; /* [lock of the events]: the proxy has been disposed of */

  GMutex          lock;
  NorpcMirrorCell cells[]; /* by property */
};

NorpcMirror *norpc_mirror_ref (NorpcMirror *self);

/* Values: the functions return which properties show another value now (owned) (nullable), by
 * property.
 */
gboolean *norpc_mirror_store_change (NorpcMirror   *self,
                                     NorpcProxy    *proxy,
                                     NorpcEmission *values,
                                     guint          serial);
gboolean *norpc_mirror_store_all    (NorpcMirror   *self,
                                     NorpcProxy    *proxy,
                                     NorpcReply    *reply,
                                     gboolean       ends_writes);
gboolean *norpc_mirror_store_set    (NorpcMirror   *self,
                                     NorpcProxy    *proxy,
                                     guint          property,
                                     NorpcReply    *reply,
                                     gboolean       ends_write,
                                     gboolean       ends_writes);
gboolean *norpc_mirror_show_write   (NorpcMirror   *self,
                                     NorpcProxy    *proxy,
                                     guint          property,
                                     NorpcEmission *value);

/* Events */
void norpc_mirror_push_notified (NorpcMirror  *self,
                                 guint         n_pspecs,
                                 GParamSpec  **pspecs);
void norpc_mirror_push_changed (NorpcMirror *self,
                                gboolean    *changed);
void norpc_mirror_push_reply   (NorpcMirror   *self,
                                NorpcReply    *reply,
                                NorpcEndpoint *endpoint);

/* Requests */
void norpc_mirror_send_request     (NorpcMirror  *self,
                                    NorpcProxy   *proxy,
                                    NorpcCall    *call);
void norpc_mirror_note_failed_load (NorpcMirror  *self,
                                    NorpcProxy   *proxy,
                                    const GError *error);

G_END_DECLS
