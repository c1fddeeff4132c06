/* library-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "library-fixture.h"

/* The model is what its signals say. */
void
assert_followed (LibraryFixture *fixture)
{
  g_assert_cmpuint (g_list_model_get_n_items (fixture->model), ==, fixture->items->len);
  for (guint i = 0; i < fixture->items->len; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (fixture->model, i);

      g_assert_true (item == fixture->items->pdata[i]);
    }
  g_assert_null (g_list_model_get_item (fixture->model, fixture->items->len));
}

static void
items_changed_cb (GListModel     *model,
                  guint           position,
                  guint           n_removed,
                  guint           n_added,
                  LibraryFixture *fixture)
{
  log_add (&fixture->log, "%u-%u+%u; ", position, n_removed, n_added);
  g_assert_cmpuint (position + n_removed, <=, fixture->items->len);
  if (n_removed > 0)
    g_ptr_array_remove_range (fixture->items, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (fixture->items, position + i, g_list_model_get_item (model, position + i));
  assert_followed (fixture);
}

/* Takes ownership of @model. */
void
follow (LibraryFixture *fixture,
        GListModel     *model)
{
  if (fixture->model != NULL)
    g_signal_handlers_disconnect_by_data (fixture->model, fixture);
  g_clear_object (&fixture->model);
  g_ptr_array_set_size (fixture->items, 0);

  fixture->model = model;
  if (model == NULL)
    return;
  g_assert_true (g_list_model_get_item_type (model) == LIBRARY_TYPE_SONG);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (fixture->items, g_list_model_get_item (model, i));
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

/* The titles in the model, such as "1 2 3". */
char *
get_titles (GListModel *model)
{
  GString *titles = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (LibrarySong) song = g_list_model_get_item (model, i);

      g_string_append_printf (titles, "%s%s", i > 0 ? " " : "", library_song_get_title (song));
    }

  return g_string_free (titles, FALSE);
}

void
library_fixture_set_up (LibraryFixture *fixture,
                        gconstpointer   unused)
{
  g_autoptr (GObject) service = g_object_new (LIBRARY_TYPE_SERVICE, NULL);
  g_autoptr (GError) error = NULL;

  fixture->server = norpc_server_new (service);
  log_init (&fixture->log);
  fixture->items = g_ptr_array_new_with_free_func (g_object_unref);
  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
  fixture->proxy = library_library_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
}

void
library_fixture_tear_down (LibraryFixture *fixture,
                           gconstpointer   unused)
{
  follow (fixture, NULL);
  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->server);
  iterate ();
  g_ptr_array_unref (fixture->items);
  log_clear (&fixture->log);
}

void
wait_ready (LibraryFixture *fixture)
{
  while (!norpc_proxy_is_ready (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
}

/* Has @func run in the service's context. The client's context does not run meanwhile. */
void
run_blocking (LibraryFixture *fixture,
              LibraryFunc     func,
              gpointer        data)
{
  g_autoptr (GError) error = NULL;

  library_service_set_func (func, data);
  g_assert_true (library_library_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

static void
do_nothing (LibraryService *service,
            gpointer        data)
{
}

/* The service has handled what was sent before, and the context has seen the answers. */
void
settle (LibraryFixture *fixture)
{
  run_blocking (fixture, do_nothing, NULL);
  iterate ();
}

void
replied_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  LibraryFixture *fixture = user_data;

  g_assert_true (library_library_proxy_call_run_finish (LIBRARY_LIBRARY_PROXY (object), result, NULL));
  log_add (&fixture->log, "reply at %u; ", g_list_model_get_n_items (fixture->model));
}

/* Has @func run in the service's context, while the client's context does not run. Its reply arrives
 * later.
 */
void
run (LibraryFixture *fixture,
     LibraryFunc     func,
     gpointer        data)
{
  library_service_set_func (func, data);
  library_library_proxy_call_run (fixture->proxy, NULL, replied_cb, fixture);
  /* A reply that arrives in the same iteration is deferred. */
  run_blocking (fixture, func, data);
}

void
get_songs_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  GListModel **model = user_data;
  g_autoptr (GError) error = NULL;

  *model = library_library_proxy_call_find_songs_finish (LIBRARY_LIBRARY_PROXY (object), result, &error);
  g_assert_no_error (error);
}

GListModel *
get_songs (LibraryFixture *fixture)
{
  GListModel *model = NULL;

  library_library_proxy_call_find_songs (fixture->proxy, NULL, get_songs_cb, &model);
  while (model == NULL)
    g_main_context_iteration (NULL, TRUE);

  return model;
}

void
follow_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  LibraryFixture *fixture = user_data;
  GListModel *model = NULL;

  get_songs_cb (object, result, &model);
  follow (fixture, model);
  log_add (&fixture->log, "got %u; ", g_list_model_get_n_items (model));
}

void
get_others_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  GListModel **models = user_data;
  g_autoptr (GError) error = NULL;

  library_library_proxy_call_find_others_finish (LIBRARY_LIBRARY_PROXY (object), result, &models[0], &models[1], &error);
  g_assert_no_error (error);
}

void
reached_cb (LibraryLibrary *library,
            guint           version,
            LibraryFixture *fixture)
{
  log_add (&fixture->log, "reached %u at %u; ", version, g_list_model_get_n_items (fixture->model));
}

static void
is_followed (LibraryService *service,
             gpointer        data)
{
  *(gboolean *) data = g_signal_handler_find (service->store, G_SIGNAL_MATCH_ID,
                                              g_signal_lookup ("items-changed", G_TYPE_LIST_MODEL),
                                              0, NULL, NULL, NULL) != 0;
}

gboolean
get_is_followed (LibraryFixture *fixture)
{
  gboolean followed;

  run_blocking (fixture, is_followed, &followed);

  return followed;
}

void
add_songs (LibraryService *service,
           gpointer        n_songs)
{
  library_service_add (service, g_list_model_get_n_items (G_LIST_MODEL (service->store)), GPOINTER_TO_UINT (n_songs));
}

void
keep_store (LibraryService *service,
            gpointer        data)
{
  *(GListStore **) data = g_object_ref (service->store);
}
