/* norpc-list-source-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"
#include "norpc-list-link-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A list model of a service, as clients see it.
 *
 * In the service's context it follows the model. norpc_list_source_tell () sends the changes since
 * the last time to the mirrors of the list. It is used as long as there are mirrors.
 */
typedef struct _NorpcListSource NorpcListSource;
typedef struct _NorpcListOwner NorpcListOwner;

/* Interface of the owner, which embeds the struct. The functions are called with no lock held. */
typedef struct
{
  void (*changed) (NorpcListOwner  *self, /* in the service's context: there are changes to send */
                   NorpcListSource *source);
  void (*failed)  (NorpcListOwner  *self, /* in the service's context: the list cannot be followed */
                   NorpcListSource *source);
  void (*unused)  (NorpcListOwner  *self, /* thread-safe: the last mirror has gone */
                   NorpcListSource *source);
  NorpcListOwner *(*ref)   (NorpcListOwner *self);
  void            (*unref) (NorpcListOwner *self);
} NorpcListOwnerFuncs;

struct _NorpcListOwner
{
  const NorpcListOwnerFuncs *funcs;
};

/* The remains of changes, to be released with no lock held. */
typedef struct
{
  GPtrArray  *lists;  /* (owned): of owned NorpcListItems */
  NorpcEvent *events; /* (owned) (nullable) */
} NorpcListGarbage;

void norpc_list_garbage_init  (NorpcListGarbage *self);
void norpc_list_garbage_clear (NorpcListGarbage *self);

NorpcListSource *norpc_list_source_new   (GListModel       *model,
                                          GType             item_type,
                                          NorpcListOwner   *owner,
                                          char            **problem);
NorpcListSource *norpc_list_source_ref   (NorpcListSource  *self);
void             norpc_list_source_unref (NorpcListSource  *self);

guint    norpc_list_source_hash  (gconstpointer source);
gboolean norpc_list_source_equal (gconstpointer a,
                                  gconstpointer b);
NorpcListSource *norpc_list_source_lookup (GHashTable *sources,
                                           GListModel *model,
                                           GType       item_type);

void     norpc_list_source_tell    (NorpcListSource  *self,
                                    NorpcListGarbage *garbage);
void     norpc_list_source_end     (NorpcListSource  *self);
gboolean norpc_list_source_is_used (NorpcListSource  *self);

/* For mirrors */
GType    norpc_list_source_get_item_type (NorpcListSource  *self);
void     norpc_list_source_use           (NorpcListSource  *self);
void     norpc_list_source_unuse         (NorpcListSource  *self);
NorpcListItems *norpc_list_source_ref_told (NorpcListSource *self);
NorpcListLink  *norpc_list_source_find_link (NorpcListSource *self,
                                             NorpcReplyQueue *reply_queue);
gboolean norpc_list_source_attach        (NorpcListSource  *self,
                                          NorpcListLink    *link,
                                          NorpcListLink    *previous,
                                          NorpcListItems  **items,
                                          guint            *n_items);
void     norpc_list_source_detach        (NorpcListSource  *self,
                                          NorpcListLink    *link);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcListSource, norpc_list_source_unref)

G_END_DECLS
