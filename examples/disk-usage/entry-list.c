/* entry-list.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The rows of a list of folders. They are used in the main thread, as all widgets. */

#include <glib/gi18n.h>

#include "chart.h"
#include "demo-disk-usage.h"
#include "entry-list.h"

/* What rows show */

static char *
describe_name (gpointer   row,
               DemoEntry *entry)
{
  if (entry == NULL)
    return NULL;

  return g_strdup (*demo_entry_get_name (entry) != '\0' ? demo_entry_get_name (entry) : _("Files in This Folder"));
}

static char *
describe_files (gpointer   row,
                DemoEntry *entry)
{
  guint n = entry != NULL ? demo_entry_get_n_files (entry) : 0;

  return g_strdup_printf (ngettext ("%'u file", "%'u files", n), n);
}

static char *
describe_size (gpointer   row,
               DemoEntry *entry)
{
  return entry != NULL ? g_format_size (demo_entry_get_size (entry)) : NULL;
}

/* Which part of the whole it occupies. */
static char *
describe_part (gpointer   row,
               DemoEntry *entry,
               guint64    whole)
{
  double percent = entry != NULL && whole > 0 ? 100. * (double) demo_entry_get_size (entry) / (double) whole : 0;

  if (percent > 0 && percent < 1)
    return g_strdup (_("< 1 %"));

  /* Translators: a part of the whole, such as “12 %”. */
  return g_strdup_printf (_("%.0f %%"), percent);
}

static char *
describe_color (gpointer row,
                guint    position)
{
  return g_strdup_printf ("<span foreground=\"%s\" alpha=\"100%%\">●</span>", disk_usage_chart_get_color (position));
}

static gboolean
is_folder (gpointer   row,
           DemoEntry *entry)
{
  return entry != NULL && *demo_entry_get_name (entry) != '\0';
}

/* The widgets of a row. An expression watches the row, so that they follow its item. */

static GtkExpression *
get_item (void)
{
  return gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
}

static GtkWidget *
create_label (GtkListItem   *row,
              GtkExpression *text,
              const char    *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_expression_bind (text, label, "label", row);
  gtk_widget_add_css_class (label, style);

  return label;
}

static GtkWidget *
create_item_label (GtkListItem *row,
                   GCallback    describe,
                   const char  *style)
{
  GtkExpression *item = get_item ();

  return create_label (row, gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 1, &item, describe, NULL, NULL), style);
}

/* The name, and below it the number of files. */
static GtkWidget *
create_texts (GtkListItem *row)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *name = create_item_label (row, G_CALLBACK (describe_name), "body");
  GtkWidget *files = create_item_label (row, G_CALLBACK (describe_files), "dim-label");

  g_object_set (name, "xalign", 0., "ellipsize", PANGO_ELLIPSIZE_MIDDLE, "width-chars", 6, NULL);
  g_object_set (files, "xalign", 0., "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  gtk_widget_add_css_class (files, "caption");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), files);

  return texts;
}

static GtkWidget *
create_size (GtkListItem *row)
{
  GtkWidget *size = create_item_label (row, G_CALLBACK (describe_size), "numeric");

  g_object_set (size, "width-chars", 9, "xalign", 1., NULL);

  return size;
}

static GtkWidget *
create_part (GtkListItem   *row,
             GtkExpression *whole)
{
  GtkExpression *values[] = { get_item (), gtk_expression_ref (whole) };
  GtkExpression *text = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, G_N_ELEMENTS (values), values,
                                                     G_CALLBACK (describe_part), NULL, NULL);
  GtkWidget *part = create_label (row, text, "dim-label");

  gtk_widget_add_css_class (part, "numeric");
  g_object_set (part, "width-chars", 5, "xalign", 1., NULL);

  return part;
}

/* A dot in the color of the segment. Screen readers do not mention it. */
static GtkWidget *
create_dot (GtkListItem *row)
{
  GtkExpression *position = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "position");
  GtkExpression *text = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 1, &position,
                                                     G_CALLBACK (describe_color), NULL, NULL);
  GtkWidget *dot = g_object_new (GTK_TYPE_LABEL, "use-markup", TRUE,
                                 "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_expression_bind (text, dot, "label", row);

  return dot;
}

/* Shows that a row can be opened, with its opacity, so that all rows keep the room for it. */
static double
get_opacity (gpointer   row,
             DemoEntry *entry)
{
  return is_folder (row, entry) ? 1 : 0;
}

static GtkWidget *
create_arrow (GtkListItem *row)
{
  GtkExpression *item = get_item ();
  GtkExpression *opacity = gtk_cclosure_expression_new (G_TYPE_DOUBLE, NULL, 1, &item,
                                                        G_CALLBACK (get_opacity), NULL, NULL);
  GtkWidget *arrow = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic",
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_expression_bind (opacity, arrow, "opacity", row);
  gtk_widget_add_css_class (arrow, "dim-label");

  return arrow;
}

/* The list */

static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *row,
          gpointer            user_data)
{
  GtkExpression *whole = user_data;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  g_object_set (box, "margin-top", 9, "margin-bottom", 9, "margin-start", 6, "margin-end", 6, NULL);
  if (whole != NULL)
    gtk_box_append (GTK_BOX (box), create_dot (row));
  gtk_box_append (GTK_BOX (box), create_texts (row));
  if (whole != NULL)
    gtk_box_append (GTK_BOX (box), create_part (row, whole));
  gtk_box_append (GTK_BOX (box), create_size (row));
  gtk_box_append (GTK_BOX (box), create_arrow (row));
  gtk_list_item_set_child (row, box);
}

/* The focus is on the row, not on the labels in it, so the row has to say all that they show. */
static void
bind_cb (GtkListItemFactory *factory,
         GtkListItem        *row)
{
  DemoEntry *entry = gtk_list_item_get_item (row);
  GtkWidget *widget = gtk_widget_get_parent (gtk_list_item_get_child (row));
  g_autofree char *name = describe_name (NULL, entry);
  g_autofree char *size = describe_size (NULL, entry);
  g_autofree char *files = describe_files (NULL, entry);
  /* Translators: what a screen reader says for a row: name, size, number of files. */
  g_autofree char *text = g_strdup_printf (_("%s, %s, %s"), name, size, files);

  gtk_list_item_set_activatable (row, is_folder (NULL, entry));
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
unref_expression (gpointer  whole,
                  GClosure *closure)
{
  if (whole != NULL)
    gtk_expression_unref (whole);
}

/* Shows @entries in @list. With an expression for the size of the @whole (owned) (nullable), rows have the
 * color of their segment of the chart, and their part of the whole.
 */
void
entry_list_set_up (GtkListView   *list,
                   GListModel    *entries,
                   GtkExpression *whole)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (entries));

  g_signal_connect_data (factory, "setup", G_CALLBACK (setup_cb), whole, unref_expression, 0);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_object_set (list, "factory", factory, "model", selection, NULL);
}
