/* norpc-stand-in.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-property-private.h"
#include "norpc-property-values-private.h"
#include "norpc-stand-in-private.h"

/* The class of each interface is registered when the first object of it is made. */

typedef struct
{
  GObject parent_instance;

  NorpcPropertyValues *values; /* (owned), since construction */
} StandIn;

typedef struct
{
  GObjectClass parent_class;

  const NorpcInterfaceInfo *interface_info; /* since the class was initialized */
} StandInClass;

static GObjectClass *
get_object_class (void)
{
  return g_type_class_peek_static (G_TYPE_OBJECT);
}

static void
stand_in_set_property (GObject      *object,
                       guint         property_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  norpc_property_values_set (((StandIn *) object)->values, property_id, value, object, pspec);
}

static void
stand_in_get_property (GObject    *object,
                       guint       property_id,
                       GValue     *value,
                       GParamSpec *pspec G_GNUC_UNUSED)
{
  norpc_property_values_get (((StandIn *) object)->values, property_id, value);
}

static void
stand_in_finalize (GObject *object)
{
  norpc_property_values_free (((StandIn *) object)->values);

  get_object_class ()->finalize (object);
}

/* All properties may be set and read. */
static void
stand_in_class_init (gpointer klass,
                     gpointer class_data)
{
  GObjectClass *object_class = klass;
  const NorpcInterfaceInfo *info = class_data;

  ((StandInClass *) klass)->interface_info = info;
  object_class->set_property = stand_in_set_property;
  object_class->get_property = stand_in_get_property;
  object_class->finalize = stand_in_finalize;
  if (info->properties != NULL)
    norpc_property_install (object_class, info, G_PARAM_READWRITE);
}

static void
stand_in_init (GTypeInstance *instance,
               gpointer       klass)
{
  ((StandIn *) instance)->values = norpc_property_values_new (((StandInClass *) klass)->interface_info);
}

static GType
register_type (const char               *name,
               const NorpcInterfaceInfo *info)
{
  const GTypeInfo type_info = {
    .class_size = sizeof (StandInClass),
    .class_init = stand_in_class_init,
    .class_data = info,
    .instance_size = sizeof (StandIn),
    .instance_init = stand_in_init,
  };
  const GInterfaceInfo interface = { NULL, NULL, NULL };
  GType type = g_type_register_static (G_TYPE_OBJECT, name, &type_info, G_TYPE_FLAG_NONE);

  g_type_add_interface_static (type, norpc_interface_info_get_gtype (info), &interface);

  return type;
}

/* Thread-safe. */
static GType
get_type (const NorpcInterfaceInfo *info)
{
  static GMutex types_lock;
  g_autofree char *name = g_strconcat ("NorpcStandIn", g_type_name (norpc_interface_info_get_gtype (info)), NULL);
  GType type;

  g_mutex_lock (&types_lock);
  type = g_type_from_name (name);
  if (type == G_TYPE_INVALID)
    type = register_type (name, info);
  g_mutex_unlock (&types_lock);

  return type;
}

GObject *
norpc_stand_in_new (const NorpcInterfaceInfo *info)
{
  return g_object_new (get_type (info), NULL);
}

gboolean
norpc_object_is_stand_in (GObject *object)
{
  return G_OBJECT_GET_CLASS (object)->get_property == stand_in_get_property;
}

void
norpc_stand_in_set (GObject      *stand_in,
                    guint         property,
                    const GValue *value)
{
  const char *name = ((StandInClass *) G_OBJECT_GET_CLASS (stand_in))->interface_info->properties[property]->name;

  norpc_property_values_set (((StandIn *) stand_in)->values, property + 1, value, stand_in,
                             g_object_class_find_property (G_OBJECT_GET_CLASS (stand_in), name));
}
