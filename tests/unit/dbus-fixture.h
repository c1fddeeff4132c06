/* dbus-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "dbus-link.h"
#include "wire-service.h"

G_BEGIN_DECLS

/* A service that is exported, and a proxy for it on the other side. The export is in a main context of its own,
 * whose thread always runs, so that the test may block.
 */
typedef struct
{
  DBusKind           kind;
  GTestDBus         *bus;      /* (owned) (nullable) */
  GDBusConnection   *served;   /* (owned): the connection of the service */
  GDBusConnection   *used;     /* (owned): the connection of the client */
  WireState         *state;
  NorpcServer       *server;   /* (owned) */
  NorpcEndpoint     *served_endpoint; /* (unowned): that is exported */
  DBusLink           behind;          /* to the service, if calls for it are passed on */
  NorpcDBusExport   *behind_export;   /* (owned) (nullable) */
  NorpcEndpoint     *behind_endpoint; /* (owned) (nullable): that is exported then */
  GMainContext      *context;  /* (owned): of the export */
  GMainLoop         *loop;     /* (owned) */
  GThread           *thread;   /* (owned) */
  NorpcDBusExport   *export;   /* (owned) (nullable) */
  NorpcDBusEndpoint *endpoint; /* (owned) */
  WireWireProxy     *proxy;    /* (owned) */
} DBusFixture;

#define DBUS_NAME "org.example.Wire.Service"
#define DBUS_PATH "/org/example/Wire"

void      dbus_fixture_set_up    (DBusFixture   *self,
                                  gconstpointer  kind);
void      dbus_fixture_tear_down (DBusFixture   *self,
                                  gconstpointer  kind);

/* Runs a function in the context of the export, and waits for it. */
void      dbus_fixture_invoke    (DBusFixture   *self,
                                  void         (*func) (DBusFixture *self));
void      dbus_fixture_export    (DBusFixture   *self);

/* Ends the thread of the export, and starts another one for its context. */
void      dbus_fixture_pause     (DBusFixture   *self);
void      dbus_fixture_resume    (DBusFixture   *self);
void      dbus_fixture_unexport  (DBusFixture   *self);

/* Sends a plain message as a client without norpc-glib does, and returns the reply, or NULL with an error. */
GVariant *dbus_fixture_call      (DBusFixture   *self,
                                  const char    *interface_name,
                                  const char    *member,
                                  GVariant      *args,
                                  GError       **error);

/* Runs a function in the context of the service. */
void      dbus_fixture_run       (DBusFixture   *self,
                                  void         (*func) (WireWire *service,
                                                        gpointer  data),
                                  gpointer       data);

/* Waits for the answer to a call, and so for all that the service has sent before. */
void      dbus_fixture_catch_up  (DBusFixture   *self);

/* Loads the properties of the proxy. */
void      dbus_fixture_load      (DBusFixture   *self);

/* Where bytes that dbus_bytes_new () has returned were released. */
typedef struct
{
  int n_released; /* atomic */
  int n_wrong;    /* atomic: in a thread of the library that sends and receives, or in that of GDBus */
} DBusReleases;

GBytes   *dbus_bytes_new         (DBusReleases  *releases);

/* Waits until so many bytes are released, none of them in a wrong thread. */
void      dbus_assert_released   (DBusReleases  *releases,
                                  int            n);

void      dbus_add_tests         (const char    *name,
                                  void         (*func) (DBusFixture   *fixture,
                                                        gconstpointer  kind));

/* The same, and with a process in between, which exports an endpoint of the service on another connection. */
void      dbus_add_relayed_tests (const char    *name,
                                  void         (*func) (DBusFixture   *fixture,
                                                        gconstpointer  kind));

G_END_DECLS
