/* norpc-channel-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-channel.h"
#include "norpc-spin-private.h"
#include "norpc-waker-private.h"

G_BEGIN_DECLS

/* What the lock of the queue protects is marked [queue]. */
struct _NorpcChannel
{
  GObject parent_instance;

  guint        capacity;  /* since construction */
  GAsyncQueue *queue;     /* (owned): of owned NorpcCall */

  GMainContext *context;  /* (unowned) (nullable) [queue]: the host's, while there is one */
  NorpcWaker   *waker;    /* (owned) (nullable) [queue]: wakes the host, while there is one */
  GThread      *thread;   /* (unowned) (nullable) [queue]: the one that always runs it, if so */
  GThread      *runner;   /* (unowned) (nullable) [queue]: the one that ran it last */
  gboolean      used;     /* [queue]: there is or was a host */
  gboolean      open;     /* [queue] */
  char         *reason;   /* (owned) [queue]: why it is not open */
  gboolean      asleep;   /* [queue]: the host sleeps, or will in a moment */

  /* How many calls were ever accepted, and how many of these were served:
   * both only grow, and wrap. The difference is what waits.
   */
  guint accepted; /* atomic, written with [queue] */
  guint served;   /* atomic, written by the host's context */
};

guint      norpc_channel_get_waiting (NorpcChannel *self);
NorpcWaker *norpc_channel_steal_sleeper_locked (NorpcChannel *self);

/* The end of the host, which takes the calls. */
gboolean   norpc_channel_open        (NorpcChannel *self,
                                      GMainContext *context,
                                      GThread      *thread);
void       norpc_channel_set_runner  (NorpcChannel *self,
                                      GThread      *runner);
void       norpc_channel_close       (NorpcChannel *self,
                                      const char   *reason);
void       norpc_channel_detach      (NorpcChannel *self);
GPtrArray *norpc_channel_hold_calls  (NorpcChannel *self);
guint      norpc_channel_take        (NorpcChannel *self,
                                      NorpcCall   **calls,
                                      guint         max);
void       norpc_channel_served      (NorpcChannel *self);
gboolean   norpc_channel_has_calls   (NorpcChannel *self);
gboolean   norpc_channel_look        (NorpcChannel *self,
                                      NorpcSpin    *spin);
gboolean   norpc_channel_fall_asleep (NorpcChannel *self,
                                      NorpcSpin    *spin);
void       norpc_channel_wake_up     (NorpcChannel *self);

G_END_DECLS
