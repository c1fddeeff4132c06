/* cg-suggest.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The word nearest to one that is not known: begins as { word, NULL, 0 }, and
 * is offered what is known. */
typedef struct
{
  const char *word;
  const char *best;      /* (nullable): of those that were offered */
  guint       distance;  /* of the best */
} CgSuggestion;

void        cg_suggestion_offer     (CgSuggestion       *self,
                                     const char         *candidate);
char       *cg_suggestion_make_text (const CgSuggestion *self);

/* The same text with the type that somebody may have meant who does not know the codes. */
char       *cg_suggest_type         (const char         *word);

G_END_DECLS
