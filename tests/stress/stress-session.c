/* stress-session.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An object that is passed to other contexts. It is called in that of its owner only, and stopped
 * once, after all calls that were sent before its last proxy went. */

#include "stress-sessions.h"

G_DECLARE_FINAL_TYPE (StressSessionObject, stress_session_object, STRESS, SESSION_OBJECT, GObject)

struct _StressSessionObject
{
  GObject parent_instance;

  StressSessionFate *fate; /* (unowned) */
};

static GMutex fates_lock;
static GPtrArray *fates; /* (owned) (nullable) [fates_lock]: of owned StressSessionFate, by number */

/* Any thread. */
StressSessionFate *
stress_session_find (guint number)
{
  StressSessionFate *fate;

  g_mutex_lock (&fates_lock);
  fate = g_ptr_array_index (fates, number);
  g_mutex_unlock (&fates_lock);

  return fate;
}

static void
check_thread (StressSession *session)
{
  StressSessionFate *fate = STRESS_SESSION_OBJECT (session)->fate;

  g_assert_true (fate->thread == g_thread_self ());
  if (g_atomic_int_get (&fate->closing))
    return;

  g_assert_cmpint (g_atomic_int_get (&fate->n_started), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&fate->n_stopped), ==, 0);
}

static gboolean
stress_session_object_use (StressSession  *session,
                           GError        **error)
{
  check_thread (session);
  g_atomic_int_inc (&STRESS_SESSION_OBJECT (session)->fate->n_handled);
  stress_session_emit_used (session, STRESS_SESSION_OBJECT (session)->fate->number);

  return TRUE;
}

static void
stress_session_object_iface_init (StressSessionInterface *iface)
{
  iface->use = stress_session_object_use;
  iface->use_quietly = stress_session_object_use;
}

static gboolean
stress_session_object_start (NorpcLifecycle  *lifecycle,
                             GError         **error)
{
  StressSessionFate *fate = STRESS_SESSION_OBJECT (lifecycle)->fate;

  g_assert_true (fate->thread == g_thread_self ());
  /* One that was closed may be passed on again. */
  g_assert_true (g_atomic_int_add (&fate->n_started, 1) == 0 || g_atomic_int_get (&fate->closing));

  return TRUE;
}

/* The context of a client is freed in the main thread. */
static void
stress_session_object_stop (NorpcLifecycle *lifecycle)
{
  StressSessionFate *fate = STRESS_SESSION_OBJECT (lifecycle)->fate;

  g_assert_cmpint (g_atomic_int_add (&fate->n_stopped, 1), <, g_atomic_int_get (&fate->n_started));
  if (g_atomic_int_get (&fate->closing))
    return;

  g_assert_cmpint (g_atomic_int_get (&fate->n_stopped), ==, 1);
  g_assert_true (fate->thread == g_thread_self ());
  g_assert_cmpint (g_atomic_int_get (&fate->n_handled), ==, g_atomic_int_get (&fate->n_sent));
}

static void
stress_session_object_lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->start = stress_session_object_start;
  iface->stop = stress_session_object_stop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StressSessionObject, stress_session_object, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (STRESS_TYPE_SESSION, stress_session_object_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, stress_session_object_lifecycle_iface_init))

static void
stress_session_object_finalize (GObject *object)
{
  StressSessionFate *fate = STRESS_SESSION_OBJECT (object)->fate;

  g_assert_cmpint (g_atomic_int_get (&fate->n_stopped), ==, g_atomic_int_get (&fate->n_started));
  g_assert_true (g_atomic_int_get (&fate->closing) || fate->thread == g_thread_self ());
  stress_count_gone (STRESS_SERVICES);

  G_OBJECT_CLASS (stress_session_object_parent_class)->finalize (object);
}

static void
stress_session_object_class_init (StressSessionObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = stress_session_object_finalize;
}

static void
stress_session_object_init (StressSessionObject *self)
{
  stress_count_made (STRESS_SERVICES);
}

/* Any thread, which owns the object. */
StressSession *
stress_session_new (void)
{
  StressSessionObject *self = g_object_new (stress_session_object_get_type (), NULL);

  self->fate = g_new0 (StressSessionFate, 1);
  self->fate->thread = g_thread_self ();

  g_mutex_lock (&fates_lock);
  if (fates == NULL)
    fates = g_ptr_array_new_with_free_func (g_free);
  self->fate->number = fates->len;
  g_ptr_array_add (fates, self->fate);
  g_mutex_unlock (&fates_lock);

  return STRESS_SESSION (self);
}

/* Returns NULL for a proxy. */
StressSessionFate *
stress_session_get_fate (StressSession *session)
{
  return STRESS_IS_SESSION_OBJECT (session) ? STRESS_SESSION_OBJECT (session)->fate : NULL;
}

typedef struct
{
  StressSessionFate *fate;   /* (unowned) */
  StressClient      *client; /* (unowned) */
} Use;

static void
used_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree Use *use = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (use->client->self == g_thread_self ());
  if (!stress_session_proxy_call_use_finish (STRESS_SESSION_PROXY (object), result, &error))
    {
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_assert_true (g_atomic_int_get (&use->fate->closing));
    }
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (use->client, -1);
}

/* Any thread, which has the proxy. */
void
stress_session_use_quietly (StressSession     *session,
                            StressSessionFate *fate)
{
  g_atomic_int_inc (&fate->n_sent);
  stress_session_proxy_call_use_quietly (STRESS_SESSION_PROXY (session));
}

/* The client's thread. */
void
stress_session_use (StressSession     *session,
                    StressSessionFate *fate,
                    StressClient      *client)
{
  Use *use = g_new (Use, 1);

  *use = (Use) { fate, client };
  g_atomic_int_inc (&fate->n_sent);
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);
  stress_session_proxy_call_use (STRESS_SESSION_PROXY (session), NULL, used_cb, use);
}

/* In @thread, which ends: so do its sessions. */
void
stress_sessions_close (GThread *thread)
{
  g_mutex_lock (&fates_lock);
  for (guint i = 0; fates != NULL && i < fates->len; i++)
    {
      StressSessionFate *fate = g_ptr_array_index (fates, i);

      if (fate->thread == thread)
        g_atomic_int_set (&fate->closing, TRUE);
    }
  g_mutex_unlock (&fates_lock);
}

/* The main thread, when there are no sessions any more. */
void
stress_sessions_forget (void)
{
  g_mutex_lock (&fates_lock);
  g_clear_pointer (&fates, g_ptr_array_unref);
  g_mutex_unlock (&fates_lock);
}
