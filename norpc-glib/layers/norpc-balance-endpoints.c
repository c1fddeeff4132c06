/* norpc-balance-endpoints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The endpoints of a balance, which are added and removed while calls are sent. Each subscriber of
 * the balance subscribes to each of them.
 */

#include "client/norpc-endpoint-private.h"
#include "client/norpc-layer-private.h"
#include "norpc-balance-parts-private.h"

/* Thread-safe. Gets the current members (owned). */
NorpcMembers *
norpc_balance_get_members (NorpcBalance *self)
{
  NorpcMembers *members;

  g_mutex_lock (&self->lock);
  members = norpc_members_ref (self->members);
  g_mutex_unlock (&self->lock);

  return members;
}

static NorpcLayerClass *
get_parent_class (void)
{
  return g_type_class_peek (NORPC_TYPE_LAYER);
}

/* Thread-safe. As calls, the subscribers of a balance without members go to the next endpoint of the
 * stack.
 */
static void
subscribe_to_next (NorpcBalance    *self,
                   NorpcSubscriber *subscriber)
{
  get_parent_class ()->subscribe (NORPC_LAYER (self), subscriber);
}

/* Thread-safe. */
static void
unsubscribe_from_next (NorpcBalance    *self,
                       NorpcSubscriber *subscriber)
{
  get_parent_class ()->unsubscribe (NORPC_LAYER (self), subscriber);
}

void
norpc_balance_subscribe (NorpcLayer      *layer,
                         NorpcSubscriber *subscriber)
{
  NorpcBalance *self = NORPC_BALANCE (layer);
  g_autoptr (NorpcMembers) members = NULL;

  g_mutex_lock (&self->subscribers_lock);
  members = norpc_balance_get_members (self);
  g_hash_table_add (self->subscribers, subscriber);
  if (members->n == 0)
    subscribe_to_next (self, subscriber);
  for (guint i = 0; i < members->n; i++)
    norpc_endpoint_subscribe (members->at[i]->endpoint, subscriber);
  g_mutex_unlock (&self->subscribers_lock);
}

void
norpc_balance_unsubscribe (NorpcLayer      *layer,
                           NorpcSubscriber *subscriber)
{
  NorpcBalance *self = NORPC_BALANCE (layer);
  g_autoptr (NorpcMembers) members = NULL;

  g_mutex_lock (&self->subscribers_lock);
  members = norpc_balance_get_members (self);
  g_hash_table_remove (self->subscribers, subscriber);
  if (members->n == 0)
    unsubscribe_from_next (self, subscriber);
  for (guint i = 0; i < members->n; i++)
    norpc_endpoint_unsubscribe (members->at[i]->endpoint, subscriber);
  g_mutex_unlock (&self->subscribers_lock);
}

/* Called with the lock of the subscribers held, when a member with @endpoint was added. A subscriber that
 * is passed on from one endpoint to another has a service all the time.
 */
static void
subscribe_to_member_locked (NorpcBalance  *self,
                            NorpcEndpoint *endpoint,
                            gboolean       is_first)
{
  GHashTableIter iter;
  gpointer subscriber;

  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, &subscriber, NULL))
    {
      norpc_endpoint_subscribe (endpoint, subscriber);
      if (is_first)
        unsubscribe_from_next (self, subscriber);
    }
}

/* Called with the lock of the subscribers held, when the member with @endpoint was removed. */
static void
unsubscribe_from_member_locked (NorpcBalance  *self,
                                NorpcEndpoint *endpoint,
                                gboolean       was_last)
{
  GHashTableIter iter;
  gpointer subscriber;

  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, &subscriber, NULL))
    {
      if (was_last)
        subscribe_to_next (self, subscriber);
      norpc_endpoint_unsubscribe (endpoint, subscriber);
    }
}

/**
 * norpc_balance_add_endpoint:
 * @self: a balance
 * @endpoint: an endpoint, from which no call comes to @self
 *
 * Adds an endpoint, which gets calls from now on.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_balance_add_endpoint (NorpcBalance  *self,
                            NorpcEndpoint *endpoint)
{
  g_autoptr (NorpcMembers) old_members = NULL;
  g_autoptr (NorpcMember) member = NULL;

  g_return_if_fail (NORPC_IS_BALANCE (self));
  g_return_if_fail (NORPC_IS_ENDPOINT (endpoint));
  g_return_if_fail (!norpc_endpoint_leads_to (endpoint, NORPC_LAYER (self)));

  member = norpc_member_new (endpoint);

  g_mutex_lock (&self->subscribers_lock);
  g_mutex_lock (&self->lock);
  member->number = self->next++;
  old_members = self->members;
  self->members = norpc_members_copy_with (old_members, member);
  g_mutex_unlock (&self->lock);
  subscribe_to_member_locked (self, endpoint, old_members->n == 0);
  g_mutex_unlock (&self->subscribers_lock);

  norpc_inquiries_ask (self->inquiries, endpoint);
}

/**
 * norpc_balance_remove_endpoint:
 * @self: a balance
 * @endpoint: an endpoint of @self
 *
 * Removes an endpoint, which gets no more calls.
 *
 * Calls that the endpoint has already got continue, unless they are pending in layers of
 * the endpoint to which the balance had the last reference.
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if the endpoint was found
 * Since: 0.1
 */
gboolean
norpc_balance_remove_endpoint (NorpcBalance  *self,
                               NorpcEndpoint *endpoint)
{
  g_autoptr (NorpcMembers) old_members = NULL;
  gboolean found;
  guint index;

  g_return_val_if_fail (NORPC_IS_BALANCE (self), FALSE);
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), FALSE);

  g_mutex_lock (&self->subscribers_lock);
  g_mutex_lock (&self->lock);
  found = norpc_members_find (self->members, endpoint, &index);
  if (found)
    {
      old_members = self->members;
      self->members = norpc_members_copy_without (old_members, index);
    }
  g_mutex_unlock (&self->lock);
  if (found)
    unsubscribe_from_member_locked (self, endpoint, old_members->n == 1);
  g_mutex_unlock (&self->subscribers_lock);

  return found;
}

/**
 * norpc_balance_get_n_endpoints:
 * @self: a balance
 *
 * Gets the number of endpoints.
 *
 * Returns: the number of endpoints
 * Since: 0.1
 */
guint
norpc_balance_get_n_endpoints (NorpcBalance *self)
{
  g_autoptr (NorpcMembers) members = NULL;

  g_return_val_if_fail (NORPC_IS_BALANCE (self), 0);

  members = norpc_balance_get_members (self);

  return members->n;
}
