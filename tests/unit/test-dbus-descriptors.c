/* test-dbus-descriptors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A result of the type h belongs to the client. If the client does not take it, or there is none, it is closed, once.
 */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "descriptors-fixture.h"
#include "remote/norpc-dbus-form-private.h"

#define N_CALLS 10

static void
unfinished_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  Descriptors *self = user_data;

  self->n_pending--;
}

static void
finished_without_cb (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Descriptors *self = user_data;

  g_assert_true (wire_wire_proxy_call_copy_finish (WIRE_WIRE_PROXY (object), result, NULL, NULL));
  self->n_pending--;
}

/* The reply has the descriptor while the function runs. */
static void
lent_cb (gint          file,
         const GError *error,
         gpointer      user_data)
{
  Descriptors *self = user_data;

  g_assert_no_error (error);
  g_assert_cmpint (fcntl (file, F_GETFD), >=, 0);
  self->n_pending--;
}

static void
test_not_taken (DBusFixture   *fixture,
                gconstpointer  kind)
{
  Descriptors self;

  descriptors_set_up (&self, fixture);
  for (guint i = 0; i < N_CALLS * 2; i++)
    {
      WireWireProxy *proxy = self.proxies[i % 2];

      g_assert_true (wire_wire_proxy_call_copy_sync (proxy, self.file, self.options, NULL, NULL, NULL));
      wire_wire_proxy_call_copy (proxy, self.file, self.options, NULL, NULL, NULL);
      wire_wire_proxy_call_copy (proxy, self.file, self.options, NULL, unfinished_cb, &self);
      wire_wire_proxy_call_copy (proxy, self.file, self.options, NULL, finished_without_cb, &self);
      wire_wire_proxy_call_copy_with_reply (proxy, self.file, self.options, NULL, lent_cb, &self);
      self.n_pending += 3;
      descriptors_wait_closed (&self);
    }
  descriptors_tear_down (&self);
}

static void
finish_failed (Descriptors  *self,
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
answer_late (Descriptors *self,
             NorpcCall   *call,
             guint        way)
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
  Descriptors self;

  descriptors_set_up (&self, fixture);
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
      descriptors_wait_closed (&self);
    }
  descriptors_tear_down (&self);
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
  Descriptors self;
  int file = -1;

  descriptors_set_up (&self, fixture);
  g_mutex_lock (&fixture->state->lock);
  fixture->state->func = cancel;
  fixture->state->data = cancellable;
  g_mutex_unlock (&fixture->state->lock);
  g_assert_false (wire_wire_proxy_call_copy_sync (self.proxies[1], self.file, options, &file, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  descriptors_wait_closed (&self);
  descriptors_tear_down (&self);
}

/* Returns a descriptor (owned) from a dynamic proxy. */
static int
copy_dynamically (Descriptors   *self,
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
copy (Descriptors   *self,
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
  Descriptors self;

  descriptors_set_up (&self, fixture);
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
      descriptors_wait_closed (&self);
      norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL);
    }
  descriptors_tear_down (&self);
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
  Descriptors self;
  int file;

  descriptors_set_up (&self, fixture);
  g_assert_false (wire_wire_proxy_call_copy_sync (self.proxies[0], -1, self.options, &file, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.Copy: -1 is no file descriptor, which D-Bus needs");

  self.n_pending++;
  wire_wire_proxy_call_hold_file (self.proxies[0], NULL, rejected_cb, &self);
  call = wire_state_wait_held (fixture->state);
  wire_wire_complete_hold_file (WIRE_WIRE (self.proxies[0]), call, -1);
  descriptors_wait_closed (&self);
  descriptors_tear_down (&self);
}

/* A message cannot have more descriptors than a connection passes: the connection would be closed. */
static void
test_too_many (DBusFixture   *fixture,
               gconstpointer  kind)
{
  guint max = fixture->kind == DBUS_ON_BUS ? 16 : 253;
  Descriptors self;

  descriptors_set_up (&self, fixture);
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
      g_assert_cmpint (wire_wire_proxy_call_copy_sync (self.proxies[0], self.file, options, &file, NULL, &error), ==,
                       i == 0);
      if (i == 1)
        g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      else
        g_assert_cmpint (close (file), ==, 0);
    }
  descriptors_wait_closed (&self);
  descriptors_tear_down (&self);
}

/* A fake has several answers for one descriptor, which stays the test's. */
static void
test_fake (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (NorpcFake) fake = norpc_fake_new (wire_wire_interface_info ());
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *rule;
  Descriptors self;

  descriptors_set_up (&self, fixture);
  rule = norpc_fake_answer (fake, "Copy", &error, self.file);
  g_assert_no_error (error);
  norpc_fake_rule_set_times (rule, 2);
  for (guint i = 0; i < 2; i++)
    {
      int file = copy (&self, g_object_ref (NORPC_ENDPOINT (fake)));

      g_assert_cmpint (file, !=, self.file);
      g_assert_cmpint (close (file), ==, 0);
    }
  descriptors_wait_closed (&self);
  descriptors_tear_down (&self);
}

/* How a handler fails. */
enum
{
  FAILS,
  FAILS_WITHOUT_ERROR, /* as those of language bindings do */
  RETURNS_TRUE,        /* with an error */
  SETS_ZERO,           /* to the result, as language bindings do */
  N_FAILURES
};

/* Runs in the service's context. */
static gboolean
failing_copy (WireWire  *service G_GNUC_UNUSED,
              gint       file,
              GVariant  *options,
              gint      *out_file,
              GError   **error)
{
  guint failure = N_FAILURES;

  g_assert_true (g_variant_lookup (options, "failure", "u", &failure));
  *out_file = failure == SETS_ZERO ? 0 : dup (file);
  if (failure != FAILS_WITHOUT_ERROR)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no space");

  return failure == RETURNS_TRUE;
}

/* The result of a handler that fails is closed. */
static void
test_failed (DBusFixture   *fixture,
             gconstpointer  kind)
{
  static const WireWireInterface funcs = { .copy = failing_copy };
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) serve_error = NULL;
  Descriptors self;

  descriptors_set_up (&self, fixture);
  server = norpc_serve (wire_wire_new_for_funcs (&funcs, NULL, NULL), &serve_error);
  g_assert_no_error (serve_error);
  proxy = wire_wire_proxy_new (norpc_server_get_endpoint (server));
  for (guint i = 0; i < N_FAILURES; i++)
    {
      g_autoptr (GVariant) options = g_variant_ref_sink (g_variant_new_parsed ("{'failure': <%u>}", i));
      g_autoptr (GError) error = NULL;
      int file = -2;

      if (i == RETURNS_TRUE)
        g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*Copy set an error and returned a result*");
      g_assert_false (wire_wire_proxy_call_copy_sync (proxy, self.file, options, &file, NULL, &error));
      g_test_assert_expected_messages ();
      if (i == FAILS_WITHOUT_ERROR)
        g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
      else
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
      g_assert_cmpint (file, ==, -2);
      g_assert_cmpuint (descriptors_count (&self), ==, 0);
      g_assert_cmpint (fcntl (0, F_GETFD), >=, 0);
    }
  descriptors_tear_down (&self);
}

/* Permits the process to open no more than @n descriptors from now on. Sets @before to the limit. */
static void
limit_descriptors (Descriptors   *self,
                   int            n,
                   struct rlimit *before)
{
  struct rlimit limit;
  int files[2] = { -1, -1 };
  int next = dup (self->file);

  for (int i = 0; i < n; i++)
    {
      files[i] = next;
      next = dup (self->file);
    }
  getrlimit (RLIMIT_NOFILE, before);
  limit = *before;
  limit.rlim_cur = (rlim_t) next;
  setrlimit (RLIMIT_NOFILE, &limit);
  close (next);
  for (int i = 0; i < n; i++)
    close (files[i]);
}

/* A reply with descriptors comes when the process can open no more. Nothing of it stays open, also within records. */
static void
test_exhausted (DBusFixture   *fixture,
                gconstpointer  kind)
{
  static const struct
  {
    const char *form;  /* of the results */
    int         n_free;
    gboolean    is_record[2];
  } cases[] = {
    { "(%h,)", 0, { FALSE } },
    { "((%h, 'name'),)", 0, { TRUE } },
    { "((%h, %h),)", 1, { TRUE } },
    { "(%h, (%h, 'name'))", 1, { FALSE, TRUE } },
    { "((%h, 'name'), %h)", 1, { TRUE, FALSE } },
    { "([(%h, 'name'), (%h, 'other')], %h)", 2, { TRUE, FALSE } },
  };
  const NorpcInterfaceInfo *info = wire_wire_interface_info ();
  GDBusArgInfo *file = g_dbus_interface_info_lookup_method ((GDBusInterfaceInfo *) &info->dbus, "Copy")->out_args[0];
  GDBusArgInfo *record = g_dbus_interface_info_lookup_method ((GDBusInterfaceInfo *) &info->dbus, "Named")->out_args[2];
  Descriptors self;

  descriptors_set_up (&self, fixture);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GDBusArgInfo *infos[] = { cases[i].is_record[0] ? record : file, cases[i].is_record[1] ? record : file, NULL };
      g_autoptr (GVariant) results =
        g_variant_ref_sink (g_variant_new_parsed (cases[i].form, self.file, self.file, self.file));
      g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
      g_autofree char *problem = NULL;
      struct rlimit before;
      GVariant *owned;

      limit_descriptors (&self, cases[i].n_free, &before);
      owned = norpc_dbus_own_fds (infos, results, fds, &problem);
      setrlimit (RLIMIT_NOFILE, &before);
      g_assert_null (owned);
      g_assert_cmpstr (problem, ==, "there are too many open file descriptors");
      g_assert_cmpuint (descriptors_count (&self), ==, 0);
    }
  descriptors_tear_down (&self);
}

static void
assert_has_open (WireNamedFile *named)
{
  g_autoptr (GVariant) handle = g_variant_get_variant (named->more);

  g_assert_cmpint (fcntl (g_variant_get_handle (handle), F_GETFD), >=, 0);
}

/* The descriptors in records belong to the client, whichever it is, except those in variants, which belong to these. An export
 * has duplicates in its message.
 */
static void
test_in_records (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  Descriptors self;

  descriptors_set_up (&self, fixture);
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (WireNamedFile) first = NULL;
      g_autoptr (GPtrArray) others = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (wire_wire_proxy_call_copy_named_sync (self.proxies[i % 2], self.file, &first, &others, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (g_close (first->file, NULL));
      assert_has_open (first);
      g_assert_cmpuint (others->len, ==, 2);
      for (guint j = 0; j < others->len; j++)
        {
          WireNamedFile *other = g_ptr_array_index (others, j);

          g_assert_true (g_close (other->file, NULL));
          assert_has_open (other);
        }
      g_clear_pointer (&first, wire_named_file_free);
      g_clear_pointer (&others, g_ptr_array_unref);
      descriptors_wait_closed (&self);
    }
  descriptors_tear_down (&self);
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
  dbus_add_tests ("/descriptors/in-records", test_in_records);
  dbus_add_tests ("/descriptors/none", test_none);
  dbus_add_tests ("/descriptors/too-many", test_too_many);
  dbus_add_tests ("/descriptors/fake", test_fake);

  g_test_add ("/descriptors/failed", DBusFixture, GINT_TO_POINTER (DBUS_TO_PEER), dbus_fixture_set_up, test_failed,
              dbus_fixture_tear_down);
  g_test_add ("/descriptors/exhausted", DBusFixture, GINT_TO_POINTER (DBUS_TO_PEER), dbus_fixture_set_up, test_exhausted,
              dbus_fixture_tear_down);

  return g_test_run ();
}
