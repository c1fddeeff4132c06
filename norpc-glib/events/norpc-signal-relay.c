/* norpc-signal-relay.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-interface-info-private.h"
#include "core/norpc-log-private.h"
#include "norpc-list-values-private.h"
#include "norpc-property-relay-private.h"
#include "norpc-signal-event-private.h"
#include "norpc-signal-relay-private.h"
#include "norpc-subscription-private.h"

struct _NorpcSignalRelay
{
  GObject          *service;     /* (unowned) */
  NorpcSubscribers *subscribers; /* (owned) */
  GArray           *handlers;    /* (owned) (element-type gulong) */
  NorpcPropertyRelay *properties; /* (owned) (nullable) */
  NorpcListRelay     *lists;      /* (owned) (nullable): NULL if there are none */
};

/* The closure that is connected to one signal of the service. */
typedef struct
{
  GClosure                  closure;
  NorpcSubscribers         *subscribers; /* (owned) */
  NorpcListRelay           *lists;       /* (owned) (nullable) */
  const NorpcInterfaceInfo *interface_info;
  guint                     signal;
  gboolean                  warned; /* that a client describes the signal in another way; accessed in the service's
                                       context */
} RelayClosure;

/* An emission that is passed on. */
typedef struct
{
  NorpcSentSignal sent;
  gboolean        listened; /* there is a proxy that listens */
} Passage;

/* Runs in the service's context, with the lock of the subscribers held. */
static gboolean
find_listener (NorpcSubscriber *subscriber,
               gpointer         user_data)
{
  Passage *passage = user_data;

  passage->listened = norpc_subscription_find_listened ((NorpcSubscription *) subscriber, passage->sent.interface_info,
                                                        passage->sent.signal, &passage->sent.problem) >= 0;

  return !passage->listened;
}

/* Runs in the service's context, with the lock of the subscribers held. */
static void
pass_on (GPtrArray *subscribers,
         gpointer   user_data)
{
  Passage *passage = user_data;

  norpc_signal_event_send (subscribers, &passage->sent);
}

/* Runs in the service's context, with no lock held. */
static void
warn_of_difference (RelayClosure *self,
                    const char   *problem)
{
  if (problem == NULL || self->warned)
    return;

  self->warned = TRUE;
  norpc_warning ("%s.%s does not reach a client that describes the signal in another way: %s",
                 self->interface_info->dbus.name, self->interface_info->signals[self->signal]->dbus.name, problem);
}

/* Runs in the service's context, when the service emits. The arguments are copied only if a proxy
 * listens, and with no lock held, because types may have copy functions of the application.
 */
static void
relay_emission (GClosure     *closure,
                GValue       *return_value G_GNUC_UNUSED,
                guint         n_values,
                const GValue *values,
                gpointer      hint G_GNUC_UNUSED,
                gpointer      data G_GNUC_UNUSED)
{
  RelayClosure *self = (RelayClosure *) closure;
  Passage passage = { .sent.interface_info = self->interface_info, .sent.signal = self->signal };
  g_autoptr (NorpcEmission) emission = NULL;
  g_autoptr (GError) error = NULL;

  norpc_subscribers_foreach (self->subscribers, find_listener, &passage);
  if (passage.listened)
    {
      emission = norpc_emission_new (self->interface_info, self->signal, values + 1, n_values - 1, &error);
      if (emission == NULL)
        {
          norpc_critical ("%s; the signal was not passed on to clients", error->message);
          return;
        }

      norpc_list_relay_tell (self->lists);
      passage.sent.emission = emission;
      norpc_subscribers_foreach_context (self->subscribers, pass_on, &passage);
      norpc_events_free (passage.sent.dropped);
    }
  warn_of_difference (self, passage.sent.problem);
}

static void
relay_closure_finalized (gpointer  data G_GNUC_UNUSED,
                         GClosure *closure)
{
  norpc_subscribers_unref (((RelayClosure *) closure)->subscribers);
  g_clear_pointer (&((RelayClosure *) closure)->lists, norpc_list_relay_unref);
}

static void
relay_signal (NorpcSignalRelay         *self,
              const NorpcInterfaceInfo *interface_info,
              guint                     signal)
{
  GClosure *closure = g_closure_new_simple (sizeof (RelayClosure), NULL);
  RelayClosure *relay_closure = (RelayClosure *) closure;
  guint id = g_signal_lookup (interface_info->signals[signal]->name, norpc_interface_info_get_gtype (interface_info));
  gulong handler;

  relay_closure->subscribers = norpc_subscribers_ref (self->subscribers);
  relay_closure->lists = self->lists != NULL ? norpc_list_relay_ref (self->lists) : NULL;
  relay_closure->interface_info = interface_info;
  relay_closure->signal = signal;
  g_closure_set_marshal (closure, relay_emission);
  g_closure_add_finalize_notifier (closure, NULL, relay_closure_finalized);

  handler = g_signal_connect_closure_by_id (self->service, id, 0, closure, FALSE);
  g_array_append_val (self->handlers, handler);
}

/* Returns TRUE if one of the interfaces has list models. */
static gboolean
have_lists (const GType *interfaces,
            guint        n_interfaces)
{
  for (guint i = 0; i < n_interfaces; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_type_get_info (interfaces[i]);

      if (info != NULL && norpc_interface_info_has_lists (info))
        return TRUE;
    }

  return FALSE;
}

/* Runs in the service's context, before the service starts. */
NorpcSignalRelay *
norpc_signal_relay_new (GObject          *service,
                        NorpcSubscribers *subscribers)
{
  NorpcSignalRelay *self = g_new0 (NorpcSignalRelay, 1);
  guint n_interfaces;
  g_autofree GType *interfaces = g_type_interfaces (G_OBJECT_TYPE (service), &n_interfaces);

  self->service = service;
  self->subscribers = norpc_subscribers_ref (subscribers);
  self->handlers = g_array_new (FALSE, FALSE, sizeof (gulong));
  if (have_lists (interfaces, n_interfaces))
    {
      norpc_list_values_init ();
      self->lists = norpc_list_relay_new ();
    }

  for (guint i = 0; i < n_interfaces; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_type_get_info (interfaces[i]);

      for (guint signal = 0; info != NULL && info->signals != NULL && info->signals[signal] != NULL; signal++)
        relay_signal (self, info, signal);
    }
  self->properties = norpc_property_relay_new (service, subscribers, self->lists);
  norpc_subscribers_set_runs (self->subscribers, TRUE);

  return self;
}

/* Returns NULL if the service has no list models. */
NorpcListRelay *
norpc_signal_relay_get_lists (NorpcSignalRelay *self)
{
  return self->lists;
}

/* Runs in the service's context. Makes the clients request the values of all properties. */
void
norpc_signal_relay_invalidate (NorpcSignalRelay *self)
{
  if (self->properties != NULL)
    norpc_property_relay_invalidate (self->properties);
}

/* Runs in the service's context. Emissions of a signal were lost on their way to this process. Clients learn of it
 * in its place.
 */
void
norpc_signal_relay_note_lost_emissions (NorpcSignalRelay         *self,
                                        const NorpcInterfaceInfo *interface_info,
                                        guint                     signal,
                                        guint                     n_lost)
{
  Passage passage = { .sent.interface_info = interface_info, .sent.signal = signal, .sent.n_lost = n_lost };

  if (n_lost == 0)
    return;

  norpc_subscribers_foreach_context (self->subscribers, pass_on, &passage);
  norpc_events_free (passage.sent.dropped);
}

/* Runs in the service's context. Any emissions may have been lost: one or more of each signal. */
void
norpc_signal_relay_note_loss (NorpcSignalRelay *self)
{
  guint n_interfaces;
  g_autofree GType *interfaces = g_type_interfaces (G_OBJECT_TYPE (self->service), &n_interfaces);

  for (guint i = 0; i < n_interfaces; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_type_get_info (interfaces[i]);

      for (guint signal = 0; info != NULL && info->signals != NULL && info->signals[signal] != NULL; signal++)
        norpc_signal_relay_note_lost_emissions (self, info, signal, 1);
    }
}

/* Runs in the service's context, or in the thread that ends it, after the service has stopped. An
 * object that was disposed of has no handlers any more.
 */
void
norpc_signal_relay_free (NorpcSignalRelay *self)
{
  for (guint i = 0; i < self->handlers->len; i++)
    {
      gulong handler = g_array_index (self->handlers, gulong, i);

      if (g_signal_handler_is_connected (self->service, handler))
        g_signal_handler_disconnect (self->service, handler);
    }
  g_clear_pointer (&self->properties, norpc_property_relay_free);
  if (self->lists != NULL)
    norpc_list_relay_stop (self->lists);
  norpc_subscribers_set_runs (self->subscribers, FALSE);

  g_array_unref (self->handlers);
  g_clear_pointer (&self->lists, norpc_list_relay_unref);
  norpc_subscribers_unref (self->subscribers);
  g_free (self);
}
