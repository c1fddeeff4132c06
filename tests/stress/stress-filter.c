/* stress-filter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The functions of filters and retries: they deny calls, call others synchronously, and
 * see each call that they have let come to them end once, where that is promised. */

#include "core/norpc-background-private.h"

#include "stress.h"

/* The filter's, and its functions'. */
typedef struct
{
  gatomicrefcount ref_count;
  StressFate     *fate;   /* (owned) (nullable): of the server that it is in */
  GThread        *client; /* (unowned) (nullable): the only one, before a channel */
  gboolean        denies;
  gboolean        calls;
} Closure;

/* Any thread. */
static void
closure_unref (gpointer data)
{
  Closure *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->fate, stress_fate_unref);
  g_free (self);
}

static Closure *
closure_ref (Closure *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static gboolean
is_one_way (NorpcCall *call)
{
  return g_strcmp0 (norpc_call_get_method_name (call), "Tell") == 0;
}

static guint64
get_sequence (NorpcCall *call)
{
  return g_value_get_uint64 (&norpc_call_get_args (call, NULL)[is_one_way (call) ? 1 : 2]);
}

static gboolean
filter_cb (NorpcCall  *call,
           gpointer    user_data,
           GError    **error)
{
  Closure *self = user_data;
  guint64 sequence = get_sequence (call);

  if (!is_one_way (call))
    stress_count_made (STRESS_REPLIES);

  if (self->calls && sequence % 32 == 3)
    stress_aside (sequence);

  /* A one-way call that is denied is a warning. */
  if (!self->denies || !stress_is_denied (sequence) || is_one_way (call))
    return TRUE;

  /* A function that only forgets to return FALSE denies it, too. */
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "Denied");

  return sequence % 64 == 5;
}

/* Before a channel: the thread of the client, or the pool for an attempt that is not the
 * last. In a server: the thread that answers, or that of the service, or the pool if that
 * has gone. */
static gboolean
may_be_told_here (Closure *self)
{
  StressClient *client = stress_get_current_client ();

  if (norpc_background_is_current ())
    return self->fate == NULL || g_atomic_int_get (&self->fate->ending);
  if (self->fate == NULL)
    return client != NULL && (self->client == NULL || self->client == g_thread_self ());

  return g_atomic_pointer_get (&self->fate->thread) == g_thread_self () ||
         stress_worker_is_current () || g_atomic_int_get (&self->fate->ending);
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  Closure *self = user_data;

  if (!may_be_told_here (self))
    g_error ("a filter of %s got a reply in a thread that is %s: %s",
             self->fate != NULL ? "a server" : "a client", stress_describe_thread (),
             norpc_reply_get_error (reply) != NULL ? norpc_reply_get_error (reply)->message
                                                   : "success");
  stress_count_gone (STRESS_REPLIES);
}

/* Returns a floating layer. */
NorpcLayer *
stress_filter_new (GRand            *rand,
                   const StressSide *side,
                   StressTraits     *traits)
{
  NorpcLayer *layer = norpc_filter_new ();
  Closure *closure = g_new0 (Closure, 1);

  g_atomic_ref_count_init (&closure->ref_count);
  closure->fate = side->fate != NULL ? stress_fate_ref (side->fate) : NULL;
  closure->client = side->client;
  closure->denies = g_rand_boolean (rand);
  closure->calls = g_rand_boolean (rand);
  traits->denies = traits->denies || closure->denies;

  norpc_filter_set_call_func (NORPC_FILTER (layer), filter_cb, closure, closure_unref);
  norpc_filter_set_reply_func (NORPC_FILTER (layer), reply_cb, closure_ref (closure),
                               closure_unref);

  return layer;
}

/* A thread of the pool. */
static gboolean
retry_cb (NorpcCall    *call,
          const GError *error,
          guint         n_attempts,
          gpointer      user_data)
{
  guint64 sequence = get_sequence (call);

  g_assert_true (norpc_background_is_current ());
  g_assert_nonnull (error);
  if (sequence % 8 == 3)
    stress_aside (sequence + n_attempts);

  return sequence % 4 != 0;
}

/* Before the first call. */
void
stress_retry_set_func (NorpcRetry *retry)
{
  norpc_retry_set_func (retry, retry_cb, NULL, NULL);
}
