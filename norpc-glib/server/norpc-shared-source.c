/* norpc-shared-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-shared-source-private.h"

typedef struct
{
  gpointer data;     /* (owned) */
  GList    link;     /* [lock]: in the members that are to run */
  gboolean is_ready; /* [lock]: it is one of them */
} Member;

/* The source in the context has a reference, and so have its users. */
struct _NorpcSharedSource
{
  gatomicrefcount               ref_count;
  GMainContext                 *context; /* (unowned), since construction */
  const NorpcSharedSourceFuncs *funcs;   /* since construction */

  GMutex      lock;    /* taken after all others */
  GHashTable *members; /* (owned) [lock]: of owned Member, by data */
  GQueue      ready;   /* [lock]: of unowned Member */
  int         n_ready; /* atomic, written with the lock */
};

typedef struct
{
  GSource            source;
  NorpcSharedSource *shared; /* (unowned): owned by the callback */
} Source;

/* The shared source of each context (owned) (nullable) [table_lock]: of unowned GMainContext and
 * unowned NorpcSharedSource. The lock of a context may be taken while the lock is held.
 */
static GMutex table_lock;
static GHashTable *table;

void
norpc_shared_source_unref (NorpcSharedSource *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->members);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Thread-safe. The context may have been freed. */
GMainContext *
norpc_shared_source_get_context (NorpcSharedSource *self)
{
  return self->context;
}

/* Runs in the context. Returns a member to run, with a reference to its data (owned), or NULL. */
static gpointer
take_ready (NorpcSharedSource *self)
{
  gpointer data = NULL;
  GList *link;

  g_mutex_lock (&self->lock);
  link = g_queue_pop_head_link (&self->ready);
  if (link != NULL)
    {
      Member *member = link->data;

      member->is_ready = FALSE;
      g_atomic_int_add (&self->n_ready, -1);
      data = member->data;
      self->funcs->ref (data);
    }
  g_mutex_unlock (&self->lock);

  return data;
}

static gboolean
is_ready (GSource *source)
{
  return g_atomic_int_get (&((Source *) source)->shared->n_ready) > 0;
}

static gboolean
shared_source_prepare (GSource *source,
                       int     *timeout)
{
  *timeout = -1;

  return is_ready (source);
}

/* Runs each member once that is ready now, so that other sources get their turn. A member may run
 * the context recursively.
 */
static gboolean
shared_source_dispatch (GSource     *source,
                        GSourceFunc  callback G_GNUC_UNUSED,
                        gpointer     user_data G_GNUC_UNUSED)
{
  NorpcSharedSource *self = ((Source *) source)->shared;
  GMainContext *context = g_main_context_ref (self->context);
  int n = g_atomic_int_get (&self->n_ready);
  gpointer data;

  g_atomic_ref_count_inc (&self->ref_count);
  for (; n > 0 && (data = take_ready (self)) != NULL; n--)
    {
      if (self->funcs->run (data, context))
        norpc_shared_source_wake (self, data);
      self->funcs->unref (data);
    }
  norpc_shared_source_unref (self);
  g_main_context_unref (context);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  shared_source_prepare, is_ready, shared_source_dispatch, NULL, NULL, NULL
};

static gboolean
source_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* Thread-safe. Called while the context is being freed, after which nothing is added. */
static void
end_members_cb (gpointer data)
{
  NorpcSharedSource *self = data;
  g_autoptr (GPtrArray) members = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer member;

  g_mutex_lock (&table_lock);
  if (g_hash_table_lookup (table, self->context) == self)
    g_hash_table_remove (table, self->context);
  g_mutex_unlock (&table_lock);

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, &member, NULL))
    {
      self->funcs->ref (member);
      g_ptr_array_add (members, member);
    }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < members->len; i++)
    {
      self->funcs->end (members->pdata[i]);
      norpc_shared_source_remove (self, members->pdata[i]);
      self->funcs->unref (members->pdata[i]);
    }
  norpc_shared_source_unref (self);
}

/* Called with the lock of the table held. */
static NorpcSharedSource *
shared_source_new (GMainContext                 *context,
                   const NorpcSharedSourceFuncs *funcs)
{
  NorpcSharedSource *self = g_new0 (NorpcSharedSource, 1);
  GSource *source = g_source_new (&source_funcs, sizeof (Source));

  g_atomic_ref_count_init (&self->ref_count);
  self->context = context;
  self->funcs = funcs;
  g_mutex_init (&self->lock);
  self->members = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  ((Source *) source)->shared = self;

  g_source_set_static_name (source, "norpc objects");
  g_source_set_can_recurse (source, TRUE);
  g_source_set_callback (source, source_cb, self, end_members_cb);
  g_source_attach (source, context);
  g_source_unref (source);

  return self;
}

/* Thread-safe. Called with a reference to @context. Returns its shared source (owned). All callers
 * use the same functions.
 */
NorpcSharedSource *
norpc_shared_source_get (GMainContext                 *context,
                         const NorpcSharedSourceFuncs *funcs)
{
  NorpcSharedSource *self;

  g_mutex_lock (&table_lock);
  if (table == NULL)
    table = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (table, context);
  if (self == NULL)
    {
      self = shared_source_new (context, funcs);
      g_hash_table_insert (table, context, self);
    }
  g_atomic_ref_count_inc (&self->ref_count);
  g_mutex_unlock (&table_lock);

  return self;
}

/* Thread-safe. Takes a reference to @data, until it is removed. */
void
norpc_shared_source_add (NorpcSharedSource *self,
                         gpointer           data)
{
  Member *member = g_new0 (Member, 1);

  self->funcs->ref (data);
  member->data = data;
  member->link.data = member;

  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->members, data, member);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. The caller keeps a reference to @data. */
void
norpc_shared_source_remove (NorpcSharedSource *self,
                            gpointer           data)
{
  Member *member;

  g_mutex_lock (&self->lock);
  member = g_hash_table_lookup (self->members, data);
  if (member != NULL && member->is_ready)
    {
      g_queue_unlink (&self->ready, &member->link);
      g_atomic_int_add (&self->n_ready, -1);
    }
  if (member != NULL)
    g_hash_table_remove (self->members, data);
  g_mutex_unlock (&self->lock);

  if (member != NULL)
    self->funcs->unref (data);
}

/* Thread-safe. Makes a member run. The caller wakes up the context, unless it is awake. */
void
norpc_shared_source_wake (NorpcSharedSource *self,
                          gpointer           data)
{
  Member *member;

  g_mutex_lock (&self->lock);
  member = g_hash_table_lookup (self->members, data);
  if (member != NULL && !member->is_ready)
    {
      member->is_ready = TRUE;
      g_queue_push_tail_link (&self->ready, &member->link);
      g_atomic_int_inc (&self->n_ready);
    }
  g_mutex_unlock (&self->lock);
}
