/* norpc-time-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-alarm-private.h"
#include "norpc-call-private.h"
#include "norpc-time-limit.h"

/**
 * NorpcTimeLimit:
 *
 * Ends calls that take longer behind it than they may.
 *
 * Such a call ends with %NORPC_ERROR_TIMED_OUT, and what a service does for it
 * is cancelled, as at the deadline of a client (see
 * [method@Norpc.Proxy.set_timeout]). The time counts from when the call comes
 * to the layer, so that before a layer which holds calls it is also the time
 * that they may wait.
 *
 * A service sees it in [method@Norpc.Call.get_deadline], and calls that it makes on
 * behalf of the call have no more time, either.
 *
 * Since: 0.1
 */

/* A call: it is in the queue until it has ended, and who ends that frees it. */
typedef struct
{
  NorpcCallWatch  watch; /* the first */
  NorpcTimeLimit *limit; /* (owned) */
  NorpcCall      *call;  /* (unowned) */
  gint64          deadline;
  GList           link;    /* [lock] */
  gboolean        waiting; /* [lock]: it is in the queue */
} Entry;

struct _NorpcTimeLimit
{
  NorpcLayer parent_instance;

  guint       milliseconds; /* since construction */
  NorpcAlarm *alarm;        /* (owned): for the deadline of the first call, or earlier */

  GMutex lock;
  GQueue entries; /* of Entry [lock]: the calls that are on their way, oldest first */
};

G_DEFINE_FINAL_TYPE (NorpcTimeLimit, norpc_time_limit, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_MILLISECONDS = 1,
} NorpcTimeLimitProperty;

static GParamSpec *properties[PROP_MILLISECONDS + 1];

/* With the lock held. */
static void
leave_locked (Entry *entry)
{
  if (entry->waiting)
    g_queue_unlink (&entry->limit->entries, &entry->link);
  entry->waiting = FALSE;
}

/* The thread that ends the call. */
static void
call_ended (NorpcCallWatch *watch,
            NorpcCall      *call G_GNUC_UNUSED)
{
  Entry *entry = (Entry *) watch;
  g_autoptr (NorpcTimeLimit) self = entry->limit;

  g_mutex_lock (&self->lock);
  leave_locked (entry);
  g_mutex_unlock (&self->lock);

  g_free (entry);
}

/* The alarms' thread: takes the first call whose time is up (held), or NULL.
 * @next is the time of the next, or -1.
 */
static NorpcCall *
take_late_call (NorpcTimeLimit *self,
                gint64         *next)
{
  NorpcCall *call = NULL;
  Entry *entry;

  *next = -1;

  g_mutex_lock (&self->lock);
  entry = self->entries.head != NULL ? self->entries.head->data : NULL;
  if (entry != NULL && entry->deadline <= g_get_monotonic_time ())
    {
      leave_locked (entry);
      call = entry->call;
      norpc_call_hold (call);
    }
  else if (entry != NULL)
    {
      *next = entry->deadline;
    }
  g_mutex_unlock (&self->lock);

  return call;
}

/* The alarms' thread. */
static void
time_is_up (GObject *object)
{
  NorpcTimeLimit *self = NORPC_TIME_LIMIT (object);
  NorpcCall *call;
  gint64 next;

  while ((call = take_late_call (self, &next)) != NULL)
    {
      norpc_call_time_out (call);
      norpc_call_release (call);
    }

  if (next != -1)
    norpc_alarm_set (self->alarm, next);
}

/* Any thread. TRUE if it is the first call. */
static gboolean
add_call (NorpcTimeLimit *self,
          NorpcCall      *call,
          gint64         *deadline)
{
  Entry *entry = g_new0 (Entry, 1);
  gboolean added, first = FALSE;

  entry->limit = self;
  entry->call = call;
  entry->link.data = entry;

  g_mutex_lock (&self->lock);
  *deadline = entry->deadline = g_get_monotonic_time () + (gint64) self->milliseconds * 1000;
  added = norpc_call_add_watch (call, &entry->watch, call_ended);
  if (added)
    {
      /* Who ends the call meanwhile waits for the lock. */
      g_object_ref (self);
      g_queue_push_tail_link (&self->entries, &entry->link);
      entry->waiting = TRUE;
      first = self->entries.length == 1;
    }
  g_mutex_unlock (&self->lock);

  if (!added)
    g_free (entry);

  return first;
}

static void
norpc_time_limit_take (NorpcLayer *layer,
                    NorpcCall  *call)
{
  NorpcTimeLimit *self = NORPC_TIME_LIMIT (layer);
  gint64 deadline;

  if (add_call (self, call, &deadline))
    norpc_alarm_set (self->alarm, deadline);
  norpc_call_limit_deadline (call, deadline);
  norpc_layer_pass_on (layer, call);
}

static void
norpc_time_limit_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  NorpcTimeLimit *self = NORPC_TIME_LIMIT (object);

  switch ((NorpcTimeLimitProperty) property_id)
    {
    case PROP_MILLISECONDS:
      self->milliseconds = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_time_limit_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch ((NorpcTimeLimitProperty) property_id)
    {
    case PROP_MILLISECONDS:
      g_value_set_uint (value, NORPC_TIME_LIMIT (object)->milliseconds);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_time_limit_finalize (GObject *object)
{
  NorpcTimeLimit *self = NORPC_TIME_LIMIT (object);

  norpc_alarm_free (self->alarm);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_time_limit_parent_class)->finalize (object);
}

static void
norpc_time_limit_class_init (NorpcTimeLimitClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_time_limit_set_property;
  object_class->get_property = norpc_time_limit_get_property;
  object_class->finalize = norpc_time_limit_finalize;

  NORPC_LAYER_CLASS (klass)->take = norpc_time_limit_take;

  /**
   * NorpcTimeLimit:milliseconds: (getter get_milliseconds)
   *
   * How long a call may take, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_MILLISECONDS] =
    g_param_spec_uint ("milliseconds", NULL, NULL,
                       1, G_MAXINT, 1000,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_time_limit_init (NorpcTimeLimit *self)
{
  g_mutex_init (&self->lock);
  self->alarm = norpc_alarm_new (G_OBJECT (self), time_is_up);
}

/**
 * norpc_time_limit_new:
 * @milliseconds: how long a call may take, in milliseconds, at least 1
 *
 * Makes a layer that ends calls after @milliseconds.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_time_limit_new (guint milliseconds)
{
  g_return_val_if_fail (milliseconds >= 1 && milliseconds <= G_MAXINT, NULL);

  return g_object_new (NORPC_TYPE_TIME_LIMIT, "milliseconds", milliseconds, NULL);
}

/**
 * norpc_time_limit_get_milliseconds:
 * @self: a time limit
 *
 * Tells how long a call may take.
 *
 * Returns: the time in milliseconds
 * Since: 0.1
 */
guint
norpc_time_limit_get_milliseconds (NorpcTimeLimit *self)
{
  g_return_val_if_fail (NORPC_IS_TIME_LIMIT (self), 0);

  return self->milliseconds;
}
