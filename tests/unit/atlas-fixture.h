/* atlas-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "atlas.h"
#include "fixture.h"
#include "log.h"

G_BEGIN_DECLS

/* Which of both sides has a description that was read at run time. */
typedef enum
{
  ATLAS_DYNAMIC_SERVICE = 1 << 0,
  ATLAS_DYNAMIC_CLIENT  = 1 << 1
} AtlasKind;

/* A server with an atlas, and a proxy for it, at least one of which has no generated code. */
typedef struct
{
  const NorpcInterfaceInfo *info;    /* made at run time */
  GObject                  *service; /* (owned) */
  NorpcServer              *server;  /* (owned) */
  NorpcProxy               *proxy;   /* (owned) */
  Log                       log;
  AtlasKind                 kind;
} AtlasFixture;

/* A walk of so many steps has a day whose date is not valid. */
#define ATLAS_WRONG_STEPS 99

/* Runs in the service's context, for a call of Run. */
typedef void (*AtlasFunc) (AtlasFixture *fixture,
                           NorpcCall    *call);

typedef void (*AtlasTest) (AtlasFixture  *fixture,
                           gconstpointer  kind);

/* Reads the description with one text replaced by another one. */
const NorpcInterfaceInfo *atlas_read_info (const char   *text,
                                           const char   *replacement);
void      atlas_set_func         (AtlasFixture *fixture,
                                  AtlasFunc     func);
GObject  *atlas_service_new      (AtlasKind                 kind,
                                  const NorpcInterfaceInfo *info);

/* The infos of the two sides. */
const NorpcInterfaceInfo *atlas_get_client_info (AtlasFixture *fixture);
NorpcCall *atlas_new_call        (AtlasFixture  *fixture,
                                  const char    *method,
                                  GVariant      *args,
                                  GError       **error);
GVariant  *atlas_call            (AtlasFixture  *fixture,
                                  const char    *method,
                                  GVariant      *args,
                                  GError       **error);
GVariant  *atlas_run             (AtlasFixture  *self,
                                  GError       **error);
void       atlas_return_point    (AtlasFixture  *self,
                                  NorpcCall     *call);
void       atlas_assert_point    (GVariant      *reply,
                                  const char    *expected);
void       atlas_add_test        (const char    *name,
                                  AtlasKind      kind,
                                  AtlasTest      func);
void       atlas_add_tests       (const char    *name,
                                  AtlasTest      func);

G_END_DECLS
