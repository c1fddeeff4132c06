/* test-results.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Results that are wrong, and records in records. */

#include "generated-results.h"

#define CHAIN 300000

/* A service that sets an error beside a result, and gives arrays as they come. */
typedef struct
{
  GObject parent_instance;
} Results;

typedef GObjectClass ResultsClass;

static void
set_error (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "Out of range");
}

static gboolean
results_count (TestResults  *self,
               guint        *count,
               GError      **error)
{
  *count = 1;
  set_error (error);
  return TRUE;
}

static char *
results_name (TestResults  *self,
              GError      **error)
{
  set_error (error);
  return g_strdup ("name");
}

static GPtrArray *
results_items (TestResults  *self,
               GPtrArray    *items,
               GError      **error)
{
  if (items->len == 0)
    {
      GPtrArray *wrong = g_ptr_array_new ();

      g_ptr_array_add (wrong, NULL);
      return wrong;
    }
  return g_ptr_array_ref (items);
}

/* Something else than a file. */
static GPtrArray *
results_files (TestResults  *self,
               GError      **error)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_cancellable_new ());
  return files;
}

static gboolean
results_optional (TestResults  *self,
                  GPtrArray   **items,
                  GError      **error)
{
  *items = NULL;
  return TRUE;
}

static gboolean
results_handle_later (TestResults  *self,
                      NorpcCall    *call,
                      GError      **error)
{
  set_error (error);
  return TRUE;
}

static void
results_iface_init (TestResultsInterface *iface)
{
  iface->count = results_count;
  iface->name = results_name;
  iface->items = results_items;
  iface->files = results_files;
  iface->optional = results_optional;
  iface->handle_later = results_handle_later;
}

static GType results_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Results, results, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TEST_TYPE_RESULTS, results_iface_init))

static void
results_class_init (ResultsClass *klass)
{
}

static void
results_init (Results *self)
{
}

static TestResultsProxy *
make_proxy (void)
{
  g_autoptr (GObject) service = g_object_new (results_get_type (), NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);

  return test_results_proxy_new (NORPC_ENDPOINT (direct));
}

static TestItem *
make_item (const char *name)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  return test_item_new (name, NULL, none);
}

/* An error that is set is what the caller gets, whatever the result. */
static void
test_error_and_result (void)
{
  g_autoptr (TestResultsProxy) proxy = make_proxy ();
  g_autoptr (GError) error = NULL;
  guint count = 7;

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*Results.Count set an error and returned a result: Out of range");
  g_assert_false (test_results_proxy_call_count_sync (proxy, &count, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*Results.Name set an error and returned a result: Out of range");
  g_assert_null (test_results_proxy_call_name_sync (proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*Results.Later set an error and returned TRUE: Out of range");
  g_assert_false (test_results_proxy_call_later_sync (proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_test_assert_expected_messages ();
}

/* No array with NULL in it, or with something of another type, gets through. */
static void
test_arrays (void)
{
  g_autoptr (TestResultsProxy) proxy = make_proxy ();
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) test_item_free);
  g_autoptr (GPtrArray) same = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (test_results_proxy_call_items_sync (proxy, items, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_null (test_results_proxy_call_files_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_ptr_array_add (items, make_item ("a"));
  same = test_results_proxy_call_items_sync (proxy, items, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (same->len, ==, 1);

  g_ptr_array_add (items, NULL);
  g_assert_null (test_results_proxy_call_items_sync (proxy, items, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*test_check_item_array (items)*");
  g_assert_null (test_item_new ("b", NULL, items));
  g_test_assert_expected_messages ();
  g_ptr_array_steal_index (items, 1);

  g_clear_pointer (&same, g_ptr_array_unref);
  g_assert_true (test_results_proxy_call_optional_sync (proxy, &same, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (same);
}

/* A chain of @is_array: by arrays of one record each. */
static TestItem *
make_chain (gboolean    is_array,
            const char *last)
{
  TestItem *top = make_item (last);

  for (guint i = 0; i < CHAIN; i++)
    {
      TestItem *item = make_item ("n");

      if (is_array)
        {
          g_ptr_array_set_free_func (item->items, (GDestroyNotify) test_item_free);
          g_ptr_array_add (item->items, top);
        }
      else
        item->next = top;
      top = item;
    }

  return top;
}

/* It is as long as before, and ends with @last. */
static void
check_chain (const TestItem *item,
             const char     *last)
{
  for (guint i = 0; i < CHAIN; i++)
    {
      g_assert_cmpstr (item->name, ==, "n");
      item = item->next != NULL ? item->next : (const TestItem *) g_ptr_array_index (item->items, 0);
    }
  g_assert_cmpstr (item->name, ==, last);
  g_assert_null (item->next);
}

static TestLink *
make_links (const char *last)
{
  TestLink *top = test_link_new (last, NULL);

  for (guint i = 0; i < CHAIN; i++)
    {
      TestLink *link = test_link_new ("n", NULL);

      link->next = top;
      top = link;
    }

  return top;
}

static void
check_hashes (void)
{
  g_autoptr (TestLink) link = make_links ("a");
  g_autoptr (TestLink) other = make_links ("b");
  g_autoptr (TestLink) copy = test_link_copy (link);

  g_assert_cmpuint (test_link_hash (link), ==, test_link_hash (copy));
  g_assert_cmpuint (test_link_hash (link), !=, test_link_hash (other));
}

/* In a thread, whose stack is small. */
static gpointer
run_chains (gpointer data)
{
  for (int is_array = 0; is_array <= 1; is_array++)
    {
      g_autoptr (TestItem) item = make_chain (is_array, "a");
      g_autoptr (TestItem) other = make_chain (is_array, "b");
      g_autoptr (TestItem) copy = test_item_copy (item);

      check_chain (copy, "a");
      g_assert_true (test_item_equal (item, copy));
      g_assert_false (test_item_equal (item, other));
    }

  check_hashes ();

  return NULL;
}

static void
test_chains (void)
{
  g_thread_join (g_thread_new ("chains", run_chains, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/results/error-and-result", test_error_and_result);
  g_test_add_func ("/results/arrays", test_arrays);
  g_test_add_func ("/results/chains", test_chains);

  return g_test_run ();
}
