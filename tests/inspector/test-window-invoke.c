/* test-window-invoke.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The page in the window of an inspector that makes calls. */

#include "window-fixture.h"

typedef struct
{
  Windowed      *windowed;
  GtkEntry      *entry;
  GtkDropDown   *choice;
  GtkWidget     *call_button;
  GtkWidget     *cancel_button;
  GtkTextBuffer *results;
} InvokePage;

/* Shows the page, where Store.Get is chosen, which is the first method. */
static InvokePage
show_invoke_page (Windowed *self)
{
  InvokePage page = { .windowed = self };
  GtkWidget *view;

  windowed_show_page (self, "invoke");
  windowed_wait_for_label (self, "Arguments of the type (s)");
  windowed_wait_for_label (self, "Get (");
  page.entry = GTK_ENTRY (windowed_find_widget (GTK_WIDGET (self->window), GTK_TYPE_ENTRY, NULL));
  page.choice = GTK_DROP_DOWN (windowed_find_widget (GTK_WIDGET (self->window), GTK_TYPE_DROP_DOWN, NULL));
  view = windowed_find_widget (GTK_WIDGET (self->window), GTK_TYPE_TEXT_VIEW, NULL);
  page.call_button = gtk_widget_get_next_sibling (GTK_WIDGET (page.entry));
  page.cancel_button = gtk_widget_get_next_sibling (page.call_button);
  page.results = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));

  return page;
}

static gboolean
has_result (gpointer data)
{
  InvokePage *page = data;

  return gtk_widget_get_visible (page->call_button) && !gtk_widget_get_visible (page->cancel_button);
}

/* Returns the text (owned) below. */
static char *
get_results (InvokePage *page)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (page->results, &start, &end);

  return gtk_text_buffer_get_text (page->results, &start, &end, FALSE);
}

static void
assert_result (InvokePage *page,
               const char *expected)
{
  g_autofree char *text = NULL;

  windowed_iterate_until (has_result, page);
  text = get_results (page);
  if (strstr (text, expected) == NULL)
    g_error ("'%s' is not in '%s'", expected, text);
}

static void
test_invoke (Windowed      *self,
             gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  g_autofree char *none = NULL;

  gtk_editable_set_text (GTK_EDITABLE (page.entry), "'ab'");
  g_signal_emit_by_name (page.call_button, "clicked");
  g_assert_false (has_result (&page));
  assert_result (&page, "value='abab'");
  windowed_save_picture (self, "invoke");

  gtk_editable_set_text (GTK_EDITABLE (page.entry), "3");
  g_signal_emit_by_name (page.entry, "activate");
  assert_result (&page, "takes arguments of the type '(s)'");

  /* Clear has no arguments, and what is in the entry is not for it. */
  gtk_drop_down_set_selected (page.choice, 2);
  windowed_wait_for_label (self, "The method has no arguments.");
  windowed_wait_for_label (self, "Clear (");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (page.entry)));
  none = get_results (&page);
  g_assert_cmpstr (none, ==, "");
  g_signal_emit_by_name (page.call_button, "clicked");
  assert_result (&page, "StoreStore+Funcs");
}

/* Returns the first widget of a type below @widget, visible or not, or NULL. */
static GtkWidget *
find_hidden (GtkWidget *widget,
             GType      type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_hidden (child, type);

  return found;
}

/* Both services have one. */
static gboolean
has_two_items (gpointer data)
{
  return g_list_model_get_n_items (data) == 2;
}

/* The name of a method finds it. */
static void
test_invoke_search (Windowed      *self,
                    gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  GtkWidget *entry = find_hidden (GTK_WIDGET (page.choice), GTK_TYPE_SEARCH_ENTRY);
  GtkWidget *list = find_hidden (GTK_WIDGET (page.choice), GTK_TYPE_LIST_VIEW);

  gtk_editable_set_text (GTK_EDITABLE (entry), "unl");
  windowed_iterate_until (has_two_items, gtk_list_view_get_model (GTK_LIST_VIEW (list)));

  /* It stays, although the list is updated meanwhile. */
  windowed_call_get (self->proxy, "slow");
  windowed_show_page (self, "lints");
  windowed_wait_for_label (self, "blocking-handler");
  g_assert_true (has_two_items (gtk_list_view_get_model (GTK_LIST_VIEW (list))));
}

/* Chooses Store.Unlock, which the service does not answer before the test does. */
static void
invoke_unlock (InvokePage *page)
{
  gtk_drop_down_set_selected (page->choice, 3);
  windowed_wait_for_label (page->windowed, "Arguments of the type (ss)");
  gtk_editable_set_text (GTK_EDITABLE (page->entry), "'ada', 'lovelace'");
  g_signal_emit_by_name (page->entry, "activate");
}

static gboolean
is_cancelled (gpointer data)
{
  return g_cancellable_is_cancelled (data);
}

static void
test_invoke_cancelled (Windowed      *self,
                       gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  g_autoptr (NorpcCall) call = NULL;

  invoke_unlock (&page);
  call = g_async_queue_pop (self->calls);
  g_assert_true (gtk_widget_get_visible (page.cancel_button));
  gtk_widget_grab_focus (page.cancel_button);
  g_signal_emit_by_name (page.cancel_button, "clicked");
  assert_result (&page, "The call was cancelled.");
  g_assert_true (gtk_window_get_focus (self->window) == page.call_button);
  windowed_iterate_until (is_cancelled, norpc_call_get_cancellable (call));

  /* Another call is not cancelled. */
  gtk_drop_down_set_selected (page.choice, 0);
  windowed_wait_for_label (self, "Arguments of the type (s)");
  gtk_editable_set_text (GTK_EDITABLE (page.entry), "'ab'");
  g_signal_emit_by_name (page.entry, "activate");
  assert_result (&page, "value='abab'");
}

/* The window goes while a call is in flight. */
static void
test_invoke_closed (Windowed      *self,
                    gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  g_autoptr (NorpcCall) call = NULL;

  invoke_unlock (&page);
  call = g_async_queue_pop (self->calls);
  gtk_window_destroy (self->window);
  windowed_iterate_until (windowed_is_null, &self->window);
  windowed_iterate_until (is_cancelled, norpc_call_get_cancellable (call));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  TEST_WINDOWED ("invoke", test_invoke);
  TEST_WINDOWED ("invoke-search", test_invoke_search);
  TEST_WINDOWED ("invoke-cancelled", test_invoke_cancelled);
  TEST_WINDOWED ("invoke-closed", test_invoke_closed);

  return g_test_run ();
}
