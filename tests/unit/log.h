/* log.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Handlers write down what they see. */
typedef struct
{
  GString *text;   /* (owned) */
  GThread *thread; /* (unowned): that they run in */
} Log;

void log_init       (Log        *self);
void log_clear      (Log        *self);
void log_add        (Log        *self,
                     const char *format,
                     ...) G_GNUC_PRINTF (2, 3);
void log_wait       (Log        *self,
                     const char *text);
void log_assert_any (Log        *self,
                     const char *expected,
                     const char *other);
void log_truncate   (Log        *self);

/* Compares what was written since the last time; a macro, so that a failure names the test. */
#define log_assert(self, expected) \
  G_STMT_START { \
    g_assert_cmpstr ((self)->text->str, ==, expected); \
    log_truncate (self); \
  } G_STMT_END

G_END_DECLS
