/* monitor-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "inspector-format.h"

G_BEGIN_DECLS

/* The process that is looked into, and the choices of the command line. */
typedef struct
{
  NorpcInspector *inspector;  /* (unowned) */
  guint           service;    /* that was chosen, or 0 for all */
  double          watched;    /* seconds, since it is connected */
  guint64         last_event; /* that was listed */
  gboolean        has_events; /* the first ones were listed, so others that are missing are lost */
} Monitor;

/* Prints once. Returns FALSE if @error is set. */
typedef gboolean (*MonitorFunc) (Monitor  *self,
                                 GError  **error);

gboolean monitor_print_calls  (Monitor             *self,
                               GError             **error);
gboolean monitor_print_events (Monitor             *self,
                               GError             **error);
gboolean monitor_print_lints  (Monitor             *self,
                               GError             **error);
gboolean monitor_print_rates  (Monitor             *self,
                               GError             **error);
gboolean monitor_print_tree   (Monitor             *self,
                               GError             **error);
gboolean monitor_invoke       (Monitor             *self,
                               const char          *method,
                               const char          *args,
                               GError             **error);
gboolean monitor_wants        (Monitor             *self,
                               GVariant            *dict);

G_END_DECLS
