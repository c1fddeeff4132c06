/* language-caller.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-language.h"

G_BEGIN_DECLS

TestLanguage *test_caller_new_service   (void);
TestRoom     *test_caller_new_room      (void);
void          test_caller_track         (GObject *object);
int           test_caller_get_n_tracked (void);

G_END_DECLS
