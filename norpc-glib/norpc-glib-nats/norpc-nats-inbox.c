/* norpc-nats-inbox.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "norpc-nats-inbox-private.h"
#include "norpc-nats-subscription-private.h"

/* Shared with the library's thread. */
typedef struct
{
  gatomicrefcount ref_count;
  NorpcNatsLink  *link;    /* (unowned): the subscription ends before the link */
  GMutex          lock;
  GHashTable     *waiters; /* (owned) [lock]: of subjects (owned) and NorpcNatsWaiter (owned) */
  GHashTable     *counts;  /* (owned) [lock]: how many replies are on their way, for each of those that get many; these
                              are addresses only, as a waiter may be gone before its replies */
  gboolean        closed;  /* [lock] */
} Table;

/* How long those wait, in milliseconds, whose service may be about to reconnect. */
#define RETRY_DELAY 50

/* The bytes of a token. */
#define TOKEN_SIZE 16

struct _NorpcNatsInbox
{
  Table                 *table;        /* (owned), since construction */
  char                  *prefix;       /* (owned), since construction: with a dot at its end */
  NorpcNatsSubscription *subscription; /* (owned), since construction */
  guint8                 random[16 * TOKEN_SIZE]; /* those that come next are for the next tokens */
  guint                  n_random;
  guint64                last_serial;
  GQueue                 parked;       /* of owned NorpcNatsWaiter, in any order */
  guint                  n_unsent;     /* of those that are parked, the ones that flushes wait for */
  GQueue                 batch;        /* of owned NorpcNatsWaiter: those that are being resumed, or have lost their
                                          connection */
  GSource               *retry;        /* (owned) (nullable): resumes those that are parked */
};

typedef struct
{
  NorpcNatsLink   *link;    /* (owned) */
  Table           *table;   /* (unowned): lasts as long as the link */
  NorpcNatsWaiter *waiter;  /* (owned) (nullable): NULL if it gets many, as it may be gone by then */
  gconstpointer    counted; /* (nullable): the address of one that gets many */
  natsMsg         *message; /* (owned) */
} Delivery;

/* How many replies one waiter has on their way. Those that are more are dropped. */
#define MAX_REPLIES 1000

static void
table_unref (gpointer data)
{
  Table *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->counts);
  g_hash_table_unref (self->waiters);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static guint
get_count_locked (Table         *self,
                  gconstpointer  waiter)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, waiter));
}

static void
change_count_locked (Table         *self,
                     gconstpointer  waiter,
                     int            change)
{
  guint n = get_count_locked (self, waiter) + (guint) change;

  if (n > 0)
    g_hash_table_insert (self->counts, (gpointer) waiter, GUINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->counts, waiter);
}

/* Returns the waiter (unowned) that gets many replies, or NULL if it does not wait for this one any more. */
static NorpcNatsWaiter *
find_waiter (Delivery *delivery)
{
  Table *self = delivery->table;
  NorpcNatsWaiter *waiter;

  g_mutex_lock (&self->lock);
  change_count_locked (self, delivery->counted, -1);
  waiter = g_hash_table_lookup (self->waiters, natsMsg_GetSubject (delivery->message));
  g_mutex_unlock (&self->lock);

  return waiter;
}

static void
deliver (gpointer data)
{
  Delivery *self = data;
  NorpcNatsWaiter *waiter = self->waiter != NULL ? self->waiter : find_waiter (self);

  if (waiter != NULL)
    waiter->impl->replied (waiter, self->message);
  else
    natsMsg_Destroy (self->message);
  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* It does not wait for a reply any more. */
static void
remove_waiter_locked (Table           *self,
                      NorpcNatsWaiter *waiter)
{
  g_hash_table_remove (self->waiters, waiter->subject);
  waiter->subject = NULL;
}

/* Returns the waiter with a subject, if it takes one more reply, or NULL. */
static NorpcNatsWaiter *
take_waiter_locked (Table      *self,
                    const char *subject)
{
  NorpcNatsWaiter *waiter = self->closed ? NULL : g_hash_table_lookup (self->waiters, subject);

  if (waiter == NULL || (waiter->many && get_count_locked (self, waiter) >= MAX_REPLIES))
    return NULL;

  if (!waiter->many)
    remove_waiter_locked (self, waiter);

  return waiter;
}

static void
push_delivery_locked (Table           *self,
                      NorpcNatsWaiter *waiter,
                      natsMsg         *message)
{
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->link = norpc_nats_link_ref (self->link);
  delivery->table = self;
  delivery->message = message;
  if (waiter->many)
    {
      delivery->counted = waiter;
      change_count_locked (self, waiter, 1);
    }
  else
    {
      delivery->waiter = waiter;
    }
  norpc_nats_link_invoke (self->link, deliver, delivery);
}

/* Runs in a thread of the library. A message that nothing waits for is dropped here, so that no more of them are
 * kept than there are calls.
 */
static void
inbox_cb (natsMsg  *message,
          gpointer  data)
{
  Table *self = data;
  NorpcNatsWaiter *waiter;

  g_mutex_lock (&self->lock);
  waiter = take_waiter_locked (self, natsMsg_GetSubject (message));
  if (waiter != NULL)
    push_delivery_locked (self, waiter, message);
  g_mutex_unlock (&self->lock);

  if (waiter == NULL)
    natsMsg_Destroy (message);
}

/* Returns NULL if @error is set. */
NorpcNatsInbox *
norpc_nats_inbox_new (NorpcNatsLink  *link,
                      GError        **error)
{
  NorpcNatsInbox *self = g_new0 (NorpcNatsInbox, 1);
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *wildcard = NULL;

  self->table = g_new0 (Table, 1);
  g_atomic_ref_count_init (&self->table->ref_count);
  g_atomic_ref_count_inc (&self->table->ref_count); /* for the subscription */
  g_mutex_init (&self->table->lock);
  self->table->link = link;
  self->table->waiters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->table->counts = g_hash_table_new (NULL, NULL);
  self->prefix = g_strdup_printf (NORPC_NATS_INBOX_PREFIX "%s.", uuid);
  wildcard = g_strconcat (self->prefix, "*", NULL);
  self->subscription = norpc_nats_subscription_new_sync (link, wildcard, inbox_cb, self->table, table_unref, error);
  if (self->subscription != NULL)
    {
      norpc_nats_link_set_replies (link, norpc_nats_subscription_get_nats (self->subscription));
      return self;
    }

  norpc_nats_inbox_free (self);

  return NULL;
}

/* Called as the last reference to the link is released: nothing waits, as each call has one. */
void
norpc_nats_inbox_free (gpointer data)
{
  NorpcNatsInbox *self = data;

  g_mutex_lock (&self->table->lock);
  self->table->closed = TRUE;
  g_mutex_unlock (&self->table->lock);
  if (self->subscription != NULL)
    norpc_nats_subscription_end_sync (self->subscription);
  if (self->retry != NULL)
    g_source_destroy (self->retry);
  g_clear_pointer (&self->retry, g_source_unref);
  table_unref (self->table);
  g_free (self->prefix);
  g_free (self);
}

/* Returns a subject (owned) that cannot be guessed. The kernel is asked once for several of them. */
static char *
make_subject (NorpcNatsInbox *self)
{
  static const char digits[] = "0123456789abcdef";
  GString *subject = g_string_sized_new (strlen (self->prefix) + 2 * TOKEN_SIZE + 1);

  if (self->n_random == 0)
    {
      self->n_random = sizeof self->random;
      if (getentropy (self->random, sizeof self->random) != 0)
        g_error ("NATS: the system has no random numbers: %s", g_strerror (errno));
    }

  g_string_append (subject, self->prefix);
  for (guint i = 0; i < TOKEN_SIZE; i++)
    {
      guint8 byte = self->random[--self->n_random];

      g_string_append_c (subject, digits[byte >> 4]);
      g_string_append_c (subject, digits[byte & 15]);
    }

  return g_string_free (subject, FALSE);
}

static void
join_queue (NorpcNatsWaiter *waiter,
            GQueue          *queue)
{
  waiter->queue = queue;
  waiter->link.data = waiter;
  g_queue_push_tail_link (queue, &waiter->link);
}

/* @change is 1 if the waiter is being parked, or -1 if it is not parked any more. */
static void
count_parked (NorpcNatsInbox  *self,
              NorpcNatsWaiter *waiter,
              int              change)
{
  if (waiter->n_parked != NULL)
    *waiter->n_parked += (guint) change;
  if (!waiter->is_sent)
    self->n_unsent += (guint) change;
}

static void
leave_queue (NorpcNatsInbox  *self,
             NorpcNatsWaiter *waiter)
{
  if (waiter->queue == &self->parked)
    count_parked (self, waiter, -1);
  g_queue_unlink (waiter->queue, &waiter->link);
  waiter->queue = NULL;
}

/* Waiters are resumed in the order in which they came, whatever they have waited for. */
static void
ensure_serial (NorpcNatsInbox  *self,
               NorpcNatsWaiter *waiter)
{
  if (waiter->serial == 0)
    waiter->serial = ++self->last_serial;
}

/* Takes ownership of @waiter, until it is removed. Returns the subject (owned) for its reply. */
char *
norpc_nats_inbox_add (NorpcNatsInbox  *self,
                      NorpcNatsWaiter *waiter)
{
  char *subject = make_subject (self);

  ensure_serial (self, waiter);
  g_mutex_lock (&self->table->lock);
  waiter->subject = subject;
  g_hash_table_insert (self->table->waiters, subject, waiter);
  g_mutex_unlock (&self->table->lock);

  return g_strdup (subject);
}

/* Takes ownership of @waiter. It is resumed once there is a connection. */
void
norpc_nats_inbox_park (NorpcNatsInbox  *self,
                       NorpcNatsWaiter *waiter)
{
  ensure_serial (self, waiter);
  join_queue (waiter, &self->parked);
  count_parked (self, waiter, 1);
}

/* Returns TRUE if one that has not been sent is parked. For a new waiter, and for one that is being resumed, these are
 * waiters that came before it, because those that came later are not parked again yet.
 */
gboolean
norpc_nats_inbox_has_unsent (NorpcNatsInbox *self)
{
  return self->n_unsent > 0;
}

/* Thread-safe. */
NorpcNatsLink *
norpc_nats_inbox_get_link (NorpcNatsInbox *self)
{
  return self->table->link;
}

/* Returns TRUE if the waiter was here; it then belongs to the caller. Otherwise it has been replied to. */
gboolean
norpc_nats_inbox_remove (NorpcNatsInbox  *self,
                         NorpcNatsWaiter *waiter)
{
  gboolean found;

  if (waiter->queue != NULL)
    {
      leave_queue (self, waiter);
      return TRUE;
    }

  g_mutex_lock (&self->table->lock);
  found = waiter->subject != NULL;
  if (found)
    remove_waiter_locked (self->table, waiter);
  g_mutex_unlock (&self->table->lock);

  return found;
}

/* Moves those that wait for a reply to the batch. */
static void
take_waiting (NorpcNatsInbox *self)
{
  GHashTableIter iter;
  gpointer waiter;

  g_mutex_lock (&self->table->lock);
  g_hash_table_iter_init (&iter, self->table->waiters);
  while (g_hash_table_iter_next (&iter, NULL, &waiter))
    {
      ((NorpcNatsWaiter *) waiter)->subject = NULL;
      join_queue (waiter, &self->batch);
      g_hash_table_iter_remove (&iter);
    }
  g_mutex_unlock (&self->table->lock);
}

/* Moves those that are parked to the batch, because one that is resumed may be parked again. */
static void
take_parked (NorpcNatsInbox *self)
{
  while (!g_queue_is_empty (&self->parked))
    {
      NorpcNatsWaiter *waiter = g_queue_peek_head (&self->parked);

      leave_queue (self, waiter);
      join_queue (waiter, &self->batch);
    }
}

static int
compare_serials (gconstpointer a,
                 gconstpointer b,
                 gpointer      unused G_GNUC_UNUSED)
{
  guint64 first = ((const NorpcNatsWaiter *) a)->serial;
  guint64 second = ((const NorpcNatsWaiter *) b)->serial;

  return first < second ? -1 : first > second;
}

/* Returns the next waiter (owned) of the batch, or NULL. Completing one can remove others. */
static NorpcNatsWaiter *
pop_batch (NorpcNatsInbox *self)
{
  NorpcNatsWaiter *waiter = g_queue_peek_head (&self->batch);

  if (waiter != NULL)
    leave_queue (self, waiter);

  return waiter;
}

static void
lose_batch (NorpcNatsInbox *self,
            const char     *reason,
            gboolean        for_good)
{
  NorpcNatsWaiter *waiter;

  g_queue_sort (&self->batch, compare_serials, NULL);
  while ((waiter = pop_batch (self)) != NULL)
    if (!waiter->impl->lost (waiter, reason, for_good))
      norpc_nats_inbox_park (self, waiter);
}

static void
resume_parked (NorpcNatsInbox *self)
{
  NorpcNatsWaiter *waiter;

  take_parked (self);
  g_queue_sort (&self->batch, compare_serials, NULL);
  while ((waiter = pop_batch (self)) != NULL)
    waiter->impl->resume (waiter);
}

static gboolean
retry_cb (gpointer data)
{
  NorpcNatsInbox *self = data;

  g_clear_pointer (&self->retry, g_source_unref);
  resume_parked (self);

  return G_SOURCE_REMOVE;
}

/* Takes ownership of @waiter. It is resumed a moment later. */
void
norpc_nats_inbox_park_briefly (NorpcNatsInbox  *self,
                               NorpcNatsWaiter *waiter)
{
  norpc_nats_inbox_park (self, waiter);
  if (self->retry != NULL)
    return;

  self->retry = g_timeout_source_new (RETRY_DELAY);
  g_source_set_static_name (self->retry, "NorpcNatsInbox");
  g_source_set_callback (self->retry, retry_cb, self, NULL);
  g_source_attach (self->retry, g_main_context_get_thread_default ());
}

static void
end_all (NorpcNatsInbox *self)
{
  g_autofree char *reason = norpc_nats_link_describe_end (self->table->link);

  take_waiting (self);
  take_parked (self);
  lose_batch (self, reason, TRUE);
}

void
norpc_nats_inbox_change (NorpcNatsChange change,
                         gpointer        data)
{
  NorpcNatsInbox *self = data;

  switch (change)
    {
    case NORPC_NATS_DISCONNECTED:
      take_waiting (self);
      take_parked (self);
      lose_batch (self, "the connection to NATS was lost", FALSE);
      break;

    case NORPC_NATS_OVERFLOWED:
      take_waiting (self);
      lose_batch (self, "NATS delivers more than the connection takes, and a reply may be lost", FALSE);
      resume_parked (self);
      break;

    case NORPC_NATS_RECONNECTED:
      resume_parked (self);
      break;

    case NORPC_NATS_EVENTS_OVERFLOWED:
      break;

    case NORPC_NATS_CLOSED:
    default:
      end_all (self);
      break;
    }
}
