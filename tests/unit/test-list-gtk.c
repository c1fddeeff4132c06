/* test-list-gtk.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Models of GTK on top of the mirror of a service's list. */

#include "library-service.h"

#include <gtk/gtk.h>

#define N_ROUNDS 300

/* An array that follows a model by its signals. */
typedef struct
{
  GListModel *model; /* (owned) */
  GPtrArray  *items; /* (owned): of owned LibrarySong */
} Replay;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  Replay     *replay)
{
  if (n_removed > 0)
    g_ptr_array_remove_range (replay->items, position, n_removed);
  for (guint i = position; i < position + n_added; i++)
    g_ptr_array_insert (replay->items, i, g_list_model_get_item (model, i));
  g_assert_cmpuint (replay->items->len, ==, g_list_model_get_n_items (model));
}

static void
replay_init (Replay     *replay,
             GListModel *model)
{
  *replay = (Replay) { g_object_ref (model), g_ptr_array_new_with_free_func (g_object_unref) };
  items_changed_cb (model, 0, 0, g_list_model_get_n_items (model), replay);
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), replay);
}

static void
replay_clear (Replay *replay)
{
  g_signal_handlers_disconnect_by_data (replay->model, replay);
  g_object_unref (replay->model);
  g_ptr_array_unref (replay->items);
}

static guint
get_number (Replay *replay,
            guint   position)
{
  return library_song_get_number (replay->items->pdata[position]);
}

static gboolean
is_odd (gpointer item,
        gpointer user_data)
{
  return library_song_get_number (item) % 2 == 1;
}

static void
change_randomly (LibraryService *service,
                 gpointer        data)
{
  for (guint i = g_random_int_range (1, 6); i > 0; i--)
    {
      guint n_items = g_list_model_get_n_items (G_LIST_MODEL (service->store));
      guint position = g_random_int_range (0, n_items + 1);
      guint n_removed = g_random_int_range (0, MIN (n_items - position, n_items > 100 ? 30 : 3) + 1);

      g_list_store_splice (service->store, position, n_removed, NULL, 0);
      library_service_add (service, position, g_random_int_range (0, 5));
    }
}

static void
run_blocking (LibraryLibraryProxy *proxy)
{
  library_service_set_func (change_randomly, NULL);
  g_assert_true (library_library_proxy_call_run_sync (proxy, NULL, NULL));
}

/* The models have the items of the mirror. */
static void
check_models (Replay *songs,
              Replay *sorted,
              Replay *odd)
{
  guint n_odd = 0;

  for (guint i = 0; i < songs->items->len; i++)
    if (is_odd (songs->items->pdata[i], NULL))
      g_assert_true (songs->items->pdata[i] == odd->items->pdata[n_odd++]);
  g_assert_cmpuint (n_odd, ==, odd->items->len);

  g_assert_cmpuint (sorted->items->len, ==, songs->items->len);
  for (guint i = 1; i < sorted->items->len; i++)
    g_assert_cmpuint (get_number (sorted, i - 1), <, get_number (sorted, i));
}

static void
test_models (void)
{
  g_autoptr (GObject) service = g_object_new (LIBRARY_TYPE_SERVICE, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (LibraryLibraryProxy) proxy = NULL;
  g_autoptr (GListModel) model = NULL;
  g_autoptr (GtkSortListModel) sorted_model = NULL;
  g_autoptr (GtkFilterListModel) odd_model = NULL;
  g_autoptr (GtkSingleSelection) selection = NULL;
  GtkExpression *number = gtk_property_expression_new (LIBRARY_TYPE_SONG, NULL, "number");
  Replay songs, sorted, odd, selectable;

  g_clear_object (&service);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  proxy = library_library_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (server)), NULL, NULL);
  run_blocking (proxy);
  model = library_library_dup_songs (LIBRARY_LIBRARY (proxy));

  replay_init (&songs, model);
  sorted_model = gtk_sort_list_model_new (g_object_ref (model), GTK_SORTER (gtk_numeric_sorter_new (number)));
  replay_init (&sorted, G_LIST_MODEL (sorted_model));
  odd_model = gtk_filter_list_model_new (g_object_ref (model), GTK_FILTER (gtk_custom_filter_new (is_odd, NULL, NULL)));
  replay_init (&odd, G_LIST_MODEL (odd_model));
  selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (sorted_model)));
  replay_init (&selectable, G_LIST_MODEL (selection));

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      run_blocking (proxy);
      if (i % 3 == 0)
        continue;
      while (g_main_context_iteration (NULL, FALSE))
        ;
      check_models (&songs, &sorted, &odd);
      g_assert_cmpuint (selectable.items->len, ==, songs.items->len);
      if (songs.items->len > 0)
        g_assert_true (GTK_IS_SELECTION_MODEL (selection) && gtk_single_selection_get_selected_item (selection) != NULL);
    }

  replay_clear (&selectable);
  replay_clear (&odd);
  replay_clear (&sorted);
  replay_clear (&songs);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/list-gtk/models", test_models);

  return g_test_run ();
}
