/* norpc-dynamic-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_DYNAMIC_SERVICE (norpc_dynamic_service_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (NorpcDynamicService, norpc_dynamic_service, NORPC, DYNAMIC_SERVICE, GObject)

/**
 * NorpcDynamicCallFunc:
 * @self: the service
 * @call: the call
 * @method_name: the name of the method
 * @args: (nullable): the arguments as a tuple, or %NULL if one has no form as a [struct@GLib.Variant];
 *   [method@Norpc.Call.get_args] returns any arguments
 * @user_data: the data that was passed with the function
 * @error: return location for an error
 *
 * Handles a call, in the main context of the service.
 *
 * It answers with [method@Norpc.Call.return_variant] or [method@Norpc.Call.return_values], now or later; if
 * later, it takes a reference to @call. A one-way call needs no answer.
 *
 * Returns: %TRUE if the call is answered, now or later; %FALSE if it failed and @error is the answer
 * Since: 0.1
 */
typedef gboolean (*NorpcDynamicCallFunc) (NorpcDynamicService  *self,
                                          NorpcCall            *call,
                                          const char           *method_name,
                                          GVariant             *args,
                                          gpointer              user_data,
                                          GError              **error);

/**
 * NorpcDynamicWriteFunc:
 * @self: the service
 * @property_name: the name of the property in the description
 * @value: the value, which matches the description
 * @user_data: the data that was passed with the function
 * @error: return location for an error
 *
 * Decides whether a client may set a property, in the main context of the service, before the property has
 * the value.
 *
 * Returns: %TRUE if the property is set to @value, %FALSE if @error is the answer to the client
 * Since: 0.1
 */
typedef gboolean (*NorpcDynamicWriteFunc) (NorpcDynamicService  *self,
                                           const char           *property_name,
                                           const GValue         *value,
                                           gpointer              user_data,
                                           GError              **error);

/**
 * NorpcDynamicStartFunc:
 * @self: the service
 * @user_data: the data that was passed with the function
 * @error: return location for an error
 *
 * Starts a service, in its main context, before the first call.
 *
 * Returns: %TRUE if the service has started, %FALSE if it failed and @error is why
 * Since: 0.1
 */
typedef gboolean (*NorpcDynamicStartFunc) (NorpcDynamicService  *self,
                                           gpointer              user_data,
                                           GError              **error);

/**
 * NorpcDynamicStopFunc:
 * @self: the service
 * @user_data: the data that was passed with the function
 *
 * Stops a service, in its main context, after the last call.
 *
 * Since: 0.1
 */
typedef void (*NorpcDynamicStopFunc) (NorpcDynamicService *self,
                                      gpointer             user_data);

/**
 * NorpcDynamicServiceClass:
 * @parent_class: the parent class
 * @handle_call: handles a call, as a [callback@Norpc.DynamicCallFunc]; the default calls the function that
 *   was passed to [ctor@Norpc.DynamicService.new]
 * @write_property: decides whether a client may set a property, as a
 *   [callback@Norpc.DynamicWriteFunc]; the default calls the function of
 *   [method@Norpc.DynamicService.set_write_func]
 *
 * The class structure of [class@Norpc.DynamicService].
 *
 * Since: 0.1
 */
struct _NorpcDynamicServiceClass
{
  GObjectClass parent_class;

  gboolean (*handle_call)    (NorpcDynamicService  *self,
                              NorpcCall            *call,
                              const char           *method_name,
                              GVariant             *args,
                              GError              **error);
  gboolean (*write_property) (NorpcDynamicService  *self,
                              const char           *property_name,
                              const GValue         *value,
                              GError              **error);

  /*< private >*/
#ifndef __GI_SCANNER__
  const NorpcInterfaceInfo *interface_info;
#endif

  gpointer _reserved[8];
};

NORPC_AVAILABLE_IN_ALL
GType                     norpc_dynamic_service_type_for           (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
NorpcDynamicService      *norpc_dynamic_service_new                (const NorpcInterfaceInfo  *info,
                                                                    NorpcDynamicCallFunc       func,
                                                                    gpointer                   user_data,
                                                                    GDestroyNotify             destroy);
NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_dynamic_service_get_interface_info (NorpcDynamicService       *self);
NORPC_AVAILABLE_IN_ALL
void                      norpc_dynamic_service_set_write_func     (NorpcDynamicService       *self,
                                                                    NorpcDynamicWriteFunc      func,
                                                                    gpointer                   user_data,
                                                                    GDestroyNotify             destroy);
NORPC_AVAILABLE_IN_ALL
void                      norpc_dynamic_service_set_start_func     (NorpcDynamicService       *self,
                                                                    NorpcDynamicStartFunc      func,
                                                                    gpointer                   user_data,
                                                                    GDestroyNotify             destroy);
NORPC_AVAILABLE_IN_ALL
void                      norpc_dynamic_service_set_stop_func      (NorpcDynamicService       *self,
                                                                    NorpcDynamicStopFunc       func,
                                                                    gpointer                   user_data,
                                                                    GDestroyNotify             destroy);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_dynamic_service_emit_variant       (NorpcDynamicService       *self,
                                                                    const char                *signal_name,
                                                                    GVariant                  *args,
                                                                    GError                   **error);
NORPC_AVAILABLE_IN_ALL
GVariant                 *norpc_dynamic_service_dup_value          (NorpcDynamicService       *self,
                                                                    const char                *property_name,
                                                                    GError                   **error);
NORPC_AVAILABLE_IN_ALL
gboolean                  norpc_dynamic_service_set_value          (NorpcDynamicService       *self,
                                                                    const char                *property_name,
                                                                    GVariant                  *value,
                                                                    GError                   **error);

G_END_DECLS
