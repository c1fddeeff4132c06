/* funcs-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-funcs.h"

/* The part of the service that a test sees; the data belongs to the own thread of the service. */
typedef struct
{
  GAsyncQueue *held;       /* (owned): of owned NorpcCall */
  GThread     *started_in; /* the rest is read when the server has stopped */
  GThread     *stopped_in;
  GThread     *freed_in;
  guint        n_starts;
  guint        n_stops;
  guint        n_frees;
  gboolean     fails;      /* to start */
  char        *title;      /* (owned) (nullable): the last that a client has set */
  gpointer     first_hit;  /* (unowned): of the last search */
} Observer;

typedef struct
{
  Observer        observer;
  NorpcServer    *server;
  TestIndexProxy *proxy;
} Fixture;

#define TEST(name, data, func) g_test_add ("/funcs/" name, Fixture, data, set_up, func, tear_down)

TestIndexInterface  get_funcs    (void);
TestIndex          *make_service (Observer      *observer);
void                index_free   (gpointer       data);

void                set_up       (Fixture       *fixture,
                                  gconstpointer  unused);
void                tear_down    (Fixture       *fixture,
                                  gconstpointer  unused);
void                stop         (Fixture       *fixture);
void                add          (Fixture       *fixture,
                                  const char    *word);
