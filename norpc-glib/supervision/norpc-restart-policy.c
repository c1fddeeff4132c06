/* norpc-restart-policy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-scope.h"
#include "norpc-restart-policy-private.h"

/* A property, whose value is a number or a time in milliseconds. */
static const struct
{
  const char *name;
  guint       minimum;
  guint       maximum;
  guint       default_value;
} rows[] = {
  [NORPC_RESTART_MAX_RESTARTS] = { "max-restarts", 0, G_MAXUINT, 5 },
  [NORPC_RESTART_WINDOW] = { "window", 1, G_MAXINT, 60 * 1000 },
  [NORPC_RESTART_MIN_DELAY] = { "min-delay", 0, G_MAXINT / 2, 100 },
  [NORPC_RESTART_MAX_DELAY] = { "max-delay", 0, G_MAXINT / 2, 10 * 1000 },
  [NORPC_RESTART_START_TIMEOUT] = { "start-timeout", 0, G_MAXINT, NORPC_DEFAULT_SYNC_TIMEOUT },
};

void
norpc_restart_policy_init (NorpcRestartPolicy *self)
{
  *self = (NorpcRestartPolicy) { .ends = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  for (guint i = NORPC_RESTART_MAX_RESTARTS; i < NORPC_RESTART_N_PROPERTIES; i++)
    self->values[i] = rows[i].default_value;
}

void
norpc_restart_policy_clear (NorpcRestartPolicy *self)
{
  g_array_unref (self->ends);
}

void
norpc_restart_policy_note_start (NorpcRestartPolicy *self,
                                 gint64              now)
{
  self->start_time = now;
}

/* Returns TRUE if a restart is due after @delay, in milliseconds, or FALSE if there were too many. */
gboolean
norpc_restart_policy_note_end (NorpcRestartPolicy *self,
                               gint64              now,
                               guint              *delay)
{
  gint64 window = self->values[NORPC_RESTART_WINDOW] * G_TIME_SPAN_MILLISECOND;
  guint min_delay = self->values[NORPC_RESTART_MIN_DELAY];
  guint max_delay = MAX (self->values[NORPC_RESTART_MAX_DELAY], min_delay);

  while (self->ends->len > 0 && g_array_index (self->ends, gint64, 0) <= now - window)
    g_array_remove_index (self->ends, 0);
  g_array_append_val (self->ends, now);

  if (self->delay == 0 || now - self->start_time > window)
    self->delay = min_delay;
  *delay = CLAMP (self->delay, min_delay, max_delay);
  self->delay = MIN (MAX (*delay, 1) * 2, max_delay);

  return self->ends->len <= self->values[NORPC_RESTART_MAX_RESTARTS];
}

/* Forgets the ends so far. */
void
norpc_restart_policy_forget (NorpcRestartPolicy *self)
{
  g_array_set_size (self->ends, 0);
  self->delay = 0;
}

GParamSpec *
norpc_restart_policy_make_pspec (NorpcRestartProperty property,
                                 GParamFlags          flags)
{
  return g_param_spec_uint (rows[property].name, NULL, NULL, rows[property].minimum, rows[property].maximum,
                            rows[property].default_value, flags | G_PARAM_STATIC_STRINGS);
}
