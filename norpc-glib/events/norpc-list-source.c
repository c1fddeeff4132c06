/* norpc-list-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-log-private.h"
#include "core/norpc-value-check-private.h"
#include "norpc-list-source-private.h"

#include <string.h>

struct _NorpcListSource
{
  gatomicrefcount ref_count;

  GType           item_type; /* since construction */
  NorpcListOwner *owner;     /* (owned), since construction */

  /* Accessed in the service's context. */
  GListModel *model;   /* (owned) (nullable): until the end */
  gulong      handler; /* 0 if the list is not followed */

  GMutex           lock;
  NorpcListItems  *items;   /* (owned) (nullable) [lock]: of the model; written in the service's
                               context */
  NorpcListItems  *told;    /* (owned) (nullable) [lock]: what the mirrors were told last */
  NorpcListChanges changes; /* [lock]: since then, to be sent */
  GPtrArray       *links;   /* (owned) [lock]: of unowned NorpcListLink */
  guint            n_users; /* [lock] */
};

void
norpc_list_garbage_init (NorpcListGarbage *self)
{
  *self = (NorpcListGarbage) { g_ptr_array_new (), NULL };
}

/* Called with no lock held. */
void
norpc_list_garbage_clear (NorpcListGarbage *self)
{
  for (guint i = 0; i < self->lists->len; i++)
    norpc_list_items_unref (self->lists->pdata[i]);
  g_ptr_array_unref (self->lists);
  norpc_events_free (self->events);
}

static void
add_list (NorpcListGarbage *self,
          NorpcListItems   *items)
{
  if (items != NULL)
    g_ptr_array_add (self->lists, items);
}

static void
add_events (NorpcListGarbage *self,
            NorpcEvent       *first)
{
  NorpcEvent *last = first;

  if (first == NULL)
    return;

  while (last->link.next != NULL)
    last = (NorpcEvent *) last->link.next;
  last->link.next = self->events != NULL ? &self->events->link : NULL;
  self->events = first;
}

static void
unref_objects (GObject **items,
               guint     n_items)
{
  for (guint i = 0; i < n_items; i++)
    g_object_unref (items[i]);
}

/* Runs in the service's context. Returns items of the model (owned), or NULL and a message if one
 * is not what the description allows.
 */
static GObject **
read_items (GListModel  *model,
            GType        item_type,
            guint        position,
            guint        n_items,
            char       **problem)
{
  GObject **items = g_new (GObject *, n_items);

  for (guint i = 0; i < n_items; i++)
    {
      g_autofree char *found = NULL;

      items[i] = g_list_model_get_item (model, position + i);
      found = norpc_object_find_problem (items[i], item_type);
      if (found == NULL)
        continue;

      *problem = g_strdup_printf ("item %u: %s", position + i, found);
      unref_objects (items, items[i] != NULL ? i + 1 : i);
      g_free (items);
      return NULL;
    }

  return items;
}

/* A change of the model: the items that it removes and adds. */
typedef struct
{
  guint     position;
  guint     n_removed;
  guint     n_added;
  GObject **added; /* (owned) */
} Splice;

/* Runs in the service's context. Leaves out the items at the beginning and at the end of @splice
 * that stay what they are.
 */
static void
trim (NorpcListSource *self,
      Splice          *splice)
{
  guint n_common = MIN (splice->n_removed, splice->n_added);
  guint n_before = 0, n_after = 0;

  while (n_before < n_common &&
         splice->added[n_before] == norpc_list_items_get (self->items, splice->position + n_before))
    n_before++;
  while (n_after < n_common - n_before &&
         splice->added[splice->n_added - 1 - n_after] ==
         norpc_list_items_get (self->items, splice->position + splice->n_removed - 1 - n_after))
    n_after++;

  if (n_before + n_after == 0)
    return;

  unref_objects (splice->added, n_before);
  unref_objects (splice->added + splice->n_added - n_after, n_after);
  splice->position += n_before;
  splice->n_removed -= n_before + n_after;
  splice->n_added -= n_before + n_after;
  memmove (splice->added, splice->added + n_before, splice->n_added * sizeof (GObject *));
}

/* Runs in the service's context. Takes ownership of the items. Returns TRUE if this is the first
 * change since the last time that changes were sent.
 */
static gboolean
apply_splice (NorpcListSource *self,
              const Splice    *splice)
{
  NorpcListGarbage garbage;
  gboolean was_told;

  norpc_list_garbage_init (&garbage);
  g_mutex_lock (&self->lock);
  was_told = self->changes.n_ranges == 0;
  norpc_list_items_splice (&self->items, splice->position, splice->n_removed, splice->added, splice->n_added,
                           garbage.lists);
  norpc_list_changes_add (&self->changes, splice->position, splice->n_removed, splice->n_added);
  g_mutex_unlock (&self->lock);
  norpc_list_garbage_clear (&garbage);

  return was_told;
}

/* Runs in the service's context. If a handler changes the model while the model emits, the
 * arguments do not fit the items: then everything is read again.
 */
static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  gpointer    user_data)
{
  g_autoptr (NorpcListSource) self = norpc_list_source_ref (user_data);
  guint n_items = norpc_list_items_get_length (self->items);
  guint n_now = g_list_model_get_n_items (model);
  Splice splice = { position, n_removed, n_added, NULL };
  g_autofree char *problem = NULL;

  if (position > n_items || n_removed > n_items - position || n_items - n_removed + n_added != n_now)
    splice = (Splice) { 0, n_items, n_now, NULL };

  splice.added = read_items (model, self->item_type, splice.position, splice.n_added, &problem);
  if (problem != NULL)
    {
      norpc_critical ("%s: %s; clients are no longer notified of changes", G_OBJECT_TYPE_NAME (model), problem);
      self->owner->funcs->failed (self->owner, self);
      return;
    }

  trim (self, &splice);
  if ((splice.n_removed > 0 || splice.n_added > 0) && apply_splice (self, &splice))
    self->owner->funcs->changed (self->owner, self);
  g_free (splice.added);
}

/* Runs in the service's context. Returns NULL and a message if an item is not what the description
 * allows.
 */
NorpcListSource *
norpc_list_source_new (GListModel      *model,
                       GType            item_type,
                       NorpcListOwner  *owner,
                       char           **problem)
{
  guint n_items = g_list_model_get_n_items (model);
  g_autofree GObject **items = read_items (model, item_type, 0, n_items, problem);
  NorpcListSource *self;

  if (*problem != NULL)
    return NULL;

  self = g_new0 (NorpcListSource, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->item_type = item_type;
  self->owner = owner->funcs->ref (owner);
  self->model = g_object_ref (model);
  self->links = g_ptr_array_new ();
  norpc_list_items_splice (&self->items, 0, 0, items, n_items, NULL);
  self->told = norpc_list_items_ref (self->items);
  self->handler = g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), self);

  return self;
}

NorpcListSource *
norpc_list_source_ref (NorpcListSource *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. Called with no lock held. */
void
norpc_list_source_unref (NorpcListSource *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_list_items_unref (self->items);
  norpc_list_items_unref (self->told);
  norpc_list_changes_clear (&self->changes);
  g_ptr_array_unref (self->links);
  self->owner->funcs->unref (self->owner);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint
norpc_list_source_hash (gconstpointer source)
{
  const NorpcListSource *self = source;

  return g_direct_hash (self->model) ^ (guint) self->item_type;
}

gboolean
norpc_list_source_equal (gconstpointer a,
                         gconstpointer b)
{
  const NorpcListSource *first = a, *second = b;

  return first->model == second->model && first->item_type == second->item_type;
}

/* Returns the source (unowned) of @model, or NULL. */
NorpcListSource *
norpc_list_source_lookup (GHashTable *sources,
                          GListModel *model,
                          GType       item_type)
{
  NorpcListSource key = { .model = model, .item_type = item_type };

  return g_hash_table_lookup (sources, &key);
}

/* Thread-safe. Sends the changes to the mirrors. No code of the application runs. */
void
norpc_list_source_tell (NorpcListSource  *self,
                        NorpcListGarbage *garbage)
{
  g_mutex_lock (&self->lock);
  if (self->changes.n_ranges > 0)
    {
      add_list (garbage, self->told);
      self->told = norpc_list_items_ref (self->items);
      for (guint i = 0; i < self->links->len; i++)
        add_events (garbage, norpc_list_link_push (self->links->pdata[i], self->told, &self->changes));
      norpc_list_changes_clear (&self->changes);
    }
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's context, or in the thread that ends it. The list is no longer followed. */
void
norpc_list_source_end (NorpcListSource *self)
{
  NorpcListItems *items;

  if (self->model == NULL)
    return;

  if (g_signal_handler_is_connected (self->model, self->handler))
    g_signal_handler_disconnect (self->model, self->handler);
  g_clear_object (&self->model);

  g_mutex_lock (&self->lock);
  items = g_steal_pointer (&self->items);
  norpc_list_changes_clear (&self->changes);
  g_mutex_unlock (&self->lock);

  norpc_list_items_unref (items);
}

/* Thread-safe. */
gboolean
norpc_list_source_is_used (NorpcListSource *self)
{
  gboolean used;

  g_mutex_lock (&self->lock);
  used = self->n_users > 0;
  g_mutex_unlock (&self->lock);

  return used;
}

GType
norpc_list_source_get_item_type (NorpcListSource *self)
{
  return self->item_type;
}

/* Thread-safe. From now on, the list is followed until norpc_list_source_unuse () is called as
 * often.
 */
void
norpc_list_source_use (NorpcListSource *self)
{
  g_mutex_lock (&self->lock);
  self->n_users++;
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns the items (owned) that were sent to the mirrors last. */
NorpcListItems *
norpc_list_source_ref_told (NorpcListSource *self)
{
  NorpcListItems *items;

  g_mutex_lock (&self->lock);
  items = norpc_list_items_ref (self->told);
  g_mutex_unlock (&self->lock);

  return items;
}

/* Thread-safe. Called with no lock held. */
void
norpc_list_source_unuse (NorpcListSource *self)
{
  gboolean unused;

  g_mutex_lock (&self->lock);
  unused = --self->n_users == 0;
  g_mutex_unlock (&self->lock);

  if (unused)
    self->owner->funcs->unused (self->owner, self);
}

/* Called with the lock held. Returns the newest link (unowned) to a client's context, or NULL. A
 * mirror that is being finalized still has a link.
 */
static NorpcListLink *
find_link_locked (NorpcListSource *self,
                  NorpcReplyQueue *reply_queue)
{
  for (guint i = self->links->len; i > 0; i--)
    if (norpc_list_link_get_reply_queue (self->links->pdata[i - 1]) == reply_queue)
      return self->links->pdata[i - 1];

  return NULL;
}

/* Thread-safe. Returns the newest link (owned) to a client's context, or NULL. */
NorpcListLink *
norpc_list_source_find_link (NorpcListSource *self,
                             NorpcReplyQueue *reply_queue)
{
  NorpcListLink *link;

  g_mutex_lock (&self->lock);
  link = find_link_locked (self, reply_queue);
  if (link != NULL)
    norpc_list_link_ref (link);
  g_mutex_unlock (&self->lock);

  return link;
}

/* Thread-safe. Sets @items (owned) and their number, the contents of the mirror of @link. From then
 * on, @link gets all changes of these, until it is detached. Returns FALSE if there is a newer link
 * to the same context than @previous (nullable), whose mirror is being finalized.
 */
gboolean
norpc_list_source_attach (NorpcListSource  *self,
                          NorpcListLink    *link,
                          NorpcListLink    *previous,
                          NorpcListItems  **items,
                          guint            *n_items)
{
  gboolean attached;

  g_mutex_lock (&self->lock);
  attached = find_link_locked (self, norpc_list_link_get_reply_queue (link)) == previous;
  if (attached)
    {
      *items = norpc_list_items_ref (self->told);
      *n_items = norpc_list_items_get_length (self->told);
      g_ptr_array_add (self->links, link);
    }
  g_mutex_unlock (&self->lock);

  return attached;
}

/* Thread-safe. When it returns, no thread uses @link on behalf of @self. */
void
norpc_list_source_detach (NorpcListSource *self,
                          NorpcListLink   *link)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->links, link);
  g_mutex_unlock (&self->lock);
}
