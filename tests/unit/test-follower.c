/* test-follower.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A follower that one of its functions frees. */

#include "log.h"
#include "wire.h"

/* A service, and a follower that frees itself in one of its functions. */
typedef struct
{
  WireWire      *service;  /* (owned) */
  NorpcDirect   *direct;   /* (owned) */
  NorpcFollower *follower; /* (owned) (nullable) */
  const char    *frees;    /* (nullable): the first letters of what is logged when it does so */
  Log            log;
} Fixture;

static void
note (Fixture    *self,
      const char *text)
{
  log_add (&self->log, "%s; ", text);
  if (self->frees != NULL && g_str_has_prefix (text, self->frees))
    g_clear_pointer (&self->follower, norpc_follower_free);
}

static void
emitted (const NorpcSignalInfo *info,
         GVariant              *args,
         const char            *problem,
         gpointer               data)
{
  note (data, info->name);
}

static void
lost (const NorpcSignalInfo *info,
      guint                  n_lost,
      gpointer               data)
{
  g_autofree char *text = g_strdup_printf ("lost %s", info->name);

  note (data, text);
}

static void
changed (GVariant *values,
         GVariant *invalidated,
         gpointer  data)
{
  note (data, "changed");
}

static const NorpcFollowerFuncs funcs = { emitted, lost, changed };

static const WireWireInterface service_funcs = { .run = NULL };

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (GCancellable) handle = g_cancellable_new ();

  log_init (&self->log);
  self->service = wire_wire_new_for_funcs (&service_funcs, self, NULL);
  g_object_set (self->service, "handle", handle, NULL);
  self->direct = norpc_direct_new (G_OBJECT (self->service));
  self->follower = norpc_follower_new (NORPC_ENDPOINT (self->direct), wire_wire_interface_info (), &funcs, self);

  /* The first values are no changes. */
  for (double volume = 1; self->log.text->len == 0; volume++)
    {
      wire_wire_set_volume (self->service, volume);
      g_main_context_iteration (NULL, FALSE);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  log_truncate (&self->log);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  g_clear_pointer (&self->follower, norpc_follower_free);
  g_object_unref (self->direct);
  g_object_unref (self->service);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  log_clear (&self->log);
}

/* Runs the context until all has been passed on, and checks that nothing was, after the last one of @expected. */
static void
assert_ended (Fixture    *self,
              const char *expected)
{
  while (self->follower != NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  log_assert (&self->log, expected);
}

/* The change is passed on before the signal that came after it. */
static void
test_changed (Fixture       *self,
              gconstpointer  unused)
{
  self->frees = "changed";
  wire_wire_set_volume (self->service, -1);
  wire_wire_emit_finished (self->service);
  wire_wire_emit_finished (self->service);
  assert_ended (self, "changed; ");
}

static void
test_emitted (Fixture       *self,
              gconstpointer  unused)
{
  self->frees = "finished";
  wire_wire_emit_finished (self->service);
  wire_wire_emit_finished (self->service);
  wire_wire_set_volume (self->service, -1);
  assert_ended (self, "finished; ");
}

/* More signals than the follower takes, which then gets no more of them; a change was before. */
static void
emit_too_many (Fixture *self)
{
  wire_wire_set_volume (self->service, -1);
  for (guint i = 0; i < 20; i++)
    wire_wire_emit_counted (self->service, i);
}

static void
test_lost (Fixture       *self,
           gconstpointer  unused)
{
  self->frees = "lost";
  emit_too_many (self);
  while (self->follower != NULL)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (g_str_has_suffix (self->log.text->str, "lost counted; "));
}

static void
test_changed_before_loss (Fixture       *self,
                          gconstpointer  unused)
{
  self->frees = "changed";
  emit_too_many (self);
  assert_ended (self, "changed; ");
}

static void
add (const char *path,
     void      (*func) (Fixture       *self,
                        gconstpointer  unused))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/follower/changed", test_changed);
  add ("/follower/emitted", test_emitted);
  add ("/follower/lost", test_lost);
  add ("/follower/changed-before-loss", test_changed_before_loss);

  return g_test_run ();
}
