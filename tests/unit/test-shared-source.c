/* test-shared-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The source of a context that runs the services there. The members are the test's own. */

#include "core/norpc-burst-private.h"
#include "server/norpc-shared-source-private.h"

#define N_MEMBERS 100

typedef struct
{
  NorpcSharedMember  member;
  NorpcSharedSource *source; /* (unowned) */
  int                n_refs;
  int                n_ended;
  guint              n_runs;
  guint              order;  /* how many had run before, when it ran last */
  NorpcMemberState   state;  /* what it returns */
  void             (*during) (gpointer self); /* (nullable): called while it runs */
  gpointer           other;  /* (unowned) (nullable) */
} Member;

static guint n_run;
static int polled_timeout;
static void (*during_poll) (void);
static Member *woken_by_poll[2];

static NorpcMemberState
run_member (gpointer      data,
            GMainContext *context)
{
  Member *self = data;

  g_assert_true (g_main_context_is_owner (context));
  self->n_runs++;
  self->order = n_run++;
  if (self->during != NULL)
    self->during (self);

  return self->state;
}

static void
end_member (gpointer data)
{
  ((Member *) data)->n_ended++;
}

static void
ref_member (gpointer data)
{
  ((Member *) data)->n_refs++;
}

static void
unref_member (gpointer data)
{
  ((Member *) data)->n_refs--;
}

static const NorpcSharedSourceFuncs funcs = { run_member, end_member, ref_member, unref_member };

static void
member_init (Member            *self,
             NorpcSharedSource *source)
{
  *self = (Member) { .source = source, .state = NORPC_MEMBER_ASLEEP };
  norpc_shared_source_add (source, &self->member, self);
  g_assert_cmpint (self->n_refs, ==, 1);
}

static gboolean
wake (Member *self)
{
  return norpc_shared_source_wake (self->source, &self->member);
}

/* In place of poll (): nothing arrives but what the test wakes up. */
static int
fake_poll (GPollFD *fds,
           guint    n_fds,
           int      timeout)
{
  polled_timeout = timeout;
  if (during_poll != NULL)
    during_poll ();

  return g_poll (fds, n_fds, 0);
}

static void
iterate_once (GMainContext *context)
{
  polled_timeout = 0;
  g_main_context_iteration (context, TRUE);
}

typedef struct
{
  GMainContext      *context; /* (owned) */
  NorpcSharedSource *source;  /* (owned) */
  Member             first, second;
} Setting;

static void
set_up (Setting       *self,
        gconstpointer  data G_GNUC_UNUSED)
{
  n_run = 0;
  self->context = g_main_context_new ();
  g_main_context_set_poll_func (self->context, fake_poll);
  self->source = norpc_shared_source_get (self->context, &funcs);
  member_init (&self->first, self->source);
  member_init (&self->second, self->source);
}

static void
tear_down (Setting       *self,
           gconstpointer  data G_GNUC_UNUSED)
{
  norpc_shared_source_remove (self->source, &self->first.member);
  norpc_shared_source_remove (self->source, &self->second.member);
  g_assert_cmpint (self->first.n_refs, ==, 0);
  g_assert_cmpint (self->second.n_refs, ==, 0);
  norpc_shared_source_unref (self->source);
  g_clear_pointer (&self->context, g_main_context_unref);
}

/* However many members there are, only those run that were woken up. */
static void
test_idle (Setting       *self,
           gconstpointer  data G_GNUC_UNUSED)
{
  Member members[N_MEMBERS];

  for (guint i = 0; i < N_MEMBERS; i++)
    member_init (&members[i], self->source);

  wake (&members[7]);
  iterate_once (self->context);
  iterate_once (self->context);
  g_assert_cmpuint (members[7].n_runs, ==, 1);
  g_assert_cmpuint (n_run, ==, 1);
  g_assert_cmpint (polled_timeout, ==, -1);

  for (guint i = 0; i < N_MEMBERS; i++)
    norpc_shared_source_remove (self->source, &members[i].member);
}

static void
wake_both (void)
{
  during_poll = NULL;
  /* The first of them has to wake up the context, which is then awake. */
  g_assert_true (wake (woken_by_poll[0]));
  g_assert_false (wake (woken_by_poll[1]));
}

/* Members are woken up while the context polls. */
static void
test_asleep (Setting       *self,
             gconstpointer  data G_GNUC_UNUSED)
{
  woken_by_poll[0] = &self->first;
  woken_by_poll[1] = &self->second;
  during_poll = wake_both;

  iterate_once (self->context);
  g_assert_cmpint (polled_timeout, ==, -1);
  g_assert_cmpuint (self->first.n_runs, ==, 1);
  g_assert_cmpuint (self->second.n_runs, ==, 1);

  /* It has gone to sleep again. */
  iterate_once (self->context);
  during_poll = wake_both;
  iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 2);
}

static gboolean
wake_while_awake (gpointer data)
{
  g_assert_false (wake (data));

  return G_SOURCE_REMOVE;
}

/* A member is woken up between two polls, by another source of the context. */
static void
test_awake (Setting       *self,
            gconstpointer  data G_GNUC_UNUSED)
{
  g_autoptr (GSource) source = g_timeout_source_new (0);

  g_source_set_callback (source, wake_while_awake, &self->first, NULL);
  g_source_attach (source, self->context);
  while (!g_source_is_destroyed (source))
    iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 0);

  polled_timeout = -1;
  g_main_context_iteration (self->context, TRUE);
  g_assert_cmpuint (self->first.n_runs, ==, 1);
  g_assert_cmpint (polled_timeout, ==, 0);
}

/* A nap ends by itself. */
static void
test_nap (Setting       *self,
          gconstpointer  data G_GNUC_UNUSED)
{
  self->first.state = NORPC_MEMBER_NAPPING;
  wake (&self->first);
  iterate_once (self->context);

  self->first.state = NORPC_MEMBER_ASLEEP;
  iterate_once (self->context);
  g_assert_cmpint (polled_timeout, ==, NORPC_NAP_TIME);
  g_assert_cmpuint (self->first.n_runs, ==, 2);

  iterate_once (self->context);
  g_assert_cmpint (polled_timeout, ==, -1);
  g_assert_cmpuint (self->first.n_runs, ==, 2);

  /* One that is woken up does not nap any more. */
  self->first.state = NORPC_MEMBER_NAPPING;
  wake (&self->first);
  iterate_once (self->context);
  self->first.state = NORPC_MEMBER_ASLEEP;
  wake (&self->first);
  iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 4);
  iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 4);
}

static void
stop_after_three (gpointer data)
{
  Member *self = data;

  self->state = self->n_runs < 3 ? NORPC_MEMBER_READY : NORPC_MEMBER_ASLEEP;
}

/* A member that has more to do runs once in each iteration, so that others get their turn. */
static void
test_more (Setting       *self,
           gconstpointer  data G_GNUC_UNUSED)
{
  self->first.during = stop_after_three;
  wake (&self->first);
  for (guint i = 1; i <= 3; i++)
    {
      iterate_once (self->context);
      g_assert_cmpuint (self->first.n_runs, ==, i);
    }
  iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 3);
}

static void
wake_itself_once (gpointer data)
{
  Member *self = data;

  if (self->n_runs == 1)
    wake (self);
}

static void
test_woken_while_it_runs (Setting       *self,
                          gconstpointer  data G_GNUC_UNUSED)
{
  self->first.during = wake_itself_once;
  wake (&self->first);
  for (guint i = 0; i < 4; i++)
    iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 2);
}

/* Members run in the order in which they were woken up first. */
static void
test_order (Setting       *self,
            gconstpointer  data G_GNUC_UNUSED)
{
  wake (&self->second);
  wake (&self->first);
  wake (&self->second);
  iterate_once (self->context);
  g_assert_cmpuint (self->second.order, ==, 0);
  g_assert_cmpuint (self->first.order, ==, 1);
  g_assert_cmpuint (n_run, ==, 2);
}

static void
remove_other (gpointer data)
{
  Member *self = data;
  Member *other = self->other;

  norpc_shared_source_remove (self->source, &other->member);
}

/* Neither one that is ready runs after it was removed, nor one that has just run. */
static void
test_removed (Setting       *self,
              gconstpointer  data G_GNUC_UNUSED)
{
  self->first.during = remove_other;
  self->first.other = &self->second;
  wake (&self->first);
  wake (&self->second);
  iterate_once (self->context);
  g_assert_cmpuint (self->second.n_runs, ==, 0);
  g_assert_cmpint (self->second.n_refs, ==, 0);
  g_assert_false (wake (&self->second));

  self->first.other = &self->first;
  self->first.state = NORPC_MEMBER_READY;
  wake (&self->first);
  iterate_once (self->context);
  g_assert_cmpint (self->first.n_refs, ==, 0);
  iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 2);
}

static void
iterate_inside (gpointer data)
{
  Member *self = data;
  Member *other = self->other;

  wake (other);
  g_main_context_iteration (norpc_shared_source_get_context (self->source), FALSE);
  g_assert_cmpuint (other->n_runs, ==, 1);
}

/* A member runs the context recursively. */
static void
test_nested (Setting       *self,
             gconstpointer  data G_GNUC_UNUSED)
{
  self->first.during = iterate_inside;
  self->first.other = &self->second;
  wake (&self->first);
  iterate_once (self->context);
  g_assert_cmpuint (self->first.n_runs, ==, 1);
}

/* The context is freed before its members. */
static void
test_context_ends (Setting       *self,
                   gconstpointer  data G_GNUC_UNUSED)
{
  NorpcSharedSource *other;

  wake (&self->first);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_assert_cmpint (self->first.n_ended, ==, 1);
  g_assert_cmpint (self->second.n_ended, ==, 1);
  g_assert_cmpint (self->first.n_refs, ==, 0);

  /* Another context may be at the same address. */
  self->context = g_main_context_new ();
  other = norpc_shared_source_get (self->context, &funcs);
  g_assert_true (other != self->source);
  norpc_shared_source_unref (other);
}

#define ADD(path, test) g_test_add ("/shared-source/" path, Setting, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("idle", test_idle);
  ADD ("asleep", test_asleep);
  ADD ("awake", test_awake);
  ADD ("nap", test_nap);
  ADD ("more", test_more);
  ADD ("woken-while-it-runs", test_woken_while_it_runs);
  ADD ("order", test_order);
  ADD ("removed", test_removed);
  ADD ("nested", test_nested);
  ADD ("context-ends", test_context_ends);

  return g_test_run ();
}
