/* test-sequence.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The layout of sequence diagrams, and rows that stay when lists change. */

#include "inspector-row.h"
#include "inspector-sequence-layout.h"

/* Adds an event. */
static void
add (GQueue     *events,
     const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *event = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  g_queue_push_tail (events, event);
}

static const InspectorArrow *
get_arrow (InspectorSequenceLayout *layout,
           guint                    index)
{
  g_assert_cmpuint (index, <, layout->arrows->len);

  return layout->arrows->pdata[index];
}

/* A thread calls a service, which calls another one. */
static void
test_nested (void)
{
  GQueue events = G_QUEUE_INIT;
  g_autoptr (GVariant) services = g_variant_ref_sink (g_variant_new_parsed (
    "[{'service': <uint32 7>, 'type': <'A'>, 'interfaces': <['org.example.First', 'org.example.Other']>},"
    " {'service': <uint32 8>, 'type': <'Second'>, 'interfaces': <@as []>}]"));
  g_autoptr (InspectorSequenceLayout) layout = NULL;
  const InspectorArrow *arrow;

  add (&events, "{'kind': <'sent'>, 'call': <uint64 1>, 'service': <uint32 7>, 'from': <uint32 0>, 'client': <'main'>,"
                " 'method': <'Outer'>, 'args': <'x=1'>, 'time': <int64 1000>}");
  add (&events, "{'kind': <'handled'>, 'call': <uint64 1>, 'service': <uint32 7>, 'client': <'main'>, 'time': <int64 1500>}");
  add (&events, "{'kind': <'sent'>, 'call': <uint64 2>, 'service': <uint32 8>, 'from': <uint32 7>, 'client': <'A'>,"
                " 'method': <'Inner'>, 'args': <''>, 'time': <int64 2000>}");
  add (&events, "{'kind': <'completed'>, 'call': <uint64 2>, 'service': <uint32 8>, 'from': <uint32 7>, 'client': <'A'>,"
                " 'outcome': <'failed'>, 'time': <int64 2500>}");
  add (&events, "{'kind': <'completed'>, 'call': <uint64 1>, 'service': <uint32 7>, 'from': <uint32 0>, 'client': <'main'>,"
                " 'outcome': <'answered'>, 'time': <int64 5000>}");
  layout = inspector_sequence_layout_new (&events, services);

  g_assert_cmpuint (layout->columns->len, ==, 3);
  g_assert_cmpstr (layout->columns->pdata[0], ==, "main");
  g_assert_cmpstr (layout->columns->pdata[1], ==, "7: First, Other");
  g_assert_cmpstr (layout->columns->pdata[2], ==, "8: Second");
  g_assert_cmpuint (layout->n_rows, ==, 4);

  arrow = get_arrow (layout, 0);
  g_assert_false (arrow->is_reply);
  g_assert_cmpuint (arrow->client, ==, 0);
  g_assert_cmpuint (arrow->service, ==, 1);
  g_assert_cmpstr (arrow->text, ==, "Outer (x=1)");
  g_assert_cmpint (arrow->time, ==, 0);

  arrow = get_arrow (layout, 2);
  g_assert_true (arrow->is_reply && arrow->failed);
  g_assert_cmpuint (arrow->client, ==, 1);
  g_assert_cmpuint (arrow->service, ==, 2);
  g_assert_cmpint (arrow->sent_row, ==, 1);
  g_assert_cmpint (arrow->handled_row, ==, -1);
  g_assert_cmpstr (arrow->text, ==, "failed after 500 ns");

  arrow = get_arrow (layout, 3);
  g_assert_true (arrow->is_reply && !arrow->failed);
  g_assert_cmpint (arrow->sent_row, ==, 0);
  g_assert_cmpint (arrow->handled_row, ==, 1);
  g_assert_cmpint (arrow->time, ==, 4000);
  g_assert_cmpstr (arrow->text, ==, "4.0 µs");

  g_queue_clear_full (&events, (GDestroyNotify) g_variant_unref);
}

/* Events whose calls were sent before the first one, and a service that has stopped. */
static void
test_partial (void)
{
  GQueue events = G_QUEUE_INIT;
  g_autoptr (GVariant) services = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
  g_autoptr (InspectorSequenceLayout) empty = inspector_sequence_layout_new (&events, services);
  g_autoptr (InspectorSequenceLayout) layout = NULL;

  g_assert_cmpuint (empty->n_rows, ==, 0);

  add (&events, "{'kind': <'completed'>, 'call': <uint64 5>, 'service': <uint32 9>, 'client': <'main'>,"
                " 'outcome': <'cancelled'>, 'time': <int64 10>}");
  layout = inspector_sequence_layout_new (&events, services);
  g_assert_cmpuint (layout->n_rows, ==, 1);
  g_assert_cmpint (get_arrow (layout, 0)->sent_row, ==, -1);
  g_assert_cmpstr (get_arrow (layout, 0)->text, ==, "cancelled");
  g_assert_cmpstr (layout->columns->pdata[get_arrow (layout, 0)->service], ==, "service 9");

  g_queue_clear_full (&events, (GDestroyNotify) g_variant_unref);
}

static void
put_all (GListStore *rows,
         const char *keys)
{
  guint position = 0;

  for (; *keys != '\0'; keys++)
    {
      char key[] = { *keys, '\0' };

      inspector_rows_put (rows, &position, key, FALSE);
    }
  inspector_rows_end (rows, position);
}

static void
assert_rows (GListStore *rows,
             const char *keys)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, strlen (keys));
  for (guint i = 0; keys[i] != '\0'; i++)
    {
      g_autoptr (InspectorRow) row = g_list_model_get_item (G_LIST_MODEL (rows), i);

      g_assert_cmpint (inspector_row_get_key (row)[0], ==, keys[i]);
    }
}

static void
count_cb (GListModel *model,
          guint       position,
          guint       n_removed,
          guint       n_added,
          gpointer    user_data)
{
  guint *n_changes = user_data;

  *n_changes += n_removed + n_added;
}

static void
test_rows (void)
{
  g_autoptr (GListStore) rows = g_list_store_new (INSPECTOR_TYPE_ROW);
  g_autoptr (InspectorRow) kept = NULL;
  g_autoptr (InspectorRow) same = NULL;
  guint n_changes = 0;

  put_all (rows, "bcde");
  assert_rows (rows, "bcde");
  kept = g_list_model_get_item (G_LIST_MODEL (rows), 2);
  g_signal_connect (rows, "items-changed", G_CALLBACK (count_cb), &n_changes);

  put_all (rows, "bcde");
  g_assert_cmpuint (n_changes, ==, 0);
  put_all (rows, "abdf");
  assert_rows (rows, "abdf");
  same = g_list_model_get_item (G_LIST_MODEL (rows), 2);
  g_assert_true (kept == same);
  put_all (rows, "");
  assert_rows (rows, "");
}

/* The process has dropped events. */
static void
test_missing (void)
{
  GQueue events = G_QUEUE_INIT;
  g_autoptr (GVariant) services = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
  g_autoptr (InspectorSequenceLayout) layout = NULL;
  const InspectorArrow *arrow;

  add (&events, "{'serial': <uint64 7>, 'kind': <'sent'>, 'call': <uint64 1>, 'service': <uint32 7>, 'client': <'main'>,"
                " 'method': <'A'>, 'args': <''>, 'time': <int64 1000>}");
  add (&events, "{'serial': <uint64 8>, 'kind': <'handled'>, 'call': <uint64 1>, 'service': <uint32 7>,"
                " 'client': <'main'>, 'time': <int64 1500>}");
  add (&events, "{'serial': <uint64 11>, 'kind': <'completed'>, 'call': <uint64 2>, 'service': <uint32 7>,"
                " 'client': <'main'>, 'outcome': <'answered'>, 'time': <int64 2000>}");
  layout = inspector_sequence_layout_new (&events, services);

  g_assert_cmpuint (layout->n_rows, ==, 3);
  arrow = get_arrow (layout, 1);
  g_assert_cmpuint (arrow->n_missing, ==, 2);
  g_assert_cmpuint (arrow->row, ==, 1);
  g_assert_cmpstr (arrow->text, ==, "2 events are missing");
  arrow = get_arrow (layout, 2);
  g_assert_cmpuint (arrow->n_missing, ==, 0);
  g_assert_cmpuint (arrow->row, ==, 2);
  g_queue_clear_full (&events, (GDestroyNotify) g_variant_unref);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspector/sequence/nested", test_nested);
  g_test_add_func ("/inspector/sequence/missing", test_missing);
  g_test_add_func ("/inspector/sequence/partial", test_partial);
  g_test_add_func ("/inspector/rows", test_rows);

  return g_test_run ();
}
