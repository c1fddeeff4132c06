/* norpc-follower.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy-private.h"
#include "core/norpc-log-private.h"
#include "core/norpc-value-variant-private.h"
#include "dynamic/norpc-dynamic-info-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-proxy-properties.h"
#include "events/norpc-subscription-private.h"
#include "norpc-follower-private.h"
#include "objects/norpc-object.h"

struct _NorpcFollower
{
  const NorpcInterfaceInfo *info;
  const NorpcFollowerImpl  *impl;
  gpointer                  data;    /* (unowned): of `impl` */
  NorpcProxy               *proxy;   /* (owned) (nullable): until the follower is freed */
  guint                     n_users; /* the owner, and functions that run while it may free the follower */
  GHashTable               *changed; /* (owned): of unowned NorpcPropertyInfo that changed since they were last passed on */
  gboolean                  loaded;  /* the proxy has requested the first values, whether or not it has got them */

  /* Of a follower that passes GVariants on. */
  const NorpcFollowerFuncs *funcs;
  gpointer                  user_data;
  GSource                  *source; /* (owned) (nullable): passes changes on, unless something else is before */
};

static G_DEFINE_QUARK (norpc-follower, get_follower)

/* The closure that is connected to a signal of the proxy. Its data is the NorpcFollower, which disconnects it. */
typedef struct
{
  GClosure closure;
  guint    signal;
} SignalClosure;

static void
signal_emitted (GClosure     *closure,
                GValue       *return_value G_GNUC_UNUSED,
                guint         n_values,
                const GValue *values,
                gpointer      hint G_GNUC_UNUSED,
                gpointer      data G_GNUC_UNUSED)
{
  NorpcFollower *self = closure->data;

  self->impl->emitted (((SignalClosure *) closure)->signal, values + 1, n_values - 1, self->data);
}

/* The service emits faster than the context of the follower runs. */
static void
followed_lost_cb (NorpcProxy    *proxy G_GNUC_UNUSED,
                  const char    *name,
                  guint          n_lost,
                  NorpcFollower *self)
{
  for (guint i = 0; i < norpc_interface_info_get_n_signals (self->info); i++)
    if (g_str_equal (self->info->signals[i]->name, name))
      {
        self->impl->lost (i, n_lost, self->data);
        return; /* the follower may have been freed */
      }
}

/* The signal is closed for the clients that there are, and not for later ones. */
static void
followed_closed_cb (NorpcProxy    *proxy,
                    const char    *name,
                    NorpcFollower *self)
{
  norpc_subscription_reopen ((NorpcSubscription *) norpc_proxy_get_subscriber (proxy), name);
  followed_lost_cb (proxy, name, 1, self);
}

static void
connect_followed (NorpcFollower *self,
                  guint          signal)
{
  const NorpcSignalInfo *info = self->info->signals[signal];
  GClosure *closure;

  if (!self->impl->has_signal (info))
    return;

  closure = g_closure_new_simple (sizeof (SignalClosure), self);
  ((SignalClosure *) closure)->signal = signal;
  g_closure_set_marshal (closure, signal_emitted);
  g_signal_connect_closure (self->proxy, info->name, closure, FALSE);
}

/* Adds the value that the proxy shows. One that is not there yet has no form. Returns FALSE if another one has none. */
static gboolean
add_new_value (NorpcFollower   *self,
               guint            property,
               GVariantBuilder *values)
{
  const NorpcPropertyInfo *info = self->info->properties[property];
  const NorpcArgInfo *arg = &norpc_property_access_get (self->info)->args[property];
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  g_autoptr (GVariant) form = NULL;

  g_value_init (&value, norpc_arg_info_get_gtype (&arg->dbus));
  g_object_get_property (G_OBJECT (self->proxy), info->name, &value);
  form = self->impl->get_value (arg, &value, &problem);
  if (form != NULL)
    g_variant_builder_add (values, "{sv}", info->dbus.name, form);
  else if (!g_value_fits_pointer (&value) || g_value_peek_pointer (&value) != NULL)
    {
      g_message ("property %s.%s %s: %s", self->info->dbus.name, info->dbus.name, self->impl->failure, problem);
      return FALSE;
    }

  return TRUE;
}

/* Returns FALSE if the values are too large together. */
static gboolean
pass_on_changes (NorpcFollower *self,
                 GHashTable    *changed,
                 gboolean       with_values)
{
  g_auto (GVariantBuilder) values = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto (GVariantBuilder) invalidated = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_autoptr (GVariant) changes = NULL;
  g_autoptr (GVariant) names = NULL;

  for (guint i = 0; self->info->properties[i] != NULL; i++)
    {
      const NorpcPropertyInfo *info = self->info->properties[i];

      if (g_hash_table_contains (changed, info) &&
          (!with_values || info->updates != NORPC_PROPERTY_UPDATES_VALUE || !self->impl->sends_value (info) ||
           !add_new_value (self, i, &values)))
        g_variant_builder_add (&invalidated, "s", info->dbus.name);
    }
  changes = g_variant_ref_sink (g_variant_builder_end (&values));
  names = g_variant_ref_sink (g_variant_builder_end (&invalidated));

  return self->impl->changed (changes, names, self->data);
}

/**
 * norpc_follower_flush: (skip)
 * @self: a follower
 *
 * Passes on the changes of properties that wait for others. An export calls it before it sends a reply, so that clients
 * see the changes before it. Signals do so by themselves.
 *
 * Since: 0.1
 */
void
norpc_follower_flush (NorpcFollower *self)
{
  g_autoptr (GHashTable) changed = NULL;

  g_return_if_fail (self != NULL);

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  if (g_hash_table_size (self->changed) == 0)
    return;

  changed = g_steal_pointer (&self->changed);
  self->changed = g_hash_table_new (NULL, NULL);
  if (!pass_on_changes (self, changed, TRUE))
    pass_on_changes (self, changed, FALSE);
}

/* The first values are no changes. */
static gboolean
is_loading (NorpcFollower *self)
{
  return !self->loaded && !norpc_proxy_is_ready (self->proxy);
}

/* If the values cannot be had, changes are still passed on. */
static void
followed_loaded_cb (GObject      *proxy,
                    GAsyncResult *result G_GNUC_UNUSED,
                    gpointer      user_data G_GNUC_UNUSED)
{
  NorpcFollower *self = g_object_get_qdata (proxy, get_follower_quark ());

  if (self != NULL)
    self->loaded = TRUE;
}

static void
followed_notified_cb (GObject       *proxy G_GNUC_UNUSED,
                      GParamSpec    *pspec,
                      NorpcFollower *self)
{
  int property = norpc_property_find (self->info, pspec->name);
  const NorpcPropertyInfo *info = property >= 0 ? self->info->properties[property] : NULL;

  if (info == NULL || is_loading (self) || !self->impl->has_property (info) || !norpc_property_is_readable (info) ||
      (info->updates != NORPC_PROPERTY_UPDATES_VALUE && info->updates != NORPC_PROPERTY_UPDATES_INVALIDATES))
    return;

  g_hash_table_add (self->changed, (gpointer) info);
  if (g_hash_table_size (self->changed) == 1)
    self->impl->changes_wait (self->data);
}

static NorpcProxy *
new_followed_proxy (NorpcEndpoint            *endpoint,
                    const NorpcInterfaceInfo *info)
{
  const NorpcDynamicInfo *dynamic = norpc_dynamic_info_get (info);

  return dynamic != NULL ? g_object_new (dynamic->proxy_type, "endpoint", endpoint, NULL)
                         : norpc_endpoint_make_proxy (endpoint, norpc_interface_info_get_gtype (info));
}

/* Called in the context of the follower. @impl is static, and gets no @data before the context runs. */
NorpcFollower *
norpc_follower_new_with_impl (NorpcEndpoint            *endpoint,
                              const NorpcInterfaceInfo *info,
                              const NorpcFollowerImpl  *impl,
                              gpointer                  data)
{
  NorpcFollower *self = g_new0 (NorpcFollower, 1);

  self->info = info;
  self->impl = impl;
  self->n_users = 1;
  self->data = data;
  self->changed = g_hash_table_new (NULL, NULL);
  self->proxy = new_followed_proxy (endpoint, info);
  for (guint i = 0; i < norpc_interface_info_get_n_signals (info); i++)
    connect_followed (self, i);
  g_signal_connect (self->proxy, "signals-lost", G_CALLBACK (followed_lost_cb), self);
  g_signal_connect (self->proxy, "signal-closed", G_CALLBACK (followed_closed_cb), self);
  if (info->properties != NULL)
    {
      g_signal_connect (self->proxy, "notify", G_CALLBACK (followed_notified_cb), self);
      g_object_set_qdata (G_OBJECT (self->proxy), get_follower_quark (), self);
      norpc_proxy_load_async (self->proxy, NULL, followed_loaded_cb, NULL);
    }

  return self;
}

/* Returns the proxy (unowned) that follows the service. */
NorpcProxy *
norpc_follower_get_proxy (NorpcFollower *self)
{
  return self->proxy;
}

static gboolean
signal_has_variant (const NorpcSignalInfo *info)
{
  for (guint i = 0; info->dbus.args != NULL && info->dbus.args[i] != NULL; i++)
    if (!norpc_signature_has_form (info->dbus.args[i]->signature))
      return FALSE;

  return TRUE;
}

static gboolean
property_has_variant (const NorpcPropertyInfo *info)
{
  return norpc_signature_has_form (info->dbus.signature);
}

static gboolean
sends_variant (const NorpcPropertyInfo *info G_GNUC_UNUSED)
{
  return TRUE;
}

static GVariant *
get_variant (const NorpcArgInfo  *info,
             const GValue        *value,
             char               **problem)
{
  GVariant *variant = norpc_value_to_variant (info, value, problem);

  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}

static void
drop_user (NorpcFollower *self)
{
  if (--self->n_users > 0)
    return;

  g_hash_table_unref (self->changed);
  g_free (self);
}

/* Passes on the changes that come before something else. Returns FALSE if that has freed the follower. */
static gboolean
pass_on_before (NorpcFollower *self)
{
  gboolean is_there;

  self->n_users++;
  norpc_follower_flush (self);
  is_there = self->proxy != NULL;
  drop_user (self);

  return is_there;
}

static void
pass_on_signal (guint         signal,
                const GValue *values,
                guint         n_values,
                gpointer      data)
{
  NorpcFollower *self = data;
  const NorpcSignalInfo *info = self->info->signals[signal];
  g_autofree char *problem = NULL;
  GVariant *args = norpc_values_to_variant (info->dbus.args, values, n_values, "argument", &problem);
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;

  if (pass_on_before (self))
    self->funcs->emitted (info, sunk, problem, self->user_data);
}

static void
pass_on_loss (guint    signal,
              guint    n_lost,
              gpointer data)
{
  NorpcFollower *self = data;

  if (pass_on_before (self))
    self->funcs->lost (self->info->signals[signal], n_lost, self->user_data);
}

static gboolean
flush_follower_cb (gpointer data)
{
  norpc_follower_flush (data);

  return G_SOURCE_REMOVE;
}

static void
flush_soon (gpointer data)
{
  NorpcFollower *self = data;
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->source = g_idle_source_new ();
  g_source_set_static_name (self->source, "NorpcFollower");
  g_source_set_priority (self->source, G_PRIORITY_HIGH);
  g_source_set_callback (self->source, flush_follower_cb, self, NULL);
  g_source_attach (self->source, context);
}

static gboolean
pass_on_variants (GVariant *values,
                  GVariant *invalidated,
                  gpointer  data)
{
  NorpcFollower *self = data;

  self->funcs->changed (values, invalidated, self->user_data);

  return TRUE;
}

static const NorpcFollowerImpl variant_impl = {
  "cannot leave the process", signal_has_variant, property_has_variant, sends_variant, get_variant, pass_on_signal,
  pass_on_loss, flush_soon, pass_on_variants
};

/**
 * norpc_follower_new: (skip)
 * @endpoint: an endpoint
 * @info: an interface
 * @funcs: the callbacks; they must exist as long as the follower
 * @user_data: data for the functions
 *
 * Follows the signals and properties of a service, as values that can leave the process.
 *
 * `NorpcFollower` is for exports that bring norpc-glib to another kind of bus. It is a proxy of the service, in the main
 * context that is the thread default, and has to be used and freed there. Members whose values have no form as a
 * [struct@GLib.Variant], or are file descriptors, are left out. Changes of properties that follow each other are passed
 * on together.
 *
 * Returns: (transfer full): a new follower
 * Since: 0.1
 */
NorpcFollower *
norpc_follower_new (NorpcEndpoint            *endpoint,
                    const NorpcInterfaceInfo *info,
                    const NorpcFollowerFuncs *funcs,
                    gpointer                  user_data)
{
  NorpcFollower *self;

  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (funcs != NULL, NULL);

  self = norpc_follower_new_with_impl (endpoint, info, &variant_impl, NULL);
  self->data = self;
  self->funcs = funcs;
  self->user_data = user_data;

  return self;
}

/**
 * norpc_follower_free: (skip)
 * @self: (transfer full): a follower
 *
 * Releases a follower. Changes that wait are not passed on. One of its functions may call this one, and is the last that
 * is called.
 *
 * Since: 0.1
 */
void
norpc_follower_free (NorpcFollower *self)
{
  g_return_if_fail (self != NULL);

  g_object_set_qdata (G_OBJECT (self->proxy), get_follower_quark (), NULL);
  g_signal_handlers_disconnect_matched (self->proxy, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, self);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_object (&self->proxy);
  drop_user (self);
}
