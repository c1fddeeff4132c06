/* stress-sessions.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A client that opens sessions, calls them, passes them on, and drops them. */

#include "stress-sessions.h"

#define N_SLOTS 6

/* The sessions of a client. */
struct _StressSessions
{
  struct
  {
    StressSession *session; /* (owned) (nullable): a proxy */
    guint          number;
  } slots[N_SLOTS];
};

/* A call to a desk. */
typedef struct
{
  StressClient  *client;  /* (unowned) */
  StressSession *session; /* (owned) (nullable): that is in the call */
  guint          number;  /* of the session */
  guint          slot;
} Visit;

static Visit *
visit_new (StressClient  *client,
           StressSession *session,
           guint          number,
           guint          slot)
{
  Visit *visit = g_new (Visit, 1);

  *visit = (Visit) { client, session != NULL ? g_object_ref (session) : NULL, number, slot };
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);

  return visit;
}

/* The client's thread. A desk that was replaced is closed. */
static void
visit_end (Visit        *visit,
           const GError *error)
{
  g_assert_true (g_thread_self () == visit->client->self);
  g_assert_false (visit->client->calling);
  if (error != NULL)
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (visit->client, -1);
  g_clear_object (&visit->session);
  g_free (visit);
}

static void
used_signal_cb (StressSession *session,
                guint          number,
                StressClient  *client)
{
  g_assert_true (g_thread_self () == client->self);
  g_assert_false (client->calling);
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Visit *visit = user_data;
  StressSessions *sessions = visit->client->sessions;
  g_autoptr (StressSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

  if (stress_desk_proxy_call_open_finish (STRESS_DESK_PROXY (object), result, &session, &number, &error))
    {
      g_assert_true (STRESS_IS_SESSION_PROXY (session));
      if (number % 4 == 0)
        g_signal_connect (session, "used", G_CALLBACK (used_signal_cb), visit->client);
      stress_session_use (session, stress_session_find (number), visit->client);
      g_set_object (&sessions->slots[visit->slot].session, session);
      sessions->slots[visit->slot].number = number;
    }
  visit_end (visit, error);
}

/* A session that a stream has brought. */
static void
browsed_cb (StressClient  *client,
            StressSession *session,
            guint          number)
{
  stress_session_use (session, stress_session_find (number), client);
  if (number % 3 != 0)
    return;

  g_set_object (&client->sessions->slots[number % N_SLOTS].session, session);
  client->sessions->slots[number % N_SLOTS].number = number;
}

static void
kept_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  stress_desk_proxy_call_keep_finish (STRESS_DESK_PROXY (object), result, &error);
  visit_end (user_data, error);
}

static void
closed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  stress_desk_proxy_call_close_finish (STRESS_DESK_PROXY (object), result, &error);
  visit_end (user_data, error);
}

/* The same object is the same proxy, and one of the client is itself. One that was closed gets another
 * proxy. */
static void
echoed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Visit *visit = user_data;
  g_autoptr (StressSession) session = NULL;
  g_autoptr (GError) error = NULL;

  session = stress_desk_proxy_call_echo_finish (STRESS_DESK_PROXY (object), result, &error);
  if (session != NULL)
    g_assert_true (session == visit->session ||
                   g_atomic_int_get (&stress_session_find (visit->number)->closing));
  visit_end (visit, error);
}

static void
keep (StressClient    *client,
      StressDeskProxy *desk,
      StressSession   *session,
      guint            number)
{
  g_autoptr (GPtrArray) sessions = g_ptr_array_new ();

  g_ptr_array_add (sessions, session);
  g_ptr_array_add (sessions, session);
  stress_desk_proxy_call_keep (desk, sessions, number, g_rand_int_range (client->rand, 0, 1000), NULL, kept_cb,
                               visit_new (client, NULL, number, 0));
}

static void
pass_own (StressClient    *client,
          StressDeskProxy *desk)
{
  g_autoptr (StressSession) session = stress_session_new ();
  guint number = stress_session_get_fate (session)->number;

  if (g_rand_boolean (client->rand))
    keep (client, desk, session, number);
  else
    stress_desk_proxy_call_echo (desk, session, number, NULL, echoed_cb, visit_new (client, session, number, 0));
}

static void
use_slot (StressClient    *client,
          StressDeskProxy *desk,
          guint            slot)
{
  StressSession *session = client->sessions->slots[slot].session;
  guint number = client->sessions->slots[slot].number;
  int dice = g_rand_int_range (client->rand, 0, 32);

  if (dice < 12)
    for (int i = 0; i <= dice; i++)
      if (i % 3 == 0)
        stress_session_use_quietly (session, stress_session_find (number));
      else
        stress_session_use (session, stress_session_find (number), client);
  else if (dice < 20)
    keep (client, desk, session, number);
  else if (dice < 26)
    stress_desk_proxy_call_echo (desk, session, number, NULL, echoed_cb, visit_new (client, session, number, slot));
  else if (dice < 27)
    stress_desk_proxy_call_close (desk, session, number, NULL, closed_cb, visit_new (client, NULL, number, slot));

  if (dice % 4 == 0)
    g_clear_object (&client->sessions->slots[slot].session);
}

void
stress_use_session (StressClient *client)
{
  guint i = g_rand_int_range (client->rand, 0, STRESS_N_DESKS);
  guint slot = g_rand_int_range (client->rand, 0, N_SLOTS);
  int dice = g_rand_int_range (client->rand, 0, 100);
  g_autoptr (StressDeskHost) desk = stress_desk_ref (i);
  gboolean calling = client->calling;

  if (client->sessions == NULL)
    client->sessions = g_new0 (StressSessions, 1);

  client->calling = TRUE;
  if (dice == 0)
    stress_desk_replace (i);
  else if (dice < 15)
    pass_own (client, desk->proxy);
  else if (dice < 22)
    stress_browse (client, desk->proxy, browsed_cb);
  else if (client->sessions->slots[slot].session == NULL)
    stress_desk_proxy_call_open (desk->proxy, NULL, opened_cb, visit_new (client, NULL, 0, slot));
  else
    use_slot (client, desk->proxy, slot);
  client->calling = calling;
}

/* The client's thread ends. The sessions in the other slots end with its context. */
void
stress_sessions_leave (StressClient *client)
{
  stress_sessions_close (g_thread_self ());
  for (guint i = 0; client->sessions != NULL && i < N_SLOTS; i += 2)
    g_clear_object (&client->sessions->slots[i].session);
}

/* The main thread, when the context of the client has gone. */
void
stress_sessions_end (StressSessions *sessions)
{
  for (guint i = 0; sessions != NULL && i < N_SLOTS; i++)
    g_clear_object (&sessions->slots[i].session);
  g_free (sessions);
}
