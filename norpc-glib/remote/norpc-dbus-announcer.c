/* norpc-dbus-announcer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy-private.h"
#include "core/norpc-log-private.h"
#include "dynamic/norpc-dynamic-info-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-proxy-properties.h"
#include "events/norpc-subscription-private.h"
#include "norpc-dbus-announcer-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "norpc-dbus-outflow-private.h"
#include "objects/norpc-object.h"

struct _NorpcDBusAnnouncer
{
  NorpcDBusOutlet          *outlet; /* (unowned) */
  char                     *path;   /* (owned) */
  const NorpcInterfaceInfo *info;
  NorpcDBusReceiversFunc    receivers;
  gpointer                  data;    /* (unowned): of `receivers` */
  NorpcProxy               *proxy;   /* (owned) */
  GHashTable               *changed; /* (owned): of unowned NorpcPropertyInfo that changed since the last message */
  GSource                  *source;  /* (owned) (nullable): sends what waits, unless a message is sent before */
  gboolean                  loaded;  /* the proxy has had the first values, which are no changes */
  guint                    *n_unsent; /* (owned): by signal, emissions that were not sent, and that clients do not know of */
};

static G_DEFINE_QUARK (norpc-dbus-announcer, get_announcer)

/* The closure that is connected to a signal of the proxy. Its data is the NorpcDBusAnnouncer, which disconnects it. */
typedef struct
{
  GClosure closure;
  guint    signal;
} SignalClosure;

/* How long announcements wait for room, in milliseconds, before they are tried again. */
#define RETRY_INTERVAL 200

/* Sends a signal to a process, or to all if @receiver is NULL. The error of a signal that cannot be sent does not
 * matter: the connection is closed. Only one that is too large fails.
 */
void
norpc_dbus_outlet_send (NorpcDBusOutlet *self,
                        const char      *receiver,
                        const char      *path,
                        const char      *interface_name,
                        const char      *member,
                        GVariant        *args)
{
  g_autoptr (GError) error = NULL;

  if (receiver != NULL && *receiver == '\0')
    receiver = NULL;
  norpc_dbus_outflow_add (self->connection, args);
  if (!g_dbus_connection_emit_signal (self->connection, receiver, path, interface_name, member, args, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    norpc_warning ("%s.%s was not sent over D-Bus: %s", interface_name, member, error->message);
}

/* @args is floating or owned by the caller. */
static void
send_dbus_signal (NorpcDBusAnnouncer *self,
                  const char         *interface_name,
                  const char         *member,
                  GVariant           *args)
{
  g_autoptr (GPtrArray) receivers = self->receivers (self->data, FALSE);
  g_autoptr (GVariant) sunk = g_variant_ref_sink (args);

  if (receivers == NULL)
    norpc_dbus_outlet_send (self->outlet, NULL, self->path, interface_name, member, sunk);
  for (guint i = 0; receivers != NULL && i < receivers->len; i++)
    norpc_dbus_outlet_send (self->outlet, receivers->pdata[i], self->path, interface_name, member, sunk);
}

/* Returns the form (owned) of the arguments of a signal, or NULL with a message (owned). */
static GVariant *
make_signal (const NorpcSignalInfo *info,
             const GValue          *values,
             guint                  n_values,
             NorpcDBusPassage      *passage,
             char                 **problem)
{
  GVariant *args = norpc_dbus_passage_get_values (passage, info->dbus.args, values, n_values, "argument", problem);
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;

  if (sunk != NULL)
    *problem = norpc_dbus_find_args_excess (info->dbus.args, sunk, "argument");

  return *problem == NULL ? norpc_dbus_to_form (sunk, NULL, problem) : NULL;
}

static void
warn_not_sent (NorpcDBusAnnouncer    *self,
               const NorpcSignalInfo *info,
               const char            *problem)
{
  norpc_warning ("%s.%s was not sent over D-Bus: %s", self->info->dbus.name, info->dbus.name, problem);
}

/* Each receiver has the objects in the message once more. */
static void
send_with_objects (NorpcDBusAnnouncer    *self,
                   const NorpcSignalInfo *info,
                   const GValue          *values,
                   guint                  n_values)
{
  g_autoptr (GPtrArray) receivers = self->receivers (self->data, TRUE);

  for (guint i = 0; i < receivers->len; i++)
    {
      NorpcDBusPassage passage = self->outlet->passage;
      g_autofree char *problem = NULL;
      g_autoptr (GVariant) form = NULL;

      passage.peer = receivers->pdata[i];
      form = make_signal (info, values, n_values, &passage, &problem);
      if (form != NULL)
        norpc_dbus_outlet_send (self->outlet, passage.peer, self->path, self->info->dbus.name, info->dbus.name, form);
      else
        warn_not_sent (self, info, problem);
      norpc_dbus_passage_end (&passage, form != NULL);
    }
}

static void wait_for_room (NorpcDBusAnnouncer *self);

/* Clients are to learn of emissions that were not sent: as soon as there is room for it, and before what comes after. */
static void
note_unsent (NorpcDBusAnnouncer *self,
             guint               signal,
             guint               n_lost)
{
  self->n_unsent[signal] += n_lost;
  if (self->source == NULL)
    wait_for_room (self);
}

static void
announce_signal (GClosure     *closure,
                 GValue       *return_value G_GNUC_UNUSED,
                 guint         n_values,
                 const GValue *values,
                 gpointer      hint G_GNUC_UNUSED,
                 gpointer      data G_GNUC_UNUSED)
{
  NorpcDBusAnnouncer *self = closure->data;
  guint signal = ((SignalClosure *) closure)->signal;
  const NorpcSignalInfo *info = self->info->signals[signal];
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = NULL;

  if (!norpc_dbus_outlet_flush (self->outlet))
    {
      note_unsent (self, signal, 1);
      return;
    }
  if (norpc_dbus_args_have_objects (info->dbus.args))
    {
      send_with_objects (self, info, values + 1, n_values - 1);
      return;
    }

  form = make_signal (info, values + 1, n_values - 1, NULL, &problem);
  if (form != NULL)
    send_dbus_signal (self, self->info->dbus.name, info->dbus.name, form);
  else
    warn_not_sent (self, info, problem);
}

/* The service emits faster than the context of the export runs. Clients learn of it in its place among the signals. */
static void
announced_lost_cb (NorpcProxy         *proxy G_GNUC_UNUSED,
                   const char         *name,
                   guint               n_lost,
                   NorpcDBusAnnouncer *self)
{
  norpc_dbus_outlet_flush (self->outlet);
  for (guint i = 0; i < norpc_interface_info_get_n_signals (self->info); i++)
    if (g_str_equal (self->info->signals[i]->name, name))
      note_unsent (self, i, n_lost);
  norpc_dbus_outlet_flush (self->outlet);
}

/* The signal is closed for the clients that there are, and not for later ones. */
static void
announced_closed_cb (NorpcProxy         *proxy,
                     const char         *name,
                     NorpcDBusAnnouncer *self)
{
  norpc_subscription_reopen ((NorpcSubscription *) norpc_proxy_get_subscriber (proxy), name);
  announced_lost_cb (proxy, name, 1, self);
}

static void
follow_signal (NorpcDBusAnnouncer *self,
               guint               signal)
{
  const NorpcSignalInfo *info = self->info->signals[signal];
  GClosure *closure;

  if (!norpc_dbus_signal_is_portable (info))
    return;

  closure = g_closure_new_simple (sizeof (SignalClosure), self);
  ((SignalClosure *) closure)->signal = signal;
  g_closure_set_marshal (closure, announce_signal);
  g_signal_connect_closure (self->proxy, info->name, closure, FALSE);
}

/* Adds the value that the proxy shows. One that is not there yet has no form. Returns FALSE if D-Bus cannot carry it. */
static gboolean
add_value (NorpcDBusAnnouncer      *self,
           const NorpcPropertyInfo *info,
           GVariantBuilder         *changed)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (self->info);
  const NorpcArgInfo *arg = &access->args[norpc_dbus_find_property (self->info, info->dbus.name)];
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = NULL;

  g_value_init (&value, norpc_arg_info_get_gtype (&arg->dbus));
  g_object_get_property (G_OBJECT (self->proxy), info->name, &value);
  form = norpc_dbus_get_value (NULL, arg, &value, &problem);
  if (form != NULL)
    g_variant_builder_add (changed, "{sv}", info->dbus.name, form);
  else if (!g_value_fits_pointer (&value) || g_value_peek_pointer (&value) != NULL)
    {
      g_message ("property %s.%s was not sent over D-Bus: %s", self->info->dbus.name, info->dbus.name, problem);
      return FALSE;
    }

  return TRUE;
}

/* An object is not sent to all: each client reads it. */
static gboolean
is_sent (const NorpcPropertyInfo *info)
{
  const NorpcArgInfo arg = { { -1, info->dbus.name, info->dbus.signature, NULL }, info->flags, info->get_type,
                             info->get_element_type };

  return info->updates == NORPC_PROPERTY_UPDATES_VALUE && norpc_dbus_arg_get_object_type (&arg) == G_TYPE_INVALID;
}

/* Makes the body (floating) of a message about what has changed, with values, or with names alone. */
static GVariant *
make_changes (NorpcDBusAnnouncer *self,
              gboolean            with_values)
{
  g_auto (GVariantBuilder) changed = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto (GVariantBuilder) invalidated = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (guint i = 0; self->info->properties[i] != NULL; i++)
    {
      const NorpcPropertyInfo *info = self->info->properties[i];

      if (g_hash_table_contains (self->changed, info) &&
          (!with_values || !is_sent (info) || !add_value (self, info, &changed)))
        g_variant_builder_add (&invalidated, "s", info->dbus.name);
    }

  return g_variant_new ("(sa{sv}as)", self->info->dbus.name, &changed, &invalidated);
}

static void
send_losses (NorpcDBusAnnouncer *self)
{
  for (guint i = 0; i < norpc_interface_info_get_n_signals (self->info); i++)
    {
      guint n_lost = self->n_unsent[i];

      if (n_lost == 0)
        continue;

      self->n_unsent[i] = 0;
      send_dbus_signal (self, NORPC_DBUS_CALLS, NORPC_DBUS_LOST,
                        g_variant_new ("(ssu)", self->info->dbus.name, self->info->signals[i]->dbus.name, n_lost));
    }
}

/* Clients have to read values that together are too large for a message. */
static void
send_changes (NorpcDBusAnnouncer *self)
{
  g_autoptr (GVariant) changes = NULL;
  g_autofree char *problem = NULL;

  if (g_hash_table_size (self->changed) == 0)
    return;

  changes = g_variant_ref_sink (make_changes (self, TRUE));
  problem = norpc_dbus_find_body_excess (changes);
  if (problem != NULL)
    {
      g_variant_unref (changes);
      changes = g_variant_ref_sink (make_changes (self, FALSE));
    }
  g_hash_table_remove_all (self->changed);

  send_dbus_signal (self, NORPC_DBUS_PROPERTIES, "PropertiesChanged", changes);
}

/* Called before a message is sent: the changes and losses that came before it are sent before it. Returns FALSE if the
 * other side does not read what was sent: then they wait.
 */
gboolean
norpc_dbus_outlet_flush (NorpcDBusOutlet *self)
{
  NorpcDBusAnnouncer *announcer;

  if (!norpc_dbus_outflow_has_room (self->connection))
    return FALSE;

  while ((announcer = g_queue_pop_head (&self->waiting)) != NULL)
    {
      g_source_destroy (announcer->source);
      g_clear_pointer (&announcer->source, g_source_unref);
      send_losses (announcer);
      send_changes (announcer);
    }

  return TRUE;
}

static gboolean
flush_cb (gpointer user_data)
{
  NorpcDBusAnnouncer *self = user_data;

  if (!norpc_dbus_outlet_flush (self->outlet))
    {
      g_queue_remove (&self->outlet->waiting, self);
      g_clear_pointer (&self->source, g_source_unref);
      wait_for_room (self);
    }

  return G_SOURCE_REMOVE;
}

/* Takes ownership of @source, which sends what waits unless a message is sent before. */
static void
wait_with_source (NorpcDBusAnnouncer *self,
                  GSource            *source)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->source = source;
  g_queue_push_tail (&self->outlet->waiting, self);
  g_source_set_static_name (source, "norpc D-Bus announcements");
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, flush_cb, self, NULL);
  g_source_attach (source, context);
}

static void
wait_for_room (NorpcDBusAnnouncer *self)
{
  wait_with_source (self, g_timeout_source_new (RETRY_INTERVAL));
}

static void
property_notified_cb (GObject            *proxy G_GNUC_UNUSED,
                      GParamSpec         *pspec,
                      NorpcDBusAnnouncer *self)
{
  int property = norpc_property_find (self->info, pspec->name);
  const NorpcPropertyInfo *info = property >= 0 ? self->info->properties[property] : NULL;

  if (!self->loaded || info == NULL || !norpc_dbus_property_is_portable (info) || !norpc_property_is_readable (info) ||
      (info->updates != NORPC_PROPERTY_UPDATES_VALUE && info->updates != NORPC_PROPERTY_UPDATES_INVALIDATES))
    return;

  g_hash_table_add (self->changed, (gpointer) info);
  if (self->source == NULL)
    wait_with_source (self, g_idle_source_new ());
}

/* If the values cannot be had, clients still learn of changes. */
static void
values_known_cb (GObject      *proxy,
                 GAsyncResult *result G_GNUC_UNUSED,
                 gpointer      user_data G_GNUC_UNUSED)
{
  NorpcDBusAnnouncer *self = g_object_get_qdata (proxy, get_announcer_quark ());

  if (self != NULL)
    self->loaded = TRUE;
}

static NorpcProxy *
new_announced_proxy (NorpcEndpoint            *endpoint,
                     const NorpcInterfaceInfo *info)
{
  const NorpcDynamicInfo *dynamic = norpc_dynamic_info_get (info);

  return dynamic != NULL ? g_object_new (dynamic->proxy_type, "endpoint", endpoint, NULL)
                         : norpc_endpoint_make_proxy (endpoint, norpc_interface_info_get_gtype (info));
}

/* Called in the context of the export. */
NorpcDBusAnnouncer *
norpc_dbus_announcer_new (NorpcDBusOutlet          *outlet,
                          const char               *path,
                          NorpcEndpoint            *endpoint,
                          const NorpcInterfaceInfo *info,
                          NorpcDBusReceiversFunc    receivers,
                          gpointer                  data)
{
  NorpcDBusAnnouncer *self = g_new0 (NorpcDBusAnnouncer, 1);

  self->outlet = outlet;
  norpc_dbus_outflow_use (outlet->connection);
  self->path = g_strdup (path);
  self->info = info;
  self->receivers = receivers;
  self->data = data;
  self->changed = g_hash_table_new (NULL, NULL);
  self->n_unsent = g_new0 (guint, norpc_interface_info_get_n_signals (info));
  self->proxy = new_announced_proxy (endpoint, info);
  for (guint i = 0; i < norpc_interface_info_get_n_signals (info); i++)
    follow_signal (self, i);
  g_signal_connect (self->proxy, "signals-lost", G_CALLBACK (announced_lost_cb), self);
  g_signal_connect (self->proxy, "signal-closed", G_CALLBACK (announced_closed_cb), self);
  if (info->properties != NULL)
    {
      g_signal_connect (self->proxy, "notify", G_CALLBACK (property_notified_cb), self);
      g_object_set_qdata (G_OBJECT (self->proxy), get_announcer_quark (), self);
      norpc_proxy_load_async (self->proxy, NULL, values_known_cb, NULL);
    }

  return self;
}

void
norpc_dbus_announcer_free (gpointer data)
{
  NorpcDBusAnnouncer *self = data;

  g_object_set_qdata (G_OBJECT (self->proxy), get_announcer_quark (), NULL);
  g_signal_handlers_disconnect_matched (self->proxy, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
  if (self->source != NULL)
    {
      g_queue_remove (&self->outlet->waiting, self);
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  norpc_dbus_outflow_unuse (self->outlet->connection);
  g_object_unref (self->proxy);
  g_hash_table_unref (self->changed);
  g_free (self->n_unsent);
  g_free (self->path);
  g_free (self);
}

/* Returns the proxy (unowned) that follows the service. */
NorpcProxy *
norpc_dbus_announcer_get_proxy (NorpcDBusAnnouncer *self)
{
  return self->proxy;
}
