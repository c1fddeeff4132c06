/* descriptors-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "dbus-fixture.h"

G_BEGIN_DECLS

/* Descriptors of a file, which calls copy. */
typedef struct
{
  WireWireProxy *proxies[2]; /* (owned): over D-Bus, and in the same process */
  GVariant      *options;    /* (owned) */
  int            file;       /* a file that only this test has */
  guint          n_pending;
} Descriptors;

void  descriptors_set_up      (Descriptors *self,
                               DBusFixture *fixture);
void  descriptors_tear_down   (Descriptors *self);

/* Returns how many descriptors of the file are open, besides that of the test. */
guint descriptors_count       (Descriptors *self);

/* Waits until all other descriptors of the file are closed. */
void  descriptors_wait_closed (Descriptors *self);

G_END_DECLS
