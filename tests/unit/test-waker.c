/* test-waker.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Waking a context that may go at any time. The linker puts __wrap_g_main_context_wakeup ()
 * in the place of GLib's, for calls from the library.
 */

#include "core/norpc-waker-private.h"
#include "fixture.h"

void __wrap_g_main_context_wakeup (GMainContext *context);

static int n_wake_ups = 0; /* atomic */

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  g_assert_nonnull (context);
  g_atomic_int_inc (&n_wake_ups);
}

static void
test_wake (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NorpcWaker) waker = norpc_waker_new (context);

  g_atomic_int_set (&n_wake_ups, 0);
  norpc_waker_wake (waker);
  g_assert_cmpint (n_wake_ups, ==, 1);

  norpc_waker_begin (waker);
  norpc_waker_end (waker, FALSE);
  g_assert_cmpint (n_wake_ups, ==, 1);

  norpc_waker_detach (waker);
  norpc_waker_wake (waker);
  g_assert_cmpint (n_wake_ups, ==, 1);
}

typedef struct
{
  NorpcWaker *waker;
  void      (*release) (NorpcWaker *waker);
  int         released; /* atomic */
} Release;

static gpointer
release_thread (gpointer data)
{
  Release *self = data;

  self->release (self->waker);
  g_atomic_int_set (&self->released, TRUE);

  return NULL;
}

/* Whoever releases the context waits for a wake-up that has begun. */
static void
test_release (void)
{
  void (*releases[]) (NorpcWaker *waker) = { norpc_waker_settle, norpc_waker_detach };

  for (guint i = 0; i < G_N_ELEMENTS (releases); i++)
    {
      g_autoptr (GMainContext) context = g_main_context_new ();
      g_autoptr (NorpcWaker) waker = norpc_waker_new (context);
      Release release = { waker, releases[i], FALSE };
      GThread *thread;

      norpc_waker_begin (waker);
      thread = g_thread_new ("release", release_thread, &release);
      /* Time for the thread to get past it, if it can. */
      g_usleep (20 * 1000);
      g_assert_false (g_atomic_int_get (&release.released));
      norpc_waker_end (waker, TRUE);
      g_thread_join (thread);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/waker/wake", test_wake);
  g_test_add_func ("/waker/release", test_release);

  return g_test_run ();
}
