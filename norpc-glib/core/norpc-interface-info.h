/* norpc-interface-info.h
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

#define NORPC_TYPE_INTERFACE_INFO (norpc_interface_info_get_type ())

/**
 * NorpcArgFlags:
 * @NORPC_ARG_FLAGS_NONE: no flags
 * @NORPC_ARG_FLAGS_NULLABLE: the argument can be %NULL
 * @NORPC_ARG_FLAGS_MOVED: ownership of the argument moves from the client to the service
 * @NORPC_ARG_FLAGS_SENSITIVE: the value is secret, such as a password: it is never shown or logged
 *
 * Properties of an argument besides its type.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  NORPC_ARG_FLAGS_NONE      = 0,
  NORPC_ARG_FLAGS_NULLABLE  = 1 << 0,
  NORPC_ARG_FLAGS_MOVED     = 1 << 1,
  NORPC_ARG_FLAGS_SENSITIVE = 1 << 2
} NorpcArgFlags;

/**
 * NorpcArgInfo:
 * @dbus: name, signature and annotations; the signature is not %NULL, but empty if
 *   values of the type cannot leave the process
 * @flags: flags
 * @get_type: (nullable): returns the type of its value, or %NULL if the signature
 *   determines the type
 * @get_element_type: (nullable): returns the type of the elements of a
 *   [struct@GLib.PtrArray] or [struct@GLib.Array], or %NULL if it is unknown
 *
 * One argument of a method or a signal.
 *
 * Since: 0.1
 */
struct _NorpcArgInfo
{
  GDBusArgInfo  dbus;
  NorpcArgFlags flags;
  GType (*get_type) (void);
  GType (*get_element_type) (void);
};

/**
 * NorpcFieldInfo:
 * @arg: name, signature and type of the field, as of an argument
 * @offset: the offset of the field in the struct
 *
 * One field of a record. See norpc_record_type_set_fields().
 *
 * Since: 0.1
 */
struct _NorpcFieldInfo
{
  NorpcArgInfo arg;
  gsize        offset;
};

/**
 * NorpcDispatchFunc:
 * @service: (type GObject.Object): the object that implements the interface
 * @vtable: the struct of the interface in the class of @service, or %NULL for an interface
 *   that is a class
 * @call: the call, with arguments as the description declares them
 * @error: return location for an error
 *
 * Unpacks the arguments of @call and calls the handler of @service.
 *
 * Generated code has one such function for each method. It runs in the main context of
 * the service.
 *
 * Returns: %TRUE on success, %FALSE if the call failed and @error is its reply
 * Since: 0.1
 */
typedef gboolean (*NorpcDispatchFunc) (gpointer    service,
                                       gpointer    vtable,
                                       NorpcCall  *call,
                                       GError    **error);

/**
 * NorpcUnpackFunc: (skip)
 * @reply: the reply
 * @reply_func: the function to call, which is of the type that the method has for these
 * @user_data: data for @reply_func
 *
 * Calls @reply_func with the results in @reply, or with its error.
 *
 * Generated code has one such function for each method. It runs in the main context of
 * the client.
 *
 * Since: 0.1
 */
typedef void (*NorpcUnpackFunc) (NorpcReply *reply,
                                 GCallback   reply_func,
                                 gpointer    user_data);

/**
 * NorpcMethodFlags:
 * @NORPC_METHOD_FLAGS_NONE: no flags
 * @NORPC_METHOD_FLAGS_ONEWAY: a call has no reply, and its client does not wait for one
 * @NORPC_METHOD_FLAGS_LATEST_WINS: a call supersedes an earlier call of the same client
 *   that has not been dispatched yet
 * @NORPC_METHOD_FLAGS_IDEMPOTENT: calling the method twice has the same effect as calling
 *   it once, so a failed call may be retried
 * @NORPC_METHOD_FLAGS_STREAM: a stream: a call has items between its arguments and its results
 * @NORPC_METHOD_FLAGS_STREAM_IN: a stream whose items go from the client to the service
 *
 * Properties of a method besides its arguments.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  NORPC_METHOD_FLAGS_NONE        = 0,
  NORPC_METHOD_FLAGS_ONEWAY      = 1 << 0,
  NORPC_METHOD_FLAGS_LATEST_WINS = 1 << 1,
  NORPC_METHOD_FLAGS_IDEMPOTENT  = 1 << 2,
  NORPC_METHOD_FLAGS_STREAM      = 1 << 3,
  NORPC_METHOD_FLAGS_STREAM_IN   = 1 << 4
} NorpcMethodFlags;

/**
 * NORPC_DEFAULT_STREAM_BACKLOG:
 *
 * The maximum number of items of a stream that wait for the reader, if the description sets no
 * other.
 *
 * Since: 0.1
 */
#define NORPC_DEFAULT_STREAM_BACKLOG 64

/**
 * NorpcMethodInfo:
 * @dbus: name, arguments and annotations; each argument is the first field
 *   of a [struct@Norpc.ArgInfo]
 * @dispatch: (nullable): the function that passes a call to a service
 * @timeout: the timeout of a call in milliseconds, or 0 if the method has none
 * @flags: flags
 * @items: (nullable) (array zero-terminated=1): of a stream: the values of an item, each the first
 *   field of a [struct@Norpc.ArgInfo]
 * @backlog: of a stream: the maximum number of items that wait for the reader, or 0 for
 *   %NORPC_DEFAULT_STREAM_BACKLOG
 * @unpack: (nullable) (skip): the function that passes a reply to a function of the client
 *
 * One method of an interface, or one stream, whose results are its outcome.
 *
 * Since: 0.1
 */
struct _NorpcMethodInfo
{
  GDBusMethodInfo   dbus;
  NorpcDispatchFunc dispatch;
  guint             timeout;
  NorpcMethodFlags  flags;
  GDBusArgInfo    **items;
  guint             backlog;
  NorpcUnpackFunc   unpack;
};

/**
 * NorpcSignalFlags:
 * @NORPC_SIGNAL_FLAGS_NONE: no flags
 * @NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL: a client that is too slow gets no more emissions,
 *   instead of losing the oldest
 *
 * Properties of a signal besides its arguments.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  NORPC_SIGNAL_FLAGS_NONE            = 0,
  NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL = 1 << 0
} NorpcSignalFlags;

/**
 * NORPC_DEFAULT_BACKLOG:
 *
 * The maximum number of emissions of a signal that wait for a client, if the description
 * sets no other.
 *
 * Since: 0.1
 */
#define NORPC_DEFAULT_BACKLOG 1000

/**
 * NorpcSignalInfo:
 * @dbus: name, arguments and annotations; each argument is the first field
 *   of a [struct@Norpc.ArgInfo]
 * @name: the name of the GSignal
 * @class_offset: the offset of the default handler in the GInterface
 * @backlog: the maximum number of emissions that wait for a client, or 0 for
 *   %NORPC_DEFAULT_BACKLOG
 * @flags: flags
 *
 * One signal of an interface.
 *
 * Since: 0.1
 */
struct _NorpcSignalInfo
{
  GDBusSignalInfo  dbus;
  const char      *name;
  guint            class_offset;
  guint            backlog;
  NorpcSignalFlags flags;
};

/**
 * NorpcPropertyUpdates:
 * @NORPC_PROPERTY_UPDATES_VALUE: clients are notified of a change, with the new value
 * @NORPC_PROPERTY_UPDATES_INVALIDATES: clients are notified of a change, and then request the value
 * @NORPC_PROPERTY_UPDATES_CONST: the property never changes
 * @NORPC_PROPERTY_UPDATES_NONE: clients are not notified of changes
 *
 * How clients learn of changes of a property: the values of D-Bus's annotation
 * `org.freedesktop.DBus.Property.EmitsChangedSignal`.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_PROPERTY_UPDATES_VALUE,
  NORPC_PROPERTY_UPDATES_INVALIDATES,
  NORPC_PROPERTY_UPDATES_CONST,
  NORPC_PROPERTY_UPDATES_NONE
} NorpcPropertyUpdates;

/**
 * NorpcPropertyInfo:
 * @dbus: name, signature, access and annotations; the signature is empty if
 *   values of the type cannot leave the process
 * @name: the name of the GObject property
 * @flags: flags of its value
 * @get_type: (nullable): returns the type of its value, or %NULL if the signature
 *   determines the type
 * @get_element_type: (nullable): returns the type of the elements of a
 *   [struct@GLib.PtrArray] or [struct@GLib.Array], or %NULL if it is unknown
 * @updates: how clients learn of changes
 *
 * One property of an interface.
 *
 * Since: 0.1
 */
struct _NorpcPropertyInfo
{
  GDBusPropertyInfo dbus;
  const char       *name;
  NorpcArgFlags     flags;
  GType (*get_type) (void);
  GType (*get_element_type) (void);
  NorpcPropertyUpdates updates;
};

/**
 * NorpcInterfaceInfo:
 * @dbus: name, annotations, and the members that can leave the process over
 *   D-Bus; each method, signal and property is the first field of a
 *   [struct@Norpc.MethodInfo], [struct@Norpc.SignalInfo] or
 *   [struct@Norpc.PropertyInfo]
 * @get_type: (nullable): returns the type of the GInterface that a service implements
 * @methods: (nullable) (array zero-terminated=1): all methods and streams; the index of a method
 *   is its position in this array
 * @signals: (nullable) (array zero-terminated=1): all signals
 * @properties: (nullable) (array zero-terminated=1): all properties
 *
 * Describes an interface at run time, as `norpc-codegen` read it from the description.
 *
 * It extends [struct@Gio.DBusInterfaceInfo]: use [method@Norpc.InterfaceInfo.get_dbus] to
 * pass it to functions of GIO. Generated interface infos are static and must not be
 * freed.
 *
 * Since: 0.1
 */
struct _NorpcInterfaceInfo
{
  GDBusInterfaceInfo dbus;
  GType (*get_type) (void);

  const NorpcMethodInfo   * const *methods;
  const NorpcSignalInfo   * const *signals;
  const NorpcPropertyInfo * const *properties;
};

NORPC_AVAILABLE_IN_ALL
GType                    norpc_interface_info_get_type      (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
GDBusInterfaceInfo      *norpc_interface_info_get_dbus      (const NorpcInterfaceInfo *info);
NORPC_AVAILABLE_IN_ALL
const char              *norpc_interface_info_get_name      (const NorpcInterfaceInfo *info);
NORPC_AVAILABLE_IN_ALL
guint                    norpc_interface_info_get_n_methods (const NorpcInterfaceInfo *info);
NORPC_AVAILABLE_IN_ALL
int                      norpc_interface_info_find_method   (const NorpcInterfaceInfo *info,
                                                             const char               *name);
NORPC_AVAILABLE_IN_ALL
void                     norpc_record_type_set_fields       (GType                     type,
                                                             GDestroyNotify            free_func,
                                                             guint                     n_fields,
                                                             const NorpcFieldInfo     *fields);
NORPC_AVAILABLE_IN_ALL
void                     norpc_record_type_swap_field       (GType                     type,
                                                             gpointer                  record,
                                                             gpointer                  other,
                                                             guint                     index);
NORPC_AVAILABLE_IN_ALL
void                     norpc_type_set_hash_func           (GType                     type,
                                                             GHashFunc                 hash_func);
NORPC_AVAILABLE_IN_ALL
void                     norpc_value_take_object            (GValue                   *value,
                                                             gpointer                  object);

G_END_DECLS
