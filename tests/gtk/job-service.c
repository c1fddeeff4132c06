/* job-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "job-service.h"

/* The limit of a wait for the service. It is reached only when a test fails. */
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

struct _JobService
{
  GObject parent_instance;

  /* in the service's context */
  char    *status; /* (owned) */
  double   fraction;
  double   speed;
  guint    n_steps;
  guint    n_done;
  guint    n_parts;
  GSource *work;   /* (owned) (nullable) */

  GListStore *entries;   /* (owned): of JobEntry */
  guint       n_entries; /* that were inserted */
  guint       position;  /* of the next entry */
  guint       end;       /* of the entries to be inserted */
  GSource    *inserting; /* (owned) (nullable) */

  GMutex   lock;
  GCond    cond;
  gboolean is_closed; /* [lock]: the gate */
  guint    n_arrived; /* [lock]: at the gate, since it was closed */
  guint    n_let_in;  /* [lock]: since the gate was closed */
  double   max_speed; /* [lock] */
  GArray  *speeds;    /* (owned) [lock]: double, all that were set */
};

typedef enum
{
  PROP_STATUS = 1,
  PROP_FRACTION,
  PROP_SPEED,
  PROP_ENTRIES,
} JobServiceProperty;

void
job_service_close_gate (JobService *self)
{
  g_mutex_lock (&self->lock);
  self->is_closed = TRUE;
  self->n_arrived = 0;
  self->n_let_in = 0;
  g_mutex_unlock (&self->lock);
}

void
job_service_open_gate (JobService *self)
{
  g_mutex_lock (&self->lock);
  self->is_closed = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
job_service_let_one_in (JobService *self)
{
  g_mutex_lock (&self->lock);
  self->n_let_in++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Blocks until as many calls and writes have arrived at the gate. */
void
job_service_await (JobService *self,
                   guint       n_arrived)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->lock);
  while (self->n_arrived < n_arrived)
    g_assert_true (g_cond_wait_until (&self->cond, &self->lock, end));
  g_mutex_unlock (&self->lock);
}

void
job_service_set_max_speed (JobService *self,
                           double      max_speed)
{
  g_mutex_lock (&self->lock);
  self->max_speed = max_speed;
  g_mutex_unlock (&self->lock);
}

/* Gets a copy (owned) of all speeds that were set. */
GArray *
job_service_dup_speeds (JobService *self)
{
  GArray *speeds;

  g_mutex_lock (&self->lock);
  speeds = g_array_copy (self->speeds);
  g_mutex_unlock (&self->lock);

  return speeds;
}

/* Runs in the service's context. */
static void
pass_gate (JobService *self)
{
  guint number;

  g_mutex_lock (&self->lock);
  number = ++self->n_arrived;
  g_cond_broadcast (&self->cond);
  while (self->is_closed && self->n_let_in < number)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static gboolean
job_service_ping (JobJob  *job,
                  GError **error)
{
  return TRUE;
}

static gboolean
job_service_report (JobJob      *job,
                    const char  *status,
                    GError     **error)
{
  JobService *self = JOB_SERVICE (job);

  pass_gate (self);
  g_free (self->status);
  self->status = g_strdup (status);
  g_object_notify (G_OBJECT (self), "status");

  return TRUE;
}

static void
stop_work (JobService *self)
{
  if (self->work != NULL)
    g_source_destroy (self->work);
  g_clear_pointer (&self->work, g_source_unref);
}

static gboolean
do_step (gpointer data)
{
  JobService *self = data;

  self->n_done++;
  self->fraction = (double) self->n_done / self->n_parts;
  g_object_notify (G_OBJECT (self), "fraction");

  return self->n_done < self->n_steps ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
job_service_work (JobJob   *job,
                  guint     n_steps,
                  guint     n_parts,
                  GError  **error)
{
  JobService *self = JOB_SERVICE (job);

  stop_work (self);
  self->n_steps = n_steps;
  self->n_parts = n_parts;
  self->n_done = 0;
  self->work = g_idle_source_new ();
  g_source_set_static_name (self->work, "[test] work");
  g_source_set_callback (self->work, do_step, self, NULL);
  g_source_attach (self->work, g_main_context_get_thread_default ());

  return TRUE;
}

static void
stop_inserting (JobService *self)
{
  if (self->inserting != NULL)
    g_source_destroy (self->inserting);
  g_clear_pointer (&self->inserting, g_source_unref);
}

static gboolean
insert_entry (gpointer data)
{
  JobService *self = data;
  guint number = ++self->n_entries;
  g_autofree char *name = g_strdup_printf ("Entry %u", number);
  g_autoptr (JobEntry) entry = job_entry_new (name, number);

  g_list_store_insert (self->entries, self->position++, entry);

  return self->position < self->end ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
job_service_insert (JobJob   *job,
                    guint     position,
                    guint     n_entries,
                    GError  **error)
{
  JobService *self = JOB_SERVICE (job);

  stop_inserting (self);
  self->position = position;
  self->end = position + n_entries;
  self->inserting = g_idle_source_new ();
  g_source_set_static_name (self->inserting, "[test] insert");
  g_source_set_callback (self->inserting, insert_entry, self, NULL);
  g_source_attach (self->inserting, g_main_context_get_thread_default ());

  return TRUE;
}

static void
job_service_iface_init (JobJobInterface *iface)
{
  iface->ping = job_service_ping;
  iface->report = job_service_report;
  iface->work = job_service_work;
  iface->insert = job_service_insert;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (JobService, job_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (JOB_TYPE_JOB, job_service_iface_init))

static void
job_service_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  JobService *self = JOB_SERVICE (object);

  switch ((JobServiceProperty) property_id)
    {
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;

    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;

    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;

    case PROP_ENTRIES:
      g_value_set_object (value, self->entries);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
set_speed (JobService *self,
           double      speed)
{
  pass_gate (self);

  g_mutex_lock (&self->lock);
  self->speed = MIN (speed, self->max_speed);
  g_array_append_val (self->speeds, self->speed);
  g_mutex_unlock (&self->lock);
}

static void
job_service_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  switch ((JobServiceProperty) property_id)
    {
    case PROP_SPEED:
      set_speed (JOB_SERVICE (object), g_value_get_double (value));
      break;

    case PROP_STATUS:
    case PROP_FRACTION:
    case PROP_ENTRIES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
job_service_finalize (GObject *object)
{
  JobService *self = JOB_SERVICE (object);

  stop_work (self);
  stop_inserting (self);
  g_object_unref (self->entries);
  g_free (self->status);
  g_array_unref (self->speeds);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (job_service_parent_class)->finalize (object);
}

static void
job_service_class_init (JobServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = job_service_get_property;
  object_class->set_property = job_service_set_property;
  object_class->finalize = job_service_finalize;
  g_object_class_override_property (object_class, PROP_STATUS, "status");
  g_object_class_override_property (object_class, PROP_FRACTION, "fraction");
  g_object_class_override_property (object_class, PROP_SPEED, "speed");
  g_object_class_override_property (object_class, PROP_ENTRIES, "entries");
}

static void
job_service_init (JobService *self)
{
  self->status = g_strdup ("Idle");
  self->entries = g_list_store_new (JOB_TYPE_ENTRY);
  self->max_speed = G_MAXDOUBLE;
  self->speeds = g_array_new (FALSE, FALSE, sizeof (double));
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

JobService *
job_service_new (void)
{
  return g_object_new (JOB_TYPE_SERVICE, NULL);
}
