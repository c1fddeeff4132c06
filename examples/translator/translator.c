/* translator.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A client that waits for calls or does not, cancels them and limits their time; and a service that calls another
 * one.
 */

#include "demo-translator.h"

/* A dictionary: it answers a question about a word that it does not know when it has learned the word. */

typedef struct
{
  GHashTable *words;     /* (owned) (element-type utf8 utf8) */
  GPtrArray  *questions; /* (owned) (element-type Question) */
} Dictionary;

typedef struct
{
  char      *word; /* (owned) */
  NorpcCall *call; /* (owned) */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  norpc_call_unref (question->call);
  g_free (question->word);
  g_free (question);
}

static Dictionary *
dictionary_new (void)
{
  Dictionary *self = g_new0 (Dictionary, 1);

  self->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->questions = g_ptr_array_new_with_free_func (question_free);

  return self;
}

static void
dictionary_free (gpointer data)
{
  Dictionary *self = data;

  g_ptr_array_unref (self->questions);
  g_hash_table_unref (self->words);
  g_free (self);
}

static gboolean
dictionary_handle_look_up (DemoDictionary  *service,
                           NorpcCall       *call,
                           const char      *word,
                           GError         **error)
{
  Dictionary *self = norpc_simple_service_get_data (service);
  const char *translation = g_hash_table_lookup (self->words, word);
  Question *question;

  if (translation != NULL)
    {
      demo_dictionary_complete_look_up (service, call, translation);
      return TRUE;
    }

  question = g_new0 (Question, 1);
  question->word = g_strdup (word);
  question->call = norpc_call_ref (call);
  g_ptr_array_add (self->questions, question);

  return TRUE;
}

static gboolean
dictionary_learn (DemoDictionary  *service,
                  const char      *word,
                  const char      *translation,
                  GError         **error)
{
  Dictionary *self = norpc_simple_service_get_data (service);

  g_hash_table_replace (self->words, g_strdup (word), g_strdup (translation));

  for (guint i = self->questions->len; i > 0; i--)
    {
      Question *question = self->questions->pdata[i - 1];

      if (g_str_equal (question->word, word))
        {
          demo_dictionary_complete_look_up (service, question->call, translation);
          g_ptr_array_remove_index (self->questions, i - 1);
        }
    }

  return TRUE;
}

static const DemoDictionaryInterface dictionary_funcs = {
  .handle_look_up = dictionary_handle_look_up,
  .learn = dictionary_learn
};

/* A translator: it is a client of a dictionary. */

static char *
translator_translate (DemoTranslator  *service,
                      const char      *text,
                      GError         **error)
{
  DemoDictionaryProxy *dictionary = norpc_simple_service_get_data (service);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      /* The call inherits the deadline and the cancellation of the one that is being handled. */
      char *translation = demo_dictionary_proxy_call_look_up_sync (dictionary, words[i], NULL, error);

      if (translation == NULL)
        return NULL;
      g_free (words[i]);
      words[i] = translation;
    }

  return g_strjoinv (" ", words);
}

static const DemoTranslatorInterface translator_funcs = { .translate = translator_translate };

/* The client. */

static int n_pending = 0; /* of the main thread */

static void
look_up_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  const char *word = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *translation = NULL;

  translation = demo_dictionary_proxy_call_look_up_finish (DEMO_DICTIONARY_PROXY (source_object), result, &error);
  if (translation != NULL)
    g_print ("%s: %s\n", word, translation);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_print ("%s: cancelled\n", word);
  else
    g_printerr ("%s: %s\n", word, error->message);
  n_pending--;
}

static void
look_up (DemoDictionaryProxy *dictionary,
         const char          *word,
         GCancellable        *cancellable)
{
  n_pending++;
  demo_dictionary_proxy_call_look_up (dictionary, word, cancellable, look_up_cb, (gpointer) word);
}

static void
run_until_answered (void)
{
  while (n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
show_asynchronous_calls (DemoDictionaryProxy *dictionary)
{
  g_autoptr (GError) error = NULL;

  /* All of these are in flight at once. */
  look_up (dictionary, "good", NULL);
  look_up (dictionary, "morning", NULL);
  look_up (dictionary, "night", NULL);

  if (!demo_dictionary_proxy_call_learn_sync (dictionary, "night", "Nacht", NULL, &error))
    g_error ("%s", error->message);
  run_until_answered ();
}

static void
show_cancellation (DemoDictionaryProxy *dictionary)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  look_up (dictionary, "evening", cancellable);
  g_cancellable_cancel (cancellable);
  run_until_answered ();
}

static void
show_timeout (DemoTranslatorProxy *translator)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *translation = NULL;

  norpc_proxy_set_timeout (NORPC_PROXY (translator), 100);
  translation = demo_translator_proxy_call_translate_sync (translator, "good evening", NULL, &error);
  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT))
    g_print ("good evening: timed out\n");

  /* For the calls of this thread until norpc_timeout_pop (), in place of the timeout of the proxy. */
  g_clear_error (&error);
  norpc_timeout_push (5000);
  translation = demo_translator_proxy_call_translate_sync (translator, "good night", NULL, &error);
  norpc_timeout_pop ();
  g_print ("good night: %s\n", translation != NULL ? translation : error->message);
}

static NorpcServer *
start_dictionary (NorpcThread  *thread,
                  GError      **error)
{
  g_autoptr (DemoDictionary) service =
    demo_dictionary_new_for_funcs (&dictionary_funcs, dictionary_new (), dictionary_free);
  g_autoptr (NorpcServer) server = norpc_server_new_on_thread (G_OBJECT (service), thread);

  if (!norpc_server_start (server, NULL, error))
    return NULL;

  return g_steal_pointer (&server);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcThread) thread = norpc_thread_new ("dictionaries");
  g_autoptr (NorpcServer) german = start_dictionary (thread, &error);
  g_autoptr (NorpcServer) french = start_dictionary (thread, &error);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoDictionaryProxy) dictionary = NULL;
  g_autoptr (DemoTranslatorProxy) translator = NULL;

  if (german == NULL || french == NULL)
    g_error ("%s", error->message);
  dictionary = demo_dictionary_proxy_new (norpc_server_get_endpoint (german));
  if (!demo_dictionary_proxy_call_learn_sync (dictionary, "good", "gut", NULL, &error) ||
      !demo_dictionary_proxy_call_learn_sync (dictionary, "morning", "Morgen", NULL, &error))
    g_error ("%s", error->message);

  server = norpc_serve (demo_translator_new_for_funcs (&translator_funcs, g_object_ref (dictionary), g_object_unref),
                        &error);
  if (server == NULL)
    g_error ("%s", error->message);
  translator = demo_translator_proxy_new (norpc_server_get_endpoint (server));

  show_asynchronous_calls (dictionary);
  show_cancellation (dictionary);
  show_timeout (translator);

  if (!norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error))
    g_error ("%s", error->message);
  return 0;
}
