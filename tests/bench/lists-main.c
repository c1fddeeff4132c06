/* lists-main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long the main loop of a client is held up while a service fills a list that the client shows.
 *
 * A dispatch is what the loop does between two polls. Its processor time counts, so that other
 * programs do not count. The listener does as GtkListView: it looks at the items around a position, and
 * at what has changed. With --gtk it is a GtkListView in a window; the time in which GTK draws
 * does not count then. The median of the rounds is printed.
 */

#include <stdlib.h>
#include <time.h>

#ifdef HAVE_GTK
#include <gtk/gtk.h>
#endif

#include "lists-filler.h"

#define N_VISIBLE 200

/* The view is full before the service fills the list. */
#define N_ITEMS_BEFORE 1000

static const char * const names[FILL_N_WAYS] = {
  "at-once", "one-by-one", "in-steps", "singly", "anywhere", "replace"
};

static int n_rounds = 3;
static int n_items = 1000000;
static char *filter = NULL;
static gboolean shows = FALSE;

static const GOptionEntry options[] = {
  { "rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "How often each row is run (3)", "N" },
  { "items", 0, 0, G_OPTION_ARG_INT, &n_items, "How many items are inserted (1000000)", "N" },
  { "filter", 0, 0, G_OPTION_ARG_STRING, &filter, "Run only rows whose name begins so", "PREFIX" },
#ifdef HAVE_GTK
  { "gtk", 0, 0, G_OPTION_ARG_NONE, &shows, "Show the list in a window", NULL },
#endif
  { NULL }
};

static double polled_at;
static double longest; /* of the dispatches, in seconds */

static double
get_time (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static int
poll_and_measure (GPollFD *fds,
                  guint    n_fds,
                  int      timeout)
{
  int n_ready;

  longest = MAX (longest, get_time (CLOCK_THREAD_CPUTIME_ID) - polled_at);
  n_ready = g_poll (fds, n_fds, timeout);
  polled_at = get_time (CLOCK_THREAD_CPUTIME_ID);

  return n_ready;
}

/* The state of a list view. */
typedef struct
{
  guint n_items;
  guint first;     /* visible item */
  guint n_changes; /* how often the model has told a change */
} View;

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  View       *view)
{
  view->n_changes++;
  view->n_items = view->n_items - n_removed + n_added;
  if (view->n_items != g_list_model_get_n_items (model))
    g_error ("the model has not the items that it tells of");
  if (position < view->first)
    view->first = view->first + n_added > n_removed ? view->first + n_added - n_removed : 0;
  for (guint i = view->first; i < MIN (view->n_items, view->first + N_VISIBLE); i++)
    {
      g_autoptr (ListsItem) item = g_list_model_get_item (model, i);

      if (lists_item_get_text (item) == NULL)
        g_error ("an item has no text");
    }
}

#ifdef HAVE_GTK
static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *item,
          gpointer            user_data)
{
  gtk_list_item_set_child (item, gtk_label_new (NULL));
}

static void
bind_cb (GtkListItemFactory *factory,
         GtkListItem        *item,
         gpointer            user_data)
{
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)),
                      lists_item_get_text (LISTS_ITEM (gtk_list_item_get_item (item))));
}

static gboolean
shown_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static double drawn_since;

static void
before_paint_cb (GdkFrameClock *frame_clock,
                 gpointer       user_data)
{
  drawn_since = get_time (CLOCK_THREAD_CPUTIME_ID);
}

static void
after_paint_cb (GdkFrameClock *frame_clock,
                gpointer       user_data)
{
  polled_at += get_time (CLOCK_THREAD_CPUTIME_ID) - drawn_since;
}

/* Returns a window (owned by GTK) that has been drawn. GtkSingleSelection would look for its item among
 * all that are added.
 */
static gpointer
show (GListModel *model)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (model)));
  gboolean shown = FALSE;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), gtk_list_view_new (selection, factory));
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_set_default_size (GTK_WINDOW (window), 200, 300);
  gtk_window_present (GTK_WINDOW (window));
  g_signal_connect (gtk_widget_get_frame_clock (window), "before-paint", G_CALLBACK (before_paint_cb), NULL);
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (after_paint_cb), NULL);
  g_timeout_add (500, shown_cb, &shown);
  while (!shown)
    g_main_context_iteration (NULL, TRUE);

  return window;
}

static void
hide (gpointer window)
{
  gtk_window_destroy (window);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
#else
static gpointer
show (GListModel *model)
{
  return NULL;
}

static void
hide (gpointer window)
{
}
#endif

static void
filled_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  if (!lists_filler_proxy_call_fill_finish (LISTS_FILLER_PROXY (object), result, NULL))
    g_error ("a call failed");
  *(gboolean *) user_data = TRUE;
}

static void
fill (ListsFillerProxy *proxy,
      FillWay           way,
      guint             n)
{
  gboolean filled = FALSE;

  lists_filler_proxy_call_fill (proxy, way, n, NULL, filled_cb, &filled);
  while (!filled)
    g_main_context_iteration (NULL, TRUE);
  g_main_context_iteration (NULL, FALSE); /* up to the next poll */
}

/* The longest dispatch, in milliseconds. */
static double
run (FillWay  way,
     double  *seconds,
     View    *view)
{
  g_autoptr (GObject) service = lists_filler_new ();
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (ListsFillerProxy) proxy = NULL;
  g_autoptr (GListModel) model = NULL;
  double filled_longest;
  guint n_before;
  gpointer window;

  g_clear_object (&service);
  if (!norpc_server_start (server, NULL, NULL))
    g_error ("the server did not start");
  proxy = lists_filler_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (server)), NULL, NULL);
  model = lists_filler_dup_items (LISTS_FILLER (proxy));
  n_before = way == FILL_REPLACE ? (guint) n_items : N_ITEMS_BEFORE;
  fill (proxy, FILL_AT_ONCE, n_before);

  *view = (View) { .n_items = g_list_model_get_n_items (model) };
  g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), view);
  window = shows ? show (model) : NULL;
  longest = 0;
  polled_at = get_time (CLOCK_THREAD_CPUTIME_ID);
  *seconds = get_time (CLOCK_MONOTONIC);
  fill (proxy, way, n_items);
  *seconds = get_time (CLOCK_MONOTONIC) - *seconds;
  filled_longest = longest;
  if (view->n_items != n_items + (way == FILL_REPLACE ? 0 : n_before))
    g_error ("the list has %u items", view->n_items);

  if (window != NULL)
    hide (window);
  g_signal_handlers_disconnect_by_data (model, view);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);

  return filled_longest * 1000;
}

static int
compare_times (const void *a,
               const void *b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return (first > second) - (first < second);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || n_rounds < 1 || n_items < 1)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "expected positive numbers");
      return 2;
    }

#ifdef HAVE_GTK
  if (shows)
    gtk_init ();
#endif
  g_main_context_set_poll_func (NULL, poll_and_measure);
  g_print ("%-24s %16s %16s %8s\n", "a million items", "longest dispatch", "until filled", "changes");
  for (FillWay way = 0; way < FILL_N_WAYS; way++)
    {
      g_autofree double *times = g_new (double, n_rounds);
      g_autofree char *name = g_strconcat ("lists.", names[way], NULL);
      double seconds = 0;
      View view = { 0 };

      if (filter != NULL && !g_str_has_prefix (name, filter))
        continue;
      for (int round = 0; round < n_rounds; round++)
        times[round] = run (way, &seconds, &view);
      qsort (times, n_rounds, sizeof (double), compare_times);
      g_print ("%-24s %13.3f ms %14.2f s %8u\n", name, times[n_rounds / 2], seconds, view.n_changes);
    }

  return 0;
}
