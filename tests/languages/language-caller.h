/* language-caller.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-language.h"

G_BEGIN_DECLS

TestLanguage *test_caller_new_service (void);

G_END_DECLS
