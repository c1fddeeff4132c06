/* cg-suggest.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The known word that is most similar to an unknown one. It is initialized as { word, NULL, 0 },
 * and then offered all known words. */
typedef struct
{
  const char *word;
  const char *best;      /* (nullable): of those that were offered */
  guint       distance;  /* of the best */
} CgSuggestion;

void        cg_suggestion_offer     (CgSuggestion       *self,
                                     const char         *candidate);
char       *cg_suggestion_make_text (const CgSuggestion *self);

/* Makes the same text for a word that was written in place of a type string. */
char       *cg_suggest_type         (const char         *word);
