/* test-interface-peek.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The cache of vtables gives what GObject gives. */

#include <gio/gio.h>

#include "core/norpc-interface-peek.h"

typedef struct
{
  GObject parent_instance;
} Plain;

typedef struct
{
  GObjectClass parent_class;
} PlainClass;

/* Implements GInitable. */
typedef Plain Base;
typedef PlainClass BaseClass;

/* Inherits it. */
typedef Plain Heir;
typedef PlainClass HeirClass;

/* Inherits it, and implements it once more. */
typedef Plain Rebel;
typedef PlainClass RebelClass;

static GType plain_get_type (void);
static GType base_get_type (void);
static GType heir_get_type (void);
static GType rebel_get_type (void);

static void
init_iface (GInitableIface *iface)
{
  iface->init = NULL;
}

G_DEFINE_TYPE (Plain, plain, G_TYPE_OBJECT)
G_DEFINE_TYPE_WITH_CODE (Base, base, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, init_iface))
G_DEFINE_TYPE (Heir, heir, base_get_type ())
G_DEFINE_TYPE_WITH_CODE (Rebel, rebel, base_get_type (), G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, init_iface))

static void plain_class_init (PlainClass *klass) {}
static void plain_init (Plain *self) {}
static void base_class_init (BaseClass *klass) {}
static void base_init (Base *self) {}
static void heir_class_init (HeirClass *klass) {}
static void heir_init (Heir *self) {}
static void rebel_class_init (RebelClass *klass) {}
static void rebel_init (Rebel *self) {}

/* The second look-up finds what the first has kept. */
static void
assert_same (GType    type,
             GType    interface_type,
             gboolean found)
{
  g_autoptr (GObject) object = g_object_new (type, NULL);
  gpointer expected = g_type_interface_peek (G_OBJECT_GET_CLASS (object), interface_type);

  g_assert_true ((expected != NULL) == found);
  for (guint i = 0; i < 2; i++)
    g_assert_true (norpc_interface_peek (object, interface_type) == expected);
}

static void
test_classes (void)
{
  assert_same (plain_get_type (), G_TYPE_INITABLE, FALSE);
  assert_same (base_get_type (), G_TYPE_INITABLE, TRUE);
  assert_same (heir_get_type (), G_TYPE_INITABLE, TRUE);
  assert_same (rebel_get_type (), G_TYPE_INITABLE, TRUE);
  assert_same (base_get_type (), G_TYPE_ASYNC_INITABLE, FALSE);
  assert_same (plain_get_type (), G_TYPE_OBJECT, FALSE);
}

/* More classes than the cache has places: some of them share one. */
static void
test_many_classes (void)
{
  static const GInterfaceInfo info = { (GInterfaceInitFunc) init_iface, NULL, NULL };
  GType types[600];

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *name = g_strdup_printf ("Many%u", i);

      types[i] = g_type_register_static_simple (plain_get_type (), g_intern_string (name), sizeof (PlainClass),
                                                NULL, sizeof (Plain), NULL, G_TYPE_FLAG_NONE);
      if (i % 3 != 0)
        g_type_add_interface_static (types[i], G_TYPE_INITABLE, &info);
      if (i % 3 == 2)
        g_type_add_interface_static (types[i], G_TYPE_ASYNC_INITABLE, &info);
    }

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < G_N_ELEMENTS (types); i++)
      {
        assert_same (types[i], G_TYPE_INITABLE, i % 3 != 0);
        assert_same (types[i], G_TYPE_ASYNC_INITABLE, i % 3 == 2);
      }
}

/* A class with so many interfaces that some of them share a place. */
static void
test_many_interfaces (void)
{
  static const GInterfaceInfo info = { NULL, NULL, NULL };
  GType type = g_type_register_static_simple (plain_get_type (), "ManyInterfaces", sizeof (PlainClass),
                                              NULL, sizeof (Plain), NULL, G_TYPE_FLAG_NONE);
  GType interfaces[100];

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    {
      g_autofree char *name = g_strdup_printf ("Interface%u", i);

      interfaces[i] = g_type_register_static_simple (G_TYPE_INTERFACE, g_intern_string (name),
                                                     sizeof (GTypeInterface), NULL, 0, NULL,
                                                     G_TYPE_FLAG_NONE);
      g_type_add_interface_static (type, interfaces[i], &info);
    }

  for (guint i = 0; i < G_N_ELEMENTS (interfaces); i++)
    assert_same (type, interfaces[i], TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/interface-peek/classes", test_classes);
  g_test_add_func ("/interface-peek/many-classes", test_many_classes);
  g_test_add_func ("/interface-peek/many-interfaces", test_many_interfaces);

  return g_test_run ();
}
