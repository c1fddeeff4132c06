/* dbus-node-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "dbus-link.h"
#include "node-fixture.h"

G_BEGIN_DECLS

/* A node that is exported, one that it can give, and a proxy for it on the other side. The export is in a context of its
 * own, whose thread always runs, so that the test may block.
 */
typedef struct
{
  DBusLink           link;
  NodeState         *state;
  NodeState         *given_state;
  NorpcServer       *server;   /* (owned) */
  NodeNodeProxy     *local;    /* (owned): in the process of the service */
  GMainContext      *context;  /* (owned): of the export */
  GMainLoop         *loop;     /* (owned) */
  GThread           *thread;   /* (owned) */
  NorpcDBusExport   *export;   /* (owned) (nullable) */
  NorpcDBusEndpoint *endpoint; /* (owned) */
  NodeNodeProxy     *proxy;    /* (owned) */
} DBusNodeFixture;

#define DBUS_NODE_NAME "org.example.Node.Service"
#define DBUS_NODE_PATH "/org/example/Node"

void      dbus_node_fixture_set_up    (DBusNodeFixture *self,
                                       gconstpointer    kind);
void      dbus_node_fixture_tear_down (DBusNodeFixture *self,
                                       gconstpointer    kind);

/* Ends the thread of the export, and starts another one for its context. */
void      dbus_node_fixture_pause     (DBusNodeFixture *self);
void      dbus_node_fixture_resume    (DBusNodeFixture *self);
void      dbus_node_fixture_unexport  (DBusNodeFixture *self);

/* Closes the connection of the client. */
void      dbus_node_fixture_leave     (DBusNodeFixture *self);

/* Has the service give the node that it has; has it make one that it does not keep. */
NodeNode *dbus_node_fixture_give      (DBusNodeFixture *self);
NodeNode *dbus_node_fixture_open      (DBusNodeFixture *self);

/* Sends a plain message as a process without norpc-glib does, and returns the reply, or NULL with an error. */
GVariant *dbus_node_call              (GDBusConnection  *connection,
                                       DBusNodeFixture  *self,
                                       const char       *path,
                                       const char       *interface_name,
                                       const char       *member,
                                       GVariant         *args,
                                       GError          **error);
const char *dbus_node_get_path        (NodeNode         *node);

/* As node_state_wait (), for a node that the client has: running the thread-default context, which may have a proxy of
 * it, too.
 */
void      dbus_node_wait              (NodeState       *state,
                                       guint           *counter,
                                       guint            n);

/* Returns once the export has handled all messages that were sent before. */
void      dbus_node_fixture_sync      (DBusNodeFixture *self);

void      dbus_node_add_tests         (const char    *name,
                                       void         (*func) (DBusNodeFixture *fixture,
                                                             gconstpointer    kind));

G_END_DECLS
