/* meter-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"
#include "log.h"
#include "meter.h"

G_BEGIN_DECLS

/* Which of both sides has a description that was read at run time. */
typedef enum
{
  METER_DYNAMIC_SERVICE = 1 << 0,
  METER_DYNAMIC_CLIENT  = 1 << 1
} MeterKind;

/* A server with a meter, which is compiled or not, and a proxy, which is or is not. */
typedef struct
{
  const NorpcInterfaceInfo *info;   /* made at run time */
  NorpcServer              *server; /* (owned) */
  NorpcProxy               *proxy;  /* (owned) */
  Log                       log;
  MeterKind                 kind;
} MeterFixture;

const NorpcInterfaceInfo *meter_read_info (void);

void meter_fixture_set_up    (MeterFixture  *self,
                              gconstpointer  kind);
void meter_fixture_tear_down (MeterFixture  *self,
                              gconstpointer  kind);

/* Calls a method of either kind of proxy. */
GVariant *meter_call         (MeterFixture  *self,
                              const char    *method,
                              GVariant      *args,
                              GError       **error);

/* Adds a test for each kind in which a description is read at run time. */
void meter_add_tests         (const char    *name,
                              void         (*func) (MeterFixture  *fixture,
                                                    gconstpointer  kind));

G_END_DECLS
