/* node-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "node-service.h"

G_BEGIN_DECLS

/* A node that is the service of a server with its own thread, and one that it can give. */
typedef struct
{
  NodeState     *state;
  NodeState     *given_state;
  NorpcServer   *server;
  NodeNodeProxy *proxy;
} NodeFixture;

void node_fixture_set_up    (NodeFixture   *fixture,
                             gconstpointer  unused);
void node_fixture_tear_down (NodeFixture   *fixture,
                             gconstpointer  unused);

NodeNode *node_fixture_give (NodeFixture *fixture);
NodeNode *node_fixture_open (NodeFixture *fixture);

void     run_in        (NodeNodeProxy *proxy,
                        NodeState     *state,
                        NodeFunc       func,
                        gpointer       data);
GThread *get_thread_of (NodeNodeProxy *proxy,
                        NodeState     *state);
void     assert_closed (NodeNode      *node);

/* In the service's context. The data of set_given () is the state of a new node. */
void     set_given     (NodeService   *self,
                        gpointer       data);
void     clear_given   (NodeService   *self,
                        gpointer       data);
void     emit_given    (NodeService   *self,
                        gpointer       data);

#define NODE_TEST(path, func) \
  g_test_add (path, NodeFixture, NULL, node_fixture_set_up, func, node_fixture_tear_down)

/* How an asynchronous call ended. */
typedef struct
{
  GAsyncResult *result; /* (owned) (nullable) */
} NodeOutcome;

void node_outcome_cb    (GObject      *object,
                         GAsyncResult *result,
                         gpointer      outcome);
void node_outcome_wait  (NodeOutcome  *outcome);
void node_outcome_clear (NodeOutcome  *outcome);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NodeOutcome, node_outcome_clear)

/* Runs the thread-default context until @condition. */
#define node_iterate_until(condition) \
  G_STMT_START { while (!(condition)) g_main_context_iteration (g_main_context_get_thread_default (), TRUE); } G_STMT_END

G_END_DECLS
