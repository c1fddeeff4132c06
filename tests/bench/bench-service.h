/* bench-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench-target.h"
#include "bench.h"

G_BEGIN_DECLS

/* The number of keys that the service has: 0 to 999. */
#define BENCH_N_KEYS 1000
#define BENCH_VALUE_SIZE 32

GObject *bench_service_new (void);

/* The work of a call. The functions run in the client's thread. */
typedef struct
{
  const char *name;
  gsize       size; /* of its argument, or 0 */

  void     (*async) (BenchTargetProxy *proxy,
                     BenchWindow      *window);
  gboolean (*sync)  (BenchTargetProxy *proxy);
} BenchWork;

const BenchWork *bench_work_begin (const char *name);
void             bench_work_end   (void);

/* The client of a setup. */
typedef struct
{
  const BenchWork *work;
  GPtrArray       *endpoints; /* (owned): of owned NorpcEndpoint */
  GPtrArray       *proxies;   /* (owned): of owned BenchTargetProxy, one for each endpoint */
  guint            next;      /* the proxy that the next call is made on */
  guint            n_calls;
} BenchClient;

/* Services that run. */
typedef struct
{
  const BenchSetup *setup;
  const BenchWork  *work;
  GPtrArray        *servers;   /* (owned): of owned NorpcServer */
  GPtrArray        *threads;   /* (owned): of owned NorpcThread */
  GPtrArray        *endpoints; /* (owned): of owned NorpcEndpoint */
} BenchServices;

BenchServices *bench_services_start  (const BenchSetup *setup,
                                      const BenchWork  *work);
void           bench_services_add    (BenchServices    *self,
                                      GObject          *service);
void           bench_services_stop   (BenchServices    *self);
BenchClient   *bench_client_new      (BenchServices    *services);
void           bench_client_free     (BenchClient      *self);
BenchTargetProxy *bench_client_next_proxy (BenchClient *self);
void           bench_client_async    (gpointer          client,
                                      BenchWindow      *window);
gboolean       bench_client_sync     (gpointer          client);

/* Runs a function in another context, and waits for its end. */
void           bench_invoke_sync     (GMainContext     *context,
                                      void            (*func) (gpointer data),
                                      gpointer          data);

G_END_DECLS
