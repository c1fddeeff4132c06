/* finder-test.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "finder-model.h"

/* The model, in front of a fake of its service. */
typedef struct
{
  NorpcManualClock *clock;
  NorpcFake        *fake;
  FinderModel      *model;
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (DemoDirectoryProxy) proxy = NULL;

  self->clock = norpc_manual_clock_new ();
  self->fake = norpc_fake_new (demo_directory_interface_info ());
  proxy = demo_directory_proxy_new (NORPC_ENDPOINT (self->fake));
  self->model = finder_model_new (proxy);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  g_object_unref (self->model);
  g_object_unref (self->fake);
  g_object_unref (self->clock);
}

static void
assert_shows (Fixture    *self,
              gboolean    busy,
              const char *names,
              const char *message)
{
  g_auto (GStrv) shown_names = NULL;
  g_autofree char *joined = NULL, *shown_message = NULL;
  gboolean shown_busy;

  g_object_get (self->model, "busy", &shown_busy, "names", &shown_names, "message", &shown_message, NULL);
  joined = g_strjoinv (" ", shown_names);
  g_assert_true (shown_busy == busy);
  g_assert_cmpstr (joined, ==, names);
  g_assert_cmpstr (shown_message, ==, message);
}

static const char *ada[] = { "Ada", "Adam", NULL };

/* An answer, and what the service was asked. */
static void
test_found (Fixture       *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  NorpcFakeCall *call;

  norpc_fake_answer (self->fake, "Find", &error, ada);
  g_assert_no_error (error);

  finder_model_search (self->model, "ad");
  assert_shows (self, TRUE, "", NULL);
  norpc_manual_clock_run (self->clock, 0);
  assert_shows (self, FALSE, "Ada Adam", NULL);

  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Find"), ==, 1);
  call = norpc_fake_get_call (self->fake, "Find", 0);
  g_assert_cmpstr (g_value_get_string (norpc_fake_call_get_arg (call, 0)), ==, "ad");
}

static void
test_failed (Fixture       *self,
             gconstpointer  unused)
{
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "No network");
  g_autoptr (GError) error = NULL;

  norpc_fake_answer_error (self->fake, "Find", failure, &error);
  g_assert_no_error (error);

  finder_model_search (self->model, "ad");
  norpc_manual_clock_run (self->clock, 0);
  assert_shows (self, FALSE, "", "No network");
}

/* The service never answers. The two seconds of the timeout pass at once. */
static void
test_timeout (Fixture       *self,
              gconstpointer  unused)
{
  norpc_fake_never_answer (self->fake, "Find", NULL);

  finder_model_search (self->model, "ad");
  norpc_manual_clock_run (self->clock, 1999);
  assert_shows (self, TRUE, "", NULL);
  norpc_manual_clock_run (self->clock, 1);
  assert_shows (self, FALSE, "", "The directory does not answer");
}

/* The answer to an older search comes later than that to a newer one. */
static void
test_newest (Fixture       *self,
             gconstpointer  unused)
{
  NorpcFakeRule *slow = norpc_fake_answer (self->fake, "Find", NULL, ada);
  const char *bob[] = { "Bob", NULL };

  norpc_fake_rule_set_delay (slow, 1000);
  norpc_fake_rule_match_variant (slow, g_variant_new ("(s)", "a"), NULL);
  norpc_fake_answer (self->fake, "Find", NULL, bob);

  finder_model_search (self->model, "a");
  norpc_manual_clock_run (self->clock, 300);
  finder_model_search (self->model, "b");
  g_assert_true (norpc_fake_call_is_cancelled (norpc_fake_get_call (self->fake, "Find", 0)));
  norpc_manual_clock_run (self->clock, 1000);
  assert_shows (self, FALSE, "Bob", NULL);
}

/* A signal makes the model search again. */
static void
test_changed (Fixture       *self,
              gconstpointer  unused)
{
  const char *nobody[] = { NULL };

  norpc_fake_answer (self->fake, "Find", NULL, nobody);
  norpc_fake_answer (self->fake, "Find", NULL, ada);

  finder_model_search (self->model, "ad");
  norpc_manual_clock_run (self->clock, 0);
  assert_shows (self, FALSE, "", "Nobody has this name");

  demo_directory_emit_changed (DEMO_DIRECTORY (norpc_fake_get_service (self->fake)));
  norpc_manual_clock_run (self->clock, 0);
  assert_shows (self, FALSE, "Ada Adam", NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/finder/found", Fixture, NULL, set_up, test_found, tear_down);
  g_test_add ("/finder/failed", Fixture, NULL, set_up, test_failed, tear_down);
  g_test_add ("/finder/timeout", Fixture, NULL, set_up, test_timeout, tear_down);
  g_test_add ("/finder/newest", Fixture, NULL, set_up, test_newest, tear_down);
  g_test_add ("/finder/changed", Fixture, NULL, set_up, test_changed, tear_down);

  return g_test_run ();
}
