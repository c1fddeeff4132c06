/* norpc-list-mirror.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-list-mirror-private.h"

/* How many items are compared to find those that changes leave where they are. */
#define MAX_COMPARED 1000

/*
 * While changes are applied, range by range, the mirror shows the beginning of the newer state
 * followed by the end of the older one.
 */
struct _NorpcListMirror
{
  GObject parent_instance;

  NorpcListSource *source; /* (owned), since construction: in use */
  NorpcListLink   *link;   /* (owned) (nullable), since construction: NULL without a context */

  GMutex          lock;
  NorpcListItems *items;  /* (owned) (nullable) [lock] */
  guint           n_shown; /* [lock]: how many of them are shown */
  NorpcListItems *before; /* (owned) (nullable) [lock]: the older state */
  guint           n_skipped; /* [lock]: how many of the older items are no longer shown */

  /* Accessed in the client's context, while changes are applied. */
  NorpcListChanges changes;
  guint            n_applied;  /* how many of the ranges have been applied */
  guint            n_compared; /* how many items have been compared */
  NorpcReplyLink   rest;       /* in the reply queue while a handler runs */
};

static void norpc_list_mirror_list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcListMirror, norpc_list_mirror, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      norpc_list_mirror_list_model_iface_init))

typedef enum
{
  PROP_ITEM_TYPE = 1,
  PROP_N_ITEMS
} NorpcListMirrorProperty;

static GParamSpec *properties[PROP_N_ITEMS + 1];

static GType
norpc_list_mirror_get_item_type (GListModel *model)
{
  return norpc_list_source_get_item_type (NORPC_LIST_MIRROR (model)->source);
}

/* Called with the lock held. */
static guint
get_n_items_locked (NorpcListMirror *self)
{
  return self->n_shown + norpc_list_items_get_length (self->before) - self->n_skipped;
}

/* Thread-safe. */
static guint
norpc_list_mirror_get_n_items (GListModel *model)
{
  NorpcListMirror *self = NORPC_LIST_MIRROR (model);
  guint n_items;

  g_mutex_lock (&self->lock);
  n_items = get_n_items_locked (self);
  g_mutex_unlock (&self->lock);

  return n_items;
}

/* Thread-safe. */
static gpointer
norpc_list_mirror_get_item (GListModel *model,
                            guint       position)
{
  NorpcListMirror *self = NORPC_LIST_MIRROR (model);
  GObject *item = NULL;

  g_mutex_lock (&self->lock);
  if (position < self->n_shown)
    item = g_object_ref (norpc_list_items_get (self->items, position));
  else if (position < get_n_items_locked (self))
    item = g_object_ref (norpc_list_items_get (self->before, position - self->n_shown + self->n_skipped));
  g_mutex_unlock (&self->lock);

  return item;
}

static void
norpc_list_mirror_list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = norpc_list_mirror_get_item_type;
  iface->get_n_items = norpc_list_mirror_get_n_items;
  iface->get_item = norpc_list_mirror_get_item;
}

/* Runs in the client's context. Takes ownership of @items. */
static void
begin_changes (NorpcListMirror  *self,
               NorpcListItems   *items,
               NorpcListChanges *changes)
{
  g_mutex_lock (&self->lock);
  self->before = self->items;
  self->items = items;
  self->n_shown = self->n_skipped = 0;
  g_mutex_unlock (&self->lock);

  self->changes = *changes;
  *changes = (NorpcListChanges) { 0 };
  self->n_applied = self->n_compared = 0;
}

/* Runs in the client's context, when all ranges have been applied. */
static void
end_changes (NorpcListMirror *self)
{
  NorpcListItems *before;

  g_mutex_lock (&self->lock);
  before = g_steal_pointer (&self->before);
  self->n_shown = norpc_list_items_get_length (self->items);
  self->n_skipped = 0;
  g_mutex_unlock (&self->lock);

  norpc_list_items_unref (before);
  norpc_list_changes_clear (&self->changes);
  self->n_applied = 0;
}

static gboolean
is_same (NorpcListMirror *self,
         guint            old_position,
         guint            new_position)
{
  self->n_compared++;

  return norpc_list_items_get (self->before, old_position) == norpc_list_items_get (self->items, new_position);
}

/* Runs in the client's context, with the lock held. Leaves out the items at the beginning and at
 * the end of @range that stay where they are, because they were removed and added again.
 */
static void
trim_locked (NorpcListMirror *self,
             NorpcListRange  *range)
{
  while (range->n_old > 0 && range->n_new > 0 && self->n_compared < MAX_COMPARED &&
         is_same (self, range->old_position, range->new_position))
    {
      range->old_position++;
      range->new_position++;
      range->n_old--;
      range->n_new--;
    }
  while (range->n_old > 0 && range->n_new > 0 && self->n_compared < MAX_COMPARED &&
         is_same (self, range->old_position + range->n_old - 1, range->new_position + range->n_new - 1))
    {
      range->n_old--;
      range->n_new--;
    }
}

/* Runs in the client's context. */
static void
apply_range (NorpcListMirror *self,
             NorpcListRange   range)
{
  g_mutex_lock (&self->lock);
  trim_locked (self, &range);
  self->n_shown = range.new_position + range.n_new;
  self->n_skipped = range.old_position + range.n_old;
  g_mutex_unlock (&self->lock);

  if (range.n_old > 0 || range.n_new > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), range.new_position, range.n_old, range.n_new);
  if (range.n_old != range.n_new)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

/* Runs in the client's context. If a handler runs the context recursively, the other ranges are
 * applied first there, before replies and other events.
 */
static void
apply_ranges (NorpcListMirror *self)
{
  NorpcReplyQueue *reply_queue = norpc_list_link_get_reply_queue (self->link);

  while (self->n_applied < self->changes.n_ranges)
    {
      NorpcListRange range = self->changes.ranges[self->n_applied++];

      norpc_reply_queue_push_first (reply_queue, &self->rest);
      apply_range (self, range);
      if (!norpc_reply_queue_remove_first (reply_queue, &self->rest))
        return;
    }
  end_changes (self);
}

/* Runs in the client's context, while a handler of the mirror runs it recursively. */
static void
apply_rest (NorpcReplyLink *link)
{
  apply_ranges ((NorpcListMirror *) ((char *) link - G_STRUCT_OFFSET (NorpcListMirror, rest)));
}

/* Never called: the context is not freed while it is running. */
static void
discard_rest (NorpcReplyLink *link G_GNUC_UNUSED)
{
}

static const NorpcEventFuncs rest_funcs = { NULL, apply_rest, discard_rest };
static const NorpcCallSink rest_sink = { NULL, &rest_funcs };

/* Runs in the client's context. */
static void
apply_state (GObject          *object,
             NorpcListItems   *items,
             NorpcListChanges *changes)
{
  NorpcListMirror *self = NORPC_LIST_MIRROR (object);

  begin_changes (self, items, changes);
  apply_ranges (self);
}

static void
norpc_list_mirror_get_property (GObject    *object,
                                guint       property_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  switch ((NorpcListMirrorProperty) property_id)
    {
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, g_list_model_get_item_type (G_LIST_MODEL (object)));
      break;

    case PROP_N_ITEMS:
      g_value_set_uint (value, g_list_model_get_n_items (G_LIST_MODEL (object)));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Runs in the thread that releases the last reference. */
static void
norpc_list_mirror_finalize (GObject *object)
{
  NorpcListMirror *self = NORPC_LIST_MIRROR (object);

  if (self->link != NULL)
    {
      norpc_list_source_detach (self->source, self->link);
      norpc_list_link_close (self->link);
      norpc_list_link_unref (self->link);
    }
  norpc_list_source_unuse (self->source);
  norpc_list_source_unref (self->source);

  norpc_list_items_unref (self->before);
  norpc_list_items_unref (self->items);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_list_mirror_parent_class)->finalize (object);
}

static void
norpc_list_mirror_class_init (NorpcListMirrorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = norpc_list_mirror_get_property;
  object_class->finalize = norpc_list_mirror_finalize;

  properties[PROP_ITEM_TYPE] =
    g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_OBJECT, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_N_ITEMS] =
    g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_list_mirror_init (NorpcListMirror *self)
{
  g_mutex_init (&self->lock);
  self->rest.sink = &rest_sink;
}

static NorpcListMirror *
mirror_new (NorpcListSource *source)
{
  NorpcListMirror *self = g_object_new (NORPC_TYPE_LIST_MIRROR, NULL);

  self->source = norpc_list_source_ref (source);
  norpc_list_source_use (source);

  return self;
}

/* Thread-safe. Returns a mirror without a context. */
NorpcListMirror *
norpc_list_mirror_new (NorpcListSource *source)
{
  NorpcListMirror *self = mirror_new (source);

  self->items = norpc_list_source_ref_told (source);
  self->n_shown = norpc_list_items_get_length (self->items);

  return self;
}

/* Thread-safe. Called with no lock held. Returns the mirror (owned) of the same list in the context
 * of @reply_queue, which is created if there is none. It shows the state of the list that was sent
 * last.
 */
NorpcListMirror *
norpc_list_mirror_get_for (NorpcListMirror *self,
                           NorpcReplyQueue *reply_queue)
{
  while (TRUE)
    {
      g_autoptr (NorpcListLink) link = norpc_list_source_find_link (self->source, reply_queue);
      GObject *found = link != NULL ? norpc_list_link_dup_mirror (link) : NULL;
      g_autoptr (NorpcListMirror) created = NULL;

      if (found != NULL)
        return NORPC_LIST_MIRROR (found);

      created = mirror_new (self->source);
      created->link = norpc_list_link_new (G_OBJECT (created), reply_queue, apply_state);
      if (norpc_list_source_attach (self->source, created->link, link, &created->items, &created->n_shown))
        return g_steal_pointer (&created);
    }
}
