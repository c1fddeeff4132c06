/* stress-shelf.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with a list, which clients follow: one that a client has to itself, or one that all
 * clients use and replace. At every signal and reply, a client knows what the list was.
 */

#include "stress.h"

#define MAX_STEPS 8
#define MAX_ITEMS 80

/* How often the shared service is used before another one takes its place. */
#define MAX_USES 20

G_DECLARE_FINAL_TYPE (StressShelfService, stress_shelf_service, STRESS, SHELF_SERVICE, GObject)

/* All of it is in the service's context. */
struct _StressShelfService
{
  GObject parent_instance;

  GRand      *rand;  /* (owned) */
  GListStore *items; /* (owned) */
  guint64     n_made;
};

/* A client that follows the list. All of it is in the client's thread. */
typedef struct
{
  StressClient     *client; /* (unowned) */
  NorpcServer      *server; /* (owned) */
  gboolean          shared; /* other clients use the server, too */
  StressShelfProxy *proxy;  /* (owned) */
  GListModel       *model;  /* (owned) (nullable): until the list has arrived */
  GArray           *items;  /* (owned): numbers, what the signals of the model tell */
  guint             n_calls; /* on their way */
} Follower;

static GMutex shared_lock;
static NorpcServer *shared_server; /* (owned) (nullable) [shared_lock] */
static guint n_uses;               /* [shared_lock] */

/* A number that depends on all items and on their order. */
static guint64
make_sum (GListModel *model)
{
  guint64 sum = 1;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (StressItem) item = g_list_model_get_item (model, i);

      sum = sum * 31 + stress_item_get_number (item);
    }

  return sum;
}

static StressItem *
make_item (StressShelfService *self)
{
  StressItem *item = stress_item_new (++self->n_made);

  stress_watch (item, STRESS_ITEMS);

  return item;
}

static void
splice_randomly (StressShelfService *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint position = g_rand_int_range (self->rand, 0, n_items + 1);
  guint limit = MIN (n_items - position, n_items > MAX_ITEMS ? 40 : 3);
  guint n_removed = g_rand_int_range (self->rand, 0, limit + 1);
  guint n_added = g_rand_int_range (self->rand, 0, 5);
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_added; i++)
    g_ptr_array_add (added, make_item (self));
  /* Some are there already, and may stay where they are. */
  if (n_removed > 0 && g_rand_int_range (self->rand, 0, 4) == 0)
    g_ptr_array_insert (added, 0, g_list_model_get_item (G_LIST_MODEL (self->items), position));
  g_list_store_splice (self->items, position, n_removed, added->pdata, added->len);
}

static gboolean
stress_shelf_service_change (StressShelf  *shelf,
                             guint         n_changes,
                             GError      **error)
{
  StressShelfService *self = STRESS_SHELF_SERVICE (shelf);

  for (guint i = 0; i < n_changes; i++)
    {
      splice_randomly (self);
      if (g_rand_boolean (self->rand))
        stress_shelf_emit_changed (shelf, make_sum (G_LIST_MODEL (self->items)));
      if (g_rand_int_range (self->rand, 0, 4) == 0)
        g_object_notify (G_OBJECT (shelf), "sum");
    }

  return TRUE;
}

static gboolean
stress_shelf_service_read (StressShelf  *shelf,
                           guint64      *out_sum,
                           GListModel  **out_items,
                           GError      **error)
{
  StressShelfService *self = STRESS_SHELF_SERVICE (shelf);

  *out_sum = make_sum (G_LIST_MODEL (self->items));
  *out_items = G_LIST_MODEL (g_object_ref (self->items));

  return TRUE;
}

static void
stress_shelf_service_iface_init (StressShelfInterface *iface)
{
  iface->change = stress_shelf_service_change;
  iface->read = stress_shelf_service_read;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StressShelfService, stress_shelf_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (STRESS_TYPE_SHELF, stress_shelf_service_iface_init))

static void
stress_shelf_service_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GListModel *items = G_LIST_MODEL (STRESS_SHELF_SERVICE (object)->items);

  if (property_id == 1)
    g_value_set_object (value, items);
  else
    g_value_set_uint64 (value, make_sum (items));
}

static void
stress_shelf_service_finalize (GObject *object)
{
  StressShelfService *self = STRESS_SHELF_SERVICE (object);

  g_object_unref (self->items);
  g_rand_free (self->rand);
  stress_count_gone (STRESS_SERVICES);

  G_OBJECT_CLASS (stress_shelf_service_parent_class)->finalize (object);
}

static void
stress_shelf_service_class_init (StressShelfServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = stress_shelf_service_get_property;
  object_class->finalize = stress_shelf_service_finalize;
  g_object_class_override_property (object_class, 1, "items");
  g_object_class_override_property (object_class, 2, "sum");
}

static void
stress_shelf_service_init (StressShelfService *self)
{
  self->items = g_list_store_new (STRESS_TYPE_ITEM);
  stress_count_made (STRESS_SERVICES);
}

static NorpcServer *
server_new (GRand *rand)
{
  StressShelfService *service = g_object_new (stress_shelf_service_get_type (), NULL);
  NorpcServer *server = norpc_server_new (G_OBJECT (service));

  service->rand = g_rand_new_with_seed (g_rand_int (rand));
  for (guint i = g_rand_int_range (rand, 0, MAX_ITEMS); i > 0; i--)
    {
      g_autoptr (StressItem) item = make_item (service);

      g_list_store_append (service->items, item);
    }
  g_object_unref (service);
  stress_watch (server, STRESS_SERVERS);
  g_assert_true (norpc_server_start (server, NULL, NULL));

  return server;
}

static void
check_follower (Follower *self)
{
  g_assert_true (g_thread_self () == self->client->self);
  g_assert_true (g_main_context_get_thread_default () == self->client->context);
  g_assert_false (self->client->calling);
}

/* The model is what its signals say. */
static void
check_items (Follower *self)
{
  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->items->len);
  for (guint i = 0; i < self->items->len; i++)
    {
      g_autoptr (StressItem) item = g_list_model_get_item (self->model, i);

      g_assert_cmpuint (stress_item_get_number (item), ==, g_array_index (self->items, guint64, i));
    }
}

static void
insert_numbers (Follower *self,
                guint     position,
                guint     n_items)
{
  for (guint i = position; i < position + n_items; i++)
    {
      g_autoptr (StressItem) item = g_list_model_get_item (self->model, i);
      guint64 number = stress_item_get_number (item);

      g_array_insert_val (self->items, i, number);
    }
}

/* The first and the last item of a change are others than before. */
static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  Follower   *self)
{
  guint64 first = n_removed > 0 ? g_array_index (self->items, guint64, position) : 0;

  check_follower (self);
  g_assert_cmpuint (position + n_removed, <=, self->items->len);
  g_array_remove_range (self->items, position, n_removed);
  insert_numbers (self, position, n_added);
  if (n_removed > 0 && n_added > 0)
    g_assert_cmpuint (g_array_index (self->items, guint64, position), !=, first);
  check_items (self);
}

/* A client gets the last signals only. The changes between these are few enough to be kept apart. */
static void
changed_cb (StressShelf *shelf,
            guint64      sum,
            Follower    *self)
{
  check_follower (self);
  if (self->model != NULL)
    g_assert_cmpuint (make_sum (self->model), ==, sum);
}

static void
sum_cb (StressShelf *shelf,
        GParamSpec  *pspec,
        Follower    *self)
{
  check_follower (self);
  if (self->model != NULL && !self->shared)
    g_assert_cmpuint (make_sum (self->model), ==, stress_shelf_get_sum (shelf));
}

static void
follow (Follower   *self,
        GListModel *model)
{
  if (self->model != NULL)
    {
      g_assert_true (model == self->model);
      return;
    }

  self->model = g_object_ref (model);
  insert_numbers (self, 0, g_list_model_get_n_items (model));
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), self);
}

/* The property and the result are one mirror. */
static void
ready_cb (NorpcProxy *proxy,
          GParamSpec *pspec,
          Follower   *self)
{
  check_follower (self);
  follow (self, stress_shelf_get_items (STRESS_SHELF (proxy)));
}

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_assert_true (norpc_server_stop_finish (NORPC_SERVER (object), result, NULL));
  stress_client_pending (user_data, -1);
}

/* The client's thread. Releases @server. */
static void
stop_server (StressClient *client,
             NorpcServer  *server)
{
  stress_client_pending (client, 1);
  norpc_server_stop_async (server, NORPC_STOP_FINISH, NULL, stopped_cb, client);
  g_object_unref (server);
}

static void
follower_free (Follower *self)
{
  StressClient *client = self->client;

  if (self->model != NULL)
    {
      check_items (self);
      g_signal_handlers_disconnect_by_data (self->model, self);
      g_object_unref (self->model);
    }
  g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_object_unref (self->proxy);
  if (self->shared)
    g_object_unref (self->server);
  else
    stop_server (client, self->server);
  g_array_unref (self->items);
  g_free (self);
  stress_client_pending (client, -1);
}

/* The shared server may have been replaced. */
static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Follower *self = user_data;
  g_autoptr (GListModel) items = NULL;
  g_autoptr (GError) error = NULL;
  guint64 sum;

  check_follower (self);
  stress_count_gone (STRESS_CALLS);
  if (stress_shelf_proxy_call_read_finish (STRESS_SHELF_PROXY (object), result, &sum, &items, &error))
    {
      follow (self, items);
      if (!self->shared)
        g_assert_cmpuint (make_sum (items), ==, sum);
    }
  else
    {
      g_assert_true (self->shared);
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
    }
  if (--self->n_calls == 0)
    follower_free (self);
}

/* Returns the shared server (owned), which is replaced now and then. */
static NorpcServer *
get_shared_server (StressClient *client)
{
  NorpcServer *server, *replaced = NULL;

  g_mutex_lock (&shared_lock);
  if (shared_server == NULL || ++n_uses > MAX_USES)
    {
      replaced = shared_server;
      shared_server = server_new (client->rand);
      n_uses = 0;
    }
  server = g_object_ref (shared_server);
  g_mutex_unlock (&shared_lock);

  if (replaced != NULL)
    stop_server (client, replaced);

  return server;
}

void
stress_use_shelf (StressClient *client)
{
  Follower *self = g_new0 (Follower, 1);
  guint n_steps = g_rand_int_range (client->rand, 0, MAX_STEPS);
  g_autoptr (NorpcEndpoint) endpoint = NULL;

  stress_client_pending (client, 1);
  self->client = client;
  self->shared = g_rand_boolean (client->rand);
  self->server = self->shared ? get_shared_server (client) : server_new (client->rand);
  self->items = g_array_new (FALSE, FALSE, sizeof (guint64));
  endpoint = stress_layers_stack_patient (NORPC_ENDPOINT (norpc_server_get_channel (self->server)),
                                          client->rand);
  self->proxy = g_rand_boolean (client->rand)
                  ? stress_shelf_proxy_new (endpoint)
                  : g_object_new (STRESS_TYPE_SHELF_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  stress_watch (self->proxy, STRESS_PROXIES);
  g_signal_connect (self->proxy, "notify::ready", G_CALLBACK (ready_cb), self);
  g_signal_connect (self->proxy, "notify::sum", G_CALLBACK (sum_cb), self);
  g_signal_connect (self->proxy, "changed", G_CALLBACK (changed_cb), self);

  client->calling = TRUE;
  for (guint i = 0; i <= n_steps; i++)
    {
      if (i == n_steps || g_rand_int_range (client->rand, 0, 3) == 0)
        {
          self->n_calls++;
          stress_count_made (STRESS_CALLS);
          stress_shelf_proxy_call_read (self->proxy, NULL, read_cb, self);
        }
      stress_shelf_proxy_call_change (self->proxy, g_rand_int_range (client->rand, 0, 6));
    }
  client->calling = FALSE;
}

/* The main thread, when all clients have ended. */
void
stress_shelf_end (void)
{
  if (shared_server != NULL)
    g_assert_true (norpc_server_stop (shared_server, NORPC_STOP_FINISH, NULL, NULL));
  g_clear_object (&shared_server);
}
