/* norpc-restart-policy-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The properties of a class that restarts something. Those of the class have the same values. */
typedef enum
{
  NORPC_RESTART_MAX_RESTARTS = 1,
  NORPC_RESTART_WINDOW,
  NORPC_RESTART_MIN_DELAY,
  NORPC_RESTART_MAX_DELAY,
  NORPC_RESTART_START_TIMEOUT,
  NORPC_RESTART_N_PROPERTIES
} NorpcRestartProperty;

/*
 * How often, and after which delays, something is started again that ends by itself.
 *
 * Not thread-safe. Times are those of the caller's clock, in microseconds.
 */
typedef struct
{
  guint values[NORPC_RESTART_N_PROPERTIES]; /* of the properties; times are in milliseconds */

  GArray *ends;  /* (owned) (element-type gint64): within the window */
  guint   delay; /* milliseconds before the next restart, or 0 for the first one */
  gint64  start_time;
} NorpcRestartPolicy;

void     norpc_restart_policy_init       (NorpcRestartPolicy   *self);
void     norpc_restart_policy_clear      (NorpcRestartPolicy   *self);
void     norpc_restart_policy_note_start (NorpcRestartPolicy   *self,
                                          gint64                now);
gboolean norpc_restart_policy_note_end   (NorpcRestartPolicy   *self,
                                          gint64                now,
                                          guint                *delay);
void     norpc_restart_policy_forget     (NorpcRestartPolicy   *self);

GParamSpec *norpc_restart_policy_make_pspec (NorpcRestartProperty property,
                                             GParamFlags          flags);

G_END_DECLS
