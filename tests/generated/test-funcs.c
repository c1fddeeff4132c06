/* test-funcs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls, signals, properties and streams of a service that consists of functions. */

#include "funcs-service.h"

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

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST ("methods", NULL, test_methods);
  TEST ("returned", NULL, test_returned);
  TEST ("returned-once", NULL, test_returned_once);
  TEST ("returned-once/cancelled", "cancelled", test_returned_once);
  TEST ("returned-array-late", NULL, test_returned_array_late);
  TEST ("signal", NULL, test_signal);
  TEST ("properties", NULL, test_properties);
  TEST ("stream", NULL, test_stream);
  TEST ("current-call", NULL, test_current_call);

  return g_test_run ();
}
