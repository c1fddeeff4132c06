/* norpc-dynamic-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The GTypes of an interface that is described at run time: a GInterface with its signals and properties,
 * and the classes of its proxies and services, so that they have GSignals and GObject properties as those
 * of compiled interfaces have.
 */

#include "events/norpc-interface-members.h"
#include "norpc-dynamic-proxy.h"
#include "norpc-dynamic-service-private.h"
#include "norpc-dynamic-types-private.h"

/* Returns a name (owned) that no type has. */
static char *
make_type_name (const char *prefix,
                const char *interface_name)
{
  GString *name = g_string_new (prefix);
  gsize length;

  g_string_append_printf (name, "-%s", interface_name);
  g_strdelimit (name->str, ".", '-');
  length = name->len;
  for (guint number = 2; g_type_from_name (name->str) != G_TYPE_INVALID; number++)
    {
      g_string_truncate (name, length);
      g_string_append_printf (name, "-%u", number);
    }

  return g_string_free (name, FALSE);
}

static void
dynamic_interface_init (gpointer g_iface,
                        gpointer info)
{
  norpc_interface_install_members (g_iface, info);
}

static void
dynamic_proxy_subclass_init (gpointer klass,
                             gpointer info)
{
  norpc_proxy_class_install_members (klass, info);
}

static void
dynamic_service_subclass_init (gpointer klass,
                               gpointer info)
{
  norpc_dynamic_service_class_install (klass, info);
}

static GType
register_interface (NorpcDynamicInfo *info)
{
  GTypeInfo type_info = {
    .class_size = sizeof (GTypeInterface),
    .class_init = dynamic_interface_init,
    .class_data = info
  };
  g_autofree char *name = make_type_name ("NorpcDynamic", info->run_time.info.dbus.name);
  GType type = g_type_register_static (G_TYPE_INTERFACE, name, &type_info, 0);

  g_type_interface_add_prerequisite (type, G_TYPE_OBJECT);

  return type;
}

static GType
register_class (NorpcDynamicInfo  *info,
                const char        *prefix,
                GType              parent,
                GClassInitFunc     class_init,
                GInstanceInitFunc  instance_init)
{
  static const GInterfaceInfo interface_info = { NULL, NULL, NULL };
  GTypeQuery query;
  GTypeInfo type_info = { .class_init = class_init, .class_data = info, .instance_init = instance_init };
  g_autofree char *name = make_type_name (prefix, info->run_time.info.dbus.name);
  GType type;

  g_type_query (parent, &query);
  type_info.class_size = (guint16) query.class_size;
  type_info.instance_size = (guint16) query.instance_size;
  type = g_type_register_static (parent, name, &type_info, 0);
  g_type_add_interface_static (type, info->run_time.type, &interface_info);

  return type;
}

/* Called before other code sees the info. */
void
norpc_dynamic_types_register (NorpcDynamicInfo *info)
{
  info->run_time.type = register_interface (info);
  info->proxy_type = register_class (info, "NorpcDynamicProxy", NORPC_TYPE_DYNAMIC_PROXY, dynamic_proxy_subclass_init,
                                     NULL);
  info->service_type = register_class (info, "NorpcDynamicService", NORPC_TYPE_DYNAMIC_SERVICE,
                                       dynamic_service_subclass_init, norpc_dynamic_service_init_values);

  /* The signals and properties are there from now on. Properties need the class of GObject. */
  g_type_class_unref (g_type_class_ref (G_TYPE_OBJECT));
  g_type_default_interface_ref (info->run_time.type);
}
