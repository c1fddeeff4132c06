/* norpc-shared-source-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-spin-private.h"

G_BEGIN_DECLS

/*
 * One source for all members in a main context. A main loop visits each of its sources in each
 * iteration, so thousands of them would slow it down even while they have nothing to do. A
 * member costs nothing until it is woken up.
 */
typedef struct _NorpcSharedSource NorpcSharedSource;

typedef enum
{
  NORPC_MEMBER_GONE, /* not added yet, or removed */
  NORPC_MEMBER_ASLEEP,
  NORPC_MEMBER_NAPPING, /* it runs again in NORPC_NAP_TIME */
  NORPC_MEMBER_READY
} NorpcMemberState;

/* The part of a member that belongs to the source. It starts with zeros. */
typedef struct
{
  gpointer         data;  /* (owned), while it is a member */
  GList            all;   /* [lock of the source]: among all members */
  GList            due;   /* [lock of the source]: among those that are ready, or that nap */
  NorpcMemberState state; /* [lock of the source] */
} NorpcSharedMember;

typedef struct
{
  /* In the context. Returns the state afterwards. */
  NorpcMemberState (*run)   (gpointer      data,
                             GMainContext *context);
  void             (*end)   (gpointer      data); /* thread-safe: called while the context is being freed */
  void             (*ref)   (gpointer      data); /* thread-safe */
  void             (*unref) (gpointer      data); /* thread-safe */
} NorpcSharedSourceFuncs;

NorpcSharedSource *norpc_shared_source_get         (GMainContext                 *context,
                                                    const NorpcSharedSourceFuncs *funcs);
void               norpc_shared_source_unref       (NorpcSharedSource            *self);
GMainContext      *norpc_shared_source_get_context (NorpcSharedSource            *self);
void               norpc_shared_source_add         (NorpcSharedSource            *self,
                                                    NorpcSharedMember            *member,
                                                    gpointer                      data);
void               norpc_shared_source_remove      (NorpcSharedSource            *self,
                                                    NorpcSharedMember            *member);
gboolean           norpc_shared_source_wake        (NorpcSharedSource            *self,
                                                    NorpcSharedMember            *member);
void               norpc_shared_source_spin        (NorpcSharedSource            *self,
                                                    NorpcSpinCondition            condition,
                                                    gpointer                      data);

G_END_DECLS
