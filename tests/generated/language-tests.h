/* language-tests.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-language.h"

G_BEGIN_DECLS

TestEntry *language_make_entry      (const char *key);
TestEntry *language_make_bare_entry (void);
GPtrArray *language_make_files      (void);

void       language_add_type_tests  (void);

G_END_DECLS
