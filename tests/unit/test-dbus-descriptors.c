/* test-dbus-descriptors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A result of the type h belongs to the client, and one in a variant to the variant. If the client does not take it, or there
 * is none, it is closed, once.
 */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbus-fixture.h"

#define N_CALLS 10

typedef struct
{
  WireWireProxy *proxies[2]; /* (owned): over D-Bus, and in the same process */
  GVariant      *options;    /* (owned) */
  int            file;       /* that a call copies: a file that only this test has */
  guint          n_pending;
} Setup;

/* Returns how many descriptors of the file are open, besides that of the test. */
static guint
count_fds (Setup *self)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  struct stat file, other;
  const char *name;
  guint n = 0;

  g_assert_cmpint (fstat (self->file, &file), ==, 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      /* By its path: other threads close descriptors meanwhile, which are not for this one to use. */
      g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL);

      if (stat (path, &other) == 0 && other.st_dev == file.st_dev && other.st_ino == file.st_ino)
        n++;
    }
  g_assert_cmpuint (n, >=, 1);

  return n - 1;
}

static void
set_up (Setup       *self,
        DBusFixture *fixture)
{
  g_autofree char *path = NULL;

  *self = (Setup) { { g_object_ref (fixture->proxy), wire_wire_proxy_new (fixture->served_endpoint) } };
  self->options = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  self->file = g_file_open_tmp (NULL, &path, NULL);
  g_assert_cmpint (self->file, >=, 0);
  g_unlink (path);
}

/* Waits until all other descriptors of the file are closed. */
static void
wait_closed (Setup *self)
{
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  while ((self->n_pending > 0 || count_fds (self) > 0) && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_assert_cmpuint (self->n_pending, ==, 0);
  g_assert_cmpuint (count_fds (self), ==, 0);
}

static void
tear_down (Setup *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->proxies); i++)
    g_object_unref (self->proxies[i]);
  g_variant_unref (self->options);
  close (self->file);
}

static void
unfinished_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  Setup *self = user_data;

  self->n_pending--;
}

static void
finished_without_cb (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Setup *self = user_data;

  g_assert_true (wire_wire_proxy_call_copy_finish (WIRE_WIRE_PROXY (object), result, NULL, NULL));
  self->n_pending--;
}

/* The reply has the descriptor while the function runs. */
static void
lent_cb (gint          file,
         const GError *error,
         gpointer      user_data)
{
  Setup *self = user_data;

  g_assert_no_error (error);
  g_assert_cmpint (fcntl (file, F_GETFD), >=, 0);
  self->n_pending--;
}

static void
test_not_taken (DBusFixture   *fixture,
                gconstpointer  kind)
{
  Setup self;

  set_up (&self, fixture);
  for (guint i = 0; i < N_CALLS * 2; i++)
    {
      WireWireProxy *proxy = self.proxies[i % 2];

      g_assert_true (wire_wire_proxy_call_copy_sync (proxy, self.file, self.options, NULL, NULL, NULL));
      wire_wire_proxy_call_copy (proxy, self.file, self.options, NULL, NULL, NULL);
      wire_wire_proxy_call_copy (proxy, self.file, self.options, NULL, unfinished_cb, &self);
      wire_wire_proxy_call_copy (proxy, self.file, self.options, NULL, finished_without_cb, &self);
      wire_wire_proxy_call_copy_with_reply (proxy, self.file, self.options, NULL, lent_cb, &self);
      self.n_pending += 3;
      wait_closed (&self);
    }
  tear_down (&self);
}

static void
finish_failed (Setup        *self,
               GObject      *object,
               GAsyncResult *result,
               GQuark        domain,
               int           code)
{
  g_autoptr (GError) error = NULL;
  int file = -2;

  g_assert_false (wire_wire_proxy_call_hold_file_finish (WIRE_WIRE_PROXY (object), result, &file, &error));
  g_assert_error (error, domain, code);
  self->n_pending--;
}

static void
cancelled_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  finish_failed (user_data, object, result, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Answers a call that was cancelled in one of several ways. */
static void
answer_late (Setup     *self,
             NorpcCall *call,
             guint      way)
{
  GValue value = G_VALUE_INIT;
  int file = dup (self->file);

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, file);
  if (way == 0)
    wire_wire_complete_hold_file (WIRE_WIRE (self->proxies[0]), call, file);
  else if (way == 1)
    norpc_call_return_values (call, 1, &value);
  else
    norpc_call_return_variant (call, g_variant_new ("(h)", file));
}

static void
test_late (DBusFixture   *fixture,
           gconstpointer  kind)
{
  Setup self;

  set_up (&self, fixture);
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (NorpcCall) call = NULL;

      self.n_pending++;
      wire_wire_proxy_call_hold_file (self.proxies[i % 2], cancellable, cancelled_cb, &self);
      call = wire_state_wait_held (fixture->state);
      g_cancellable_cancel (cancellable);
      wire_state_wait_cancelled (fixture->state, i + 1);
      answer_late (&self, call, i / 2);
      wait_closed (&self);
    }
  tear_down (&self);
}

/* The service returns a descriptor from a synchronous handler. */
static void
cancel (WireWire *service,
        gpointer  data)
{
  g_cancellable_cancel (data);
}

static void
test_late_on_return (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GVariant) options = g_variant_ref_sink (g_variant_new_parsed ("{'run': <true>}"));
  g_autoptr (GError) error = NULL;
  Setup self;
  int file = -1;

  set_up (&self, fixture);
  g_mutex_lock (&fixture->state->lock);
  fixture->state->func = cancel;
  fixture->state->data = cancellable;
  g_mutex_unlock (&fixture->state->lock);
  g_assert_false (wire_wire_proxy_call_copy_sync (self.proxies[1], self.file, options, &file, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_closed (&self);
  tear_down (&self);
}

/* Returns a descriptor (owned) from a dynamic proxy. */
static int
copy_dynamically (Setup         *self,
                  NorpcEndpoint *endpoint)
{
  const char *xml = "<node><interface name='org.example.Wire'><method name='Copy'><arg name='file' type='h'/>"
                    "<arg name='options' type='a{sv}'/><arg name='file' type='h' direction='out'/></method>"
                    "</interface></node>";
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (endpoint, info);
  g_autoptr (GVariant) results =
    norpc_dynamic_proxy_call_method_sync (proxy, "Copy", g_variant_new ("(h@a{sv})", self->file, self->options), NULL,
                                          &error);
  int file;

  g_assert_no_error (error);
  g_variant_get (results, "(h)", &file);

  return file;
}

/* Returns a descriptor (owned) from a proxy of @endpoint, which is released. */
static int
copy (Setup         *self,
      NorpcEndpoint *endpoint)
{
  g_autoptr (NorpcEndpoint) owned = endpoint;
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (endpoint);
  g_autoptr (GError) error = NULL;
  int file = -1;

  wire_wire_proxy_call_copy_sync (proxy, self->file, self->options, &file, NULL, &error);
  g_assert_no_error (error);

  return file;
}

/* The descriptor that a client takes is its own, on whatever way it has come. */
static void
test_taken (DBusFixture   *fixture,
            gconstpointer  kind)
{
  Setup self;

  set_up (&self, fixture);
  for (guint i = 0; i < 2; i++)
    {
      NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (self.proxies[i]));
      g_autoptr (NorpcServer) server = norpc_serve (g_object_ref (self.proxies[i]), NULL);
      g_autoptr (NorpcLayer) retry = norpc_retry_new (3);
      int files[3];

      files[0] = copy_dynamically (&self, endpoint);
      norpc_layer_set_endpoint (retry, endpoint);
      files[1] = copy (&self, g_object_ref (NORPC_ENDPOINT (retry)));
      files[2] = copy (&self, g_object_ref (norpc_server_get_endpoint (server)));
      for (guint j = 0; j < G_N_ELEMENTS (files); j++)
        {
          g_assert_cmpint (fcntl (files[j], F_GETFD), >=, 0);
          close (files[j]);
        }
      wait_closed (&self);
      norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
    }
  tear_down (&self);
}

static void
rejected_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  finish_failed (user_data, object, result, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
}

/* D-Bus has no form for -1, as an argument or as a result. */
static void
test_none (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Setup self;
  int file;

  set_up (&self, fixture);
  g_assert_false (wire_wire_proxy_call_copy_sync (self.proxies[0], -1, self.options, &file, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.Copy: -1 is no file descriptor, which D-Bus needs");

  self.n_pending++;
  wire_wire_proxy_call_hold_file (self.proxies[0], NULL, rejected_cb, &self);
  call = wire_state_wait_held (fixture->state);
  wire_wire_complete_hold_file (WIRE_WIRE (self.proxies[0]), call, -1);
  wait_closed (&self);
  tear_down (&self);
}

/* A message cannot have more descriptors than a connection passes: the connection would be closed. */
static void
test_too_many (DBusFixture   *fixture,
               gconstpointer  kind)
{
  guint max = fixture->kind == DBUS_ON_BUS ? 16 : 253;
  Setup self;

  set_up (&self, fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GVariantBuilder) handles = g_variant_builder_new (G_VARIANT_TYPE ("ah"));
      g_autoptr (GVariant) options = NULL;
      g_autoptr (GError) error = NULL;
      int file = -1;

      /* There is one besides. */
      for (guint j = 0; j < max - 1 + i; j++)
        g_variant_builder_add (handles, "h", self.file);
      options = g_variant_ref_sink (g_variant_new_parsed ("{'more': <%v>}", g_variant_builder_end (handles)));
      g_assert_cmpint (wire_wire_proxy_call_copy_sync (self.proxies[0], self.file, options, &file, NULL, &error), ==, i == 0);
      if (i == 1)
        g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      else
        g_assert_cmpint (close (file), ==, 0);
    }
  wait_closed (&self);
  tear_down (&self);
}

/* Has the service return a variant, and returns (owned) it, unless @takes is FALSE. */
static GVariant *
pass_variant (WireWireProxy *proxy,
              GVariant      *any,
              gboolean       takes)
{
  const char * const none[] = { NULL };
  g_autoptr (GBytes) data = g_bytes_new (NULL, 0);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) nested = g_variant_ref_sink (g_variant_new_parsed ("@a(ya{s(ix)}) []"));
  g_autoptr (GError) error = NULL;
  GVariant *result = NULL;

  wire_wire_proxy_call_containers_sync (proxy, none, none, none, data, dict, any, nested, NULL, NULL, NULL, NULL, NULL,
                                        takes ? &result : NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  return result;
}

/* Takes the descriptor out of a variant, which is released. */
static GVariant *
take_out (GVariant *variant)
{
  g_autoptr (GVariant) owned = variant;
  g_autoptr (GVariant) array = g_variant_get_variant (variant);
  g_autoptr (GVariant) structure = g_variant_get_child_value (array, 1);

  return g_variant_get_child_value (structure, 0);
}

/* A descriptor in a variant is open for as long as a part of the variant is there. */
static void
test_in_variant (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  Setup self;

  set_up (&self, fixture);
  for (guint i = 0; i < 4; i++)
    {
      WireWireProxy *proxy = self.proxies[i % 2];
      int file = dup (self.file);
      g_autoptr (GVariant) any = g_variant_new_parsed ("<[(%h, 'a'), (%h, 'b')]>", file, dup (file));
      GVariant *owner = norpc_variant_take_fds (g_steal_pointer (&any));
      GVariant *result = pass_variant (proxy, owner, i >= 2);

      g_variant_unref (owner);
      if (i >= 2)
        {
          g_autoptr (GVariant) handle = take_out (result);

          g_assert_cmpint (fcntl (g_variant_get_handle (handle), F_GETFD), >=, 0);
          g_assert_cmpuint (count_fds (&self), >=, 2);
        }
      wait_closed (&self);
    }
  tear_down (&self);
}

/* Returns (owned) a value that owns a descriptor of the file. */
static GVariant *
new_owning (Setup *self)
{
  return norpc_variant_take_fds (g_variant_new_handle (dup (self->file)));
}

/* Returns (owned) a value that owns the descriptor of a part of it, which may own it, too. */
static GVariant *
compose (GVariant *part)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (part);

  return norpc_variant_take_fds (g_variant_new ("(vs)", sunk, "text"));
}

/* Returns (owned) a value that owns @log_fd, and the descriptors that @answer owns. */
static GVariant *
list_files (int       log_fd,
            GVariant *answer)
{
  g_autoptr (GVariant) log = norpc_variant_take_fds (g_variant_new_handle (log_fd));

  return norpc_variant_take_fds (g_variant_new_parsed ("{'log': %v, 'answer': %v}", log, answer));
}

/* A value that is composed of several has the descriptors of all. */
static void
test_several (DBusFixture   *fixture,
              gconstpointer  kind)
{
  GVariant *answer, *files;
  Setup self;

  set_up (&self, fixture);
  answer = new_owning (&self);
  files = list_files (dup (self.file), answer);
  g_variant_unref (answer);
  g_assert_nonnull (g_variant_get_data (files));
  g_assert_cmpuint (count_fds (&self), ==, 2);
  g_variant_unref (files);
  g_assert_cmpuint (count_fds (&self), ==, 0);
  tear_down (&self);
}

/* A value and a part of it that own a descriptor share it, whichever is released first. */
static void
test_composed (DBusFixture   *fixture,
               gconstpointer  kind)
{
  Setup self;

  set_up (&self, fixture);
  for (guint i = 0; i < 4; i++)
    {
      GVariant *part = new_owning (&self);
      GVariant *whole = i < 2 ? compose (part) : norpc_variant_take_fds (part);

      g_assert_nonnull (g_variant_get_data (whole));
      g_assert_cmpuint (count_fds (&self), ==, 1);
      g_variant_unref (i % 2 == 0 ? part : whole);
      g_assert_cmpuint (count_fds (&self), ==, 1);
      g_variant_unref (i % 2 == 0 ? whole : part);
      g_assert_cmpuint (count_fds (&self), ==, 0);
    }
  tear_down (&self);
}

/* A descriptor that appears twice in a value is closed once: another one may have its number then. */
static void
test_twice (DBusFixture   *fixture,
            gconstpointer  kind)
{
  GVariant *part, *value;
  Setup self;
  int file;

  set_up (&self, fixture);
  file = dup (self.file);
  part = norpc_variant_take_fds (g_variant_new ("(hh)", file, file));
  value = norpc_variant_take_fds (g_variant_new ("(@(hh)h)", part, file));
  g_variant_unref (part);
  g_assert_cmpuint (count_fds (&self), ==, 1);
  g_variant_unref (g_variant_get_child_value (value, 0));
  g_assert_cmpuint (count_fds (&self), ==, 1);
  g_variant_unref (value);
  g_assert_cmpuint (count_fds (&self), ==, 0);
  tear_down (&self);
}

/* The tuple of a dynamic proxy owns the descriptors of its results. A value that is composed of one shares them. */
static void
test_results (DBusFixture   *fixture,
              gconstpointer  kind)
{
  const char *xml = "<node><interface name='org.example.Wire'><method name='Containers'>"
                    "<arg type='as'/><arg type='ao'/><arg type='ag'/><arg type='ay'/><arg type='a{sv}'/><arg type='v'/>"
                    "<arg type='a(ya{s(ix)})'/>"
                    "<arg type='as' direction='out'/><arg type='ao' direction='out'/><arg type='ag' direction='out'/>"
                    "<arg type='ay' direction='out'/><arg type='a{sv}' direction='out'/><arg type='v' direction='out'/>"
                    "<arg type='a(ya{s(ix)})' direction='out'/></method></interface></node>";
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);
  Setup self;

  g_assert_no_error (error);
  set_up (&self, fixture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NorpcDynamicProxy) proxy =
        norpc_dynamic_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (self.proxies[i])), info);
      GVariant *any = compose (g_variant_new_handle (dup (self.file)));
      GVariant *args = g_variant_new ("(@as@ao@ag@ay@a{sv}v@a(ya{s(ix)}))", g_variant_new_strv (NULL, 0),
                                      g_variant_new_objv (NULL, 0),
                                      g_variant_new_array (G_VARIANT_TYPE_SIGNATURE, NULL, 0),
                                      g_variant_new_bytestring (""), self.options, any,
                                      g_variant_new_array (G_VARIANT_TYPE ("(ya{s(ix)})"), NULL, 0));
      GVariant *results, *result, *whole;

      g_variant_unref (any);
      results = norpc_dynamic_proxy_call_method_sync (proxy, "Containers", args, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (g_variant_get_data (results));
      result = g_variant_get_child_value (results, 5);
      whole = compose (result);
      g_variant_unref (result);
      g_variant_unref (results);
      g_assert_cmpuint (count_fds (&self), >=, 1);
      g_variant_unref (whole);
      wait_closed (&self);
    }
  tear_down (&self);
}

/* A fake has several answers for one descriptor, which stays the test's. */
static void
test_fake (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcFake) fake = norpc_fake_new (wire_wire_interface_info ());
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *rule;
  Setup self;

  set_up (&self, fixture);
  rule = norpc_fake_answer (fake, "Copy", &error, self.file);
  g_assert_no_error (error);
  norpc_fake_rule_set_times (rule, 2);
  for (guint i = 0; i < 2; i++)
    {
      int file = copy (&self, g_object_ref (NORPC_ENDPOINT (fake)));

      g_assert_cmpint (file, !=, self.file);
      g_assert_cmpint (close (file), ==, 0);
    }
  wait_closed (&self);
  tear_down (&self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/descriptors/not-taken", test_not_taken);
  dbus_add_tests ("/descriptors/late", test_late);
  dbus_add_tests ("/descriptors/late-on-return", test_late_on_return);
  dbus_add_tests ("/descriptors/taken", test_taken);
  dbus_add_tests ("/descriptors/in-variant", test_in_variant);
  dbus_add_tests ("/descriptors/composed", test_composed);
  dbus_add_tests ("/descriptors/several", test_several);
  dbus_add_tests ("/descriptors/twice", test_twice);
  dbus_add_tests ("/descriptors/results", test_results);
  dbus_add_tests ("/descriptors/none", test_none);
  dbus_add_tests ("/descriptors/too-many", test_too_many);
  dbus_add_tests ("/descriptors/fake", test_fake);

  return g_test_run ();
}
