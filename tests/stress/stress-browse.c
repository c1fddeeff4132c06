/* stress-browse.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams whose items are objects: a desk opens one session after the other, and a client gets a proxy
 * for each. Those that it does not read are released with the stream. */

#include "stress-sessions.h"

/* The work of a desk. All of it is in the desk's context. */
typedef struct
{
  StressDesk             *desk;    /* (owned) */
  NorpcCall              *call;    /* (owned) */
  StressDeskBrowseStream *stream;  /* (owned) */
  GCancellable           *leaving; /* (owned): cancelled when the desk stops */
  guint                   n_left;
} Work;

static void open_on (Work *work);

static void
work_free (Work *work)
{
  g_object_unref (work->desk);
  norpc_call_unref (work->call);
  g_object_unref (work->stream);
  g_object_unref (work->leaving);
  g_free (work);
  stress_count_gone (STRESS_WORKS);
}

static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  if (norpc_stream_ready_finish (NORPC_STREAM (object), result, NULL))
    open_on (user_data);
  else
    work_free (user_data);
}

static void
open_on (Work *work)
{
  while (work->n_left > 0)
    {
      g_autoptr (StressSession) session = NULL;

      if (!norpc_stream_is_ready (NORPC_STREAM (work->stream)))
        {
          norpc_stream_ready_async (NORPC_STREAM (work->stream), work->leaving, ready_cb, work);
          return;
        }

      session = stress_session_new ();
      if (!stress_desk_browse_stream_write (work->stream, session, stress_session_get_fate (session)->number,
                                            NULL))
        break;
      work->n_left--;
    }

  /* One whose client has gone is answered, too. */
  stress_desk_complete_browse (work->desk, work->call);
  work_free (work);
}

/* The desk's context. */
void
stress_browse_handle (StressDesk             *desk,
                      NorpcCall              *call,
                      StressDeskBrowseStream *stream,
                      guint                   n_sessions,
                      GCancellable           *leaving)
{
  Work *work = g_new (Work, 1);

  *work = (Work) { g_object_ref (desk), norpc_call_ref (call), g_object_ref (stream), g_object_ref (leaving),
                   n_sessions };
  stress_count_made (STRESS_WORKS);
  open_on (work);
}

/* A client that browses. All of it is in the client's thread. */
typedef struct
{
  StressClient           *client; /* (unowned) */
  StressDeskBrowseStream *stream; /* (owned) */
  guint                   n_sessions;
  guint                   n_read;
  guint                   n_wanted; /* after these it drops the stream */
  StressBrowsedFunc       browsed;
} Browse;

static void
browse_free (Browse *self)
{
  StressClient *client = self->client;

  client->n_open--;
  client->n_endless--;
  g_object_unref (self->stream);
  g_free (self);
  stress_count_gone (STRESS_CALLS);
  stress_client_pending (client, -1);
}

/* A desk that was replaced is closed. */
static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Browse *self = user_data;
  g_autoptr (StressSession) session = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

  g_assert_true (g_thread_self () == self->client->self);
  g_assert_false (self->client->calling);
  if (!stress_desk_browse_stream_next_finish (self->stream, result, &session, &number, &error))
    {
      if (error != NULL)
        g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      else
        g_assert_cmpuint (self->n_read, ==, self->n_sessions);
      browse_free (self);
      return;
    }

  g_assert_true (STRESS_IS_SESSION_PROXY (session));
  self->n_read++;
  self->browsed (self->client, session, number);
  if (self->n_read == self->n_wanted)
    browse_free (self);
  else
    stress_desk_browse_stream_next_async (self->stream, NULL, next_cb, self);
}

/* The client's thread. */
void
stress_browse (StressClient      *client,
               StressDeskProxy   *desk,
               StressBrowsedFunc  browsed)
{
  Browse *self = g_new0 (Browse, 1);

  self->client = client;
  self->n_sessions = g_rand_int_range (client->rand, 0, 8);
  self->n_wanted = g_rand_int_range (client->rand, 1, 12);
  self->browsed = browsed;
  self->stream = stress_desk_proxy_open_browse (desk, self->n_sessions, NULL);
  stress_watch (self->stream, STRESS_STREAMS);
  client->n_open++;
  client->n_endless++;
  stress_count_made (STRESS_CALLS);
  stress_client_pending (client, 1);
  stress_desk_browse_stream_next_async (self->stream, NULL, next_cb, self);
}
