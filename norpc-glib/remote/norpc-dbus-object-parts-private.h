/* norpc-dbus-object-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "norpc-dbus-match-private.h"
#include "norpc-dbus-object-private.h"

G_BEGIN_DECLS

/* Shared by the files of the object, and by those of its calls, see norpc-dbus-call-private.h: norpc-dbus-slots.c limits
 * the calls, norpc-dbus-barriers.c has the threads that wait until they have been sent, norpc-dbus-unsent.c has the one-way
 * calls that were not, norpc-dbus-name-owner.c finds out which process serves the object and whether that has norpc-glib,
 * norpc-dbus-object-interfaces.c has the interfaces that proxies follow, and norpc-dbus-object.c, which uses them, has the
 * rest.
 */

/* The process behind an object, as far as it is known. */
typedef enum
{
  NORPC_DBUS_SERVICE_UNKNOWN,
  NORPC_DBUS_SERVICE_ASKED, /* the answer is on its way, and calls wait for it */
  NORPC_DBUS_SERVICE_PLAIN, /* it does not have norpc-glib, as far as is known */
  NORPC_DBUS_SERVICE_NORPC
} NorpcDBusServiceKind;

/* Unless noted otherwise, fields are accessed in the thread of D-Bus endpoints. */
struct _NorpcDBusObject
{
  GDestroyNotify   clear;      /* since construction */
  GDBusConnection *connection; /* (owned), since construction */
  char            *name;       /* (owned) (nullable), since construction: NULL for the peer */
  char            *path;       /* (owned), since construction */
  guint            capacity;   /* since construction */
  const NorpcDBusPassageFuncs *passage_funcs; /* since construction: for objects in messages of the service */

  GMutex           lock;
  GPtrArray       *interfaces; /* (owned) [lock]: of owned NorpcDBusInterface */
  guint            n_calls;    /* [lock]: that have not completed */
  GError          *unsent;     /* (owned) (nullable) [lock]: of the first one-way call that was not sent since the last flush */
  guint            n_unsent;   /* [lock]: how many there are */
  GQueue           probes;     /* [lock]: of owned NorpcCall, which wait until one more can be sent */
  int              closed;     /* atomic: the connection is closed, or so is the object that was received */
  int              released;   /* atomic: no proxy of this object, which was received in messages, is in use */
  int              n_received; /* atomic: how often the object was in a message, if it was received in messages */
  int              is_of_client; /* atomic: its process passes objects to a service of this one */
  int              is_absent;  /* atomic: nothing has the name, as far as is known */
  void           (*call_ended) (NorpcDBusObject *self); /* since construction */
  void           (*service_known) (NorpcDBusObject *self); /* since construction: the answer about the service is there */

  gboolean         started;
  gboolean         ended;       /* the endpoint has been finalized, or the object was released */
  GHashTable      *calls;       /* (owned): a set of owned NorpcDBusCall that were sent */
  GQueue           waiting;     /* of owned NorpcDBusCall, which wait for the answer about the service */
  GQueue           barriers;    /* of owned Barrier, which wait until no call is there */
  NorpcDBusServiceKind service_kind;
  GCancellable    *question;    /* (owned) (nullable): ends the waiting for the answer about the service */
  GSource         *question_timer; /* (owned) (nullable): cancels it, once a process is there to answer */
  guint            n_owners;    /* how often the owner has changed */
  char            *owner;       /* (owned) (nullable): of the name, as in NorpcDBusInterface */
  gboolean         lost_owner;  /* there was another one before the last change */
  gboolean         follows;     /* the service sends signals with objects to this process */
  gboolean         is_received; /* the object has arrived in a message of the process that owns it */
  NorpcDBusMatch  *name_owner_match; /* (owned) (nullable): tells of changes of the owner */
  gulong           closed_id;
  GHashTable      *streams;     /* (owned): of unowned paths and unowned NorpcDBusOpenedStream */
  GHashTable      *stream_signals; /* (owned): of owned names of interfaces and subscriptions of GDBus */
};

/* Thread-safe. */
static inline NorpcDBusObject *
norpc_dbus_object_ref (NorpcDBusObject *self)
{
  return g_atomic_rc_box_acquire (self);
}

static inline void
norpc_dbus_object_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, ((NorpcDBusObject *) self)->clear);
}

/* Returns TRUE if the answers to calls of an object are counted that a bus still waits for: its process is a client, which a
 * service need not trust. An object that a service has returned is called as that service itself is.
 */
static inline gboolean
norpc_dbus_object_counts_answers (NorpcDBusObject *self)
{
  return g_atomic_int_get (&self->is_of_client) && self->name != NULL;
}

/* Thread-safe. */
static inline gboolean
norpc_dbus_object_is_disconnected (NorpcDBusObject *self)
{
  return g_atomic_int_get (&self->closed) || g_atomic_int_get (&self->released) ||
         g_dbus_connection_is_closed (self->connection);
}

/* Slots */
gboolean norpc_dbus_object_take_slot (NorpcDBusObject *self);
void     norpc_dbus_object_free_slot (NorpcDBusObject *self);
void     norpc_dbus_object_tell_probes (NorpcDBusObject *self);
void     norpc_dbus_object_end_waiting (NorpcDBusObject *self);

/* Barriers */
void     norpc_dbus_object_open_barriers (NorpcDBusObject *self);

/* One-way calls that were not sent */
void     norpc_dbus_object_note_unsent   (NorpcDBusObject *self,
                                          NorpcCall       *call,
                                          const GError    *error);
GError  *norpc_dbus_object_steal_unsent  (NorpcDBusObject *self);

/* The owner of the name */
void norpc_dbus_object_watch_name_owner (NorpcDBusObject *self,
                                         void           (*changed) (NorpcDBusObject *self));
void norpc_dbus_object_ask_service      (NorpcDBusObject *self);
void norpc_dbus_object_drop_question    (NorpcDBusObject *self);

/* The interfaces */
void     norpc_dbus_object_tell_owner        (NorpcDBusObject     *self,
                                              const char          *owner);
void     norpc_dbus_object_tell_service      (NorpcDBusObject     *self,
                                              const char          *member,
                                              guint                number,
                                              GAsyncReadyCallback  replied,
                                              gpointer             data);
void     norpc_dbus_object_tell_service_kind (NorpcDBusObject     *self);
gboolean norpc_dbus_object_wants_objects     (NorpcDBusObject     *self);
void     norpc_dbus_object_stop_interfaces   (NorpcDBusObject     *self);

G_END_DECLS
