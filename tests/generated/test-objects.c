/* test-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An object of another class than the description says, which a cast has let through, is an
 * error that tells both types, and the object is released. A signal has no error: a message is
 * logged, and clients see no emission.
 */

#include "generated-objects.h"

/* A service that gives what it has. */
typedef struct
{
  GObject parent_instance;
} Objects;

typedef GObjectClass ObjectsClass;

static GObject *given;   /* (owned) (nullable) */
static GObject *given_2; /* (owned) (nullable) */

static gboolean
objects_lend (TestObjects   *self,
              GFile         *file,
              GCancellable  *cancellable,
              GTypePlugin   *plugin,
              GError       **error)
{
  return TRUE;
}

static gboolean
objects_move (TestObjects   *self,
              GCancellable  *cancellable,
              GError       **error)
{
  g_object_unref (cancellable);

  return TRUE;
}

static GFile *
objects_give (TestObjects  *self,
              GError      **error)
{
  return (GFile *) g_steal_pointer (&given);
}

static gboolean
objects_give_two (TestObjects   *self,
                  GCancellable **cancellable,
                  GTypePlugin  **plugin,
                  GError       **error)
{
  *cancellable = (GCancellable *) g_steal_pointer (&given);
  *plugin = (GTypePlugin *) g_steal_pointer (&given_2);

  return TRUE;
}

static gboolean
objects_handle_later (TestObjects  *self,
                      NorpcCall    *call,
                      GError      **error)
{
  test_objects_complete_later (self, call, (GFile *) given);
  g_clear_object (&given);

  return TRUE;
}

static void
objects_iface_init (TestObjectsInterface *iface)
{
  iface->lend = objects_lend;
  iface->move = objects_move;
  iface->give = objects_give;
  iface->give_two = objects_give_two;
  iface->handle_later = objects_handle_later;
}

static GType objects_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Objects, objects, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TEST_TYPE_OBJECTS, objects_iface_init))

static void
objects_class_init (ObjectsClass *klass)
{
}

static void
objects_init (Objects *self)
{
}

/* An implementation of an interface that does not require GObject. */
typedef GObject Plugin;
typedef GObjectClass PluginClass;

static GType plugin_get_type (void);

G_DEFINE_TYPE_WITH_CODE (Plugin, plugin, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_TYPE_PLUGIN, NULL))

static void
plugin_class_init (PluginClass *klass)
{
}

static void
plugin_init (Plugin *self)
{
}

typedef struct
{
  GObject          *service; /* (owned) */
  TestObjectsProxy *proxy;   /* (owned) */
  GObject          *wrong;   /* (owned): what must be released */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (NorpcDirect) direct = NULL;

  self->service = g_object_new (objects_get_type (), NULL);
  direct = norpc_direct_new (self->service);
  self->proxy = test_objects_proxy_new (NORPC_ENDPOINT (direct));
  self->wrong = g_object_new (G_TYPE_OBJECT, NULL);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->service);
  g_assert_finalize_object (g_steal_pointer (&self->wrong));
}

static void
assert_refused (GError     **error,
                const char  *message)
{
  g_assert_error (*error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_clear_error (error);
}

static void
result_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

static void
test_args (Fixture       *self,
           gconstpointer  unused)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/");
  g_autoptr (GObject) plugin = g_object_new (plugin_get_type (), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (test_objects_proxy_call_lend_sync (self->proxy, (GFile *) self->wrong, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Lend: argument 'file': "
                          "expected a value of type GFile, got one of type GObject");
  g_assert_false (test_objects_proxy_call_lend_sync (self->proxy, NULL, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Lend: argument 'file': "
                          "expected a value of type GFile, got NULL");
  g_assert_false (test_objects_proxy_call_lend_sync (self->proxy, file, (GCancellable *) self->wrong, NULL,
                                                     NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Lend: argument 'cancellable': "
                          "expected a value of type GCancellable, got one of type GObject");
  g_assert_false (test_objects_proxy_call_lend_sync (self->proxy, file, NULL, (GTypePlugin *) self->wrong,
                                                     NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Lend: argument 'plugin': "
                          "expected a value of type GTypePlugin, got one of type GObject");
  g_assert_true (test_objects_proxy_call_lend_sync (self->proxy, file, NULL, (GTypePlugin *) plugin, NULL, &error));
  g_assert_no_error (error);

  test_objects_proxy_call_lend (self->proxy, (GFile *) self->wrong, NULL, NULL, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (test_objects_proxy_call_lend_finish (self->proxy, result, &error));
  assert_refused (&error, "org.example.Test.Objects.Lend: argument 'file': "
                          "expected a value of type GFile, got one of type GObject");

  g_assert_false (test_objects_proxy_call_move_sync (self->proxy, (GCancellable *) g_object_ref (self->wrong),
                                                     NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Move: argument 'cancellable': "
                          "expected a value of type GCancellable, got one of type GObject");
}

static void
test_results (Fixture       *self,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  given = g_object_ref (self->wrong);
  g_assert_null (test_objects_proxy_call_give_sync (self->proxy, NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Give: result 'file': "
                          "expected a value of type GFile, got one of type GObject");

  given = G_OBJECT (g_cancellable_new ());
  given_2 = g_object_ref (self->wrong);
  g_assert_false (test_objects_proxy_call_give_two_sync (self->proxy, NULL, NULL, NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.GiveTwo: result 'plugin': "
                          "expected a value of type GTypePlugin, got one of type GObject");

  given = g_object_ref (self->wrong);
  g_assert_null (test_objects_proxy_call_later_sync (self->proxy, NULL, &error));
  assert_refused (&error, "org.example.Test.Objects.Later: result 'file': "
                          "expected a value of type GFile, got one of type GObject");
}

static void
count_cb (TestObjects *service,
          GFile       *file,
          GTypePlugin *plugin,
          TestFolder  *folder,
          guint       *n)
{
  (*n)++;
}

/* GLib checks the classes that a GValue can have; the rest is checked as for calls. */
static void
test_signals (Fixture       *self,
              gconstpointer  unused)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/");
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (self->service, NULL);
  g_autoptr (TestObjectsProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  TestFolder folder = { (GFile *) self->wrong };
  guint n = 0;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  proxy = test_objects_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_signal_connect (proxy, "found", G_CALLBACK (count_cb), &n);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "org.example.Test.Objects.Found: argument 'plugin': expected a value of type GTypePlugin, "
                         "got one of type GObject; the signal was not passed on to clients");
  test_objects_emit_found (TEST_OBJECTS (self->service), file, (GTypePlugin *) self->wrong, NULL);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL,
                         "org.example.Test.Objects.Found: argument 'folder': field 'file' of TestFolder: "
                         "expected a value of type GFile, got one of type GObject; *");
  test_objects_emit_found (TEST_OBJECTS (self->service), file, NULL, &folder);
  g_test_assert_expected_messages ();
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n, ==, 0);

  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/objects/arguments", Fixture, NULL, set_up, test_args, tear_down);
  g_test_add ("/objects/results", Fixture, NULL, set_up, test_results, tear_down);
  g_test_add ("/objects/signals", Fixture, NULL, set_up, test_signals, tear_down);

  return g_test_run ();
}
