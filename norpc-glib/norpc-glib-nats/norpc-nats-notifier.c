/* norpc-nats-notifier.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-notifier-private.h"

/* The link has a reference, and so has the source that notifies. */
struct _NorpcNatsNotifier
{
  gatomicrefcount ref_count;
  GWeakRef        object;
  GParamSpec     *pspec;   /* (unowned), since construction */
  GMainContext   *context; /* (owned), since construction */
  int             pending; /* atomic: the source is in the context */
};

NorpcNatsNotifier *
norpc_nats_notifier_new (GObject      *object,
                         GParamSpec   *pspec,
                         GMainContext *context)
{
  NorpcNatsNotifier *self = g_new0 (NorpcNatsNotifier, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->object, object);
  self->pspec = pspec;
  self->context = g_main_context_ref (context);

  return self;
}

/* Thread-safe. */
void
norpc_nats_notifier_unref (gpointer data)
{
  NorpcNatsNotifier *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_weak_ref_clear (&self->object);
  g_main_context_unref (self->context);
  g_free (self);
}

/* Runs in the context. */
static gboolean
notify_cb (gpointer data)
{
  NorpcNatsNotifier *self = data;
  g_autoptr (GObject) object = NULL;

  g_atomic_int_set (&self->pending, FALSE);
  object = norpc_weak_ref_get (&self->object);
  if (object != NULL)
    g_object_notify_by_pspec (object, self->pspec);

  return G_SOURCE_REMOVE;
}

/* Runs in the thread of the link. */
void
norpc_nats_notifier_change (NorpcNatsChange change,
                            gpointer        data)
{
  NorpcNatsNotifier *self = data;
  g_autoptr (GSource) source = NULL;

  if (change == NORPC_NATS_OVERFLOWED || change == NORPC_NATS_EVENTS_OVERFLOWED ||
      !g_atomic_int_compare_and_exchange (&self->pending, FALSE, TRUE))
    return;

  g_atomic_ref_count_inc (&self->ref_count);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "NorpcNatsNotifier");
  g_source_set_callback (source, notify_cb, self, norpc_nats_notifier_unref);
  g_source_attach (source, self->context);
}
