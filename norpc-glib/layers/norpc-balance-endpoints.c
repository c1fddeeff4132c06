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

void
norpc_balance_subscribe (NorpcLayer      *layer,
                         NorpcSubscriber *subscriber)
{
  NorpcBalance *self = NORPC_BALANCE (layer);
  g_autoptr (NorpcMembers) members = NULL;

  g_mutex_lock (&self->subscribers_lock);
  members = norpc_balance_get_members (self);
  g_hash_table_add (self->subscribers, subscriber);
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
  for (guint i = 0; i < members->n; i++)
    norpc_endpoint_unsubscribe (members->at[i]->endpoint, subscriber);
  g_mutex_unlock (&self->subscribers_lock);
}

/* Called with the lock of the subscribers held, when a member was added or removed. */
static void
foreach_subscriber_locked (NorpcBalance  *self,
                           NorpcEndpoint *endpoint,
                           void         (*func) (NorpcEndpoint   *endpoint,
                                                 NorpcSubscriber *subscriber))
{
  GHashTableIter iter;
  gpointer subscriber;

  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, &subscriber, NULL))
    func (endpoint, subscriber);
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
  foreach_subscriber_locked (self, endpoint, norpc_endpoint_subscribe);
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
    foreach_subscriber_locked (self, endpoint, norpc_endpoint_unsubscribe);
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
