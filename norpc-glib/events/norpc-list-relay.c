/* norpc-list-relay.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-list-mirror-private.h"
#include "norpc-list-relay-private.h"

struct _NorpcListRelay
{
  NorpcListOwner  owner; /* must be first: the interface that sources use */
  gatomicrefcount ref_count;
  guint           number; /* since construction: of the relay */

  GMutex      lock;      /* taken before those of sources */
  GHashTable *sources;   /* (owned) [lock]: of owned NorpcListSource, by model */
  GPtrArray  *changed;   /* (owned) [lock]: of owned NorpcListSource that have something to tell */
  int         has_changed; /* atomic, written with the lock held: there is one */
  GPtrArray  *unused;    /* (owned) [lock]: of owned NorpcListSource that may no longer be used */
  gboolean    stopped;   /* [lock] */

  /* Written in the service's context. */
  GSource      *source;  /* (owned) (nullable) [lock]: tells changes, and ends what is not used; from
                            when the first list is sent until the relay stops: GLib accesses the
                            context when the last reference is released, and any thread may release
                            the relay, also when the context has been freed */
  GMainContext *context; /* (unowned) (nullable) [lock]: only compared */
  GThread      *thread;  /* (unowned) (nullable) [lock] */
};

/* The relays of all services that run, by number. The lock protects the table. */
static GMutex relays_lock;
static GHashTable *relays; /* (owned) (nullable): of unowned NorpcListRelay */
static guint last_number;

static int n_changed; /* atomic: relays that have changes to send */

NorpcListRelay *
norpc_list_relay_ref (NorpcListRelay *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_list_relay_unref (NorpcListRelay *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->sources);
  g_ptr_array_unref (self->changed);
  g_ptr_array_unref (self->unused);
  g_assert (self->source == NULL);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static NorpcListOwner *
ref_relay (NorpcListOwner *owner)
{
  return &norpc_list_relay_ref ((NorpcListRelay *) owner)->owner;
}

static void
unref_relay (NorpcListOwner *owner)
{
  norpc_list_relay_unref ((NorpcListRelay *) owner);
}

/* Thread-safe. Sends the changes of all lists. No code of the application runs with the lock held.
 * Another thread that sends changes waits for this one, so that its next message comes later. @self
 * is NULL if the service has no lists.
 */
void
norpc_list_relay_tell (NorpcListRelay *self)
{
  NorpcListGarbage garbage;
  g_autoptr (GPtrArray) changed = NULL;

  if (self == NULL || !g_atomic_int_get (&self->has_changed))
    return;

  norpc_list_garbage_init (&garbage);
  g_mutex_lock (&self->lock);
  changed = g_steal_pointer (&self->changed);
  self->changed = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_list_source_unref);
  for (guint i = 0; i < changed->len; i++)
    norpc_list_source_tell (changed->pdata[i], &garbage);
  if (self->has_changed)
    {
      g_atomic_int_set (&self->has_changed, FALSE);
      g_atomic_int_add (&n_changed, -1);
    }
  g_mutex_unlock (&self->lock);
  norpc_list_garbage_clear (&garbage);
}

/* Runs in the service's context. Ends a source, unless it is used again. */
static void
end_source (NorpcListRelay  *self,
            NorpcListSource *source,
            gboolean         also_if_used)
{
  gboolean ends;

  g_mutex_lock (&self->lock);
  ends = (also_if_used || !norpc_list_source_is_used (source)) &&
         g_hash_table_steal (self->sources, source);
  g_mutex_unlock (&self->lock);

  if (!ends)
    return;

  norpc_list_source_end (source);
  norpc_list_source_unref (source);
}

/* Thread-safe. Called with the lock held. */
static void
set_ready_time_locked (NorpcListRelay *self,
                       gint64          ready_time)
{
  if (self->source != NULL)
    g_source_set_ready_time (self->source, ready_time);
}

/* Runs in the service's context. */
static gboolean
relay_source_cb (gpointer user_data)
{
  NorpcListRelay *self = user_data;
  g_autoptr (GPtrArray) unused = NULL;

  g_mutex_lock (&self->lock);
  set_ready_time_locked (self, -1);
  unused = g_steal_pointer (&self->unused);
  self->unused = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_list_source_unref);
  g_mutex_unlock (&self->lock);

  norpc_list_relay_tell (self);
  for (guint i = 0; i < unused->len; i++)
    end_source (self, unused->pdata[i], FALSE);

  return G_SOURCE_CONTINUE;
}

static gboolean
relay_source_dispatch (GSource     *source G_GNUC_UNUSED,
                       GSourceFunc  callback,
                       gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs relay_source_funcs = { NULL, NULL, relay_source_dispatch, NULL, NULL, NULL };

/* Thread-safe. Returns the context that the calling thread is running, or would run. */
static GMainContext *
get_current_context (void)
{
  GSource *source = g_main_current_source ();
  GMainContext *context = source != NULL ? g_source_get_context (source) : g_main_context_get_thread_default ();

  return context != NULL ? context : g_main_context_default ();
}

/* Runs in the service's context, before it handles @call. @self is NULL if the service has no lists. */
void
norpc_list_relay_enter (NorpcListRelay *self,
                        NorpcCall      *call)
{
  if (self == NULL)
    return;

  call->lists = self->number;
  if (self->thread != NULL)
    return;

  g_mutex_lock (&self->lock);
  self->context = get_current_context ();
  self->thread = g_thread_self ();
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns TRUE if the calling thread may use the lists of the service. */
static gboolean
is_in_service (NorpcListRelay *self)
{
  gboolean is_in;

  g_mutex_lock (&self->lock);
  is_in = self->thread == NULL || self->thread == g_thread_self () || self->context == get_current_context ();
  g_mutex_unlock (&self->lock);

  return is_in;
}

/* Runs in the service's context, with the lock held. The context of a NorpcDirect may change. */
static void
ensure_source_locked (NorpcListRelay *self)
{
  if (self->stopped || (self->source != NULL && !g_source_is_destroyed (self->source)))
    return;

  g_clear_pointer (&self->source, g_source_unref);
  self->context = get_current_context ();
  self->thread = g_thread_self ();
  self->source = g_source_new (&relay_source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "norpc lists");
  g_source_set_priority (self->source, G_PRIORITY_HIGH);
  g_source_set_callback (self->source, relay_source_cb, norpc_list_relay_ref (self),
                         (GDestroyNotify) norpc_list_relay_unref);
  g_source_attach (self->source, self->context);
}

/* Runs in the service's context. */
static void
source_changed (NorpcListOwner  *owner,
                NorpcListSource *source)
{
  NorpcListRelay *self = (NorpcListRelay *) owner;

  g_mutex_lock (&self->lock);
  if (!self->has_changed)
    {
      g_atomic_int_set (&self->has_changed, TRUE);
      g_atomic_int_inc (&n_changed);
      ensure_source_locked (self);
      set_ready_time_locked (self, 0);
    }
  if (!g_ptr_array_find (self->changed, source, NULL))
    g_ptr_array_add (self->changed, norpc_list_source_ref (source));
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's context. */
static void
source_failed (NorpcListOwner  *owner,
               NorpcListSource *source)
{
  NorpcListRelay *self = (NorpcListRelay *) owner;

  norpc_list_relay_tell (self);
  end_source (self, source, TRUE);
}

/* Thread-safe. */
static void
source_unused (NorpcListOwner  *owner,
               NorpcListSource *source)
{
  NorpcListRelay *self = (NorpcListRelay *) owner;

  g_mutex_lock (&self->lock);
  if (!self->stopped)
    {
      g_ptr_array_add (self->unused, norpc_list_source_ref (source));
      set_ready_time_locked (self, 0);
    }
  g_mutex_unlock (&self->lock);
}

static const NorpcListOwnerFuncs owner_funcs = {
  source_changed, source_failed, source_unused, ref_relay, unref_relay
};

/* Thread-safe. Returns a mirror of @model without a context (owned), if the list is followed. */
static NorpcListMirror *
find_followed (NorpcListRelay *self,
               GListModel     *model,
               GType           item_type)
{
  NorpcListSource *source;
  NorpcListMirror *mirror;

  g_mutex_lock (&self->lock);
  source = norpc_list_source_lookup (self->sources, model, item_type);
  mirror = source != NULL ? norpc_list_mirror_new (source) : NULL;
  g_mutex_unlock (&self->lock);

  return mirror;
}

/* Runs in the service's context. Returns a mirror (owned) of a list that is not followed yet, or
 * NULL and a message.
 */
static NorpcListMirror *
follow (NorpcListRelay  *self,
        GListModel      *model,
        GType            item_type,
        char           **problem)
{
  NorpcListSource *source = norpc_list_source_new (model, item_type, &self->owner, problem);
  NorpcListMirror *mirror;

  if (source == NULL)
    return NULL;

  g_mutex_lock (&self->lock);
  ensure_source_locked (self);
  mirror = norpc_list_mirror_new (source);
  g_hash_table_add (self->sources, source);
  g_mutex_unlock (&self->lock);

  return mirror;
}

/* Runs in the service's context, after norpc_list_relay_tell (). Replaces a list model of the
 * service by a mirror, which can leave the context. A mirror of another list can leave it as it
 * is. Returns a message (owned) if @value is not what the description allows, and NULL otherwise.
 */
char *
norpc_list_relay_send (NorpcListRelay     *self,
                       const NorpcArgInfo *info,
                       GValue             *value)
{
  GListModel *model = g_value_get_object (value);
  GType item_type = info->get_element_type ();
  NorpcListMirror *mirror;
  char *problem = NULL;

  if (model == NULL || NORPC_IS_LIST_MIRROR (model))
    return NULL;
  if (self == NULL)
    return g_strdup ("only a running service can return a list model");

  mirror = find_followed (self, model, item_type);
  if (mirror == NULL && !is_in_service (self))
    return g_strdup ("a list model can only be returned in the main context of its service");
  if (mirror == NULL)
    mirror = follow (self, model, item_type, &problem);
  if (mirror != NULL)
    g_value_take_object (value, mirror);

  return problem;
}

/* Thread-safe. Returns the relay (owned) of the service that handles @call, or NULL if the service has
 * no lists or does not run.
 */
NorpcListRelay *
norpc_list_relay_find (NorpcCall *call)
{
  NorpcListRelay *self;

  if (call->lists == 0)
    return NULL;

  g_mutex_lock (&relays_lock);
  self = g_hash_table_lookup (relays, GUINT_TO_POINTER (call->lists));
  if (self != NULL)
    norpc_list_relay_ref (self);
  g_mutex_unlock (&relays_lock);

  return self;
}

/* Thread-safe. Sends the changes of the service that handles @call, before it answers or writes to
 * a stream.
 */
void
norpc_list_relay_tell_for (NorpcCall *call)
{
  NorpcListRelay *self;

  if (g_atomic_int_get (&n_changed) == 0)
    return;

  self = norpc_list_relay_find (call);
  if (self == NULL)
    return;

  norpc_list_relay_tell (self);
  norpc_list_relay_unref (self);
}

/* Runs in the service's context, before the service starts. */
NorpcListRelay *
norpc_list_relay_new (void)
{
  NorpcListRelay *self = g_new0 (NorpcListRelay, 1);

  self->owner.funcs = &owner_funcs;
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->sources = g_hash_table_new_full (norpc_list_source_hash, norpc_list_source_equal,
                                         (GDestroyNotify) norpc_list_source_unref, NULL);
  self->changed = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_list_source_unref);
  self->unused = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_list_source_unref);

  g_mutex_lock (&relays_lock);
  if (relays == NULL)
    relays = g_hash_table_new (NULL, NULL);
  do
    self->number = ++last_number;
  while (self->number == 0 || !g_hash_table_insert (relays, GUINT_TO_POINTER (self->number), self));
  g_mutex_unlock (&relays_lock);

  return self;
}

/* Runs in the service's context, or in the thread that ends it. Mirrors keep what they show. */
void
norpc_list_relay_stop (NorpcListRelay *self)
{
  g_autoptr (GPtrArray) unused = NULL;
  g_autoptr (GPtrArray) sources = g_ptr_array_new ();
  g_autoptr (GSource) own_source = NULL;
  GHashTableIter iter;
  gpointer source;

  g_mutex_lock (&relays_lock);
  g_hash_table_remove (relays, GUINT_TO_POINTER (self->number));
  g_mutex_unlock (&relays_lock);
  norpc_list_relay_tell (self);

  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  unused = g_steal_pointer (&self->unused);
  self->unused = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_list_source_unref);
  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, &source, NULL))
    g_ptr_array_add (sources, source);
  g_hash_table_steal_all (self->sources);
  own_source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < sources->len; i++)
    {
      norpc_list_source_end (sources->pdata[i]);
      norpc_list_source_unref (sources->pdata[i]);
    }
  if (own_source != NULL)
    g_source_destroy (own_source);
}
