/* words-service.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "words-joiner.h"

G_BEGIN_DECLS

#define WORDS_TYPE_SERVICE (words_service_get_type ())

G_DECLARE_FINAL_TYPE (WordsService, words_service, WORDS, SERVICE, GObject)

WordsService *words_service_new (void);

G_END_DECLS
