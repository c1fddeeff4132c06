/* node-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "node.h"

G_BEGIN_DECLS

/* An object that is passed to other contexts, and gets the objects of others. It may be the
 * service of a server, too. All of it is accessed in its own context only, where a test has
 * functions run; the test looks at the state from its own thread.
 */
#define NODE_TYPE_SERVICE (node_service_get_type ())
G_DECLARE_FINAL_TYPE (NodeService, node_service, NODE, SERVICE, GObject)

typedef void (*NodeFunc) (NodeService *self,
                          gpointer     data);

/* The part of a node that a test sees. Any thread may read it; the fields are protected by the lock. */
typedef struct
{
  GMutex     lock;
  GCond      changed;
  NodeFunc   func;        /* that the method Run runs next */
  gpointer   data;
  gboolean   fails;       /* it cannot start */
  gboolean   open;        /* what blocks may go on */
  guint      n_blocked;
  guint      n_started;
  guint      n_stopped;
  guint      n_noted_at_stop;
  guint      n_finalized;
  GArray    *numbers;      /* (owned) */
  GThread   *called_in;    /* the thread of the last call */
  GThread   *stopped_in;
  GThread   *finalized_in;
  GAsyncQueue *held;       /* (owned): of owned NorpcCall */
} NodeState;

struct _NodeService
{
  GObject parent_instance;

  NodeState *state;    /* (unowned) */
  guint      number;
  NodeNode  *given;    /* (owned) (nullable) */
  NodeNode  *taken;    /* (owned) (nullable) */
  GPtrArray *taken_all; /* (owned) (nullable) */
  NodeNode  *child;    /* (owned) (nullable) */
  GPtrArray *children; /* (owned) (nullable) */
};

NodeState   *node_state_new       (void);
void         node_state_free      (NodeState *state);
void         node_state_open      (NodeState *state);
void         node_state_wait      (NodeState *state,
                                   guint     *counter,
                                   guint      n);
void         node_state_set_func  (NodeState *state,
                                   NodeFunc   func,
                                   gpointer   data);
NodeService *node_service_new     (NodeState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NodeState, node_state_free)

G_END_DECLS
