/* process-chooser.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n-lib.h>

#include "inspector-command-line.h"
#include "process-chooser.h"

#define INTERVAL 1000 /* milliseconds */

typedef struct
{
  GtkApplication    *application; /* (unowned): lives longer than the window */
  char              *folder;      /* (owned) */
  ProcessChosenFunc  func;
  GtkStringList     *addresses;   /* (owned): of the processes that are shown */
  guint              source_id;
} Chooser;

static void
chooser_free (gpointer data)
{
  Chooser *self = data;

  g_source_remove (self->source_id);
  g_object_unref (self->addresses);
  g_free (self->folder);
  g_free (self);
}

static gboolean
is_shown (Chooser   *self,
          GPtrArray *addresses)
{
  for (guint i = 0; i < addresses->len; i++)
    if (g_strcmp0 (gtk_string_list_get_string (self->addresses, i), addresses->pdata[i]) != 0)
      return FALSE;

  return gtk_string_list_get_string (self->addresses, addresses->len) == NULL;
}

/* Rows stay as they are while processes neither come nor go, so that the keyboard can be used. */
static gboolean
refresh_cb (gpointer user_data)
{
  Chooser *self = user_data;
  g_autoptr (GPtrArray) addresses = inspector_list_processes (self->folder, NULL);

  if (addresses == NULL)
    addresses = g_ptr_array_new ();
  if (is_shown (self, addresses))
    return G_SOURCE_CONTINUE;

  g_ptr_array_add (addresses, NULL);
  gtk_string_list_splice (self->addresses, 0, g_list_model_get_n_items (G_LIST_MODEL (self->addresses)),
                          (const char * const *) addresses->pdata);

  return G_SOURCE_CONTINUE;
}

/* The name of the socket has the name of the program. */
static GtkWidget *
create_row_cb (gpointer item,
               gpointer user_data G_GNUC_UNUSED)
{
  g_autofree char *name = g_path_get_basename (gtk_string_object_get_string (item));
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_margin_top (label, 12);
  gtk_widget_set_margin_bottom (label, 12);
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_margin_end (label, 12);

  return label;
}

static void
row_activated_cb (GtkWidget     *window,
                  GtkListBoxRow *row)
{
  Chooser *self = g_object_get_data (G_OBJECT (window), "chooser");
  g_autofree char *address =
    g_strdup (gtk_string_list_get_string (self->addresses, (guint) gtk_list_box_row_get_index (row)));

  self->func (self->application, address);
}

/* Shown while there is no process. */
static GtkWidget *
make_placeholder (const char *folder)
{
  g_autofree char *text =
    g_strdup_printf (_("No program can be inspected.\n\nStart one with NORPC_INSPECT=%s"), folder);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_margin_top (label, 48);
  gtk_widget_set_margin_start (label, 24);
  gtk_widget_set_margin_end (label, 24);

  return label;
}

/* Returns a window, which GTK owns. */
GtkWidget *
process_chooser_new (GtkApplication    *application,
                     const char        *folder,
                     ProcessChosenFunc  func)
{
  Chooser *self = g_new0 (Chooser, 1);
  GtkWidget *window = gtk_application_window_new (application);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *list = gtk_list_box_new ();

  self->application = application;
  self->folder = g_strdup (folder);
  self->func = func;
  self->addresses = gtk_string_list_new (NULL);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list), make_placeholder (folder));
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (self->addresses), create_row_cb, NULL, NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_set_title (GTK_WINDOW (window), _("Programs to Inspect"));
  gtk_window_set_default_size (GTK_WINDOW (window), 480, 360);
  g_object_set_data_full (G_OBJECT (window), "chooser", self, chooser_free);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), window, G_CONNECT_SWAPPED);

  self->source_id = g_timeout_add (INTERVAL, refresh_cb, self);
  g_source_set_name_by_id (self->source_id, "norpc-process-chooser");
  refresh_cb (self);

  return window;
}
