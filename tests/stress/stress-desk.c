/* stress-desk.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that opens sessions, and keeps proxies for those of others. A session of its own comes
 * back as the object itself. */

#include "stress-sessions.h"

#define N_KEPT 8

G_DECLARE_FINAL_TYPE (StressDeskService, stress_desk_service, STRESS, DESK_SERVICE, GObject)

/* All of it is in the service's context. */
struct _StressDeskService
{
  GObject parent_instance;

  StressSession *kept[N_KEPT]; /* (owned) (nullable) */
  GCancellable  *leaving;      /* (owned): cancelled when it stops */
};

/* The desks that clients use (owned) (nullable) [desks_lock]. */
static GMutex desks_lock;
static StressDeskHost *desks[STRESS_N_DESKS];

/* A session of this desk is itself, unless it was closed. */
static void
check_session (StressSession *session,
               guint          number)
{
  StressSessionFate *fate = stress_session_find (number);
  StressSessionFate *own = stress_session_get_fate (session);

  if (own != NULL)
    g_assert_true (own == fate && fate->thread == g_thread_self ());
  else
    g_assert_true (fate->thread != g_thread_self () || g_atomic_int_get (&fate->closing));
}

static gboolean
stress_desk_service_open (StressDesk     *desk,
                          StressSession **session,
                          guint          *number,
                          GError        **error)
{
  *session = stress_session_new ();
  *number = stress_session_get_fate (*session)->number;

  return TRUE;
}

static gboolean
stress_desk_service_keep (StressDesk  *desk,
                          GPtrArray   *sessions,
                          guint        number,
                          guint        slot,
                          GError     **error)
{
  StressDeskService *self = STRESS_DESK_SERVICE (desk);
  StressSession *session = sessions->pdata[0];

  g_assert_true (sessions->len == 2 && sessions->pdata[1] == session);
  check_session (session, number);
  if (stress_session_get_fate (session) != NULL)
    return TRUE;

  /* A call that has a reply would be cancelled when the thread ends. */
  for (guint i = 0; i < slot % 4; i++)
    stress_session_use_quietly (session, stress_session_find (number));
  g_set_object (&self->kept[slot % N_KEPT], session);

  return TRUE;
}

static StressSession *
stress_desk_service_echo (StressDesk     *desk,
                          StressSession  *session,
                          guint           number,
                          GError        **error)
{
  check_session (session, number);

  return g_object_ref (session);
}

static gboolean
stress_desk_service_close (StressDesk     *desk,
                           StressSession  *session,
                           guint           number,
                           GError        **error)
{
  check_session (session, number);
  if (stress_session_get_fate (session) == NULL)
    return TRUE;

  g_atomic_int_set (&stress_session_get_fate (session)->closing, TRUE);
  norpc_object_close (G_OBJECT (session));

  return TRUE;
}

static gboolean
stress_desk_service_handle_browse (StressDesk              *desk,
                                   NorpcCall               *call,
                                   StressDeskBrowseStream  *stream,
                                   guint                    n_sessions,
                                   GError                 **error)
{
  stress_browse_handle (desk, call, stream, n_sessions, STRESS_DESK_SERVICE (desk)->leaving);

  return TRUE;
}

static void
stress_desk_service_iface_init (StressDeskInterface *iface)
{
  iface->open = stress_desk_service_open;
  iface->keep = stress_desk_service_keep;
  iface->echo = stress_desk_service_echo;
  iface->close = stress_desk_service_close;
  iface->handle_browse = stress_desk_service_handle_browse;
}

/* The thread ends with the server. */
static void
stress_desk_service_stop (NorpcLifecycle *lifecycle)
{
  StressDeskService *self = STRESS_DESK_SERVICE (lifecycle);

  g_cancellable_cancel (self->leaving);
  for (guint i = 0; i < N_KEPT; i++)
    g_clear_object (&self->kept[i]);
  stress_sessions_close (g_thread_self ());
}

static void
stress_desk_service_lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->stop = stress_desk_service_stop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StressDeskService, stress_desk_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (STRESS_TYPE_DESK, stress_desk_service_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, stress_desk_service_lifecycle_iface_init))

static void
stress_desk_service_finalize (GObject *object)
{
  g_object_unref (STRESS_DESK_SERVICE (object)->leaving);
  stress_count_gone (STRESS_SERVICES);

  G_OBJECT_CLASS (stress_desk_service_parent_class)->finalize (object);
}

static void
stress_desk_service_class_init (StressDeskServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = stress_desk_service_finalize;
}

static void
stress_desk_service_init (StressDeskService *self)
{
  self->leaving = g_cancellable_new ();
  stress_count_made (STRESS_SERVICES);
}

static StressDeskHost *
desk_host_new (void)
{
  StressDeskHost *self = g_atomic_rc_box_new0 (StressDeskHost);
  g_autoptr (GObject) service = g_object_new (stress_desk_service_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  self->server = norpc_server_new (service);
  stress_watch (self->server, STRESS_SERVERS);
  g_clear_object (&service);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
  self->proxy = stress_desk_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
  stress_watch (self->proxy, STRESS_PROXIES);

  return self;
}

static void
desk_host_clear (gpointer data)
{
  StressDeskHost *self = data;

  g_clear_object (&self->proxy);
  g_clear_object (&self->server);
}

void
stress_desk_unref (StressDeskHost *self)
{
  g_atomic_rc_box_release_full (self, desk_host_clear);
}

/* Any thread. */
StressDeskHost *
stress_desk_ref (guint i)
{
  StressDeskHost *host;

  g_mutex_lock (&desks_lock);
  if (desks[i] == NULL)
    desks[i] = desk_host_new ();
  host = g_atomic_rc_box_acquire (desks[i]);
  g_mutex_unlock (&desks_lock);

  return host;
}

/* Any thread. Stops a desk; the next one who needs it makes another. */
void
stress_desk_replace (guint i)
{
  StressDeskHost *host;

  g_mutex_lock (&desks_lock);
  host = g_steal_pointer (&desks[i]);
  g_mutex_unlock (&desks_lock);

  if (host == NULL)
    return;

  norpc_server_stop_async (host->server, NORPC_STOP_FINISH, NULL, NULL, NULL);
  stress_desk_unref (host);
}

/* The main thread. */
void
stress_desks_end (void)
{
  for (guint i = 0; i < STRESS_N_DESKS; i++)
    if (desks[i] != NULL)
      {
        norpc_server_stop (desks[i]->server, NORPC_STOP_FINISH, NULL, NULL);
        g_clear_pointer (&desks[i], stress_desk_unref);
      }
}
