/* lists-filler.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "lists-filler.h"

#define N_ITEMS_OF_STEP 1000

G_DECLARE_FINAL_TYPE (ListsFillerService, lists_filler_service, LISTS, FILLER_SERVICE, GObject)

/* A service that fills a list. All of it is in the service's context. */
struct _ListsFillerService
{
  GObject parent_instance;

  GListStore *items;   /* (owned) */
  NorpcCall  *call;    /* (owned) (nullable): while the list is being filled */
  FillWay     way;
  guint       n_left;  /* how many items are still to be added */
};

static GPtrArray *
make_items (guint n_items)
{
  GPtrArray *items = g_ptr_array_new_full (n_items, g_object_unref);

  for (guint i = 0; i < n_items; i++)
    g_ptr_array_add (items, lists_item_new (i, "An item"));

  return items;
}

/* Runs in the service's context. */
static gboolean
step_cb (gpointer user_data)
{
  ListsFillerService *self = user_data;
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint n_added = MIN (self->n_left, self->way == FILL_SINGLY ? 1 : N_ITEMS_OF_STEP);
  g_autoptr (GPtrArray) items = make_items (n_added);

  if (self->way != FILL_ANYWHERE)
    g_list_store_splice (self->items, n_items, 0, items->pdata, n_added);
  else
    for (guint i = 0; i < n_added; i++)
      g_list_store_insert (self->items, g_random_int_range (0, n_items + i + 1), items->pdata[i]);

  self->n_left -= n_added;
  if (self->n_left > 0)
    return G_SOURCE_CONTINUE;

  lists_filler_complete_fill (LISTS_FILLER (self), self->call);
  g_clear_pointer (&self->call, norpc_call_unref);

  return G_SOURCE_REMOVE;
}

static void
fill_now (ListsFillerService *self,
          NorpcCall          *call)
{
  g_autoptr (GPtrArray) items = make_items (self->n_left);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  if (self->way == FILL_ONE_BY_ONE)
    for (guint i = 0; i < items->len; i++)
      g_list_store_append (self->items, items->pdata[i]);
  else if (self->way == FILL_REPLACE)
    g_list_store_splice (self->items, 0, n_items, items->pdata, items->len);
  else
    g_list_store_splice (self->items, n_items, 0, items->pdata, items->len);
  lists_filler_complete_fill (LISTS_FILLER (self), call);
}

static gboolean
lists_filler_service_handle_fill (ListsFiller  *filler,
                                  NorpcCall    *call,
                                  guint         way,
                                  guint         n_items,
                                  GError      **error)
{
  ListsFillerService *self = LISTS_FILLER_SERVICE (filler);

  self->way = way;
  self->n_left = n_items;
  if (way == FILL_IN_STEPS || way == FILL_SINGLY || way == FILL_ANYWHERE)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      self->call = norpc_call_ref (call);
      g_source_set_callback (source, step_cb, self, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
    }
  else
    {
      fill_now (self, call);
    }

  return TRUE;
}

static void
lists_filler_service_iface_init (ListsFillerInterface *iface)
{
  iface->handle_fill = lists_filler_service_handle_fill;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ListsFillerService, lists_filler_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (LISTS_TYPE_FILLER, lists_filler_service_iface_init))

static void
lists_filler_service_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  g_value_set_object (value, LISTS_FILLER_SERVICE (object)->items);
}

static void
lists_filler_service_finalize (GObject *object)
{
  g_clear_object (&LISTS_FILLER_SERVICE (object)->items);

  G_OBJECT_CLASS (lists_filler_service_parent_class)->finalize (object);
}

static void
lists_filler_service_class_init (ListsFillerServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = lists_filler_service_get_property;
  object_class->finalize = lists_filler_service_finalize;
  g_object_class_override_property (object_class, 1, "items");
}

static void
lists_filler_service_init (ListsFillerService *self)
{
  self->items = g_list_store_new (LISTS_TYPE_ITEM);
}

GObject *
lists_filler_new (void)
{
  return g_object_new (lists_filler_service_get_type (), NULL);
}
