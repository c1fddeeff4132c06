/* norpc-property-relay.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-event-queue-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-export-private.h"
#include "norpc-interface-members-private.h"
#include "norpc-mirror-private.h"
#include "norpc-property-private.h"
#include "norpc-property-relay-private.h"
#include "norpc-subscription-private.h"

struct _NorpcPropertyRelay
{
  GObject          *service;     /* (unowned) */
  NorpcSubscribers *subscribers; /* (owned) */
  GPtrArray        *accesses;    /* (owned): of unowned NorpcPropertyAccess, one for each interface */
  gulong            handler;
};

/* A change that is told. */
typedef struct
{
  const NorpcPropertyAccess *access;
  gboolean                   mirrored; /* there is a proxy that shows the properties */
  NorpcEmission             *values;   /* (owned) (nullable) */
  guint                      serial;
  NorpcEvent                *dropped;  /* (owned) (nullable): to be freed with no lock held */
} Telling;

/* Runs in the service's context, with the lock of the subscribers held. */
static gboolean
find_mirror (NorpcSubscriber *subscriber,
             gpointer         user_data)
{
  Telling *telling = user_data;

  telling->mirrored = norpc_subscription_get_started_mirror ((NorpcSubscription *) subscriber, telling->access) != NULL;

  return !telling->mirrored;
}

/* Runs in the service's context, with the lock of the subscribers held. */
static gboolean
tell (NorpcSubscriber *subscriber,
      gpointer         user_data)
{
  Telling *telling = user_data;
  NorpcMirror *mirror = norpc_subscription_get_started_mirror ((NorpcSubscription *) subscriber, telling->access);
  NorpcEvent *dropped = mirror != NULL ? norpc_mirror_add_change (mirror, telling->values, telling->serial)
                                       : NULL;

  if (dropped != NULL)
    {
      dropped->link.next = telling->dropped != NULL ? &telling->dropped->link : NULL;
      telling->dropped = dropped;
    }

  return TRUE;
}

/* Runs in the service's context. Returns the values (owned) of all properties whose values are
 * told, or NULL if one is not what the description allows.
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
      const NorpcArgInfo *arg = access->updated_args[n];
      g_autofree char *problem = NULL;

      g_value_init (&values[n], norpc_arg_info_get_gtype (&arg->dbus));
      norpc_property_read (self->service, access, access->updated[n], &values[n]);
      problem = norpc_value_find_problem (arg, &values[n]);
      if (problem == NULL)
        {
          norpc_value_export (arg, &values[n]);
          continue;
        }

      g_critical ("%s: property '%s': %s; clients were not told of the change", access->info.dbus.name,
                  arg->dbus.name, problem);
      break;
    }

  if (n == access->n_updated)
    emission = norpc_emission_new_take (values, n);
  else
    for (guint i = 0; i <= n; i++)
      g_value_unset (&values[i]);

  return emission;
}

/* Runs in the service's context. All values are told, not only the one that the service notifies
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

  if (updates == NORPC_PROPERTY_UPDATES_VALUE)
    {
      telling.values = read_values (self, access);
      if (telling.values == NULL)
        return;
    }
  telling.serial = norpc_property_next_serial ();

  norpc_subscribers_foreach (self->subscribers, tell, &telling);
  g_clear_pointer (&telling.values, norpc_emission_unref);
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

/* Runs in the service's context, before the service starts. Returns NULL if the service has no
 * properties in its interfaces.
 */
NorpcPropertyRelay *
norpc_property_relay_new (GObject          *service,
                          NorpcSubscribers *subscribers)
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
  self->subscribers = norpc_subscribers_ref (subscribers);
  self->accesses = g_steal_pointer (&accesses);
  self->handler = g_signal_connect (service, "notify", G_CALLBACK (notify_cb), self);

  return self;
}

/* Runs in the service's context, or in the thread that ends it, after the service has stopped. */
void
norpc_property_relay_free (NorpcPropertyRelay *self)
{
  g_signal_handler_disconnect (self->service, self->handler);
  g_ptr_array_unref (self->accesses);
  norpc_subscribers_unref (self->subscribers);
  g_free (self);
}
