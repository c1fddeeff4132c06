/* norpc-dynamic-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-variant.h"
#include "core/norpc-error.h"
#include "core/norpc-foreign-service-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-property-values-private.h"
#include "norpc-dynamic-service-private.h"
#include "server/norpc-lifecycle.h"

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
 * [method@Norpc.DynamicService.set_start_func] and [method@Norpc.DynamicService.set_stop_func] set functions that open
 * and close what the service needs.
 *
 * Host it with a [class@Norpc.Server], as any service. Generated proxies of the same interface can call it.
 *
 * See [descriptions at run time](dynamic.html).
 *
 * Since: 0.1
 */

/* A function of the author, which is set before the service starts. */
typedef struct
{
  GCallback      func;      /* (nullable) */
  gpointer       user_data; /* (owned) (nullable): by `destroy` */
  GDestroyNotify destroy;   /* (nullable) */
} ServiceFunc;

typedef struct
{
  ServiceFunc          call;   /* a NorpcDynamicCallFunc */
  ServiceFunc          write;  /* a NorpcDynamicWriteFunc */
  ServiceFunc          start;  /* a NorpcDynamicStartFunc */
  ServiceFunc          stop;   /* a NorpcDynamicStopFunc */
  NorpcPropertyValues *values; /* (owned), since construction */
} NorpcDynamicServicePrivate;

static void norpc_dynamic_service_lifecycle_init (NorpcLifecycleInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (NorpcDynamicService, norpc_dynamic_service, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (NorpcDynamicService)
                                  G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE,
                                                         norpc_dynamic_service_lifecycle_init))

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

/* Called before the service starts, in the interpreter's thread if @func belongs to one. */
static void
set_func (NorpcDynamicService *service,
          ServiceFunc         *self,
          GCallback            func,
          gpointer             user_data,
          GDestroyNotify       destroy)
{
  ServiceFunc previous = *self;

  *self = (ServiceFunc) { func, user_data, destroy };
  norpc_foreign_service_note_function (G_OBJECT (service), func);
  if (previous.destroy != NULL)
    previous.destroy (previous.user_data);
}

static void
clear_func (ServiceFunc *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

static gboolean
norpc_dynamic_service_start (NorpcLifecycle  *lifecycle,
                             GError         **error)
{
  ServiceFunc *start = &get_service_private (NORPC_DYNAMIC_SERVICE (lifecycle))->start;

  return start->func == NULL ||
         ((NorpcDynamicStartFunc) start->func) (NORPC_DYNAMIC_SERVICE (lifecycle), start->user_data, error);
}

static void
norpc_dynamic_service_stop (NorpcLifecycle *lifecycle)
{
  ServiceFunc *stop = &get_service_private (NORPC_DYNAMIC_SERVICE (lifecycle))->stop;

  if (stop->func != NULL)
    ((NorpcDynamicStopFunc) stop->func) (NORPC_DYNAMIC_SERVICE (lifecycle), stop->user_data);
}

static void
norpc_dynamic_service_lifecycle_init (NorpcLifecycleInterface *iface)
{
  iface->start = norpc_dynamic_service_start;
  iface->stop = norpc_dynamic_service_stop;
}

static gboolean
norpc_dynamic_service_default_handle_call (NorpcDynamicService  *self,
                                           NorpcCall            *call,
                                           const char           *method_name,
                                           GVariant             *args,
                                           GError              **error)
{
  ServiceFunc *handler = &get_service_private (self)->call;

  if (handler->func != NULL)
    return ((NorpcDynamicCallFunc) handler->func) (self, call, method_name, args, handler->user_data, error);

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
  ServiceFunc *write = &get_service_private (self)->write;

  return write->func == NULL ||
         ((NorpcDynamicWriteFunc) write->func) (self, property_name, value, write->user_data, error);
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

  clear_func (&priv->call);
  clear_func (&priv->write);
  clear_func (&priv->start);
  clear_func (&priv->stop);
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
 * @func runs in the main context of the service. @destroy runs where the last reference to the service is released:
 * with norpc_serve (), and no other reference, this is the same context. A function in JavaScript can only run in a
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

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (norpc_dynamic_info_get (info) != NULL, NULL);

  self = g_object_new (norpc_dynamic_info_get (info)->service_type, NULL);
  set_func (self, &get_service_private (self)->call, (GCallback) func, user_data, destroy);

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
  g_return_if_fail (NORPC_IS_DYNAMIC_SERVICE (self));

  set_func (self, &get_service_private (self)->write, (GCallback) func, user_data, destroy);
}

/**
 * norpc_dynamic_service_set_start_func:
 * @self: a service that no server runs yet
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): the function that starts the service
 * @user_data: data for @func
 * @destroy: (nullable): the function that frees @user_data
 *
 * Sets a function that runs before the first call, as [vfunc@Norpc.Lifecycle.start] does, which a subclass may
 * implement instead.
 *
 * The function runs in the main context of the service. A service that fails to start is not stopped.
 *
 * Since: 0.1
 */
void
norpc_dynamic_service_set_start_func (NorpcDynamicService   *self,
                                      NorpcDynamicStartFunc  func,
                                      gpointer               user_data,
                                      GDestroyNotify         destroy)
{
  g_return_if_fail (NORPC_IS_DYNAMIC_SERVICE (self));

  set_func (self, &get_service_private (self)->start, (GCallback) func, user_data, destroy);
}

/**
 * norpc_dynamic_service_set_stop_func:
 * @self: a service that no server runs yet
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): the function that stops the service
 * @user_data: data for @func
 * @destroy: (nullable): the function that frees @user_data
 *
 * Sets a function that runs after the last call, as [vfunc@Norpc.Lifecycle.stop] does, which a subclass may
 * implement instead.
 *
 * The function runs in the main context of the service, once for each server that has started it.
 *
 * Since: 0.1
 */
void
norpc_dynamic_service_set_stop_func (NorpcDynamicService  *self,
                                     NorpcDynamicStopFunc  func,
                                     gpointer              user_data,
                                     GDestroyNotify        destroy)
{
  g_return_if_fail (NORPC_IS_DYNAMIC_SERVICE (self));

  set_func (self, &get_service_private (self)->stop, (GCallback) func, user_data, destroy);
}
