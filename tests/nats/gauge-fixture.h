/* gauge-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "gauge-service.h"
#include "nats-fixture.h"
#include "raw-client.h"

G_BEGIN_DECLS

#define GAUGE_PREFIX "test.gauge"
#define GAUGE_SUBJECT GAUGE_PREFIX ".org.example.Gauge."

/* A gauge with an export in a thread of its own. */
typedef struct
{
  GaugeService        *service;
  NorpcServer         *server;
  DepotGaugeProxy     *local; /* a proxy in the same process */
  NorpcThread         *thread; /* of the export */
  NorpcNatsConnection *connection;
  NorpcNatsExport     *export;
} Gauge;

/* A gauge, and a proxy for it that has another connection. */
typedef struct
{
  NatsProcess         *nats;
  Gauge                gauge;
  NorpcNatsConnection *connection;
  NorpcNatsEndpoint   *endpoint;
  DepotGaugeProxy     *proxy;
  RawClient            raw;
  GString             *seen; /* (owned): what the proxy has notified of */
} GaugeFixture;

void gauge_init             (Gauge         *self,
                             NatsProcess   *nats,
                             int            level);
void gauge_init_at          (Gauge         *self,
                             const char    *url,
                             int            level);
void gauge_clear            (Gauge         *self);
void gauge_unexport         (Gauge         *self);
void gauge_export           (Gauge         *self);
void gauge_begin_to_export  (Gauge         *self);
int  gauge_run              (Gauge         *self,
                             GaugeFunc      func,
                             gpointer       data);
void gauge_set_level        (Gauge         *self,
                             int            level);

void gauge_fixture_set_up    (GaugeFixture  *self,
                              gconstpointer  unused);
void gauge_fixture_begin     (GaugeFixture  *self,
                              const char    *url);
void gauge_fixture_reconnect (GaugeFixture  *self,
                              const char    *url);
void gauge_fixture_tear_down (GaugeFixture  *self,
                              gconstpointer  unused);
void gauge_fixture_wait      (GaugeFixture  *self);
void gauge_fixture_wait_level (GaugeFixture *self,
                               int           level);
void gauge_fixture_wait_seen (GaugeFixture  *self,
                              const char    *seen);
void gauge_fixture_publish   (GaugeFixture  *self,
                              const char    *member,
                              const char    *type,
                              GVariant      *body);
void gauge_fixture_publish_with (GaugeFixture *self,
                                 const char   *member,
                                 const char   *type,
                                 const char   *sequence,
                                 GVariant     *body);
void wait_until              (gboolean     (*check) (gpointer data),
                              gpointer       data);

#define GAUGE_TEST(path, func) \
  g_test_add (path, GaugeFixture, NULL, gauge_fixture_set_up, func, gauge_fixture_tear_down)

G_END_DECLS
