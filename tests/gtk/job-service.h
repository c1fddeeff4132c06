/* job-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "job.h"

G_BEGIN_DECLS

/* A service whose properties widgets show. */
#define JOB_TYPE_SERVICE (job_service_get_type ())
G_DECLARE_FINAL_TYPE (JobService, job_service, JOB, SERVICE, GObject)

JobService *job_service_new (void);

/* The service waits at a gate before it handles a report or a write, unless the gate is open, as it
 * is in a new service. These functions are thread-safe.
 */
void job_service_close_gate    (JobService *self);
void job_service_open_gate     (JobService *self);
void job_service_let_one_in    (JobService *self);
void job_service_await         (JobService *self,
                                guint       n_arrived);

/* Thread-safe. The service limits a higher speed to @max_speed, and records all speeds. */
void    job_service_set_max_speed (JobService *self,
                                   double      max_speed);
GArray *job_service_dup_speeds    (JobService *self);

G_END_DECLS
