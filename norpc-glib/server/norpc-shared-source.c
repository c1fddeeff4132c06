/* norpc-shared-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-burst-private.h"
#include "norpc-shared-source-private.h"

/* The source in the context has a reference, and so have its users. */
struct _NorpcSharedSource
{
  gatomicrefcount               ref_count;
  GMainContext                 *context; /* (unowned), since construction */
  const NorpcSharedSourceFuncs *funcs;   /* since construction */
  NorpcSpin                     spin;    /* accessed in the context */

  GMutex   lock;    /* taken after all others */
  GQueue   members; /* [lock]: of NorpcSharedMember */
  GQueue   ready;   /* [lock]: of NorpcSharedMember */
  GQueue   napping; /* [lock]: of NorpcSharedMember */
  int      n_ready; /* atomic, written with the lock */
  gboolean asleep;  /* [lock]: the context does not look at the members before it is woken up */
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

  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Thread-safe. The context may have been freed. */
GMainContext *
norpc_shared_source_get_context (NorpcSharedSource *self)
{
  return self->context;
}

/* Called with the lock held. */
static void
set_state_locked (NorpcSharedSource *self,
                  NorpcSharedMember *member,
                  NorpcMemberState   state)
{
  if (member->state == NORPC_MEMBER_READY)
    g_queue_unlink (&self->ready, &member->due);
  else if (member->state == NORPC_MEMBER_NAPPING)
    g_queue_unlink (&self->napping, &member->due);

  if (state == NORPC_MEMBER_READY)
    g_queue_push_tail_link (&self->ready, &member->due);
  else if (state == NORPC_MEMBER_NAPPING)
    g_queue_push_tail_link (&self->napping, &member->due);

  member->state = state;
  g_atomic_int_set (&self->n_ready, (int) self->ready.length);
}

/* Runs in the context. Ends the naps. Returns the number of members that are to run. */
static guint
end_naps (NorpcSharedSource *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  while (self->napping.head != NULL)
    set_state_locked (self, self->napping.head->data, NORPC_MEMBER_READY);
  n = self->ready.length;
  g_mutex_unlock (&self->lock);

  return n;
}

/* Runs in the context. Returns a member to run, with a reference to its data, or NULL. */
static NorpcSharedMember *
take_ready (NorpcSharedSource *self)
{
  NorpcSharedMember *member = NULL;

  g_mutex_lock (&self->lock);
  if (self->ready.head != NULL)
    {
      member = self->ready.head->data;
      set_state_locked (self, member, NORPC_MEMBER_ASLEEP);
      self->funcs->ref (member->data);
    }
  g_mutex_unlock (&self->lock);

  return member;
}

/* Runs in the context. A member that was woken up or removed while it ran stays so. */
static void
run_member (NorpcSharedSource *self,
            NorpcSharedMember *member)
{
  gpointer data = member->data;
  NorpcMemberState state = self->funcs->run (data, self->context);

  if (state != NORPC_MEMBER_ASLEEP)
    {
      g_mutex_lock (&self->lock);
      if (member->state == NORPC_MEMBER_ASLEEP)
        set_state_locked (self, member, state);
      g_mutex_unlock (&self->lock);
    }
  self->funcs->unref (data);
}

/* Runs in the context. From now on, the next thread that wakes up a member wakes up the context. */
static gboolean
shared_source_prepare (GSource *source,
                       int     *timeout)
{
  NorpcSharedSource *self = ((Source *) source)->shared;
  gboolean ready, used;

  g_mutex_lock (&self->lock);
  ready = self->ready.length > 0;
  used = self->members.length > 0;
  self->asleep = !ready;
  *timeout = self->napping.length > 0 ? NORPC_NAP_TIME : -1;
  g_mutex_unlock (&self->lock);

  if (!ready && used)
    norpc_spin_sleep (&self->spin);

  return ready;
}

static gboolean
shared_source_check (GSource *source)
{
  NorpcSharedSource *self = ((Source *) source)->shared;
  gboolean ready, naps;

  g_mutex_lock (&self->lock);
  self->asleep = FALSE;
  ready = self->ready.length > 0;
  naps = self->napping.length > 0;
  g_mutex_unlock (&self->lock);

  norpc_spin_wake (&self->spin, ready);

  return ready || naps;
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
  NorpcSharedMember *member;

  g_atomic_ref_count_inc (&self->ref_count);
  for (guint n = end_naps (self); n > 0 && (member = take_ready (self)) != NULL; n--)
    run_member (self, member);
  norpc_shared_source_unref (self);
  g_main_context_unref (context);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = {
  shared_source_prepare, shared_source_check, shared_source_dispatch, NULL, NULL, NULL
};

static gboolean
source_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* Thread-safe. Returns the first member, with a reference to its data, or NULL. */
static NorpcSharedMember *
get_first (NorpcSharedSource *self)
{
  NorpcSharedMember *member;

  g_mutex_lock (&self->lock);
  member = self->members.head != NULL ? self->members.head->data : NULL;
  if (member != NULL)
    self->funcs->ref (member->data);
  g_mutex_unlock (&self->lock);

  return member;
}

/* Thread-safe. Called while the context is being freed, after which nothing is added. */
static void
end_members_cb (gpointer user_data)
{
  NorpcSharedSource *self = user_data;
  NorpcSharedMember *member;

  g_mutex_lock (&table_lock);
  if (g_hash_table_lookup (table, self->context) == self)
    g_hash_table_remove (table, self->context);
  g_mutex_unlock (&table_lock);

  while ((member = get_first (self)) != NULL)
    {
      gpointer data = member->data;

      self->funcs->end (data);
      norpc_shared_source_remove (self, member);
      self->funcs->unref (data);
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
  self->spin = (NorpcSpin) NORPC_SPIN_INIT;
  g_mutex_init (&self->lock);
  self->asleep = TRUE;
  ((Source *) source)->shared = self;

  g_source_set_static_name (source, "norpc services");
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

/* Thread-safe. Takes a reference to @data, to which @member belongs, until it is removed. */
void
norpc_shared_source_add (NorpcSharedSource *self,
                         NorpcSharedMember *member,
                         gpointer           data)
{
  self->funcs->ref (data);
  member->data = data;
  member->all.data = member->due.data = member;

  g_mutex_lock (&self->lock);
  g_queue_push_tail_link (&self->members, &member->all);
  set_state_locked (self, member, NORPC_MEMBER_ASLEEP);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Does nothing if @member was removed already. The caller keeps a reference to its
 * data.
 */
void
norpc_shared_source_remove (NorpcSharedSource *self,
                            NorpcSharedMember *member)
{
  gboolean removed;

  g_mutex_lock (&self->lock);
  removed = member->state != NORPC_MEMBER_GONE;
  if (removed)
    {
      g_queue_unlink (&self->members, &member->all);
      set_state_locked (self, member, NORPC_MEMBER_GONE);
    }
  g_mutex_unlock (&self->lock);

  if (removed)
    self->funcs->unref (member->data);
}

/* Thread-safe. Makes @member run, unless it was removed. Returns TRUE if the caller must wake up the
 * context.
 */
gboolean
norpc_shared_source_wake (NorpcSharedSource *self,
                          NorpcSharedMember *member)
{
  gboolean wakes;

  g_mutex_lock (&self->lock);
  if (member->state == NORPC_MEMBER_ASLEEP || member->state == NORPC_MEMBER_NAPPING)
    set_state_locked (self, member, NORPC_MEMBER_READY);
  wakes = self->asleep && self->ready.length > 0;
  if (wakes)
    self->asleep = FALSE;
  g_mutex_unlock (&self->lock);

  return wakes;
}

typedef struct
{
  NorpcSharedSource *source;
  NorpcSpinCondition condition;
  gpointer           data;
} Awaited;

static gboolean
is_due (gpointer data)
{
  Awaited *awaited = data;

  return awaited->condition (awaited->data) || g_atomic_int_get (&awaited->source->n_ready) > 0;
}

/* Runs in the context. Polls @condition for a while, until it is true or a member is ready. */
void
norpc_shared_source_spin (NorpcSharedSource  *self,
                          NorpcSpinCondition  condition,
                          gpointer            data)
{
  Awaited awaited = { self, condition, data };

  if (g_atomic_int_get (&self->n_ready) == 0)
    norpc_spin_until (&self->spin, is_due, &awaited);
}
