/* norpc-object.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects of generated interfaces as arguments and results. A handle is a proxy that requests no
 * properties.
 */

#include "client/norpc-proxy.h"
#include "core/norpc-value-export-private.h"
#include "norpc-export-parts-private.h"
#include "norpc-object-private.h"

typedef GType (*GetTypeFunc) (void);

static GQuark
get_proxy_quark (void)
{
  return g_quark_from_static_string ("norpc-proxy-type");
}

static GObject *
new_proxy (NorpcExport *export,
           GType        type,
           gboolean     loads_properties)
{
  GetTypeFunc get_proxy_type = (GetTypeFunc) g_type_get_qdata (type, get_proxy_quark ());

  return g_object_new (get_proxy_type (),
                       "endpoint", norpc_export_get_endpoint (export),
                       "load-properties", loads_properties,
                       NULL);
}

static GObject *
new_handle (NorpcExport *export,
            GType        type)
{
  return new_proxy (export, type, FALSE);
}

static GObject *
new_import (NorpcExport *export,
            GType        type)
{
  return new_proxy (export, type, TRUE);
}

static const NorpcExportKind proxy_kind = { NULL, new_handle, new_import };

static gpointer
export_object (GType    type,
               gpointer object)
{
  return norpc_export_export_object (&proxy_kind, type, object);
}

static const NorpcExportFuncs export_funcs = { export_object, norpc_export_import_object };

/* Thread-safe. Returns TRUE for the interfaces whose objects have proxies elsewhere. The first object of an interface
 * may be made later.
 */
gboolean
norpc_object_type_is_passed (GType type)
{
  if (!G_TYPE_IS_INTERFACE (type))
    return FALSE;
  if (g_type_default_interface_peek (type) == NULL)
    g_type_default_interface_ref (type);

  return norpc_type_is_exported (type);
}

/* Thread-safe. Called with no lock held. Returns a handle (owned) for an object of another process: see
 * norpc_export_get_outside ().
 */
gpointer
norpc_object_dup_outside_handle (GType             type,
                                 const char       *key,
                                 NorpcEndpoint  *(*new_endpoint) (gpointer data),
                                 gpointer          data,
                                 void            (*end_endpoint) (NorpcEndpoint *endpoint))
{
  NorpcExport *export = norpc_export_get_outside (&proxy_kind, key, new_endpoint, data, end_endpoint);
  gpointer handle = norpc_export_dup_handle (export, type);

  norpc_export_unref (export);

  return handle;
}

/**
 * norpc_interface_install_proxy: (skip)
 * @g_iface: (type GObject.TypeInterface): the default vtable of a generated interface
 * @get_proxy_type: returns the type of its proxies
 *
 * Makes objects of the interface arrive in other main contexts as proxies.
 *
 * Generated code calls this function when it initializes the type.
 *
 * Since: 0.1
 */
void
norpc_interface_install_proxy (gpointer   g_iface,
                               GType    (*get_proxy_type) (void))
{
  GType type = G_TYPE_FROM_INTERFACE (g_iface);

  g_return_if_fail (G_TYPE_IS_INTERFACE (type));
  g_return_if_fail (get_proxy_type != NULL);

  g_type_set_qdata (type, get_proxy_quark (), (gpointer) get_proxy_type);
  norpc_type_set_export_funcs (type, &export_funcs);
}

/**
 * norpc_endpoint_make_proxy:
 * @self: an endpoint
 * @interface_type: the type of an interface
 *
 * Creates a proxy of the class that belongs to a generated interface.
 *
 * Code that knows the interface calls the constructor of its proxies instead. This function is for
 * language bindings and other generic code. As with the constructor, the main context that is the
 * thread default gets the replies and signals.
 *
 * Returns: (transfer full) (nullable): a proxy, or %NULL if @interface_type is not generated, as that
 *   of a description that was read at run time: see [ctor@Norpc.DynamicProxy.new]
 * Since: 0.1
 */
NorpcProxy *
norpc_endpoint_make_proxy (NorpcEndpoint *self,
                           GType          interface_type)
{
  GetTypeFunc get_proxy_type;
  gpointer g_iface;

  g_return_val_if_fail (NORPC_IS_ENDPOINT (self), NULL);
  g_return_val_if_fail (G_TYPE_IS_INTERFACE (interface_type), NULL);

  g_iface = g_type_default_interface_ref (interface_type);
  get_proxy_type = (GetTypeFunc) g_type_get_qdata (interface_type, get_proxy_quark ());
  g_type_default_interface_unref (g_iface);
  if (get_proxy_type == NULL)
    return NULL;

  return g_object_new (get_proxy_type (), "endpoint", self, NULL);
}

/**
 * norpc_object_close:
 * @object: an object that may have been passed to other main contexts
 *
 * Closes the proxies of an object, which arrived in other main contexts as an argument, a
 * result, the value of a property or an argument of a signal.
 *
 * The object still serves the calls that were sent before, and stops then. From now on, calls of
 * the proxies fail with %NORPC_ERROR_CLOSED, and [property@Norpc.Proxy:connected] becomes
 * %FALSE. If @object is passed on again, it gets new proxies.
 *
 * If @object has no proxies, or if it is the service of a [class@Norpc.Server], which starts
 * and stops it, this function does nothing.
 *
 * It must be called in the main context to which @object belongs.
 *
 * Since: 0.1
 */
void
norpc_object_close (GObject *object)
{
  g_return_if_fail (G_IS_OBJECT (object));

  norpc_export_close (&proxy_kind, object);
}
