/* norpc-property-relay.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-event-queue-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-log-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-export-private.h"
#include "norpc-list-values-private.h"
#include "norpc-mirror-private.h"
#include "norpc-property-private.h"
#include "norpc-property-relay-private.h"
#include "norpc-stand-in-private.h"
#include "norpc-subscription-private.h"

struct _NorpcPropertyRelay
{
  GObject          *service;     /* (unowned) */
  gboolean          is_checked;  /* the values of a stand-in have been checked; those that have not arrived are NULL */
  NorpcSubscribers *subscribers; /* (owned) */
  NorpcListRelay   *lists;       /* (owned) (nullable): NULL if the service has none */
  GPtrArray        *accesses;    /* (owned): of unowned NorpcPropertyAccess, one for each interface */
  gulong            handler;
};

/* A change that is being sent. */
typedef struct
{
  const NorpcPropertyAccess *access;
  gboolean                   mirrored; /* there is a proxy that shows the properties */
  NorpcEmission             *values;   /* (owned) (nullable) */
  GHashTable                *lists;    /* (owned) (nullable): of owned NorpcReplyQueue and owned
                                          GPtrArray (nullable): the mirrors of the lists among the
                                          values in each client's context */
  guint                      serial;
  NorpcEvent                *dropped;  /* (owned) (nullable): to be freed with no lock held */
} Telling;

/* Runs in the service's context, with the lock of the subscribers held. */
static gboolean
find_mirror (NorpcSubscriber *subscriber,
             gpointer         user_data)
{
  Telling *telling = user_data;
  gboolean same_values;

  telling->mirrored = norpc_subscription_get_started_mirror ((NorpcSubscription *) subscriber, telling->access,
                                                             &same_values) != NULL;

  return !telling->mirrored;
}

/* Runs in the service's context, with the lock of the subscribers held. A proxy whose description has
 * other properties requests the values.
 */
static gboolean
tell (NorpcSubscriber *subscriber,
      gpointer         user_data)
{
  Telling *telling = user_data;
  gboolean same_values = FALSE;
  NorpcMirror *mirror = norpc_subscription_get_started_mirror ((NorpcSubscription *) subscriber, telling->access,
                                                               &same_values);
  GPtrArray *lists = same_values && telling->lists != NULL
                       ? g_hash_table_lookup (telling->lists, norpc_mirror_get_reply_queue (mirror)) : NULL;
  NorpcEvent *dropped = mirror != NULL
                          ? norpc_mirror_add_change (mirror, same_values ? telling->values : NULL, lists,
                                                     telling->serial) : NULL;

  if (dropped != NULL)
    {
      dropped->link.next = telling->dropped != NULL ? &telling->dropped->link : NULL;
      telling->dropped = dropped;
    }

  return TRUE;
}

/* Runs in the service's context. Returns a message (owned) if the value is not what the description
 * allows, and NULL otherwise.
 */
static char *
read_property (NorpcPropertyRelay        *self,
               const NorpcPropertyAccess *access,
               guint                      property,
               GValue                    *value)
{
  const NorpcArgInfo *arg = &access->args[property];
  char *problem;

  g_value_init (value, norpc_arg_info_get_gtype (&arg->dbus));
  problem = norpc_property_read (self->service, access, property, value);
  if (problem == NULL && !self->is_checked)
    problem = norpc_value_find_problem (arg, value);
  if (problem == NULL && norpc_arg_info_is_list (arg))
    problem = norpc_list_relay_send (self->lists, arg, value);
  if (problem == NULL)
    norpc_value_export (arg, value);

  return problem;
}

/* Runs in the service's context. Returns the values (owned) of all properties whose values are sent
 * with changes, or NULL if one is not what the description allows.
 */
static NorpcEmission *
read_values (NorpcPropertyRelay        *self,
             const NorpcPropertyAccess *access)
{
  g_autofree GValue *values = g_new0 (GValue, access->n_updated);
  NorpcEmission *emission = NULL;
  guint n = 0;

  for (; n < access->n_updated; n++)
    {
      g_autofree char *problem = read_property (self, access, access->updated[n], &values[n]);

      if (problem == NULL)
        continue;

      norpc_critical ("%s: property '%s': %s; clients were not notified of the change", access->info.dbus.name,
                      access->updated_args[n]->dbus.name, problem);
      break;
    }

  if (n == access->n_updated)
    emission = norpc_emission_new_take (values, n);
  else
    for (guint i = 0; i <= n; i++)
      g_value_unset (&values[i]);

  return emission;
}

/* Runs in the service's context, with the lock of the subscribers held. */
static gboolean
add_context (NorpcSubscriber *subscriber,
             gpointer         user_data)
{
  Telling *telling = user_data;
  gboolean same_values = FALSE;
  NorpcMirror *mirror = norpc_subscription_get_started_mirror ((NorpcSubscription *) subscriber, telling->access,
                                                               &same_values);

  if (same_values)
    g_hash_table_insert (telling->lists, norpc_reply_queue_ref (norpc_mirror_get_reply_queue (mirror)), NULL);

  return TRUE;
}

static void
unref_mirrors (gpointer mirrors)
{
  if (mirrors != NULL)
    g_ptr_array_unref (mirrors);
}

/* Runs in the service's context, with no lock held. Gets the mirrors of the lists among the values, so
 * that they follow the lists from here on, in the contexts of all clients.
 */
static void
hold_lists (NorpcPropertyRelay *self,
            Telling            *telling)
{
  GHashTableIter iter;
  gpointer reply_queue;

  if (!norpc_list_values_have_lists (telling->values))
    return;

  telling->lists = g_hash_table_new_full (NULL, NULL, norpc_reply_queue_unref, unref_mirrors);
  norpc_subscribers_foreach (self->subscribers, add_context, telling);
  g_hash_table_iter_init (&iter, telling->lists);
  while (g_hash_table_iter_next (&iter, &reply_queue, NULL))
    g_hash_table_iter_replace (&iter, norpc_list_values_hold (telling->values, reply_queue));
}

/* Runs in the service's context. All values are sent, not only the one that the service notifies
 * of: changes that it notifies of one after the other may belong together, and clients then see
 * either none of them or all. Nothing is read if no proxy shows the properties.
 */
static void
tell_change (NorpcPropertyRelay        *self,
             const NorpcPropertyAccess *access,
             NorpcPropertyUpdates       updates)
{
  Telling telling = { .access = access };

  norpc_subscribers_foreach (self->subscribers, find_mirror, &telling);
  if (!telling.mirrored)
    return;

  norpc_list_relay_tell (self->lists);
  if (updates == NORPC_PROPERTY_UPDATES_VALUE)
    {
      telling.values = read_values (self, access);
      if (telling.values == NULL)
        return;
      hold_lists (self, &telling);
    }
  telling.serial = norpc_property_next_serial ();

  norpc_subscribers_foreach (self->subscribers, tell, &telling);
  g_clear_pointer (&telling.values, norpc_emission_unref);
  g_clear_pointer (&telling.lists, g_hash_table_unref);
  norpc_events_free (telling.dropped);
}

/* Runs in the service's context. */
static void
notify_cb (GObject    *service G_GNUC_UNUSED,
           GParamSpec *pspec,
           gpointer    user_data)
{
  NorpcPropertyRelay *self = user_data;

  for (guint i = 0; i < self->accesses->len; i++)
    {
      const NorpcPropertyAccess *access = g_ptr_array_index (self->accesses, i);
      int property = norpc_property_find (access->interface_info, pspec->name);
      const NorpcPropertyInfo *info = property >= 0 ? access->interface_info->properties[property] : NULL;

      if (info != NULL && norpc_property_is_readable (info) &&
          (info->updates == NORPC_PROPERTY_UPDATES_VALUE ||
           info->updates == NORPC_PROPERTY_UPDATES_INVALIDATES))
        tell_change (self, access, info->updates);
    }
}

/* Runs in the service's context. Makes the clients request all values. */
void
norpc_property_relay_invalidate (NorpcPropertyRelay *self)
{
  for (guint i = 0; i < self->accesses->len; i++)
    tell_change (self, g_ptr_array_index (self->accesses, i), NORPC_PROPERTY_UPDATES_INVALIDATES);
}

/* Runs in the service's context, before the service starts. Returns NULL if the service has no
 * properties in its interfaces.
 */
NorpcPropertyRelay *
norpc_property_relay_new (GObject          *service,
                          NorpcSubscribers *subscribers,
                          NorpcListRelay   *lists)
{
  g_autoptr (GPtrArray) accesses = g_ptr_array_new ();
  guint n_interfaces;
  g_autofree GType *interfaces = g_type_interfaces (G_OBJECT_TYPE (service), &n_interfaces);
  NorpcPropertyRelay *self;

  for (guint i = 0; i < n_interfaces; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_type_get_info (interfaces[i]);

      if (info != NULL && info->properties != NULL)
        g_ptr_array_add (accesses, (gpointer) norpc_property_access_get (info));
    }
  if (accesses->len == 0)
    return NULL;

  self = g_new0 (NorpcPropertyRelay, 1);
  self->service = service;
  self->is_checked = norpc_object_is_stand_in (service);
  self->subscribers = norpc_subscribers_ref (subscribers);
  self->lists = lists != NULL ? norpc_list_relay_ref (lists) : NULL;
  self->accesses = g_steal_pointer (&accesses);
  self->handler = g_signal_connect (service, "notify", G_CALLBACK (notify_cb), self);

  return self;
}

/* Runs in the service's context, or in the thread that ends it, after the service has stopped. */
void
norpc_property_relay_free (NorpcPropertyRelay *self)
{
  if (g_signal_handler_is_connected (self->service, self->handler))
    g_signal_handler_disconnect (self->service, self->handler);
  g_ptr_array_unref (self->accesses);
  g_clear_pointer (&self->lists, norpc_list_relay_unref);
  norpc_subscribers_unref (self->subscribers);
  g_free (self);
}
