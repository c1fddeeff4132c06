/* inspector-words.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n-lib.h>

#include "inspector-words.h"

/* The stages of calls and the phases of servers: what is translated. */
static const char * const words[] = {
  /* Translators: the stage of a call, which is in the queue of its service. */
  N_ ("waiting"),
  /* Translators: the stage of a call, while the service handles it. */
  N_ ("handled"),
  /* Translators: the stage of a call that the service will answer later. */
  N_ ("open"),
  /* Translators: the stage of a call. */
  N_ ("ended"),
  /* Translators: the state of a server, as the following ones. */
  N_ ("starting"),
  N_ ("running"),
  N_ ("stopping"),
};

/* Returns the word itself if it is another one, from a process with another version. */
const char *
inspector_translate_word (const char *word)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], word))
      return _(words[i]);

  return word;
}
