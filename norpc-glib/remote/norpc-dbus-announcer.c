/* norpc-dbus-announcer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy.h"
#include "core/norpc-log-private.h"
#include "core/norpc-value-variant-private.h"
#include "dynamic/norpc-dynamic-info-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-proxy-properties.h"
#include "norpc-dbus-announcer-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-limits-private.h"
#include "objects/norpc-object.h"

struct _NorpcDBusAnnouncer
{
  GDBusConnection          *connection; /* (owned) */
  char                     *path;       /* (owned) */
  const NorpcInterfaceInfo *info;
  NorpcProxy               *proxy;   /* (owned) */
  GHashTable               *changed; /* (owned): of unowned NorpcPropertyInfo that changed since the last message */
  GSource                  *source;  /* (owned) (nullable): announces them, unless a message is sent before */
  gboolean                  loaded;  /* the proxy has had the first values, which are no changes */
};

static G_DEFINE_QUARK (norpc-dbus-announcer, get_announcer)

/* The closure that is connected to a signal of the proxy. */
typedef struct
{
  GClosure            closure;
  NorpcDBusAnnouncer *announcer; /* (unowned): disconnects it */
  guint               signal;
} SignalClosure;

/* A message that cannot be sent is not missed: the connection is closed. Only one that is too large fails. */
static void
send_dbus_signal (NorpcDBusAnnouncer *self,
                  const char         *interface_name,
                  const char         *member,
                  GVariant           *args)
{
  g_autoptr (GError) error = NULL;

  if (!g_dbus_connection_emit_signal (self->connection, NULL, self->path, interface_name, member, args, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    norpc_warning ("%s.%s was not sent over D-Bus: %s", interface_name, member, error->message);
}

static void
announce_signal (GClosure     *closure,
                 GValue       *return_value G_GNUC_UNUSED,
                 guint         n_values,
                 const GValue *values,
                 gpointer      hint G_GNUC_UNUSED,
                 gpointer      data G_GNUC_UNUSED)
{
  NorpcDBusAnnouncer *self = ((SignalClosure *) closure)->announcer;
  const NorpcSignalInfo *info = self->info->signals[((SignalClosure *) closure)->signal];
  g_autofree char *problem = NULL;
  GVariant *args = norpc_values_to_variant (info->dbus.args, values + 1, n_values - 1, "argument", &problem);
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  g_autoptr (GVariant) form = NULL;

  if (sunk != NULL)
    problem = norpc_dbus_find_args_excess (info->dbus.args, sunk, "argument");
  if (problem == NULL)
    form = norpc_dbus_to_form (sunk, NULL, &problem);

  norpc_dbus_announcer_flush (self);
  if (form != NULL)
    send_dbus_signal (self, self->info->dbus.name, info->dbus.name, form);
  else
    norpc_warning ("%s.%s was not sent over D-Bus: %s", self->info->dbus.name, info->dbus.name, problem);
}

static void
follow_signal (NorpcDBusAnnouncer *self,
               guint               signal)
{
  const NorpcSignalInfo *info = self->info->signals[signal];
  GClosure *closure;

  if (!norpc_dbus_signal_is_portable (info))
    return;

  closure = g_closure_new_simple (sizeof (SignalClosure), NULL);
  ((SignalClosure *) closure)->announcer = self;
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
  form = norpc_dbus_get_value (arg, &value, &problem);
  if (form != NULL)
    g_variant_builder_add (changed, "{sv}", info->dbus.name, form);
  else if (!g_value_fits_pointer (&value) || g_value_peek_pointer (&value) != NULL)
    {
      g_message ("property %s.%s was not sent over D-Bus: %s", self->info->dbus.name, info->dbus.name, problem);
      return FALSE;
    }

  return TRUE;
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
          (!with_values || info->updates != NORPC_PROPERTY_UPDATES_VALUE || !add_value (self, info, &changed)))
        g_variant_builder_add (&invalidated, "s", info->dbus.name);
    }

  return g_variant_new ("(sa{sv}as)", self->info->dbus.name, &changed, &invalidated);
}

/* Announces the properties that have changed: before anything else is sent, so that the order is that of the
 * service. Clients have to read values that together are too large for a message.
 */
void
norpc_dbus_announcer_flush (NorpcDBusAnnouncer *self)
{
  g_autoptr (GVariant) changes = NULL;
  g_autofree char *problem = NULL;

  if (self->source == NULL)
    return;

  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
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

static gboolean
flush_cb (gpointer user_data)
{
  norpc_dbus_announcer_flush (user_data);

  return G_SOURCE_REMOVE;
}

static void
property_notified_cb (GObject            *proxy G_GNUC_UNUSED,
                      GParamSpec         *pspec,
                      NorpcDBusAnnouncer *self)
{
  int property = norpc_property_find (self->info, pspec->name);
  const NorpcPropertyInfo *info = property >= 0 ? self->info->properties[property] : NULL;
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  if (!self->loaded || info == NULL || !norpc_dbus_property_is_portable (info) || !norpc_property_is_readable (info) ||
      (info->updates != NORPC_PROPERTY_UPDATES_VALUE && info->updates != NORPC_PROPERTY_UPDATES_INVALIDATES))
    return;

  g_hash_table_add (self->changed, (gpointer) info);
  if (self->source != NULL)
    return;
  self->source = g_idle_source_new ();
  g_source_set_static_name (self->source, "norpc D-Bus properties");
  g_source_set_priority (self->source, G_PRIORITY_HIGH);
  g_source_set_callback (self->source, flush_cb, self, NULL);
  g_source_attach (self->source, context);
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
norpc_dbus_announcer_new (GDBusConnection          *connection,
                          const char               *path,
                          NorpcEndpoint            *endpoint,
                          const NorpcInterfaceInfo *info)
{
  NorpcDBusAnnouncer *self = g_new0 (NorpcDBusAnnouncer, 1);

  self->connection = g_object_ref (connection);
  self->path = g_strdup (path);
  self->info = info;
  self->changed = g_hash_table_new (NULL, NULL);
  self->proxy = new_announced_proxy (endpoint, info);
  for (guint i = 0; i < norpc_interface_info_get_n_signals (info); i++)
    follow_signal (self, i);
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
  for (guint i = 0; i < norpc_interface_info_get_n_signals (self->info); i++)
    g_signal_handlers_disconnect_matched (self->proxy, G_SIGNAL_MATCH_ID,
                                          g_signal_lookup (self->info->signals[i]->name, G_OBJECT_TYPE (self->proxy)),
                                          0, NULL, NULL, NULL);
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_object_unref (self->proxy);
  g_hash_table_unref (self->changed);
  g_free (self->path);
  g_object_unref (self->connection);
  g_free (self);
}
