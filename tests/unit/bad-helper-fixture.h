/* bad-helper-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fixture.h"
#include "wire-service.h"

G_BEGIN_DECLS

/* A helper whose program does not do what is expected, and a proxy for it. */
typedef struct
{
  char          *folder; /* (owned) */
  char          *report; /* (owned): the file that the program writes */
  NorpcHelper   *helper; /* (owned) */
  WireWireProxy *proxy;  /* (owned) */
} Bad;

/* The timers of helpers. */
typedef struct
{
  int      kills_late;   /* atomic: a program that was stopped has time to end */
  int      reasons_late; /* atomic: a program that has closed its connection has time to end */
  int      n_reasons;    /* atomic: how often such a program was waited for */
  GSource *start_timer;  /* (owned) (nullable) atomic: the last one of BAD_START_TIMEOUT */
} BadTimers;

extern BadTimers bad_timers;

#define BAD_START_TIMEOUT 54321
#define BAD_N_CALLS       100

void  bad_set_up         (Bad              *self,
                          gconstpointer     unused);
void  bad_tear_down      (Bad              *self,
                          gconstpointer     unused);

#define BAD_TEST(path, how, func) g_test_add (path, Bad, how, bad_set_up, func, bad_tear_down)

/* Makes the helper, whose program misbehaves as @how says. */
void  bad_start          (Bad              *self,
                          const char       *how,
                          guint             max_restarts,
                          guint             start_timeout);

/* Waits until the program, or its child, has written. */
char *bad_read_report    (Bad              *self);
pid_t bad_read_pid       (Bad              *self);

/* Lets the time for the start pass, which is BAD_START_TIMEOUT. */
void  bad_be_late        (void);

void  bad_wait_gone      (pid_t             pid);
void  bad_wait_for_state (Bad              *self,
                          NorpcHelperState  state);

/* Sends BAD_N_CALLS calls, and counts those that have failed because the program is not there. */
void  bad_hold_many      (Bad              *self,
                          guint            *n_closed);
void  bad_wait_closed    (const guint      *n_closed);

/* Fills an Outcome. */
void  bad_time_left_cb   (GObject          *proxy,
                          GAsyncResult     *result,
                          gpointer          outcome);

G_END_DECLS
