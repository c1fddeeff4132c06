/* norpc-route.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Finds the handler of a call whose client and service have infos of their own: one of them was made at run
 * time. The interface is found by its name, the method by its name and its types.
 */

#include "call/norpc-call-private.h"
#include "client/norpc-proxy.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-interface-info-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "norpc-converted-call-private.h"
#include "norpc-dynamic-service-private.h"
#include "norpc-route-private.h"
#include "server/norpc-dispatch-private.h"

/* Runs in the context that forwards the call: a proxy is the service. */
static gboolean
forward_call (gpointer    service,
              gpointer    vtable G_GNUC_UNUSED,
              NorpcCall  *call,
              GError    **error G_GNUC_UNUSED)
{
  NorpcCall *forwarded = norpc_call_new (call->interface_info, call->method);

  for (guint i = 0; i < call->n_args; i++)
    g_value_copy (&call->values[i], &forwarded->values[i]);
  norpc_proxy_forward (service, call, forwarded);

  return TRUE;
}

/* Returns the info that the class of @service has of an interface, or NULL. */
static const NorpcInterfaceInfo *
find_served_info (GObject                  *service,
                  const NorpcInterfaceInfo *wanted)
{
  guint n_interfaces;
  g_autofree GType *interfaces = NULL;

  if (NORPC_IS_DYNAMIC_SERVICE (service))
    {
      const NorpcInterfaceInfo *info = NORPC_DYNAMIC_SERVICE_GET_CLASS (service)->interface_info;

      if (norpc_interface_infos_match (info, wanted))
        return info;
    }

  interfaces = g_type_interfaces (G_OBJECT_TYPE (service), &n_interfaces);
  for (guint i = 0; i < n_interfaces; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_type_get_info (interfaces[i]);

      if (info != NULL && norpc_interface_infos_match (info, wanted))
        return info;
    }

  return NULL;
}

/* Returns the property of @info that a client has as @property, or NULL with a message (owned). */
static const NorpcPropertyInfo *
find_served_property (const NorpcInterfaceInfo  *info,
                      const NorpcInterfaceInfo  *wanted,
                      guint                      property,
                      char                     **problem)
{
  const char *name = wanted->properties[property]->dbus.name;

  for (guint i = 0; i < norpc_interface_info_get_n_properties (info); i++)
    if (g_str_equal (info->properties[i]->dbus.name, name))
      {
        *problem = g_strdup (norpc_properties_compare (wanted, property, info, i).problem);
        return *problem == NULL ? info->properties[i] : NULL;
      }

  *problem = g_strdup_printf ("there is no property '%s'", name);

  return NULL;
}

/* Returns TRUE if the service has all properties that the client wants to read. */
static gboolean
can_read_all (const NorpcInterfaceInfo   *info,
              const NorpcPropertyAccess  *wanted,
              char                      **problem)
{
  for (guint i = 0; i < wanted->n_readable; i++)
    {
      const NorpcPropertyInfo *property = find_served_property (info, wanted->interface_info, wanted->readable[i], problem);

      if (property == NULL)
        return FALSE;
      if (!norpc_property_is_readable (property))
        {
          *problem = g_strdup_printf ("the property '%s' can only be written", property->dbus.name);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
can_set (const NorpcInterfaceInfo   *info,
         const NorpcPropertyAccess  *wanted,
         guint                       index,
         char                      **problem)
{
  const NorpcPropertyInfo *property = find_served_property (info, wanted->interface_info, index, problem);

  if (property != NULL && !norpc_property_is_writable (property))
    *problem = g_strdup_printf ("the property '%s' can only be read", property->dbus.name);

  return property != NULL && norpc_property_is_writable (property);
}

/* Finds the handler of a call that reads or writes properties. */
static NorpcDispatchFunc
route_property_call (NorpcCall                 *call,
                     GObject                   *service,
                     const NorpcInterfaceInfo  *info,
                     char                     **problem)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  const NorpcMethodInfo *method = norpc_call_get_method_info (call);
  gboolean reads = call->method == NORPC_PROPERTY_GET_ALL;

  if (!(reads ? can_read_all (info, access, problem)
              : can_set (info, access, norpc_property_access_get_property (call->method), problem)))
    return NULL;

  return !reads && method->dispatch != NULL && NORPC_IS_DYNAMIC_SERVICE (service) ? norpc_dynamic_service_handle_set
                                                                                  : method->dispatch;
}

/* Returns the index that the method of a call has in @info, or -1. */
static int
find_served_method (NorpcCall                *call,
                    const NorpcInterfaceInfo *info)
{
  return info == call->interface_info ? (int) call->method
                                      : norpc_interface_info_find_method (info, norpc_call_peek_method_name (call));
}

/* Runs in the service's context. The service has the values of the call in another form. */
static gboolean
handle_converted (gpointer    service,
                  gpointer    vtable G_GNUC_UNUSED,
                  NorpcCall  *call,
                  GError    **error)
{
  const NorpcInterfaceInfo *info = find_served_info (service, call->interface_info);

  return norpc_converted_call_handle (service, call, info, (guint) find_served_method (call, info), error);
}

/* Finds the handler of a call of a method. */
static NorpcDispatchFunc
route_method_call (NorpcCall                 *call,
                   GObject                   *service,
                   const NorpcInterfaceInfo  *info,
                   gpointer                  *vtable,
                   char                     **problem)
{
  NorpcComparison comparison = { FALSE, NULL };
  int method = find_served_method (call, info);

  if (method < 0)
    {
      *problem = g_strdup ("there is no such method");
      return NULL;
    }

  if (info != call->interface_info)
    comparison = norpc_methods_compare (call->interface_info, call->method, info, (guint) method);
  if (comparison.problem != NULL)
    {
      *problem = g_strdup (comparison.problem);
      return NULL;
    }
  if (comparison.converts)
    return handle_converted;
  if (norpc_interface_info_is_run_time (info))
    return NORPC_IS_DYNAMIC_SERVICE (service) ? norpc_dynamic_service_handle : NULL;

  *vtable = g_type_interface_peek (G_OBJECT_GET_CLASS (service), info->get_type ());

  return info->methods[method]->dispatch;
}

/* Runs in the service's context. */
static NorpcDispatchFunc
route_call (NorpcCall  *call,
            GObject    *service,
            gpointer   *vtable,
            char      **problem)
{
  gboolean is_property_call = (norpc_call_get_method_info (call)->flags & NORPC_METHOD_RETURNS_HANDLES) != 0;
  const NorpcInterfaceInfo *info = find_served_info (service, call->interface_info);

  if (info == NULL)
    return NULL;
  /* Its own endpoint finds out whether the descriptions match. */
  if (NORPC_IS_PROXY (service))
    return is_property_call ? norpc_call_get_method_info (call)->dispatch : forward_call;

  return is_property_call ? route_property_call (call, service, info, problem)
                          : route_method_call (call, service, info, vtable, problem);
}

/* Called before the first info is made at run time. */
void
norpc_route_init (void)
{
  norpc_dispatch_set_route_func (route_call);
}
