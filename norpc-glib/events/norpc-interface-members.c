/* norpc-interface-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signals and properties of generated interfaces and proxies. */

#include "client/norpc-proxy-private.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-interface-peek.h"
#include "norpc-interface-members.h"
#include "norpc-property-private.h"
#include "norpc-proxy-properties-private.h"
#include "norpc-subscription-private.h"

static gboolean
have_signatures (const NorpcInterfaceInfo *info)
{
  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (!norpc_arg_infos_have_signatures (info->signals[i]->dbus.args))
      return FALSE;
  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (info->properties[i]->dbus.signature == NULL)
      return FALSE;

  return TRUE;
}

/* Runs in the thread that emits a signal. Calls the default handler in the vtable of the object, if there is
 * one, like the closure of g_signal_type_cclosure_new (), which takes longer to find that there is none.
 */
static void
call_default_handler (GClosure     *closure,
                      GValue       *return_value,
                      guint         n_values,
                      const GValue *values,
                      gpointer      hint,
                      gpointer      offset)
{
  gpointer vtable = norpc_interface_peek (values[0].data[0].v_pointer, (GType) closure->data);
  gpointer handler = G_STRUCT_MEMBER (gpointer, vtable, GPOINTER_TO_UINT (offset));

  if (handler != NULL)
    closure->marshal (closure, return_value, n_values, values, hint, handler);
}

static GClosure *
default_handler_closure_new (GType type,
                             guint class_offset)
{
  GClosure *closure = g_closure_new_simple (sizeof (GClosure), (gpointer) type);

  g_closure_set_meta_marshal (closure, GUINT_TO_POINTER (class_offset), call_default_handler);

  return closure;
}

static void
install_signal (GType                  type,
                const NorpcSignalInfo *info)
{
  guint n_args = norpc_arg_infos_count (info->dbus.args);
  g_autofree GType *types = g_new (GType, n_args);
  GClosure *handler = info->class_offset != 0 ? default_handler_closure_new (type, info->class_offset)
                                              : NULL;

  for (guint i = 0; i < n_args; i++)
    types[i] = norpc_arg_info_get_gtype (info->dbus.args[i]) | G_SIGNAL_TYPE_STATIC_SCOPE;

  g_signal_newv (info->name, type, G_SIGNAL_RUN_LAST, handler, NULL, NULL, NULL,
                 G_TYPE_NONE, n_args, types);
}

/**
 * norpc_interface_install_members: (skip)
 * @g_iface: (type GObject.TypeInterface): the default vtable of a generated interface
 * @interface_info: the interface info
 *
 * Adds the signals and properties of an interface to its type.
 *
 * Generated code calls this function when it initializes the type.
 *
 * Since: 0.1
 */
void
norpc_interface_install_members (gpointer                  g_iface,
                                 const NorpcInterfaceInfo *interface_info)
{
  GType type = G_TYPE_FROM_INTERFACE (g_iface);

  g_return_if_fail (G_TYPE_IS_INTERFACE (type));
  g_return_if_fail (interface_info != NULL);
  g_return_if_fail (have_signatures (interface_info));

  for (guint i = 0; interface_info->signals != NULL && interface_info->signals[i] != NULL; i++)
    install_signal (type, interface_info->signals[i]);
  norpc_property_install_in_interface (g_iface, interface_info);
  norpc_interface_type_set_info (type, interface_info);
}

static const NorpcProxyEvents proxy_events = {
  norpc_subscription_new,
  norpc_subscription_close,
  norpc_subscription_load,
  norpc_subscription_is_ready
};

/**
 * norpc_proxy_class_install_members: (skip)
 * @klass: the class of a generated proxy
 * @interface_info: the interface info
 *
 * Makes proxies emit the signals of the services that they call, and show their properties.
 *
 * Generated code calls this function when it initializes the class.
 *
 * Since: 0.1
 */
void
norpc_proxy_class_install_members (NorpcProxyClass          *klass,
                                   const NorpcInterfaceInfo *interface_info)
{
  g_return_if_fail (NORPC_IS_PROXY_CLASS (klass));
  g_return_if_fail (interface_info != NULL);
  g_return_if_fail (have_signatures (interface_info));

  klass->interface_info = interface_info;
  klass->events = &proxy_events;
  if (interface_info->properties != NULL)
    norpc_proxy_class_install_properties (klass, interface_info);
}
