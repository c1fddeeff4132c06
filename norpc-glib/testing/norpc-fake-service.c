/* norpc-fake-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-arg-spec-private.h"
#include "norpc-fake-service-private.h"

/* The class of each interface is registered when the first fake of it is made. */

typedef struct
{
  GObject parent_instance;

  GValue *values; /* (owned): of the properties, since construction */
} FakeService;

typedef struct
{
  GObjectClass parent_class;

  const NorpcInterfaceInfo *interface_info; /* since the class was initialized */
} FakeServiceClass;

static GObjectClass *
get_object_class (void)
{
  return g_type_class_peek_static (G_TYPE_OBJECT);
}

static const NorpcInterfaceInfo *
get_interface_info (GObject *object)
{
  return ((FakeServiceClass *) G_OBJECT_GET_CLASS (object))->interface_info;
}

static void
fake_service_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec G_GNUC_UNUSED)
{
  g_value_copy (value, &((FakeService *) object)->values[property_id - 1]);
}

static void
fake_service_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec G_GNUC_UNUSED)
{
  g_value_copy (&((FakeService *) object)->values[property_id - 1], value);
}

static void
fake_service_finalize (GObject *object)
{
  FakeService *self = (FakeService *) object;
  guint n_properties = norpc_interface_info_get_n_properties (get_interface_info (object));

  for (guint i = 0; i < n_properties; i++)
    g_value_unset (&self->values[i]);
  g_free (self->values);

  get_object_class ()->finalize (object);
}

/* A test may set and read all properties. */
static GParamSpec *
new_readwrite_spec (const NorpcPropertyInfo *info)
{
  NorpcArgInfo arg = { .dbus.signature = info->dbus.signature, .flags = info->flags, .get_type = info->get_type };

  return norpc_arg_info_new_spec (&arg, info->name, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
fake_service_class_init (gpointer klass,
                         gpointer class_data)
{
  GObjectClass *object_class = klass;
  const NorpcInterfaceInfo *info = class_data;

  ((FakeServiceClass *) klass)->interface_info = info;
  object_class->set_property = fake_service_set_property;
  object_class->get_property = fake_service_get_property;
  object_class->finalize = fake_service_finalize;

  for (guint i = 0; i < norpc_interface_info_get_n_properties (info); i++)
    g_object_class_install_property (object_class, i + 1, new_readwrite_spec (info->properties[i]));
}

static void
fake_service_init (GTypeInstance *instance,
                   gpointer       klass)
{
  FakeService *self = (FakeService *) instance;
  const NorpcInterfaceInfo *info = ((FakeServiceClass *) klass)->interface_info;
  guint n_properties = norpc_interface_info_get_n_properties (info);

  self->values = g_new0 (GValue, n_properties);
  for (guint i = 0; i < n_properties; i++)
    {
      GParamSpec *pspec = g_object_class_find_property (klass, info->properties[i]->name);

      g_value_init (&self->values[i], G_PARAM_SPEC_VALUE_TYPE (pspec));
      g_param_value_set_default (pspec, &self->values[i]);
    }
}

static GType
register_type (const char               *name,
               const NorpcInterfaceInfo *info)
{
  const GTypeInfo type_info = {
    .class_size = sizeof (FakeServiceClass),
    .class_init = fake_service_class_init,
    .class_data = info,
    .instance_size = sizeof (FakeService),
    .instance_init = fake_service_init,
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
  g_autofree char *name = g_strconcat ("NorpcFake", g_type_name (norpc_interface_info_get_gtype (info)), NULL);
  GType type;

  g_mutex_lock (&types_lock);
  type = g_type_from_name (name);
  if (type == G_TYPE_INVALID)
    type = register_type (name, info);
  g_mutex_unlock (&types_lock);

  return type;
}

GObject *
norpc_fake_service_new (const NorpcInterfaceInfo *info)
{
  return g_object_new (get_type (info), NULL);
}
