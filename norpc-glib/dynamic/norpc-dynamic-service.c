/* norpc-dynamic-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-variant.h"
#include "core/norpc-error.h"
#include "core/norpc-foreign-service-private.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-property-values-private.h"
#include "norpc-dynamic-member-private.h"
#include "norpc-dynamic-service-private.h"

/**
 * NorpcDynamicService:
 *
 * A service whose interface is described at run time.
 *
 * A function, or the virtual function [vfunc@Norpc.DynamicService.handle_call] of a subclass, gets the
 * calls of all methods, with their names. The object has the described signals and properties. It emits
 * signals as any [class@GObject.Object] does, or with [method@Norpc.DynamicService.emit_variant], and it keeps the
 * values of its properties, which may be set with [method@GObject.Object.set_property] or with
 * [method@Norpc.DynamicService.set_value].
 *
 * Host it with a [class@Norpc.Server], as any service. Generated proxies of the same interface can call it.
 *
 * See [descriptions at run time](dynamic.html).
 *
 * Since: 0.1
 */

typedef struct
{
  NorpcDynamicCallFunc  func;          /* (nullable), since construction */
  gpointer              user_data;     /* (owned) (nullable): by `destroy` */
  GDestroyNotify        destroy;       /* (nullable) */
  NorpcDynamicWriteFunc write_func;    /* (nullable) */
  gpointer              write_data;    /* (owned) (nullable): by `write_destroy` */
  GDestroyNotify        write_destroy; /* (nullable) */
  NorpcPropertyValues  *values;        /* (owned), since construction */
} NorpcDynamicServicePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (NorpcDynamicService, norpc_dynamic_service, G_TYPE_OBJECT)

static NorpcDynamicServicePrivate *
get_service_private (NorpcDynamicService *self)
{
  return norpc_dynamic_service_get_instance_private (self);
}

static const NorpcInterfaceInfo *
get_service_info (gpointer service)
{
  return NORPC_DYNAMIC_SERVICE_GET_CLASS (service)->interface_info;
}

static gboolean
norpc_dynamic_service_default_handle_call (NorpcDynamicService  *self,
                                           NorpcCall            *call,
                                           const char           *method_name,
                                           GVariant             *args,
                                           GError              **error)
{
  NorpcDynamicServicePrivate *priv = get_service_private (self);

  if (priv->func != NULL)
    return priv->func (self, call, method_name, args, priv->user_data, error);

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "%s does not implement %s.%s",
               G_OBJECT_TYPE_NAME (self), norpc_call_get_interface_name (call), method_name);

  return FALSE;
}

static gboolean
norpc_dynamic_service_default_write_property (NorpcDynamicService  *self,
                                              const char           *property_name,
                                              const GValue         *value,
                                              GError              **error)
{
  NorpcDynamicServicePrivate *priv = get_service_private (self);

  return priv->write_func == NULL || priv->write_func (self, property_name, value, priv->write_data, error);
}

/* Runs in the service's context. */
gboolean
norpc_dynamic_service_handle (gpointer    service,
                              gpointer    vtable G_GNUC_UNUSED,
                              NorpcCall  *call,
                              GError    **error)
{
  const NorpcMethodInfo *info = norpc_call_get_method_info (call);
  g_autoptr (GVariant) args = norpc_call_dup_args_variant (call, NULL);
  gboolean handled = NORPC_DYNAMIC_SERVICE_GET_CLASS (service)->handle_call (service, call, info->dbus.name, args,
                                                                             error);

  if (handled && (info->flags & NORPC_METHOD_FLAGS_ONEWAY) != 0 && !norpc_call_is_replied (call))
    norpc_call_return_values (call, 0, NULL);

  return handled;
}

/* Runs in the service's context, when a client sets a property. */
gboolean
norpc_dynamic_service_handle_set (gpointer    service,
                                  gpointer    vtable,
                                  NorpcCall  *call,
                                  GError    **error)
{
  const NorpcMethodInfo *info = norpc_call_get_method_info (call);

  return NORPC_DYNAMIC_SERVICE_GET_CLASS (service)->write_property (service, info->dbus.in_args[0]->name,
                                                                    &norpc_call_get_args (call, NULL)[0], error) &&
         info->dispatch (service, vtable, call, error);
}

static void
norpc_dynamic_service_get_property (GObject    *object,
                                    guint       property_id,
                                    GValue     *value,
                                    GParamSpec *pspec G_GNUC_UNUSED)
{
  norpc_property_values_get (get_service_private (NORPC_DYNAMIC_SERVICE (object))->values, property_id, value);
}

static void
norpc_dynamic_service_set_property (GObject      *object,
                                    guint         property_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  norpc_property_values_set (get_service_private (NORPC_DYNAMIC_SERVICE (object))->values, property_id, value, object,
                             pspec);
}

static void
norpc_dynamic_service_finalize (GObject *object)
{
  NorpcDynamicServicePrivate *priv = get_service_private (NORPC_DYNAMIC_SERVICE (object));

  if (priv->destroy != NULL)
    priv->destroy (priv->user_data);
  if (priv->write_destroy != NULL)
    priv->write_destroy (priv->write_data);
  norpc_property_values_free (priv->values);

  G_OBJECT_CLASS (norpc_dynamic_service_parent_class)->finalize (object);
}

static void
norpc_dynamic_service_class_init (NorpcDynamicServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_dynamic_service_finalize;
  klass->handle_call = norpc_dynamic_service_default_handle_call;
  klass->write_property = norpc_dynamic_service_default_write_property;
}

static void
norpc_dynamic_service_init (NorpcDynamicService *self G_GNUC_UNUSED)
{
}

/* Called when an instance of a subclass is made, before its properties are set. */
void
norpc_dynamic_service_init_values (GTypeInstance *instance,
                                   gpointer       klass)
{
  get_service_private ((NorpcDynamicService *) instance)->values =
    norpc_property_values_new (((NorpcDynamicServiceClass *) klass)->interface_info);
}

/* Called when the class of the services of an interface is initialized. A service sets and reads all of its
 * properties.
 */
void
norpc_dynamic_service_class_install (gpointer          klass,
                                     NorpcDynamicInfo *info)
{
  GObjectClass *object_class = klass;
  const NorpcInterfaceInfo *interface_info = &info->run_time.info;

  ((NorpcDynamicServiceClass *) klass)->interface_info = interface_info;
  object_class->get_property = norpc_dynamic_service_get_property;
  object_class->set_property = norpc_dynamic_service_set_property;
  if (interface_info->properties != NULL)
    norpc_property_install (object_class, interface_info, G_PARAM_READWRITE);
}

/**
 * norpc_dynamic_service_type_for:
 * @info: an interface info that was made at run time
 *
 * Gets the class of the services of an interface, to derive others from it.
 *
 * Returns: a type derived from [class@Norpc.DynamicService]
 * Since: 0.1
 */
GType
norpc_dynamic_service_type_for (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, G_TYPE_INVALID);
  g_return_val_if_fail (norpc_dynamic_info_get (info) != NULL, G_TYPE_INVALID);

  return norpc_dynamic_info_get (info)->service_type;
}

/**
 * norpc_dynamic_service_new: (constructor)
 * @info: an interface info that was made at run time
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): the function that handles calls
 * @user_data: data for @func
 * @destroy: (nullable): the function that frees @user_data
 *
 * Creates a service.
 *
 * @func and @destroy run in the main context of the service. A function in JavaScript can only run in a
 * server in the main context of JavaScript; see [the page on JavaScript](javascript.html).
 *
 * Returns: (transfer full): a new service
 * Since: 0.1
 */
NorpcDynamicService *
norpc_dynamic_service_new (const NorpcInterfaceInfo *info,
                           NorpcDynamicCallFunc      func,
                           gpointer                  user_data,
                           GDestroyNotify            destroy)
{
  NorpcDynamicService *self;
  NorpcDynamicServicePrivate *priv;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (norpc_dynamic_info_get (info) != NULL, NULL);

  self = g_object_new (norpc_dynamic_info_get (info)->service_type, NULL);
  priv = get_service_private (self);
  priv->func = func;
  priv->user_data = user_data;
  priv->destroy = destroy;
  norpc_foreign_service_note_function (G_OBJECT (self), (GCallback) func);

  return self;
}

/**
 * norpc_dynamic_service_get_interface_info:
 * @self: a service
 *
 * Gets the interface of the service.
 *
 * Returns: (transfer none): the interface info
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_dynamic_service_get_interface_info (NorpcDynamicService *self)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), NULL);

  return get_service_info (self);
}

/**
 * norpc_dynamic_service_set_write_func:
 * @self: a service that no server runs yet
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): the function that decides
 * @user_data: data for @func
 * @destroy: (nullable): the function that frees @user_data
 *
 * Sets a function that decides whether a client may set a property to a value.
 *
 * Without one, clients may set every property that the description lets them write. The function runs in
 * the main context of the service.
 *
 * Since: 0.1
 */
void
norpc_dynamic_service_set_write_func (NorpcDynamicService   *self,
                                      NorpcDynamicWriteFunc  func,
                                      gpointer               user_data,
                                      GDestroyNotify         destroy)
{
  NorpcDynamicServicePrivate *priv;
  NorpcDynamicServicePrivate previous;

  g_return_if_fail (NORPC_IS_DYNAMIC_SERVICE (self));

  priv = get_service_private (self);
  previous = *priv;
  priv->write_func = func;
  priv->write_data = user_data;
  priv->write_destroy = destroy;
  norpc_foreign_service_note_function (G_OBJECT (self), (GCallback) func);

  if (previous.write_destroy != NULL)
    previous.write_destroy (previous.write_data);
}

/* Emits a signal with @values, the first of which is the service. */
static void
emit_values (NorpcDynamicService   *self,
             const NorpcSignalInfo *info,
             GValue                *values)
{
  g_value_init (&values[0], G_OBJECT_TYPE (self));
  g_value_set_object (&values[0], self);
  g_signal_emitv (values, g_signal_lookup (info->name, G_OBJECT_TYPE (self)), 0, NULL);
}

/**
 * norpc_dynamic_service_emit_variant:
 * @self: a service
 * @signal_name: the name of a signal in the description, or that of the GSignal
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @error: return location for an error
 *
 * Emits a signal. Must be called in the main context of the service.
 *
 * If @args is floating, it is consumed. If there is no such signal, or if an argument does not match the
 * description, nothing is emitted, and @error is set to %NORPC_ERROR_INVALID_ARGUMENT; if the signal
 * needs generated code, to %NORPC_ERROR_NOT_IMPLEMENTED.
 *
 * Returns: %TRUE if the signal was emitted
 * Since: 0.1
 */
gboolean
norpc_dynamic_service_emit_variant (NorpcDynamicService  *self,
                                    const char           *signal_name,
                                    GVariant             *args,
                                    GError              **error)
{
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  const NorpcSignalInfo *info;
  g_autofree GValue *values = NULL;
  g_autofree char *problem = NULL;
  guint n_args;
  int index;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), FALSE);
  g_return_val_if_fail (signal_name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  index = norpc_dynamic_find_signal (get_service_info (self), signal_name, error);
  if (index < 0)
    return FALSE;

  info = get_service_info (self)->signals[index];
  n_args = norpc_arg_infos_count (info->dbus.args);
  values = g_new0 (GValue, n_args + 1);
  for (guint i = 0; i < n_args; i++)
    g_value_init (&values[i + 1], norpc_arg_info_get_gtype (info->dbus.args[i]));

  if (norpc_values_set_variant (info->dbus.args, values + 1, n_args, sunk, "argument", &problem))
    emit_values (self, info, values);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s",
                 get_service_info (self)->dbus.name, info->dbus.name, problem);
  for (guint i = 0; i <= n_args; i++)
    g_value_unset (&values[i]);

  return problem == NULL;
}

/**
 * norpc_dynamic_service_dup_value:
 * @self: a service
 * @property_name: the name of a property in the description, or that of the GObject property
 * @error: return location for an error
 *
 * Gets the value of a property.
 *
 * Returns: (transfer full): the value, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_service_dup_value (NorpcDynamicService  *self,
                                 const char           *property_name,
                                 GError              **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), NULL);
  g_return_val_if_fail (property_name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return norpc_dynamic_property_dup_variant (G_OBJECT (self), get_service_info (self), property_name, error);
}

/**
 * norpc_dynamic_service_set_value:
 * @self: a service
 * @property_name: the name of a property in the description, or that of the GObject property
 * @value: the value
 * @error: return location for an error
 *
 * Sets a property, and notifies if it has changed. Must be called in the main context of the service.
 *
 * If @value is floating, it is consumed. If it does not match the description, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: %TRUE if the property has the value
 * Since: 0.1
 */
gboolean
norpc_dynamic_service_set_value (NorpcDynamicService  *self,
                                 const char           *property_name,
                                 GVariant             *value,
                                 GError              **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_auto (GValue) kept = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  const NorpcInterfaceInfo *info;
  int property;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), FALSE);
  g_return_val_if_fail (property_name != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  sunk = g_variant_ref_sink (value);
  info = get_service_info (self);
  property = norpc_dynamic_find_property (info, property_name, error);
  if (property < 0)
    return FALSE;

  problem = norpc_dynamic_property_set_variant (info, (guint) property, &kept, sunk);
  if (problem == NULL)
    g_object_set_property (G_OBJECT (self), info->properties[property]->name, &kept);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s", info->dbus.name,
                 info->properties[property]->dbus.name, problem);

  return problem == NULL;
}
