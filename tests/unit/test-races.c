/* test-races.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Actions of two threads on a call at the same time. They go through the same calls side
 * by side, so that they meet within a few instructions, and one of the two has to win.
 * They do so over and over again, for a while, as other programs keep them apart.
 */

#include "call/norpc-call-private.h"
#include "client/norpc-latest-private.h"
#include "core/norpc-spin-private.h"
#include "fixture.h"
#include "server/norpc-dispatch-private.h"

#define N_CALLS 5000
#define N_VALGRIND_CALLS 500
#define TIME G_USEC_PER_SEC

typedef struct
{
  NorpcCall **calls;
  guint       n_calls;
  int         at[2]; /* atomic: how far each thread is */
  guint       n_won[2];

  /* The thread that supersedes and the one that handles. */
  NorpcLatest latest;
  GObject    *service;
} Race;

/* The thread that runs in lane @which, before it looks at call @i. Which of the two is
 * ahead, and by how much, changes from call to call.
 */
static void
meet (Race  *self,
      guint  which,
      guint  i)
{
  g_atomic_int_set (&self->at[which], (int) i);
  for (guint n = 1; g_atomic_int_get (&self->at[!which]) < (int) i; n++)
    if (n % 1000 == 0)
      g_thread_yield ();

  for (guint n = which == 0 ? i % 400 : 100; n > 0; n--)
    norpc_spin_pause ();
}

static void
race_set_up (Race       *self,
             const char *method)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();

  *self = (Race) { 0 };
  self->n_calls = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? N_VALGRIND_CALLS : N_CALLS;
  self->calls = g_new (NorpcCall *, self->n_calls);
  for (guint i = 0; i < self->n_calls; i++)
    self->calls[i] = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, method));
}

static void
claim_all (Race  *self,
           guint  which)
{
  for (guint i = 0; i < self->n_calls; i++)
    {
      meet (self, which, i);
      if (norpc_call_claim (self->calls[i]))
        self->n_won[which]++;
    }
  meet (self, which, self->n_calls);
}

static gpointer
claim_thread (gpointer data)
{
  claim_all (data, 1);

  return NULL;
}

static void
race_to_claim (void)
{
  Race self;
  GThread *thread;

  race_set_up (&self, "Noop");
  thread = g_thread_new ("claim", claim_thread, &self);
  claim_all (&self, 0);
  g_thread_join (thread);

  g_assert_cmpuint (self.n_won[0] + self.n_won[1], ==, self.n_calls);

  for (guint i = 0; i < self.n_calls; i++)
    {
      norpc_call_deliver (self.calls[i]);
      norpc_call_unref (self.calls[i]);
    }
  g_free (self.calls);
}

static gpointer
supersede_thread (gpointer data)
{
  Race *self = data;

  for (guint i = 0; i < self->n_calls - 1; i++)
    {
      meet (self, 1, i);
      norpc_latest_replace (&self->latest, self->calls[i + 1]);
    }
  meet (self, 1, self->n_calls);

  return NULL;
}

/* A call is handled or superseded, and never both. */
static void
race_to_supersede (void)
{
  Race self;
  ProbeState *state = probe_state_new ();
  GThread *thread;
  guint n_superseded = 0;

  race_set_up (&self, "NoteLatest");
  self.service = probe_service_new (state);
  norpc_latest_init (&self.latest);
  norpc_latest_replace (&self.latest, self.calls[0]);
  for (guint i = 0; i < self.n_calls; i++)
    norpc_call_ref_memory (self.calls[i]);

  thread = g_thread_new ("supersede", supersede_thread, &self);
  for (guint i = 0; i < self.n_calls; i++)
    {
      meet (&self, 0, i);
      norpc_dispatch (self.calls[i], self.service, FALSE);
    }
  meet (&self, 0, self.n_calls);
  g_thread_join (thread);

  for (guint i = 0; i < self.n_calls; i++)
    {
      n_superseded += g_atomic_int_get (&self.calls[i]->cancelled);
      norpc_call_unref (self.calls[i]);
    }
  g_assert_cmpuint (probe_state_get_n_handled (state) + n_superseded, ==, self.n_calls);

  norpc_latest_clear (&self.latest);
  for (guint i = 0; i < self.n_calls; i++)
    norpc_call_unref_memory (self.calls[i]);
  g_free (self.calls);
  g_clear_object (&self.service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
test_race (gconstpointer race)
{
  gint64 end = g_get_monotonic_time () + TIME;

  do
    ((void (*) (void)) race) ();
  while (g_get_monotonic_time () < end);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/races/claim", race_to_claim, test_race);
  g_test_add_data_func ("/races/supersede", race_to_supersede, test_race);

  return g_test_run ();
}
