/* test-funcs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that consist of functions. */

#include "generated-funcs.h"

/* The part of the service that a test sees; the data belongs to the own thread of the service. */
typedef struct
{
  GAsyncQueue *held;       /* (owned): of owned NorpcCall */
  GThread     *started_in; /* the rest is read when the server has stopped */
  GThread     *stopped_in;
  GThread     *freed_in;
  guint        n_starts;
  guint        n_stops;
  guint        n_frees;
  gboolean     fails;      /* to start */
  char        *title;      /* (owned) (nullable): the last that a client has set */
  gpointer     first_hit;  /* (unowned): of the last search */
} Observer;

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

static void
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

static TestIndexInterface
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

static TestIndex *
make_service (Observer *observer)
{
  TestIndexInterface funcs = get_funcs ();
  TestIndex *service = test_index_new_for_funcs (&funcs, index_new (observer), index_free);

  norpc_simple_service_set_lifecycle (service, index_start, index_stop);

  return service;
}

typedef struct
{
  Observer        observer;
  NorpcServer    *server;
  TestIndexProxy *proxy;
} Fixture;

static void
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

static void
stop (Fixture *fixture)
{
  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  unused)
{
  stop (fixture);
  g_object_unref (fixture->proxy);
  g_object_unref (fixture->server);
  g_async_queue_unref (fixture->observer.held);
  g_free (fixture->observer.title);
}

static void
add (Fixture    *fixture,
     const char *word)
{
  g_autoptr (GError) error = NULL;

  test_index_proxy_call_add_sync (fixture->proxy, word, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
test_methods (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  guint size;

  g_assert_true (test_index_proxy_call_add_sync (fixture->proxy, "a", &size, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 1);

  g_assert_false (test_index_proxy_call_add_sync (fixture->proxy, "", &size, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_false (test_index_proxy_call_missing_sync (fixture->proxy, "a", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "org.example.Test.Index.Missing"));
}

/* The client gets the very records that the service made. */
static void
test_returned (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GError) error = NULL;

  add (fixture, "b1");
  add (fixture, "c");
  add (fixture, "b2");
  hits = test_index_proxy_call_search_sync (fixture->proxy, "b", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (hits->len, ==, 2);
  g_assert_cmpstr (((TestHit *) hits->pdata[1])->name, ==, "b2");
  stop (fixture);
  g_assert_true (hits->pdata[0] == fixture->observer.first_hit);
}

static void
count_free_cb (gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

static void
waited_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError **error = user_data;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  guint number;

  if (test_index_proxy_call_wait_finish (TEST_INDEX_PROXY (source_object), result, &bytes, &number, &text, error))
    {
      g_assert_cmpuint (number, ==, 3);
      g_assert_cmpstr (text, ==, "text");
      *error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_EXISTS, "no error");
    }
}

static GError *
wait_for_error (GError **error)
{
  while (*error == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (error);
}

/* Results are freed once: with the reply, or at once if the call was cancelled. */
static void
test_returned_once (Fixture       *fixture,
                    gconstpointer  is_cancelled)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  GError *outcome = NULL;
  int n_frees = 0;

  test_index_proxy_call_wait (fixture->proxy, cancellable, waited_cb, &outcome);
  call = g_async_queue_pop (fixture->observer.held);
  if (is_cancelled)
    {
      g_cancellable_cancel (cancellable);
      error = wait_for_error (&outcome);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }

  test_index_return_wait ((TestIndex *) fixture->proxy, call,
                          g_bytes_new_with_free_func ("b", 1, count_free_cb, &n_frees), 3, g_strdup ("text"));
  if (!is_cancelled)
    {
      g_assert_cmpint (n_frees, ==, 0);
      error = wait_for_error (&outcome);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
    }
  g_assert_cmpint (n_frees, ==, 1);
}

/* An array that does not free its elements, as those of language bindings. */
static void
test_returned_array_late (Fixture       *fixture,
                          gconstpointer  unused)
{
  GPtrArray *late = g_ptr_array_new ();
  NorpcCall *call = norpc_call_new (test_index_interface_info (), 1);

  norpc_call_return_error_literal (call, G_IO_ERROR, G_IO_ERROR_FAILED, "answered");
  g_ptr_array_add (late, test_hit_new ("leaked unless it is freed"));
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*answered twice*");
  test_index_return_search ((TestIndex *) fixture->proxy, call, late);
  g_test_assert_expected_messages ();
  norpc_call_unref (call);
}

static void
added_cb (TestIndex  *proxy,
          const char *word,
          gpointer    user_data)
{
  char **added = user_data;

  *added = g_strdup (word);
}

static void
test_signal (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autofree char *added = NULL;

  g_signal_connect (fixture->proxy, "added", G_CALLBACK (added_cb), &added);
  add (fixture, "word");
  while (added == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (added, ==, "word");
}

static void
test_properties (Fixture       *fixture,
                 gconstpointer  unused)
{
  TestIndex *index = (TestIndex *) fixture->proxy;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (test_index_get_title (index), ==, "Words");
  g_assert_cmpuint (test_index_get_size (index), ==, 0);

  add (fixture, "word");
  while (test_index_get_size (index) == 0)
    g_main_context_iteration (NULL, TRUE);

  g_assert_true (test_index_proxy_set_title_sync (fixture->proxy, "Terms", NULL, &error));
  g_assert_no_error (error);
  g_assert_true (test_index_proxy_set_password_sync (fixture->proxy, "secret", NULL, &error));
  g_assert_no_error (error);
  stop (fixture);
  g_assert_cmpstr (fixture->observer.title, ==, "Terms");
}

static void
test_stream (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (TestIndexListStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *word = NULL;
  guint count;

  add (fixture, "word");
  stream = test_index_proxy_open_list (fixture->proxy, NULL);
  g_assert_true (test_index_list_stream_next_sync (stream, &word, NULL, &error));
  g_assert_cmpstr (word, ==, "word");
  g_assert_true (test_index_list_stream_outcome_sync (stream, &count, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count, ==, 1);
}

/* A synchronous handler gets its call, with deadline, cancellation and sender. */
static void
test_current_call (Fixture       *fixture,
                   gconstpointer  unused)
{
  NorpcEndpoint *endpoint = norpc_server_get_endpoint (fixture->server);
  g_autoptr (TestIndexProxy) other = test_index_proxy_new (endpoint);
  g_autoptr (GError) error = NULL;
  guint clients[3];
  gboolean has_deadline, was_cancelled;

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      test_index_proxy_call_inspect_sync (i < 2 ? fixture->proxy : other, &clients[i], &has_deadline,
                                          &was_cancelled, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (has_deadline);
      g_assert_false (was_cancelled);
    }
  g_assert_cmpuint (clients[0], !=, 0);
  g_assert_cmpuint (clients[0], ==, clients[1]);
  g_assert_cmpuint (clients[0], !=, clients[2]);
  g_assert_null (norpc_call_get_current ());
}

/* Everything happens in the service's thread, in this order. */
static void
test_lifecycle (Fixture       *fixture,
                gconstpointer  unused)
{
  Observer *observer = &fixture->observer;

  stop (fixture);
  g_assert_cmpuint (observer->n_starts, ==, 1);
  g_assert_cmpuint (observer->n_stops, ==, 1);
  g_assert_cmpuint (observer->n_frees, ==, 1);
  g_assert_true (observer->started_in != g_thread_self ());
  g_assert_true (observer->stopped_in == observer->started_in);
  g_assert_true (observer->freed_in == observer->started_in);
}

/* The data is freed in the service's thread, although another one keeps the service. */
static void
test_kept (void)
{
  Observer observer = { 0 };
  g_autoptr (TestIndex) service = make_service (&observer);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (GError) error = NULL;

  server = norpc_serve (g_object_ref (service), &error);
  g_assert_no_error (error);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_frees, ==, 1);
  g_assert_true (observer.freed_in == observer.started_in);

  g_assert_null (norpc_serve (g_object_ref (service), &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (observer.n_starts, ==, 1);
  g_free (observer.title);
}

/* Two servers may have one service, on one thread. */
static void
test_shared (void)
{
  Observer observer = { 0 };
  g_autoptr (TestIndex) service = make_service (&observer);
  g_autoptr (NorpcThread) thread = norpc_thread_new ("shared");
  g_autoptr (NorpcServer) first = norpc_server_new_on_thread (G_OBJECT (service), thread);
  g_autoptr (NorpcServer) second = norpc_server_new_on_thread (G_OBJECT (service), thread);
  g_autoptr (TestIndexProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start (first, NULL, NULL) && norpc_server_start (second, NULL, NULL));
  norpc_server_stop (first, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_frees, ==, 0);
  proxy = test_index_proxy_new (norpc_server_get_endpoint (second));
  g_assert_true (test_index_proxy_call_add_sync (proxy, "a", NULL, NULL, &error));
  norpc_server_stop (second, NORPC_STOP_FINISH, NULL, NULL);
  g_assert_cmpuint (observer.n_frees, ==, 1);
  g_free (observer.title);
}

static void
test_fails_to_start (void)
{
  Observer observer = { .fails = TRUE };
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_serve (make_service (&observer), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (observer.n_stops, ==, 0);
  g_assert_cmpuint (observer.n_frees, ==, 1);
  g_assert_true (observer.freed_in == observer.started_in);
}

static void
test_never_started (void)
{
  Observer observer = { 0 };

  g_object_unref (make_service (&observer));
  g_assert_cmpuint (observer.n_starts, ==, 0);
  g_assert_cmpuint (observer.n_frees, ==, 1);
}

/* Functions are compared, not where they are. */
static void
test_types (void)
{
  TestIndexInterface funcs = get_funcs ();
  TestIndexInterface same = get_funcs ();
  TestEmptyInterface no_funcs = { { 0, 0 } };
  g_autoptr (TestIndex) first = test_index_new_for_funcs (&funcs, NULL, index_free);
  g_autoptr (TestIndex) second = test_index_new_for_funcs (&same, NULL, NULL);
  g_autoptr (TestEmpty) empty = test_empty_new_for_funcs (&no_funcs, NULL, NULL);
  g_autoptr (TestIndex) other = NULL;

  g_assert_true (G_OBJECT_TYPE (first) == G_OBJECT_TYPE (second));
  funcs.inspect = NULL;
  other = test_index_new_for_funcs (&funcs, NULL, NULL);
  g_assert_true (G_OBJECT_TYPE (first) != G_OBJECT_TYPE (other));
  g_assert_true (TEST_IS_EMPTY (empty) && !TEST_IS_EMPTY (other));
  g_assert_true (NORPC_IS_SIMPLE_SERVICE (empty));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(name, data, func) g_test_add ("/funcs/" name, Fixture, data, set_up, func, tear_down)
  TEST ("methods", NULL, test_methods);
  TEST ("returned", NULL, test_returned);
  TEST ("returned-once", NULL, test_returned_once);
  TEST ("returned-once/cancelled", "cancelled", test_returned_once);
  TEST ("returned-array-late", NULL, test_returned_array_late);
  TEST ("signal", NULL, test_signal);
  TEST ("properties", NULL, test_properties);
  TEST ("stream", NULL, test_stream);
  TEST ("current-call", NULL, test_current_call);
  TEST ("lifecycle", NULL, test_lifecycle);
  g_test_add_func ("/funcs/kept", test_kept);
  g_test_add_func ("/funcs/shared", test_shared);
  g_test_add_func ("/funcs/fails-to-start", test_fails_to_start);
  g_test_add_func ("/funcs/never-started", test_never_started);
  g_test_add_func ("/funcs/types", test_types);

  return g_test_run ();
}
