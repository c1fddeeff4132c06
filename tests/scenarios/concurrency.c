/* concurrency.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that calls another: of 10,000 concurrent calls, a hundred at a time,
 * and those that are answered sooner overtake others. */

#include "scenarios.h"

#define N_CALLS 10000
#define MAX_CALLS 100

/* The service behind: takes some milliseconds for each call. */
#define STORE_TYPE_APP (store_app_get_type ())
G_DECLARE_FINAL_TYPE (StoreApp, store_app, STORE, APP, GObject)

struct _StoreApp
{
  GObject parent_instance;

  guint n_open;
  guint max_open;
};

typedef struct
{
  StoreApp  *app;  /* (unowned) */
  NorpcCall *call; /* (owned) */
  guint64    x;
} Lookup;

static gboolean
found_cb (gpointer user_data)
{
  g_autofree Lookup *lookup = user_data;

  lookup->app->n_open--;
  scene_lookup_complete_get (SCENE_LOOKUP (lookup->app), lookup->call, lookup->x);
  norpc_call_unref (lookup->call);

  return G_SOURCE_REMOVE;
}

static gboolean
store_app_handle_get (SceneLookup  *service,
                      NorpcCall    *call,
                      guint64       x,
                      GError      **error)
{
  StoreApp *self = STORE_APP (service);
  g_autoptr (GSource) source = g_timeout_source_new (1 + x * 7 % 5);
  Lookup *lookup = g_new0 (Lookup, 1);

  *lookup = (Lookup) { self, norpc_call_ref (call), x };
  self->n_open++;
  self->max_open = MAX (self->max_open, self->n_open);
  g_source_set_callback (source, found_cb, lookup, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return TRUE;
}

static void
store_app_lookup_init (SceneLookupInterface *iface)
{
  iface->handle_get = store_app_handle_get;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StoreApp, store_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_LOOKUP, store_app_lookup_init))

static void
store_app_class_init (StoreAppClass *klass)
{
}

static void
store_app_init (StoreApp *self)
{
}

/* The service in front: asks the one behind for each call. */
#define FRONT_TYPE_APP (front_app_get_type ())
G_DECLARE_FINAL_TYPE (FrontApp, front_app, FRONT, APP, GObject)

struct _FrontApp
{
  GObject parent_instance;

  SceneLookupProxy *store; /* (owned) */
};

/* A call of ours, to which the one behind is to be the answer. */
typedef struct
{
  FrontApp  *app;  /* (owned) */
  NorpcCall *call; /* (owned) */
} Question;

static void
got_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (FrontApp) app = question->app;
  g_autoptr (NorpcCall) call = question->call;
  g_autoptr (GError) error = NULL;
  guint64 same;

  if (scene_lookup_proxy_call_get_finish (SCENE_LOOKUP_PROXY (object), result, &same, &error))
    scene_lookup_complete_get (SCENE_LOOKUP (app), call, same);
  else
    norpc_call_return_gerror (call, error);
}

static gboolean
front_app_handle_get (SceneLookup  *service,
                      NorpcCall    *call,
                      guint64       x,
                      GError      **error)
{
  Question *question = g_new0 (Question, 1);

  *question = (Question) { g_object_ref (FRONT_APP (service)), norpc_call_ref (call) };
  scene_lookup_proxy_call_get (question->app->store, x, NULL, got_cb, question);

  return TRUE;
}

static void
front_app_lookup_init (SceneLookupInterface *iface)
{
  iface->handle_get = front_app_handle_get;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FrontApp, front_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_LOOKUP, front_app_lookup_init))

static void
front_app_finalize (GObject *object)
{
  g_clear_object (&FRONT_APP (object)->store);

  G_OBJECT_CLASS (front_app_parent_class)->finalize (object);
}

static void
front_app_class_init (FrontAppClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = front_app_finalize;
}

static void
front_app_init (FrontApp *self)
{
}

/* The replies that the client has seen. */
typedef struct
{
  gboolean came[N_CALLS];
  guint    n_came;
  guint    n_overtaken; /* came after one that was made later */
  guint64  latest;
} Seen;

static void
answered_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Seen *seen = user_data;
  g_autoptr (GError) error = NULL;
  guint64 x = 0;

  scene_lookup_proxy_call_get_finish (SCENE_LOOKUP_PROXY (object), result, &x, &error);
  g_assert_no_error (error);
  g_assert_false (seen->came[x]);
  seen->came[x] = TRUE;
  seen->n_came++;
  if (x < seen->latest)
    seen->n_overtaken++;
  seen->latest = MAX (seen->latest, x);
}

static NorpcServer *
start_server (gpointer    app,
              NorpcLayer *layer)
{
  g_autoptr (NorpcChannel) channel = norpc_channel_new (N_CALLS, NORPC_WHEN_FULL_BUSY);
  NorpcServer *server = g_object_new (NORPC_TYPE_SERVER, "service", app, "channel", channel, NULL);
  g_autoptr (GError) error = NULL;

  if (layer != NULL)
    norpc_server_add_layer (server, layer);
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);

  return server;
}

static void
test_concurrency (gconstpointer at_server)
{
  NorpcLayer *limit = norpc_concurrency_limit_new (MAX_CALLS);
  g_autoptr (StoreApp) store = g_object_new (STORE_TYPE_APP, NULL);
  g_autoptr (FrontApp) front = g_object_new (FRONT_TYPE_APP, NULL);
  g_autoptr (NorpcServer) store_server = start_server (store, NULL);
  g_autoptr (NorpcServer) front_server = NULL;
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (SceneLookupProxy) proxy = NULL;
  g_autofree Seen *seen = g_new0 (Seen, 1);
  NorpcEndpoint *channel;

  front->store = scene_lookup_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (store_server)));
  front_server = start_server (front, at_server != NULL ? limit : NULL);
  channel = NORPC_ENDPOINT (norpc_server_get_channel (front_server));
  endpoint = at_server != NULL ? g_object_ref (channel) : norpc_stack_new (limit, channel, NULL);
  proxy = scene_lookup_proxy_new (endpoint);

  for (guint64 x = 0; x < N_CALLS; x++)
    scene_lookup_proxy_call_get (proxy, x, NULL, answered_cb, seen);
  while (seen->n_came < N_CALLS)
    g_main_context_iteration (NULL, TRUE);

  norpc_server_stop (front_server, NORPC_STOP_FINISH, NULL, NULL);
  norpc_server_stop (store_server, NORPC_STOP_FINISH, NULL, NULL);
  g_test_message ("%u of %u were overtaken, %u open at once", seen->n_overtaken, N_CALLS, store->max_open);
  g_assert_cmpuint (store->max_open, ==, MAX_CALLS);
  g_assert_cmpuint (store->n_open, ==, 0);
  g_assert_cmpuint (seen->n_overtaken, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/concurrency/client", NULL, test_concurrency);
  g_test_add_data_func ("/concurrency/server", "at the server", test_concurrency);

  return g_test_run ();
}
