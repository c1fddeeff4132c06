/* test-dynamic-declared.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls with values of declared types, between clients and services of which one or both have a description that was
 * read at run time.
 */

#include "atlas-fixture.h"

#define POINTS "[(1, 2, 'a'), (3, 4, nothing)]"
#define ENTRY "('key', 10, 3, b'bytes', 'file:///a', '2026-11-30T09:00:00Z', <7>, " POINTS ", [0, 10], (5, 6, 'o'))"

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tuple = g_strdup_printf ("(%s)", text);
  GVariant *value = g_variant_parse (G_VARIANT_TYPE ("(s(siuaymssva(iims)aim(iims))iua(iims)aiasm(iims))"), tuple, NULL,
                                     NULL, &error);

  g_assert_no_error (error);

  return value;
}

/* Values arrive as they were sent, and NULL does. */
static void
test_echo (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  static const char * const texts[] = {
    "'text', " ENTRY ", 1, 2, " POINTS ", [1, 0], ['file:///b', 'file:///c'], (7, 8, nothing)",
    "'', ('', 0, 0, [], nothing, '2026-11-30T09:00:00Z', <''>, [], [], nothing), 0, 0, [], [], [], nothing",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) args = parse (texts[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = atlas_call (fixture, "Echo", args, &error);

      g_assert_no_error (error);
      g_assert_cmpvariant (reply, args);
    }
}

/* Arguments that move belong to the handler, whether they are converted or not. */
static void
test_take (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = atlas_call (fixture, "Take", g_variant_new ("(^ay(iims))", "abc", 10, 20, "n"), &error);
  guint64 sum;

  g_assert_no_error (error);
  g_variant_get (reply, "(t)", &sum);
  g_assert_cmpuint (sum, ==, 34);
}

/* Generated functions of a client. */
static void
test_compiled_client (AtlasFixture  *fixture,
                      gconstpointer  kind)
{
  AtlasAtlasProxy *proxy = ATLAS_ATLAS_PROXY (fixture->proxy);
  AtlasPoint point = { 1, 2, NULL };
  g_autoptr (GBytes) data = g_bytes_new_static ("ab", 2);
  g_autoptr (GError) error = NULL;
  guint64 sum;

  g_assert_true (atlas_atlas_proxy_call_take_sync (proxy, g_bytes_ref (data), atlas_point_copy (&point), &sum, NULL,
                                                   &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sum, ==, 5);
}

/* A value that the other side does not have is an error that names it. */
static void
test_wrong_value (AtlasFixture  *fixture,
                  gconstpointer  kind)
{
  g_autoptr (GVariant) args = parse ("'', " ENTRY ", 5, 0, [], [], [], nothing");
  g_autoptr (GVariant) nested =
    parse ("'', ('', 6, 0, [], nothing, '2026-11-30T09:00:00Z', <''>, [], [], nothing), 0, 0, [], [], [], nothing");
  g_autoptr (GError) error = NULL;

  g_assert_null (atlas_call (fixture, "Echo", args, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Atlas.Echo: argument 'mode': 5 is not a valid AtlasMode");
  g_clear_error (&error);

  g_assert_null (atlas_call (fixture, "Echo", nested, &error));
  g_assert_cmpstr (error->message, ==,
                   "org.example.Atlas.Echo: argument 'entry': field mode: 6 is not a valid AtlasMode");
}

static void
return_point (AtlasFixture *fixture,
              NorpcCall    *call)
{
  norpc_call_return_variant (call, g_variant_new ("((iims))", 4, 5, "now"));
}

static GVariant *
run (AtlasFixture  *fixture,
     GError       **error)
{
  return atlas_call (fixture, "Run", g_variant_new ("(i)", 10), error);
}

static void
assert_point (GVariant   *reply,
              const char *expected)
{
  g_autofree char *text = g_variant_print (reply, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
return_wrong_point (AtlasFixture *fixture,
                    NorpcCall    *call)
{
  norpc_call_return_variant (call, g_variant_new ("(s)", "no point"));
}

static void
fail (AtlasFixture *fixture,
      NorpcCall    *call)
{
  norpc_call_return_error (call, G_IO_ERROR, G_IO_ERROR_BUSY, "Not now");
}

static void
drop (AtlasFixture *fixture,
      NorpcCall    *call)
{
}

/* Each answer of a handler reaches the client. */
static void
test_answers (AtlasFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  atlas_set_func (fixture, return_point);
  reply = run (fixture, &error);
  g_assert_no_error (error);
  assert_point (reply, "((4, 5, 'now'),)");

  atlas_set_func (fixture, return_wrong_point);
  g_assert_null (run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  atlas_set_func (fixture, fail);
  g_assert_null (run (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);

  atlas_set_func (fixture, drop);
  g_assert_null (run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

static gpointer
answer_thread (gpointer data)
{
  g_autoptr (NorpcCall) call = data;

  norpc_call_return_variant (call, g_variant_new ("((iims))", 6, 7, NULL));

  return NULL;
}

static void
answer_in_thread (AtlasFixture *fixture,
                  NorpcCall    *call)
{
  g_thread_join (g_thread_new ("answer", answer_thread, norpc_call_ref (call)));
}

static gboolean
answer_cb (gpointer data)
{
  answer_thread (data);

  return G_SOURCE_REMOVE;
}

static void
answer_later (AtlasFixture *fixture,
              NorpcCall    *call)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, answer_cb, norpc_call_ref (call), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* The last reference is released in another thread, after the handler. */
static gpointer
drop_thread (gpointer data)
{
  norpc_call_unref (data);

  return NULL;
}

static gboolean
drop_cb (gpointer data)
{
  g_thread_join (g_thread_new ("drop", drop_thread, data));

  return G_SOURCE_REMOVE;
}

static void
drop_later (AtlasFixture *fixture,
            NorpcCall    *call)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, drop_cb, norpc_call_ref (call), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
test_later (AtlasFixture  *fixture,
            gconstpointer  kind)
{
  AtlasFunc answers[] = { answer_in_thread, answer_later };
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GVariant) reply = NULL;

      atlas_set_func (fixture, answers[i]);
      reply = run (fixture, &error);
      g_assert_no_error (error);
      assert_point (reply, "((6, 7, nothing),)");
    }

  atlas_set_func (fixture, drop_later);
  g_assert_null (run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

/* A service that keeps its call. */
static NorpcCall *held;       /* (owned) (nullable), atomic */
static int was_cancelled;     /* atomic: the cancellable of the held call */

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  g_atomic_int_set (&was_cancelled, TRUE);
}

static void
hold (AtlasFixture *fixture,
      NorpcCall    *call)
{
  g_cancellable_connect (norpc_call_get_cancellable (call), G_CALLBACK (cancelled_cb), NULL, NULL);
  norpc_call_ref (call);
  call = g_atomic_pointer_exchange (&held, call);
  g_clear_pointer (&call, norpc_call_unref);
}

static NorpcCall *
take_held (void)
{
  NorpcCall *call;

  while ((call = g_atomic_pointer_exchange (&held, NULL)) == NULL)
    g_main_context_iteration (NULL, FALSE);

  return call;
}

static void
done_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  GError **error = data;
  g_autoptr (NorpcReply) reply = norpc_proxy_call_finish (NORPC_PROXY (object), result, error);

  if (reply != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED_HANDLED, "It was answered");
}

static void
wait_for_error (GError **error)
{
  while (*error == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* The client may hear of it first. */
static void
wait_until_cancelled (NorpcCall *call)
{
  while (!g_atomic_int_get (&was_cancelled))
    g_thread_yield ();
  g_assert_true (norpc_call_is_cancelled (call));
}

/* Cancelling reaches both sides. */
static void
test_cancel (AtlasFixture  *fixture,
             gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;

  was_cancelled = FALSE;
  atlas_set_func (fixture, hold);
  norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), cancellable, done_cb,
                    &error);
  call = take_held ();
  g_cancellable_cancel (cancellable);
  wait_for_error (&error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until_cancelled (call);

  /* An answer that is too late is not an error. */
  norpc_call_return_variant (call, g_variant_new ("((iims))", 1, 2, NULL));
}

/* A deadline passes on both sides. On a busy machine, it may pass before the service gets the call. */
static void
test_timeout (AtlasFixture  *fixture,
              gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;

  was_cancelled = FALSE;
  atlas_set_func (fixture, hold);
  norpc_proxy_set_timeout (fixture->proxy, 50);
  while (call == NULL)
    {
      g_clear_error (&error);
      norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), NULL, done_cb,
                        &error);
      wait_for_error (&error);
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
      call = g_atomic_pointer_exchange (&held, NULL);
    }
  wait_until_cancelled (call);
}

/* A server that stops fails the calls that its service keeps. */
static void
test_stop (AtlasFixture  *fixture,
           gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;

  was_cancelled = FALSE;
  atlas_set_func (fixture, hold);
  norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), NULL, done_cb, &error);
  call = take_held ();
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, NULL));
  wait_for_error (&error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  wait_until_cancelled (call);
}

/* A service that calls itself. */
static void
call_itself (AtlasFixture *fixture,
             NorpcCall    *call)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  return_point (fixture, call);
}

/* Another service, which calls the atlas, and which the atlas calls. */
static Fixture other;

static void
call_back (AtlasFixture *fixture,
           NorpcCall    *call)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (other.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  return_point (fixture, call);
}

static void
call_atlas (ProbeService *service,
            NorpcCall    *call,
            gpointer      fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = run (fixture, &error);

  g_assert_no_error (error);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_deadlock (AtlasFixture  *fixture,
               gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  atlas_set_func (fixture, call_itself);
  reply = run (fixture, &error);
  g_assert_no_error (error);
  assert_point (reply, "((4, 5, 'now'),)");

  fixture_set_up (&other, NULL);
  other.state->run = call_atlas;
  other.state->run_data = fixture;
  atlas_set_func (fixture, call_back);
  g_assert_true (probe_probe_proxy_call_run_sync (other.proxy, NULL, &error));
  g_assert_no_error (error);
  fixture_tear_down (&other, NULL);
}

/* Layers copy and keep calls; a proxy is the service of another server; a service is called directly. */
static void
test_endpoints (AtlasFixture  *fixture,
                gconstpointer  kind)
{
  g_autoptr (NorpcServer) forwarder = norpc_server_new (G_OBJECT (fixture->proxy));
  NorpcEndpoint *endpoints[] = {
    NORPC_ENDPOINT (norpc_retry_new (2)),
    NORPC_ENDPOINT (norpc_concurrency_limit_new (1)),
    NORPC_ENDPOINT (norpc_server_get_channel (forwarder)),
  };
  g_autoptr (NorpcEndpoint) stack = norpc_stack_newv (endpoints, G_N_ELEMENTS (endpoints));
  g_autoptr (NorpcDynamicProxy) dynamic = norpc_dynamic_proxy_new (stack, fixture->info);
  g_autoptr (AtlasAtlasProxy) compiled = atlas_atlas_proxy_new (stack);
  g_autoptr (AtlasPoint) point = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  atlas_set_func (fixture, answer_later);
  g_assert_true (norpc_server_start (forwarder, NULL, NULL));
  reply = norpc_dynamic_proxy_call_method_sync (dynamic, "Run", g_variant_new ("(i)", 10), NULL, &error);
  g_assert_no_error (error);
  assert_point (reply, "((6, 7, nothing),)");
  point = atlas_atlas_proxy_call_run_sync (compiled, ATLAS_MODE_SLOW, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (point->y, ==, 7);
  g_assert_true (norpc_server_stop (forwarder, NORPC_STOP_FINISH, NULL, NULL));
}

static void
test_direct (AtlasFixture  *fixture,
             gconstpointer  kind)
{
  g_autoptr (GObject) service = atlas_service_new (fixture->kind, fixture->info);
  g_autoptr (NorpcEndpoint) direct = NORPC_ENDPOINT (norpc_direct_new (service));
  g_autoptr (NorpcProxy) proxy = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  proxy = g_object_new (G_OBJECT_TYPE (fixture->proxy), "endpoint", direct, NULL);
  g_set_object (&fixture->proxy, proxy);
  atlas_set_func (fixture, return_point);
  reply = run (fixture, &error);
  g_assert_no_error (error);
  assert_point (reply, "((4, 5, 'now'),)");

  atlas_set_func (fixture, hold);
  g_assert_null (run (fixture, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  norpc_call_unref (take_held ());
}

/* The number of calls that a service may have open counts those of clients. */
static void
test_max_open (AtlasFixture  *fixture,
               gconstpointer  kind)
{
  GError *errors[2] = { NULL, NULL };
  g_autoptr (NorpcCall) first = NULL;
  g_autoptr (NorpcCall) second = NULL;

  norpc_server_set_max_open_calls (fixture->server, 1);
  atlas_set_func (fixture, hold);
  for (guint i = 0; i < 2; i++)
    norpc_proxy_call (fixture->proxy, atlas_new_call (fixture, "Run", g_variant_new ("(i)", 10), NULL), NULL, done_cb,
                      &errors[i]);
  first = take_held ();
  g_assert_null (g_atomic_pointer_get (&held));
  norpc_call_return_variant (first, g_variant_new ("((iims))", 1, 2, NULL));
  wait_for_error (&errors[0]);
  second = take_held ();
  norpc_call_return_variant (second, g_variant_new ("((iims))", 1, 2, NULL));
  wait_for_error (&errors[1]);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_error (errors[i], G_IO_ERROR, G_IO_ERROR_FAILED_HANDLED);
      g_error_free (errors[i]);
    }
}

/* Descriptions that differ in a declared type. */
static void
assert_difference (AtlasFixture *fixture,
                   const char   *text,
                   const char   *replacement,
                   const char   *method,
                   GVariant     *args,
                   const char   *expected)
{
  const NorpcInterfaceInfo *info = atlas_read_info (text, replacement);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy =
    g_object_new (norpc_dynamic_proxy_type_for (info), "endpoint", channel, "load-properties", FALSE, NULL);
  g_autoptr (GVariant) taken = g_variant_take_ref (args);
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_dynamic_proxy_call_method_sync (proxy, method, taken, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  if (!g_str_has_suffix (error->message, expected))
    g_assert_cmpstr (error->message, ==, expected);
}

static void
test_difference (AtlasFixture  *fixture,
                 gconstpointer  kind)
{
  const char *compiled = fixture->kind & ATLAS_DYNAMIC_SERVICE ? "" : "Atlas";
  g_autofree char *number = g_strdup_printf ("Run as its client describes it: argument 'mode' differs: the value 'Slow' of "
                                             "'Mode' is 11 in one, 10 in the other");
  g_autofree char *value = g_strdup_printf ("argument 'mode' differs: only one of them has the value 'Late' of 'Mode'");
  g_autofree char *other_value = g_strdup_printf ("argument 'mode' differs: only one of them has the value '%s' of '%sMode'",
                                                  *compiled != '\0' ? "slow" : "Slow", compiled);

  assert_difference (fixture, "value=\"10\"", "value=\"11\"", "Run", g_variant_new ("(i)", 11), number);
  assert_difference (fixture, "<value name=\"Slow\" value=\"10\"/>", "<value name=\"Late\" value=\"10\"/>", "Run",
                     g_variant_new ("(i)", 10), value);
  assert_difference (fixture, "<value name=\"Slow\" value=\"10\"/>", "", "Run", g_variant_new ("(i)", 1), other_value);
  assert_difference (fixture, "<field name=\"y\" type=\"i\"/>", "<field name=\"z\" type=\"i\"/>", "Take",
                     g_variant_new ("(^ay(iims))", "", 1, 2, NULL),
                     "argument 'point' differs: field 2 of 'Point' is 'z' in one, 'y' in the other");
  assert_difference (fixture, "<field name=\"y\" type=\"i\"/>", "<field name=\"y\" type=\"u\"/>", "Take",
                     g_variant_new ("(^ay(iums))", "", 1, 2, NULL), "argument 'point' differs");
  assert_difference (fixture, "name=\"tail\"", "name=\"rear\"", "Echo",
                     parse ("'', " ENTRY ", 0, 0, [], [], [], nothing"),
                     "argument 'entry' differs: field parts: only one of them has the value 'rear' of 'Parts'");
  assert_difference (fixture, "<field name=\"when\" type=\"GLib.DateTime\"/>", "<field name=\"when\" type=\"GLib.Uri\"/>",
                     "Echo", parse ("'', ('', 0, 0, [], nothing, 'http://a', <''>, [], [], nothing), 0, 0, [], [], [], "
                                    "nothing"),
                     "argument 'entry' differs: field when: 'GUri' is 'GDateTime' in the other");
}

/* A description from elsewhere may have only the forms of the types: nothing can differ but the values. */
static void
test_form_only (AtlasFixture  *fixture,
                gconstpointer  kind)
{
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (
    "<node><interface name='org.example.Atlas'><method name='Run'><arg type='i'/><arg type='(iims)' direction='out'/>"
    "</method></interface></node>", NULL, NULL);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (NorpcDynamicProxy) proxy = norpc_dynamic_proxy_new (channel, info);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  atlas_set_func (fixture, return_point);
  reply = norpc_dynamic_proxy_call_method_sync (proxy, "Run", g_variant_new ("(i)", 10), NULL, &error);
  g_assert_no_error (error);
  assert_point (reply, "((4, 5, 'now'),)");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  atlas_add_tests ("echo", test_echo);
  atlas_add_tests ("take", test_take);
  atlas_add_tests ("answers", test_answers);
  atlas_add_tests ("later", test_later);
  atlas_add_tests ("cancel", test_cancel);
  atlas_add_tests ("timeout", test_timeout);
  atlas_add_tests ("stop", test_stop);
  atlas_add_tests ("deadlock", test_deadlock);
  atlas_add_tests ("endpoints", test_endpoints);
  atlas_add_tests ("direct", test_direct);
  atlas_add_tests ("max-open", test_max_open);
  atlas_add_tests ("difference", test_difference);
  atlas_add_tests ("form-only", test_form_only);
  atlas_add_test ("compiled-client", ATLAS_DYNAMIC_SERVICE, test_compiled_client);
  atlas_add_test ("wrong-value", ATLAS_DYNAMIC_CLIENT, test_wrong_value);

  return g_test_run ();
}
