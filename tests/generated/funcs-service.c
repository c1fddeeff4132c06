/* funcs-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that consists of functions: an index of words. */

#include "funcs-service.h"

typedef struct
{
  GPtrArray *words;    /* (owned) */
  Observer  *observer; /* (unowned) */
} Index;

static Index *
index_new (Observer *observer)
{
  Index *self = g_new0 (Index, 1);

  self->words = g_ptr_array_new_with_free_func (g_free);
  self->observer = observer;

  return self;
}

void
index_free (gpointer data)
{
  Index *self = data;

  self->observer->freed_in = g_thread_self ();
  self->observer->n_frees++;
  g_ptr_array_unref (self->words);
  g_free (self);
}

static void
title_changed_cb (GObject    *service,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  Observer *observer = user_data;

  g_free (observer->title);
  g_object_get (service, "title", &observer->title, NULL);
}

static gboolean
index_start (gpointer   service,
             GError   **error)
{
  Index *self = norpc_simple_service_get_data (service);

  self->observer->n_starts++;
  self->observer->started_in = g_thread_self ();
  if (self->observer->fails)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no room");
      return FALSE;
    }

  g_object_set (service, "title", "Words", NULL);
  g_signal_connect (service, "notify::title", G_CALLBACK (title_changed_cb), self->observer);

  return TRUE;
}

static void
index_stop (gpointer service)
{
  Index *self = norpc_simple_service_get_data (service);

  g_assert_cmpuint (self->observer->n_frees, ==, 0);
  self->observer->n_stops++;
  self->observer->stopped_in = g_thread_self ();
}

static gboolean
index_add (TestIndex   *service,
           const char  *word,
           guint       *size,
           GError     **error)
{
  Index *self = norpc_simple_service_get_data (service);

  if (*word == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no word");
      return FALSE;
    }

  g_ptr_array_add (self->words, g_strdup (word));
  g_object_set (service, "size", self->words->len, NULL);
  test_index_emit_added (service, word);
  *size = self->words->len;

  return TRUE;
}

typedef struct
{
  TestIndex *service; /* (owned) */
  NorpcCall *call;    /* (owned) */
  char      *prefix;  /* (owned) */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_object_unref (search->service);
  norpc_call_unref (search->call);
  g_free (search->prefix);
  g_free (search);
}

static gboolean
search_cb (gpointer user_data)
{
  Search *search = user_data;
  Index *self = norpc_simple_service_get_data (search->service);
  GPtrArray *hits = g_ptr_array_new ();

  g_assert_true (g_thread_self () == self->observer->started_in);
  for (guint i = 0; i < self->words->len; i++)
    if (g_str_has_prefix (self->words->pdata[i], search->prefix))
      g_ptr_array_add (hits, test_hit_new (self->words->pdata[i]));
  self->observer->first_hit = hits->len > 0 ? hits->pdata[0] : NULL;
  test_index_return_search (search->service, search->call, hits);

  return G_SOURCE_REMOVE;
}

/* Answers in an idle source of its own context. */
static gboolean
index_handle_search (TestIndex   *service,
                     NorpcCall   *call,
                     const char  *prefix,
                     GError     **error)
{
  Search *search = g_new (Search, 1);

  *search = (Search) { g_object_ref (service), norpc_call_ref (call), g_strdup (prefix) };
  norpc_context_idle_add_full (G_PRIORITY_DEFAULT, search_cb, search, search_free);

  return TRUE;
}

static gboolean
index_handle_wait (TestIndex  *service,
                   NorpcCall  *call,
                   GError    **error)
{
  Index *self = norpc_simple_service_get_data (service);

  g_async_queue_push (self->observer->held, norpc_call_ref (call));

  return TRUE;
}

static gboolean
index_inspect (TestIndex  *service,
               guint      *client,
               gboolean   *has_deadline,
               gboolean   *was_cancelled,
               GError    **error)
{
  NorpcCall *call = norpc_call_get_current ();

  *client = norpc_call_get_client (call);
  *has_deadline = norpc_call_get_deadline (call) > g_get_monotonic_time ();
  *was_cancelled = g_cancellable_is_cancelled (norpc_call_get_cancellable (call));

  return TRUE;
}

static gboolean
index_handle_list (TestIndex            *service,
                   NorpcCall            *call,
                   TestIndexListStream  *stream,
                   GError              **error)
{
  Index *self = norpc_simple_service_get_data (service);

  for (guint i = 0; i < self->words->len; i++)
    if (!test_index_list_stream_write (stream, self->words->pdata[i], error))
      return FALSE;
  test_index_complete_list (service, call, self->words->len);

  return TRUE;
}

TestIndexInterface
get_funcs (void)
{
  TestIndexInterface funcs = { { 0, 0 }, };

  funcs.add = index_add;
  funcs.handle_search = index_handle_search;
  funcs.handle_wait = index_handle_wait;
  funcs.inspect = index_inspect;
  funcs.handle_list = index_handle_list;

  return funcs;
}

TestIndex *
make_service (Observer *observer)
{
  TestIndexInterface funcs = get_funcs ();
  TestIndex *service = test_index_new_for_funcs (&funcs, index_new (observer), index_free);

  norpc_simple_service_set_lifecycle (service, index_start, index_stop);

  return service;
}

void
set_up (Fixture       *fixture,
        gconstpointer  unused)
{
  GError *error = NULL;

  fixture->observer.held = g_async_queue_new_full ((GDestroyNotify) norpc_call_unref);
  fixture->server = norpc_serve (make_service (&fixture->observer), &error);
  g_assert_no_error (error);
  fixture->proxy = test_index_proxy_new_sync (norpc_server_get_endpoint (fixture->server), NULL, &error);
  g_assert_no_error (error);
}

void
stop (Fixture *fixture)
{
  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
}

void
tear_down (Fixture       *fixture,
           gconstpointer  unused)
{
  stop (fixture);
  g_object_unref (fixture->proxy);
  g_object_unref (fixture->server);
  g_async_queue_unref (fixture->observer.held);
  g_free (fixture->observer.title);
}

void
add (Fixture    *fixture,
     const char *word)
{
  g_autoptr (GError) error = NULL;

  test_index_proxy_call_add_sync (fixture->proxy, word, NULL, NULL, &error);
  g_assert_no_error (error);
}
