/* inspector-words.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The words in the lists of an inspector, in the language of the user. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *inspector_translate_word (const char *word);

G_END_DECLS
