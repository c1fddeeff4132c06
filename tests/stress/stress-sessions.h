/* stress-sessions.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stress.h"

G_BEGIN_DECLS

/* stress-session.c: an object that is passed to other contexts, and what is known of it. */
typedef struct
{
  guint    number;
  GThread *thread;     /* (unowned): of its owner */
  int      n_sent;     /* atomic: calls that were sent */
  int      n_handled;  /* atomic */
  int      n_started;  /* atomic */
  int      n_stopped;  /* atomic */
  int      closing;    /* atomic: its owner closes it, or ends */
} StressSessionFate;

StressSession     *stress_session_new      (void);
StressSessionFate *stress_session_get_fate (StressSession     *session);
StressSessionFate *stress_session_find     (guint              number);
void               stress_session_use      (StressSession     *session,
                                            StressSessionFate *fate,
                                            StressClient      *client);
void               stress_session_use_quietly (StressSession     *session,
                                               StressSessionFate *fate);
void               stress_sessions_close   (GThread           *thread);
void               stress_sessions_forget  (void);

/* stress-desk.c */
typedef struct
{
  NorpcServer     *server; /* (owned) */
  StressDeskProxy *proxy;  /* (owned) */
} StressDeskHost;

#define STRESS_N_DESKS 2

StressDeskHost *stress_desk_ref     (guint           i);
void            stress_desk_unref   (StressDeskHost *self);
void            stress_desk_replace (guint           i);
void            stress_desks_end    (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StressDeskHost, stress_desk_unref)

/* stress-browse.c. The client's thread; the desk's context. */
typedef void (*StressBrowsedFunc) (StressClient  *client,
                                   StressSession *session,
                                   guint          number);

void stress_browse        (StressClient           *client,
                           StressDeskProxy        *desk,
                           StressBrowsedFunc       browsed);
void stress_browse_handle (StressDesk             *desk,
                           NorpcCall              *call,
                           StressDeskBrowseStream *stream,
                           guint                   n_sessions,
                           GCancellable           *leaving);

/* stress-sessions.c. The client's thread, the last one in the main thread, when the context of the
 * client has gone. */
void     stress_use_session    (StressClient   *client);
void     stress_sessions_leave (StressClient   *client);
void     stress_sessions_end   (StressSessions *sessions);

G_END_DECLS
