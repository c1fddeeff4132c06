/* words-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "words-service.h"

struct _WordsService
{
  GObject parent_instance;
};

static char *
words_service_join (WordsJoiner         *joiner,
                    const char * const  *words,
                    const char          *separator,
                    GError             **error)
{
  return g_strjoinv (separator, (char **) words);
}

static void
words_service_iface_init (WordsJoinerInterface *iface)
{
  iface->join = words_service_join;
}

G_DEFINE_TYPE_WITH_CODE (WordsService, words_service, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (WORDS_TYPE_JOINER, words_service_iface_init))

static void
words_service_class_init (WordsServiceClass *klass)
{
}

static void
words_service_init (WordsService *self)
{
}

/**
 * words_service_new:
 *
 * Makes a service that joins words.
 *
 * Returns: (transfer full): the service
 */
WordsService *
words_service_new (void)
{
  return g_object_new (WORDS_TYPE_SERVICE, NULL);
}
