/* nats-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "depot-service.h"
#include "nats-connect.h"
#include "nats-process.h"

G_BEGIN_DECLS

#define PREFIX "test.depot"

/* A service with an export in a thread of its own, and a proxy for it that has another connection. */
typedef struct
{
  NatsProcess         *nats;
  DepotState          *state;
  NorpcServer         *server;
  NorpcThread         *thread; /* of the export */
  NorpcNatsConnection *served; /* the connection of the export */
  NorpcNatsExport     *export;
  guint                capacity;
  const char          *queue_group; /* of the export */

  NorpcNatsConnection *connection;
  NorpcNatsEndpoint   *endpoint;
  DepotDepotProxy     *proxy;
} Fixture;

/* How a call ends. */
typedef struct
{
  guint   n;
  GError *error;
  gint    number;
} Outcome;

void     fixture_set_up    (Fixture       *self,
                            gconstpointer  capacity);
void     fixture_tear_down (Fixture       *self,
                            gconstpointer  capacity);
void     fixture_export    (Fixture       *self);
void     fixture_unexport  (Fixture       *self);
void     fixture_assert_echo (Fixture     *self);
void     make_export       (gpointer       fixture);
void     run_in_thread     (NorpcThread   *thread,
                            void         (*func) (gpointer data),
                            gpointer       data);
void     release_and_wait  (gpointer       object);

void     hold_cb           (GObject       *proxy,
                            GAsyncResult  *result,
                            gpointer       outcome);
void     hold_safely_cb    (GObject       *proxy,
                            GAsyncResult  *result,
                            gpointer       outcome);
void     outcome_wait      (Outcome       *self);
void     outcome_assert    (Outcome       *self,
                            GQuark         domain,
                            int            code);

#define TEST(path, func) \
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

#define TEST_WITH_CAPACITY(path, capacity, func) \
  g_test_add (path, Fixture, GUINT_TO_POINTER (capacity), fixture_set_up, func, fixture_tear_down)

int      run_tests         (int            argc,
                            char          *argv[],
                            void         (*add) (void));

G_END_DECLS
