/* nats-depot.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A depot in a process of its own: `nats-depot URL NUMBER [keep]`. It writes a line when clients reach it, and answers
 * calls of Hold after two seconds, or, with `keep`, when it gets SIGUSR1. It leaves without losing a call when it is told
 * to terminate.
 */

#include <signal.h>

#include <glib-unix.h>

#include <norpc-glib-nats/norpc-glib-nats.h>

#include "depot.h"

static guint32 number;
static GMutex kept_lock;
static GQueue *kept; /* (owned) (nullable) [kept_lock]: of owned calls, if they are kept */

static char *
depot_echo (DepotDepot  *service,
            const char  *text,
            GError     **error)
{
  return g_strdup (text);
}

static gboolean
depot_who_am_i (DepotDepot  *service,
                guint       *out_number,
                GError     **error)
{
  *out_number = number;

  return TRUE;
}

static gboolean
answer_cb (gpointer call)
{
  g_value_set_int (norpc_call_begin_reply (call, depot_depot_interface_info (), norpc_call_get_method (call)),
                   (int) number);
  norpc_call_end_reply (call);

  return G_SOURCE_REMOVE;
}

/* Runs in the main context. */
static gboolean
answer_kept_cb (gpointer unused)
{
  NorpcCall *call;

  g_mutex_lock (&kept_lock);
  while (kept != NULL && (call = g_queue_pop_head (kept)) != NULL)
    {
      answer_cb (call);
      norpc_call_unref (call);
    }
  g_mutex_unlock (&kept_lock);

  return G_SOURCE_CONTINUE;
}

/* Runs in the service's context. */
static gboolean
depot_handle_hold (DepotDepot  *service,
                   NorpcCall   *call,
                   GError     **error)
{
  gboolean keeps;

  g_mutex_lock (&kept_lock);
  keeps = kept != NULL;
  if (keeps)
    g_queue_push_tail (kept, norpc_call_ref (call));
  g_mutex_unlock (&kept_lock);
  if (keeps)
    return TRUE;

  norpc_context_timeout_add_full (G_PRIORITY_DEFAULT, 2000, answer_cb, norpc_call_ref (call),
                                  (GDestroyNotify) norpc_call_unref);

  return TRUE;
}

static const DepotDepotInterface depot_funcs = {
  .echo = depot_echo,
  .who_am_i = depot_who_am_i,
  .handle_hold = depot_handle_hold,
  .handle_hold_safely = depot_handle_hold,
};

typedef struct
{
  NorpcNatsExport *export;
  GMainLoop       *loop;
} Depot;

static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      data)
{
  g_assert_true (norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, NULL));
  g_main_loop_quit (((Depot *) data)->loop);
}

static gboolean
terminate_cb (gpointer data)
{
  norpc_nats_export_drain (((Depot *) data)->export, drained_cb, data);

  return G_SOURCE_REMOVE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcNatsConnection) connection = norpc_nats_connection_new_sync (argv[1], NULL, &error);
  g_autoptr (NorpcServer) server = norpc_serve (depot_depot_new_for_funcs (&depot_funcs, NULL, NULL), NULL);
  Depot depot = { NULL, g_main_loop_new (NULL, FALSE) };

  g_assert_no_error (error);
  number = (guint32) g_ascii_strtoull (argv[2], NULL, 10);
  if (argc > 3 && g_str_equal (argv[3], "keep"))
    kept = g_queue_new ();
  depot.export = norpc_nats_export_new (connection, "test.depot", norpc_server_get_endpoint (server),
                                        depot_depot_interface_info (), &error);
  g_assert_no_error (error);
  norpc_nats_connection_flush_sync (connection, 30000, &error);
  g_assert_no_error (error);
  g_unix_signal_add (SIGTERM, terminate_cb, &depot);
  g_unix_signal_add (SIGUSR1, answer_kept_cb, NULL);
  g_print ("ready\n");
  g_main_loop_run (depot.loop);

  norpc_nats_connection_flush_sync (connection, 30000, &error);
  g_assert_no_error (error);
  g_object_unref (depot.export);
  g_main_loop_unref (depot.loop);
  g_clear_pointer (&kept, g_queue_free);

  return 0;
}
