/* language-services.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "generated-language.h"

G_BEGIN_DECLS

GType language_plain_get_type (void);
GType language_later_get_type (void);

G_END_DECLS
