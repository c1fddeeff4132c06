/* inspector-process.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests in a process of their own that is inspected, over its socket, by itself. */

#pragma once

#include "inspector-fixture.h"

gboolean        is_inspected (const char *path,
                              const char *value,
                              const char *expected_stderr);
NorpcInspector *connect_to   (const char *name);
void            touch        (const char *name);
gboolean        has_file     (const char *name);
void            invoked_cb   (GObject      *object,
                              GAsyncResult *result,
                              gpointer      user_data);
