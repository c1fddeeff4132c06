/* fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "probe-service.h"

G_BEGIN_DECLS

/* A probe in a server with its own thread, and a proxy for it. */
typedef struct
{
  ProbeState      *state;
  NorpcServer     *server;
  ProbeProbeProxy *proxy;
} Fixture;

void fixture_set_up           (Fixture       *fixture,
                               gconstpointer  capacity);
void fixture_set_up_on_thread (Fixture       *fixture,
                               NorpcThread   *thread);
void fixture_tear_down        (Fixture       *fixture,
                               gconstpointer  unused);
void fixture_release          (Fixture       *fixture);

void release_and_wait         (gpointer       object);
guint get_some_time           (void);
void iterate                  (void);

/* How an asynchronous call ended; filled by outcome_cb (). */
typedef struct
{
  guint    n;      /* how often the callback was called */
  GThread *thread; /* where */
  GError  *error;  /* (owned) */
  gboolean ok;
} Outcome;

void outcome_clear          (Outcome       *outcome);
void outcome_wait           (Outcome       *outcome);
void noop_cb                (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       outcome);
void hold_cb                (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       outcome);
void block_cb               (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       outcome);
void run_cb                 (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       outcome);
void hold_briefly_cb        (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       outcome);
void note_latest_cb         (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       outcome);
void count_run_cb           (GObject       *object,
                             GAsyncResult  *result,
                             gpointer       n_back);

/* A GBytes that says in which thread it was released. */
GBytes *tracked_bytes_new   (GThread      **freed_in);
GThread *tracked_bytes_wait (GThread      **freed_in);

#define TEST(path, func) \
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

#define FIXTURE_WAITS (1u << 31)

#define TEST_WAITS(path, capacity, func) \
  TEST_CAPACITY (path, (capacity) | FIXTURE_WAITS, func)

#define TEST_CAPACITY(path, capacity, func) \
  g_test_add (path, Fixture, GUINT_TO_POINTER (capacity), fixture_set_up, func, fixture_tear_down)

G_END_DECLS
