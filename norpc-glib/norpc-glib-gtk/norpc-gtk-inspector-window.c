/* norpc-gtk-inspector-window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n-lib.h>

#include "inspector-pages.h"
#include "norpc-glib-gtk.h"

/**
 * NorpcGtkInspectorWindow:
 *
 * A window that shows what an [class@Norpc.Inspector] sees.
 *
 * Its pages are `services`: threads, their services and methods, and the calls in flight; `plots`: the rates and
 * latencies of a method over the last minute; `sequence`: a diagram of calls, from services and threads to services;
 * `invoke`, where methods are called by hand; and `lints`: signs of mistakes.
 *
 * The window lists the methods of its inspector again and again, so another user of the same inspector gets other
 * rates; see [method@Norpc.Inspector.list_methods].
 *
 * Since: 0.1
 */

struct _NorpcGtkInspectorWindow
{
  GtkWindow parent_instance;

  InspectorFeed *feed;  /* (owned) (nullable): until the window is disposed */
  GtkStack      *stack; /* (unowned) */
  GtkLabel      *problem; /* (unowned) */
  GtkWidget     *bar;     /* (unowned): shows the problem */

  NorpcInspector *inspector; /* (owned), since construction */
};

G_DEFINE_FINAL_TYPE (NorpcGtkInspectorWindow, norpc_gtk_inspector_window, GTK_TYPE_WINDOW)

typedef enum
{
  PROP_INSPECTOR = 1,
} NorpcGtkInspectorWindowProperty;

static GParamSpec *properties[PROP_INSPECTOR + 1];

static void
norpc_gtk_inspector_window_set_property (GObject      *object,
                                         guint         property_id,
                                         const GValue *value,
                                         GParamSpec   *pspec)
{
  if (property_id == PROP_INSPECTOR)
    NORPC_GTK_INSPECTOR_WINDOW (object)->inspector = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
norpc_gtk_inspector_window_get_property (GObject    *object,
                                         guint       property_id,
                                         GValue     *value,
                                         GParamSpec *pspec)
{
  if (property_id == PROP_INSPECTOR)
    g_value_set_object (value, NORPC_GTK_INSPECTOR_WINDOW (object)->inspector);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

/* The inspected process has ended, or another problem. */
static void
failed_cb (NorpcGtkInspectorWindow *self,
           const char              *message)
{
  g_autofree char *text = g_strdup_printf (_("The process can no longer be inspected: %s"), message);

  gtk_label_set_text (self->problem, text);
  gtk_widget_set_visible (self->bar, TRUE);
}

static void
paused_cb (NorpcGtkInspectorWindow *self,
           GParamSpec              *pspec G_GNUC_UNUSED,
           GtkToggleButton         *button)
{
  inspector_feed_set_paused (self->feed, gtk_toggle_button_get_active (button));
}

static void
add_pages (NorpcGtkInspectorWindow *self)
{
  static const struct
  {
    const char *name;
    const char *title;
    GtkWidget *(*func) (InspectorFeed *feed);
  } pages[] = {
    { "services", N_ ("Services"), inspector_services_page_new },
    { "plots", N_ ("Plots"), inspector_plots_page_new },
    { "sequence", N_ ("Sequence"), inspector_sequence_page_new },
    { "invoke", N_ ("Invoke"), inspector_invoke_page_new },
    { "lints", N_ ("Lints"), inspector_lints_page_new },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    gtk_stack_add_titled (self->stack, pages[i].func (self->feed), pages[i].name, _(pages[i].title));
}

static GtkWidget *
make_header (NorpcGtkInspectorWindow *self)
{
  GtkWidget *header = gtk_header_bar_new ();
  GtkWidget *switcher = gtk_stack_switcher_new ();
  GtkWidget *pause = gtk_toggle_button_new ();

  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), self->stack);
  gtk_header_bar_set_title_widget (GTK_HEADER_BAR (header), switcher);
  gtk_button_set_icon_name (GTK_BUTTON (pause), "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (pause, _("Pause"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (pause), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Pause"), -1);
  g_signal_connect_swapped (pause, "notify::active", G_CALLBACK (paused_cb), self);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (header), pause);

  return header;
}

static GtkWidget *
make_bar (NorpcGtkInspectorWindow *self)
{
  GtkWidget *bar = gtk_info_bar_new ();

  self->problem = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->problem, TRUE);
  gtk_info_bar_set_message_type (GTK_INFO_BAR (bar), GTK_MESSAGE_WARNING);
  gtk_info_bar_add_child (GTK_INFO_BAR (bar), GTK_WIDGET (self->problem));
  gtk_widget_set_visible (bar, FALSE);

  return bar;
}

static void
norpc_gtk_inspector_window_constructed (GObject *object)
{
  NorpcGtkInspectorWindow *self = NORPC_GTK_INSPECTOR_WINDOW (object);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  G_OBJECT_CLASS (norpc_gtk_inspector_window_parent_class)->constructed (object);

  if (self->inspector == NULL)
    self->inspector = norpc_inspector_new ();
  self->feed = inspector_feed_new (self->inspector);
  self->stack = GTK_STACK (gtk_stack_new ());
  self->bar = make_bar (self);
  g_signal_connect_object (self->feed, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  add_pages (self);
  gtk_box_append (GTK_BOX (box), self->bar);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->stack));

  gtk_window_set_titlebar (GTK_WINDOW (self), make_header (self));
  gtk_window_set_child (GTK_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _("Services"));
  gtk_window_set_default_size (GTK_WINDOW (self), 1100, 720);
}

static void
norpc_gtk_inspector_window_dispose (GObject *object)
{
  NorpcGtkInspectorWindow *self = NORPC_GTK_INSPECTOR_WINDOW (object);

  if (self->feed != NULL)
    inspector_feed_stop (self->feed);
  G_OBJECT_CLASS (norpc_gtk_inspector_window_parent_class)->dispose (object);
}

static void
norpc_gtk_inspector_window_finalize (GObject *object)
{
  NorpcGtkInspectorWindow *self = NORPC_GTK_INSPECTOR_WINDOW (object);

  g_clear_object (&self->feed);
  g_clear_object (&self->inspector);

  G_OBJECT_CLASS (norpc_gtk_inspector_window_parent_class)->finalize (object);
}

static void
norpc_gtk_inspector_window_class_init (NorpcGtkInspectorWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");

  object_class->set_property = norpc_gtk_inspector_window_set_property;
  object_class->get_property = norpc_gtk_inspector_window_get_property;
  object_class->constructed = norpc_gtk_inspector_window_constructed;
  object_class->dispose = norpc_gtk_inspector_window_dispose;
  object_class->finalize = norpc_gtk_inspector_window_finalize;

  /**
   * NorpcGtkInspectorWindow:inspector: (getter get_inspector)
   *
   * The inspector whose lists are shown.
   *
   * If it is %NULL at construction, the window creates one of this process.
   *
   * Since: 0.1
   */
  properties[PROP_INSPECTOR] =
    g_param_spec_object ("inspector", NULL, NULL,
                         NORPC_TYPE_INSPECTOR,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_gtk_inspector_window_init (NorpcGtkInspectorWindow *self G_GNUC_UNUSED)
{
}

/**
 * norpc_gtk_inspector_window_new:
 * @inspector: (nullable): an inspector, or %NULL for a new one of this process
 *
 * Creates a window that shows what an inspector sees.
 *
 * Returns: (transfer none): a new window, which GTK owns
 * Since: 0.1
 */
GtkWidget *
norpc_gtk_inspector_window_new (NorpcInspector *inspector)
{
  g_return_val_if_fail (inspector == NULL || NORPC_IS_INSPECTOR (inspector), NULL);

  return g_object_new (NORPC_GTK_TYPE_INSPECTOR_WINDOW, "inspector", inspector, NULL);
}

/**
 * norpc_gtk_inspector_window_get_inspector:
 * @self: a window
 *
 * Gets the inspector of the window.
 *
 * Returns: (transfer none): the inspector
 * Since: 0.1
 */
NorpcInspector *
norpc_gtk_inspector_window_get_inspector (NorpcGtkInspectorWindow *self)
{
  g_return_val_if_fail (NORPC_GTK_IS_INSPECTOR_WINDOW (self), NULL);

  return self->inspector;
}

/**
 * norpc_gtk_inspector_window_set_page:
 * @self: a window
 * @name: the name of a page, such as `plots`
 *
 * Shows a page.
 *
 * Returns: %TRUE if there is such a page
 * Since: 0.1
 */
gboolean
norpc_gtk_inspector_window_set_page (NorpcGtkInspectorWindow *self,
                                     const char              *name)
{
  g_return_val_if_fail (NORPC_GTK_IS_INSPECTOR_WINDOW (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (gtk_stack_get_child_by_name (self->stack, name) == NULL)
    return FALSE;

  gtk_stack_set_visible_child_name (self->stack, name);

  return TRUE;
}

/**
 * norpc_gtk_show_inspector:
 * @parent: (nullable): the window of the application that opens it
 *
 * Opens a window that shows the services of this process.
 *
 * Calls are recorded while the window is open. It is closed with @parent.
 *
 * Since: 0.1
 */
void
norpc_gtk_show_inspector (GtkWindow *parent)
{
  GtkWidget *window;

  g_return_if_fail (parent == NULL || GTK_IS_WINDOW (parent));

  window = norpc_gtk_inspector_window_new (NULL);
  if (parent != NULL)
    gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), parent != NULL);
  gtk_window_present (GTK_WINDOW (window));
}
