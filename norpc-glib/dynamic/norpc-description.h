/* norpc-description.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-interface-info.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
NorpcInterfaceInfo       *norpc_interface_info_new_for_xml    (const char                *xml,
                                                               const char                *name,
                                                               GError                   **error);
NORPC_AVAILABLE_IN_ALL
NorpcInterfaceInfo       *norpc_interface_info_new_for_dbus   (GDBusInterfaceInfo        *dbus,
                                                               GError                   **error);
NORPC_AVAILABLE_IN_ALL
GPtrArray                *norpc_interface_info_list_for_xml   (const char                *xml,
                                                               GError                   **error);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_warnings_for_xml (const char         *xml);

NORPC_AVAILABLE_IN_ALL
const NorpcInterfaceInfo *norpc_interface_info_for_type       (GType                      type);

NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_methods   (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_signals   (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_properties (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
const char               *norpc_interface_info_get_gobject_name (const NorpcInterfaceInfo  *info,
                                                                 const char                *member);
NORPC_AVAILABLE_IN_ALL
const char               *norpc_interface_info_get_function_name (const NorpcInterfaceInfo *info,
                                                                  const char               *member);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_in_args   (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_out_args  (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_items     (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                     *norpc_interface_info_get_in_type    (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                     *norpc_interface_info_get_out_type   (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                     *norpc_interface_info_get_signal_type (const NorpcInterfaceInfo *info,
                                                                guint                     signal);
NORPC_AVAILABLE_IN_ALL
char                     *norpc_interface_info_get_item_type  (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_in_types  (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_out_types (const NorpcInterfaceInfo  *info,
                                                               guint                      method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_item_types (const NorpcInterfaceInfo  *info,
                                                                guint                      method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_signal_args  (const NorpcInterfaceInfo *info,
                                                                  guint                     signal);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_signal_types (const NorpcInterfaceInfo *info,
                                                                  guint                     signal);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_property_types (const NorpcInterfaceInfo *info);
NORPC_AVAILABLE_IN_ALL
GVariant                 *norpc_interface_info_dup_declared_types (const NorpcInterfaceInfo *info);
NORPC_AVAILABLE_IN_ALL
GType                     norpc_value_type_for_signature      (const char                *signature);
NORPC_AVAILABLE_IN_ALL
NorpcMethodFlags          norpc_interface_info_get_method_flags (const NorpcInterfaceInfo *info,
                                                                 guint                     method);
NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_left_out  (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
const char               *norpc_interface_info_get_left_out   (const NorpcInterfaceInfo  *info,
                                                               const char                *member);

NORPC_AVAILABLE_IN_ALL
char                    **norpc_interface_info_list_errors    (const NorpcInterfaceInfo  *info);
NORPC_AVAILABLE_IN_ALL
GError                   *norpc_interface_info_new_error      (const NorpcInterfaceInfo  *info,
                                                               const char                *name,
                                                               const char                *message);
NORPC_AVAILABLE_IN_ALL
char                     *norpc_interface_info_dup_error_name (const NorpcInterfaceInfo  *info,
                                                               const GError              *error);
NORPC_AVAILABLE_IN_ALL
char                     *norpc_interface_info_dup_dbus_error_name (const NorpcInterfaceInfo *info,
                                                                    const GError             *error);

G_END_DECLS
