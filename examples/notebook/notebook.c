/* notebook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "demo-notebook.h"

#define NAME "org.example.Notebook"
#define OBJECT_PATH "/org/example/Notebook"

/* The notebook, a service, and its pages. All of them are in the thread of its server. */

G_DECLARE_FINAL_TYPE (Notebook, notebook, EXAMPLE, NOTEBOOK, GObject)
G_DECLARE_FINAL_TYPE (Page, page, EXAMPLE, PAGE, GObject)

struct _Notebook
{
  GObject parent_instance;

  GPtrArray *readers; /* (owned): of owned DemoReader */
};

struct _Page
{
  GObject parent_instance;

  Notebook *notebook; /* (owned) */
  char     *title;    /* (owned) */
};

/* The readers of clients are proxies here: the calls run in the contexts of the clients. */
static void
notebook_tell (Notebook   *self,
               const char *title,
               const char *text)
{
  for (guint i = 0; i < self->readers->len; i++)
    demo_reader_proxy_call_read (DEMO_READER_PROXY (self->readers->pdata[i]), title, text);
}

static gboolean
page_write (DemoPage    *page,
            const char  *text,
            GError     **error)
{
  Page *self = EXAMPLE_PAGE (page);

  notebook_tell (self->notebook, self->title, text);

  return TRUE;
}

static void
page_iface_init (DemoPageInterface *iface)
{
  iface->write = page_write;
}

/* No client has the page any more, and all that was written before is there. */
static void
page_stop (NorpcLifecycle *lifecycle)
{
  Page *self = EXAMPLE_PAGE (lifecycle);

  notebook_tell (self->notebook, self->title, "(closed)");
}

static void
page_lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->stop = page_stop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Page, page, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DEMO_TYPE_PAGE, page_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, page_lifecycle_iface_init))

enum
{
  PROP_TITLE = 1
};

static void
page_get_property (GObject    *object,
                   guint       id,
                   GValue     *value,
                   GParamSpec *pspec)
{
  g_value_set_string (value, EXAMPLE_PAGE (object)->title);
}

static void
page_finalize (GObject *object)
{
  Page *self = EXAMPLE_PAGE (object);

  g_object_unref (self->notebook);
  g_free (self->title);

  G_OBJECT_CLASS (page_parent_class)->finalize (object);
}

static void
page_class_init (PageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = page_get_property;
  object_class->finalize = page_finalize;
  g_object_class_override_property (object_class, PROP_TITLE, "title");
}

static void
page_init (Page *self)
{
}

static DemoPage *
notebook_open (DemoNotebook  *notebook,
               const char    *title,
               GError       **error)
{
  Page *page = g_object_new (page_get_type (), NULL);

  page->notebook = g_object_ref (EXAMPLE_NOTEBOOK (notebook));
  page->title = g_strdup (title);

  return DEMO_PAGE (page);
}

static gboolean
notebook_follow (DemoNotebook  *notebook,
                 DemoReader    *reader,
                 GError       **error)
{
  g_ptr_array_add (EXAMPLE_NOTEBOOK (notebook)->readers, g_object_ref (reader));

  return TRUE;
}

static void
notebook_iface_init (DemoNotebookInterface *iface)
{
  iface->open = notebook_open;
  iface->follow = notebook_follow;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Notebook, notebook, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DEMO_TYPE_NOTEBOOK, notebook_iface_init))

static void
notebook_finalize (GObject *object)
{
  g_ptr_array_unref (EXAMPLE_NOTEBOOK (object)->readers);

  G_OBJECT_CLASS (notebook_parent_class)->finalize (object);
}

static void
notebook_class_init (NotebookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = notebook_finalize;
}

static void
notebook_init (Notebook *self)
{
  self->readers = g_ptr_array_new_with_free_func (g_object_unref);
}

/* The reader, an object of the client. It is called in the main thread. */

G_DECLARE_FINAL_TYPE (Reader, reader, EXAMPLE, READER, GObject)

struct _Reader
{
  GObject parent_instance;

  GMainLoop *loop; /* (unowned) */
};

static gboolean
reader_read (DemoReader  *reader,
             const char  *title,
             const char  *text,
             GError     **error)
{
  g_print ("%s: %s\n", title, text);
  if (g_str_equal (text, "(closed)"))
    g_main_loop_quit (EXAMPLE_READER (reader)->loop);

  return TRUE;
}

static void
reader_iface_init (DemoReaderInterface *iface)
{
  iface->read = reader_read;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Reader, reader, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DEMO_TYPE_READER, reader_iface_init))

static void
reader_class_init (ReaderClass *klass)
{
}

static void
reader_init (Reader *self)
{
}

/* The client does the same whether the notebook is in this process or in another one. */
static void
use (NorpcEndpoint *endpoint)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (Reader) reader = g_object_new (reader_get_type (), NULL);
  g_autoptr (DemoNotebookProxy) proxy = demo_notebook_proxy_new (endpoint);
  g_autoptr (DemoPage) page = NULL;
  g_autoptr (GError) error = NULL;

  reader->loop = loop;
  if (!demo_notebook_proxy_call_follow_sync (proxy, DEMO_READER (reader), NULL, &error))
    g_error ("%s", error->message);
  page = demo_notebook_proxy_call_open_sync (proxy, "Ideas", NULL, &error);
  if (page == NULL)
    g_error ("%s", error->message);

  /* The page is a proxy, whose properties have default values until it is ready. */
  if (!norpc_proxy_load_sync (NORPC_PROXY (page), NULL, &error))
    g_error ("%s", error->message);
  g_print ("The title is %s.\n", demo_page_get_title (page));

  /* The proxy keeps the page open. */
  demo_page_proxy_call_write (DEMO_PAGE_PROXY (page), "Objects as arguments", NULL, NULL, NULL);
  g_clear_object (&page);
  g_main_loop_run (loop);
}

static void
name_lost_cb (GDBusConnection *bus G_GNUC_UNUSED,
              const char      *name G_GNUC_UNUSED,
              gpointer         loop)
{
  g_main_loop_quit (loop);
}

/* Another process that calls the notebook gets its pages, and passes its readers. Returns if the name is not available
 * on the bus.
 */
static void
serve_on_bus (GDBusConnection *bus,
              NorpcEndpoint   *endpoint)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcDBusExport) export = norpc_dbus_export_new (bus, OBJECT_PATH, endpoint,
                                                              demo_notebook_interface_info (), &error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (export == NULL)
    g_error ("%s", error->message);
  g_bus_own_name_on_connection (bus, NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL, name_lost_cb, loop, NULL);
  g_main_loop_run (loop);
}

static NorpcServer *
start (void)
{
  g_autoptr (GObject) service = g_object_new (notebook_get_type (), NULL);
  NorpcServer *server = norpc_server_new (service);
  g_autoptr (GError) error = NULL;

  g_clear_object (&service);
  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);

  return server;
}

/* notebook: the notebook is in this process; notebook dbus: in another one, which is notebook dbus serve. */
int
main (int   argc,
      char *argv[])
{
  gboolean uses_bus = argc > 1 && g_str_equal (argv[1], "dbus");
  g_autoptr (NorpcServer) server = !uses_bus || argc > 2 ? start () : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = uses_bus ? g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error) : NULL;
  g_autoptr (NorpcDBusEndpoint) remote = NULL;

  if (uses_bus && bus == NULL)
    g_error ("%s", error->message);
  if (uses_bus && server != NULL)
    {
      serve_on_bus (bus, norpc_server_get_endpoint (server));
      g_printerr ("notebook: cannot own the name '" NAME "' on the bus\n");
      return 1;
    }
  else if (uses_bus)
    {
      remote = norpc_dbus_endpoint_new (bus, NAME, OBJECT_PATH);
      use (NORPC_ENDPOINT (remote));
    }
  else
    {
      use (norpc_server_get_endpoint (server));
    }

  return 0;
}
