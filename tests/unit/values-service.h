/* values-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "values.h"

G_BEGIN_DECLS

/* The arguments that the service got, and how it is to answer: set while no call is in flight,
 * and read when all have been answered.
 */
typedef struct
{
  guint n_calls;   /* that came to a handler */
  guint n_busy;    /* how many more of those that move something fail */
  guint sizes[4];  /* what was in the argument that moved, for each of them */
  gboolean breaks; /* it gives back what it must not */
} ValuesState;

extern ValuesState values_state;

/* A service; its server, which has a thread of its own; and proxies for it. */
typedef struct
{
  GObject           *service;
  NorpcServer       *server;
  ValuesValuesProxy *proxy;
  ValuesValuesProxy *retrying; /* with two attempts for each call */
} ValuesFixture;

void        values_set_up      (ValuesFixture *self,
                                gconstpointer  unused);
void        values_tear_down   (ValuesFixture *self,
                                gconstpointer  unused);

GType       values_service_get_type (void);
ValuesTrip *values_make_trip   (const char    *street,
                                double         share);
GPtrArray  *values_make_files  (const char    *name);

#define TEST_VALUES(path, func) \
  g_test_add (path, ValuesFixture, NULL, values_set_up, func, values_tear_down)

G_END_DECLS
