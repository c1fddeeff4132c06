/* norpc-dbus-unawaited.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-unawaited-private.h"

struct _NorpcDBusUnawaited
{
  guint  max_left; /* since construction */
  guint  n_left;   /* calls of clients that have left, without those that were cancelled */
  GQueue calls;    /* of unowned NorpcDBusUnawaitedCall that were not cancelled */
};

/* @max_left calls of clients that have left may wait to be answered. */
NorpcDBusUnawaited *
norpc_dbus_unawaited_new (guint max_left)
{
  NorpcDBusUnawaited *self = g_atomic_rc_box_new0 (NorpcDBusUnawaited);

  self->max_left = max_left;

  return self;
}

void
norpc_dbus_unawaited_unref (gpointer self)
{
  g_atomic_rc_box_release (self);
}

/* Returns one more call (owned) of a client. */
NorpcDBusUnawaitedCall *
norpc_dbus_unawaited_begin (NorpcDBusUnawaited *self,
                            const char         *client)
{
  NorpcDBusUnawaitedCall *call = g_new0 (NorpcDBusUnawaitedCall, 1);

  call->all = g_atomic_rc_box_acquire (self);
  call->link.data = call;
  call->client = g_strdup (client);
  call->cancellable = g_cancellable_new ();
  call->is_listed = TRUE;
  g_queue_push_tail_link (&self->calls, &call->link);

  return call;
}

static void
unlink_call (NorpcDBusUnawaitedCall *call)
{
  if (!call->is_listed)
    return;

  call->is_listed = FALSE;
  g_queue_unlink (&call->all->calls, &call->link);
  if (call->has_left)
    call->all->n_left--;
}

/* The call is answered. */
void
norpc_dbus_unawaited_call_free (NorpcDBusUnawaitedCall *call)
{
  unlink_call (call);
  g_object_unref (call->cancellable);
  g_free (call->client);
  norpc_dbus_unawaited_unref (call->all);
  g_free (call);
}

static void
note_left (NorpcDBusUnawaited *self,
           const char         *client)
{
  for (GList *l = self->calls.head; l != NULL; l = l->next)
    {
      NorpcDBusUnawaitedCall *call = l->data;

      if (call->has_left || !g_str_equal (call->client, client))
        continue;

      call->has_left = TRUE;
      self->n_left++;
    }
}

/* Returns the oldest call whose client has left. */
static NorpcDBusUnawaitedCall *
find_oldest (NorpcDBusUnawaited *self)
{
  GList *l = self->calls.head;

  while (!((NorpcDBusUnawaitedCall *) l->data)->has_left)
    l = l->next;

  return l->data;
}

/* The client has left. A service that is cancelled runs code of the application, which may change anything here. */
void
norpc_dbus_unawaited_leave (NorpcDBusUnawaited *self,
                            const char         *client)
{
  note_left (self, client);
  while (self->n_left > self->max_left)
    {
      NorpcDBusUnawaitedCall *call = find_oldest (self);
      g_autoptr (GCancellable) cancellable = g_object_ref (call->cancellable);

      unlink_call (call);
      g_cancellable_cancel (cancellable);
    }
}
