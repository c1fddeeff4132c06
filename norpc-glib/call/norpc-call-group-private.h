/* norpc-call-group-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Calls in flight that can be cancelled together: those of a proxy, or those made on behalf of
 * another call.
 */
typedef struct _NorpcCallGroup NorpcCallGroup;

/* Learns when a group gets its first call, and when it has lost its last one. An implementation
 * embeds the struct.
 */
typedef struct _NorpcGroupWatcher NorpcGroupWatcher;

struct _NorpcGroupWatcher
{
  void (*changed) (NorpcGroupWatcher *self); /* thread-safe, called with no lock held */
  void (*free)    (NorpcGroupWatcher *self); /* thread-safe */
};

/* Links a call into a group. */
typedef struct _NorpcGroupLink NorpcGroupLink;

struct _NorpcGroupLink
{
  NorpcCallGroup *group;    /* (nullable): lives while the call is in it; accessed by the client only */
  NorpcGroupLink *previous; /* (unowned) (nullable) [lock of the group] */
  NorpcGroupLink *next;     /* (unowned) (nullable) [lock of the group] */
};

guint           norpc_call_next_client    (void);
NorpcCallGroup *norpc_call_group_new      (gsize              offset,
                                           NorpcGroupWatcher *watcher);
void            norpc_call_group_unref    (NorpcCallGroup    *self);
void            norpc_call_group_add      (NorpcCallGroup    *self,
                                           NorpcCall         *call);
void            norpc_group_link_leave    (NorpcGroupLink    *link);
guint           norpc_call_group_get_id   (NorpcCallGroup    *self);
gboolean        norpc_call_group_is_empty (NorpcCallGroup    *self);
GPtrArray      *norpc_call_group_list     (NorpcCallGroup    *self);

/* Called by the client when the call has completed. The call may not be in a group. */
static inline void
norpc_group_link_remove (NorpcGroupLink *link)
{
  if (link->group != NULL)
    norpc_group_link_leave (link);
}

G_END_DECLS
