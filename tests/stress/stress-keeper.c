/* stress-keeper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that keeps every call until it is stopped, behind a server with a limit. Some of
 * the calls behind the limit are cancelled before the server is stopped, some while it stops.
 * A stop that waits for calls without clients would never end. */

#include "stress.h"

#define MAX_CALLS 6

G_DECLARE_FINAL_TYPE (StressKeeper, stress_keeper, STRESS, KEEPER, GObject)

struct _StressKeeper
{
  GObject parent_instance;

  GPtrArray *calls; /* (owned): in the service's context */
  int        keeps; /* atomic: it has a call */
};

/* One round: a server, and its calls. */
typedef struct
{
  StressClient *client;   /* (unowned) */
  int           n_pending; /* in the client's thread: calls, and the stop */
} Round;

static gboolean
stress_keeper_handle_tell (StressTarget  *target,
                           NorpcCall     *call,
                           guint          lane,
                           guint64        sequence,
                           GBytes        *data,
                           GError       **error)
{
  g_ptr_array_add (STRESS_KEEPER (target)->calls, norpc_call_ref (call));
  g_atomic_int_set (&STRESS_KEEPER (target)->keeps, TRUE);

  return TRUE;
}

static gboolean
stress_keeper_handle_echo (StressTarget  *target,
                           NorpcCall     *call,
                           guint          manner,
                           guint          lane,
                           guint64        sequence,
                           GBytes        *data,
                           GError       **error)
{
  return stress_keeper_handle_tell (target, call, lane, sequence, data, error);
}

static void
stress_keeper_stop (NorpcLifecycle *lifecycle)
{
  g_ptr_array_set_size (STRESS_KEEPER (lifecycle)->calls, 0);
}

static void
stress_keeper_target_iface_init (StressTargetInterface *iface)
{
  iface->handle_echo = stress_keeper_handle_echo;
  iface->handle_tell = stress_keeper_handle_tell;
}

static void
stress_keeper_lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->stop = stress_keeper_stop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StressKeeper, stress_keeper, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (STRESS_TYPE_TARGET,
                                                      stress_keeper_target_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE,
                                                      stress_keeper_lifecycle_iface_init))

static void
stress_keeper_finalize (GObject *object)
{
  g_ptr_array_unref (STRESS_KEEPER (object)->calls);
  stress_count_gone (STRESS_SERVICES);

  G_OBJECT_CLASS (stress_keeper_parent_class)->finalize (object);
}

static void
stress_keeper_class_init (StressKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = stress_keeper_finalize;
}

static void
stress_keeper_init (StressKeeper *self)
{
  stress_count_made (STRESS_SERVICES);
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
}

static void
note_end (Round *round)
{
  StressClient *client = round->client;

  g_assert_true (g_thread_self () == client->self);
  if (--round->n_pending == 0)
    g_free (round);
  stress_client_pending (client, -1);
}

static void
echoed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (stress_target_proxy_call_echo_finish (STRESS_TARGET_PROXY (object), result,
                                                        NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  stress_count_gone (STRESS_CALLS);
  note_end (user_data);
}

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_stop_finish (NORPC_SERVER (object), result, &error));
  g_assert_no_error (error);
  note_end (user_data);
}

/* The worker's thread. */
static void
cancel_elsewhere (gpointer data,
                  gpointer unused)
{
  g_autoptr (GCancellable) cancellable = data;

  g_cancellable_cancel (cancellable);
}

static NorpcServer *
server_new (StressKeeper *service,
            GRand        *rand)
{
  g_autoptr (GError) error = NULL;
  NorpcServer *server = norpc_server_new (G_OBJECT (service));

  stress_watch (server, STRESS_SERVERS);
  norpc_server_set_max_open_calls (server, g_rand_int_range (rand, 0, 4));
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);

  return server;
}

void
stress_stop_keeper (StressClient *client)
{
  Round *round = g_new0 (Round, 1);
  g_autoptr (StressKeeper) service = g_object_new (stress_keeper_get_type (), NULL);
  g_autoptr (NorpcServer) server = server_new (service, client->rand);
  g_autoptr (StressTargetProxy) proxy =
    stress_target_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_autoptr (GBytes) data = g_bytes_new_static ("kept", 4);
  GCancellable *cancellables[MAX_CALLS];
  guint n = g_rand_int_range (client->rand, 1, MAX_CALLS + 1);
  guint n_before = g_rand_int_range (client->rand, 0, n + 1);

  stress_watch (proxy, STRESS_PROXIES);
  round->client = client;
  round->n_pending = (int) n + 1;
  stress_client_pending (client, (int) n + 1);
  for (guint i = 0; i < n; i++)
    {
      cancellables[i] = g_cancellable_new ();
      stress_count_made (STRESS_CALLS);
      stress_target_proxy_call_echo (proxy, STRESS_NEVER, 0, i, data, cancellables[i], echoed_cb,
                                     round);
    }
  while (!g_atomic_int_get (&service->keeps))
    g_thread_yield ();
  if (g_rand_boolean (client->rand))
    norpc_server_set_max_open_calls (server, 1);
  for (guint i = 0; i < n_before; i++)
    cancel_elsewhere (cancellables[i], NULL);
  for (guint i = n_before; i < n; i++)
    stress_worker_push (cancel_elsewhere, cancellables[i], NULL);
  norpc_server_stop_async (server, NORPC_STOP_FINISH, NULL, stopped_cb, round);
}
