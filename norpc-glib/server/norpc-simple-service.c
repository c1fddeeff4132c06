/* norpc-simple-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "events/norpc-property-private.h"
#include "events/norpc-property-values-private.h"
#include "norpc-lifecycle.h"
#include "norpc-simple-service.h"

#include <string.h>

/**
 * NorpcSimpleService:
 *
 * A service that consists of functions and data, for authors who do not need a class of their
 * own.
 *
 * The generator writes a constructor for each interface, such as `demo_kv_new_for_funcs ()`. The
 * functions are those of the struct of the generated interface, such as `DemoKvInterface`; they get
 * the service as their first argument, and its data with [method@Norpc.SimpleService.get_data]. A call
 * of a method for which there is no function fails with %NORPC_ERROR_NOT_IMPLEMENTED.
 *
 * The service emits signals by the same functions as any other service. It keeps the values of its
 * properties itself: it sets them with [method@GObject.Object.set], also those that clients can only
 * read, and connects to [signal@GObject.Object::notify] to learn that a client has set one. At first, a number is 0,
 * a string or an array is empty, and an object is %NULL.
 *
 * The data is freed in the service's context when the service stops, after the function of
 * [method@Norpc.SimpleService.set_lifecycle] that stops it, or if it fails to start. If the service
 * is never started, it is freed with the service.
 *
 * Since: 0.1
 */

typedef struct
{
  NorpcPropertyValues *values; /* (owned) (nullable), since construction */
  gpointer        data;      /* (owned) (nullable): by free_func */
  GDestroyNotify  free_func; /* (nullable): NULL once the data has been freed */
  NorpcStartFunc  start;     /* (nullable) */
  NorpcStopFunc   stop;      /* (nullable) */
  int             was_started; /* atomic */
  guint           n_started; /* by how many servers; accessed in the service's context */
  gboolean        has_ended; /* accessed in the service's context */
} NorpcSimpleServicePrivate;

static void norpc_simple_service_lifecycle_init (NorpcLifecycleInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (NorpcSimpleService, norpc_simple_service, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (NorpcSimpleService)
                                  G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE,
                                                         norpc_simple_service_lifecycle_init))

/* The class for one set of functions. It lives as long as the process. */
typedef struct
{
  GType     interface_type;
  GType     type;
  guint     n_funcs;
  gpointer *funcs;          /* (owned) */
} FuncsClass;

static GMutex classes_lock;
static GPtrArray *classes; /* (owned) (nullable) (element-type FuncsClass) [classes_lock] */

static NorpcSimpleServicePrivate *
get_private (gpointer self)
{
  return norpc_simple_service_get_instance_private (NORPC_SIMPLE_SERVICE (self));
}

static void
free_data (NorpcSimpleServicePrivate *priv)
{
  GDestroyNotify free_func = g_steal_pointer (&priv->free_func);
  gpointer data = g_steal_pointer (&priv->data);

  if (free_func != NULL && data != NULL)
    free_func (data);
}

/* Runs in the service's context. */
static void
end (NorpcSimpleServicePrivate *priv)
{
  priv->has_ended = TRUE;
  free_data (priv);
}

/* Runs in the service's context. */
static gboolean
norpc_simple_service_start (NorpcLifecycle  *lifecycle,
                            GError         **error)
{
  NorpcSimpleServicePrivate *priv = get_private (lifecycle);

  g_atomic_int_set (&priv->was_started, TRUE);
  if (priv->has_ended)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                           "The service has stopped and its data has been freed; create another one");
      return FALSE;
    }

  if (priv->start != NULL && !priv->start (lifecycle, error))
    {
      if (priv->n_started == 0)
        end (priv);
      return FALSE;
    }

  priv->n_started++;

  return TRUE;
}

/* Runs in the service's context. */
static void
norpc_simple_service_stop (NorpcLifecycle *lifecycle)
{
  NorpcSimpleServicePrivate *priv = get_private (lifecycle);

  if (priv->stop != NULL)
    priv->stop (lifecycle);

  priv->n_started--;
  if (priv->n_started == 0)
    end (priv);
}

static void
norpc_simple_service_lifecycle_init (NorpcLifecycleInterface *iface)
{
  iface->start = norpc_simple_service_start;
  iface->stop = norpc_simple_service_stop;
}

static const NorpcInterfaceInfo *
get_info (gpointer self)
{
  return NORPC_SIMPLE_SERVICE_GET_CLASS (self)->interface_info;
}

static void
norpc_simple_service_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec G_GNUC_UNUSED)
{
  norpc_property_values_get (get_private (object)->values, property_id, value);
}

static void
norpc_simple_service_set_property (GObject      *object,
                                   guint         property_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  norpc_property_values_set (get_private (object)->values, property_id, value, object, pspec);
}

static void
norpc_simple_service_constructed (GObject *object)
{
  G_OBJECT_CLASS (norpc_simple_service_parent_class)->constructed (object);

  get_private (object)->values = norpc_property_values_new (get_info (object));
}

static void
norpc_simple_service_finalize (GObject *object)
{
  NorpcSimpleServicePrivate *priv = get_private (object);

  free_data (priv);
  norpc_property_values_free (priv->values);

  G_OBJECT_CLASS (norpc_simple_service_parent_class)->finalize (object);
}

static void
norpc_simple_service_class_init (NorpcSimpleServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_simple_service_constructed;
  object_class->finalize = norpc_simple_service_finalize;
}

static void
norpc_simple_service_init (NorpcSimpleService *self G_GNUC_UNUSED)
{
}

/* Initializes the class for one set of functions. The service itself may set all properties. The functions
 * that get and set them are not inherited.
 */
static void
funcs_class_init (gpointer klass,
                  gpointer class_data)
{
  const FuncsClass *self = class_data;
  const NorpcInterfaceInfo *info = norpc_interface_type_get_info (self->interface_type);

  NORPC_SIMPLE_SERVICE_CLASS (klass)->interface_info = info;
  G_OBJECT_CLASS (klass)->get_property = norpc_simple_service_get_property;
  G_OBJECT_CLASS (klass)->set_property = norpc_simple_service_set_property;
  if (info->properties != NULL)
    norpc_property_install (klass, info, G_PARAM_READWRITE);
}

/* Initializes the vtable of the generated interface: its members are pointers to functions. Those
 * that are NULL keep the default.
 */
static void
funcs_interface_init (gpointer g_iface,
                      gpointer interface_data)
{
  const FuncsClass *self = interface_data;
  guint8 *vtable = (guint8 *) g_iface + sizeof (GTypeInterface);

  for (guint i = 0; i < self->n_funcs; i++)
    if (self->funcs[i] != NULL)
      memcpy (vtable + i * sizeof (gpointer), &self->funcs[i], sizeof (gpointer));
}

/* Called with classes_lock held. */
static FuncsClass *
funcs_class_new_locked (GType         interface_type,
                        gconstpointer funcs,
                        guint         n_funcs)
{
  FuncsClass *self = g_new0 (FuncsClass, 1);
  const GTypeInfo info = {
    .class_size = sizeof (NorpcSimpleServiceClass),
    .class_init = funcs_class_init,
    .class_data = self,
    .instance_size = sizeof (NorpcSimpleService)
  };
  const GInterfaceInfo interface_info = { .interface_init = funcs_interface_init, .interface_data = self };
  g_autofree char *name = g_strdup_printf ("%s+Funcs%u", g_type_name (interface_type), classes->len + 1);

  self->interface_type = interface_type;
  self->n_funcs = n_funcs;
  self->funcs = g_memdup2 (funcs, n_funcs * sizeof (gpointer));
  self->type = g_type_register_static (NORPC_TYPE_SIMPLE_SERVICE, name, &info, 0);
  g_type_add_interface_static (self->type, interface_type, &interface_info);
  g_ptr_array_add (classes, self);

  return self;
}

/* Thread-safe. Returns the type for @funcs, the members of a vtable. Equal functions have one type, so
 * that a program has few of them, wherever the structs are.
 */
static GType
get_type_for_funcs (GType         interface_type,
                    gconstpointer funcs,
                    guint         n_funcs)
{
  const FuncsClass *found = NULL;

  g_mutex_lock (&classes_lock);
  if (classes == NULL)
    classes = g_ptr_array_new ();
  for (guint i = 0; found == NULL && i < classes->len; i++)
    {
      const FuncsClass *klass = classes->pdata[i];

      if (klass->interface_type == interface_type && klass->n_funcs == n_funcs &&
          memcmp (klass->funcs, funcs, n_funcs * sizeof (gpointer)) == 0)
        found = klass;
    }
  if (found == NULL)
    found = funcs_class_new_locked (interface_type, funcs, n_funcs);
  g_mutex_unlock (&classes_lock);

  return found->type;
}

/**
 * norpc_simple_service_new: (skip)
 * @interface_type: the type of a generated interface
 * @funcs: the struct of the interface, with the functions of the service
 * @size: the size of the struct
 * @data: (nullable): data for the functions
 * @free_func: (nullable): frees @data, if that is not %NULL
 *
 * Creates a service of functions. The functions are copied.
 *
 * Generated constructors use this function, such as `demo_kv_new_for_funcs ()`.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer full) (type Norpc.SimpleService): a new service
 * Since: 0.1
 */
gpointer
norpc_simple_service_new (GType          interface_type,
                          gconstpointer  funcs,
                          gsize          size,
                          gpointer       data,
                          GDestroyNotify free_func)
{
  NorpcSimpleServicePrivate *priv;
  gpointer self;
  GType type;

  g_return_val_if_fail (G_TYPE_IS_INTERFACE (interface_type), NULL);
  g_return_val_if_fail (funcs != NULL, NULL);
  g_return_val_if_fail (size >= sizeof (GTypeInterface), NULL);

  type = get_type_for_funcs (interface_type, (const guint8 *) funcs + sizeof (GTypeInterface),
                             (size - sizeof (GTypeInterface)) / sizeof (gpointer));
  self = g_object_new (type, NULL);
  priv = get_private (self);
  priv->data = data;
  priv->free_func = free_func;

  return self;
}

/**
 * norpc_simple_service_get_data:
 * @self: (type Norpc.SimpleService): a service
 *
 * Gets the data that a service was created with.
 *
 * It must be called in the service's context. The data is there from before the service starts until
 * after it has stopped.
 *
 * Returns: (transfer none) (nullable): the data
 * Since: 0.1
 */
gpointer
norpc_simple_service_get_data (gpointer self)
{
  g_return_val_if_fail (NORPC_IS_SIMPLE_SERVICE (self), NULL);

  return get_private (self)->data;
}

/**
 * norpc_simple_service_set_lifecycle:
 * @self: (type Norpc.SimpleService): a service that no server has started
 * @start: (nullable) (scope forever): called before the first call
 * @stop: (nullable) (scope forever): called after the last call
 *
 * Sets the functions that run when the service starts and stops, as those of
 * [iface@Norpc.Lifecycle] do.
 *
 * Both functions run in the service's context. A service that fails to start is not stopped: @start
 * releases what it has opened before it fails, or leaves it to the function that frees the data.
 *
 * It is a programmer error to call this function when a server has started the service, which would have run
 * without the functions: they are not set then.
 *
 * Since: 0.1
 */
void
norpc_simple_service_set_lifecycle (gpointer       self,
                                    NorpcStartFunc start,
                                    NorpcStopFunc  stop)
{
  NorpcSimpleServicePrivate *priv;

  g_return_if_fail (NORPC_IS_SIMPLE_SERVICE (self));

  priv = get_private (self);
  if (g_atomic_int_get (&priv->was_started))
    {
      g_critical ("%s has been started; set its functions before", G_OBJECT_TYPE_NAME (self));
      return;
    }

  priv->start = start;
  priv->stop = stop;
}
