/* norpc-owner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-weak-ref.h"
#include "norpc-owner-private.h"

struct _NorpcOwner
{
  gatomicrefcount ref_count; /* one for the proxy, and one for the weak reference to the object */

  GObject       *object;   /* (unowned): alive until @gone is cancelled */
  GThread       *thread;   /* (unowned): that has set the owner */
  GCancellable  *gone;     /* (owned), since construction: cancelled when the object is disposed */
  GWeakRef       proxy;
  NorpcOwnerFunc disposed; /* since construction */
};

static void
owner_unref (NorpcOwner *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_weak_ref_clear (&self->proxy);
  g_object_unref (self->gone);
  g_free (self);
}

/* Runs in the thread that disposes of the object. */
static void
object_disposed_cb (gpointer  data,
                    GObject  *object G_GNUC_UNUSED)
{
  NorpcOwner *self = data;
  g_autoptr (NorpcProxy) proxy = norpc_weak_ref_get (&self->proxy);

  g_cancellable_cancel (self->gone);
  if (proxy != NULL)
    self->disposed (proxy);
  owner_unref (self);
}

/* Called in the thread in which @object will be disposed. @disposed is called then, unless @proxy
 * has been released.
 */
NorpcOwner *
norpc_owner_new (GObject        *object,
                 NorpcProxy     *proxy,
                 NorpcOwnerFunc  disposed)
{
  NorpcOwner *self = g_new0 (NorpcOwner, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  self->object = object;
  self->thread = g_thread_self ();
  self->gone = g_cancellable_new ();
  g_weak_ref_init (&self->proxy, proxy);
  self->disposed = disposed;
  g_object_weak_ref (object, object_disposed_cb, self);

  return self;
}

/* Called in the thread that finalizes the proxy. In another thread than that of the object, the
 * weak reference is left to the object, which may be about to be disposed.
 */
void
norpc_owner_free (NorpcOwner *self)
{
  if (g_thread_self () == self->thread && !g_cancellable_is_cancelled (self->gone))
    {
      g_object_weak_unref (self->object, object_disposed_cb, self);
      owner_unref (self);
    }
  owner_unref (self);
}

/* Thread-safe. Returns a cancellable (unowned) that is cancelled when the object is disposed. */
GCancellable *
norpc_owner_get_gone (NorpcOwner *self)
{
  return self->gone;
}

/* A callback that runs only while the owner is there. */
typedef struct
{
  GCancellable        *gone;     /* (owned) */
  GAsyncReadyCallback  callback;
  gpointer             user_data;
} OwnedCallback;

/* Runs in the client's context. */
static void
run_owned_callback (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  OwnedCallback *self = user_data;
  gboolean runs = !g_cancellable_is_cancelled (self->gone);
  GAsyncReadyCallback callback = self->callback;
  gpointer callback_data = self->user_data;

  g_object_unref (self->gone);
  g_free (self);
  if (runs)
    callback (object, result, callback_data);
}

/* Called in the client's thread. Returns a task (owned) whose callback does not run any more once
 * @gone (nullable) is cancelled.
 */
GTask *
norpc_owner_task_new (GCancellable        *gone,
                      gpointer             source_object,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  OwnedCallback *owned;

  if (gone == NULL || callback == NULL)
    return g_task_new (source_object, cancellable, callback, user_data);

  owned = g_new (OwnedCallback, 1);
  *owned = (OwnedCallback) { g_object_ref (gone), callback, user_data };

  return g_task_new (source_object, cancellable, run_owned_callback, owned);
}
