/* norpc-nats-discovery.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-discovery-private.h"
#include "norpc-nats-info-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-subscription-private.h"

/* Bytes of a name or a version. */
#define MAX_NAME 255

struct _NorpcNatsDiscovery
{
  gatomicrefcount   ref_count;

  /* Since construction. */
  NorpcNatsServing *serving;     /* (owned) */
  char             *name;        /* (owned) */
  char             *version;     /* (owned) */
  char             *description; /* (owned) */
  char             *queue_group; /* (owned) (nullable) */
  char             *start;       /* (owned): when it began, in UTC */

  GPtrArray        *served;      /* (owned) [lock of the serving]: of owned NorpcNatsServed */
};

/* A question, and how it is answered. */
typedef struct
{
  const char *verb;
  const char *type;
  void      (*write) (NorpcNatsDiscovery *self, /* called with the lock of the serving held */
                      GString            *json);
} Question;

typedef struct
{
  NorpcNatsDiscovery *discovery; /* (owned) */
  const Question     *question;
} Listener;

static void
set_wrong (GError     **error,
           const char  *kind,
           const char  *text,
           const char  *expected)
{
  g_autofree char *printable = g_strescape (text, NULL);

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "'%.100s' is not a valid %s: expected %s", printable,
               kind, expected);
}

/* Returns FALSE if @error is set. */
gboolean
norpc_nats_check_service_name (const char  *name,
                               GError     **error)
{
  gsize length = strlen (name);

  if (length > 0 && length <= MAX_NAME && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_") == length)
    return TRUE;

  set_wrong (error, "name of a service", name, "at most 255 letters, digits, '-' and '_'");

  return FALSE;
}

/* A version as in SemVer 2.0.0, which ADR-32 of NATS asks for. No number begins with a zero that it does not need;
 * those behind the plus sign are no numbers.
 */
#define NUMBER "(0|[1-9][0-9]*)"
#define PRE_RELEASE "(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
#define BUILD "[0-9A-Za-z-]+"
#define VERSION \
  "^" NUMBER "\\." NUMBER "\\." NUMBER "(-" PRE_RELEASE "(\\." PRE_RELEASE ")*)?(\\+" BUILD "(\\." BUILD ")*)?$"

/* Returns FALSE if @error is set. */
gboolean
norpc_nats_check_version (const char  *version,
                          GError     **error)
{
  if (strlen (version) <= MAX_NAME &&
      g_regex_match_simple (VERSION, version, G_REGEX_DOLLAR_ENDONLY, 0))
    return TRUE;

  set_wrong (error, "version", version, "a version as in SemVer, such as '1.0.0' or '1.0.0-rc.1'");

  return FALSE;
}

static void
write_string (GString    *json,
              const char *text)
{
  g_string_append_c (json, '"');
  for (const char *c = text; *c != '\0'; c++)
    if (*c == '"' || *c == '\\')
      g_string_append_printf (json, "\\%c", *c);
    else if ((guchar) *c < 0x20)
      g_string_append_printf (json, "\\u%04x", (guint) *c);
    else
      g_string_append_c (json, *c);
  g_string_append_c (json, '"');
}

static void
write_member (GString    *json,
              const char *name,
              const char *text)
{
  g_string_append_printf (json, ",\"%s\":", name);
  write_string (json, text);
}

/* Writes what the answers say of a method. It lacks the end of the object. */
static void
write_method (NorpcNatsDiscovery *self,
              GString            *json,
              NorpcNatsServed    *served,
              guint               method)
{
  const char *member = served->info->methods[method]->dbus.name;
  g_autofree char *subject = norpc_nats_make_subject (self->serving->prefix, served->info, member);
  g_autofree char *name = g_strdup_printf ("%s-%s", served->info->dbus.name, member);

  g_string_append (json, json->str[json->len - 1] == '[' ? "{\"name\":" : ",{\"name\":");
  write_string (json, g_strdelimit (name, ".", '-'));
  write_member (json, "subject", subject);
  write_member (json, "queue_group", self->queue_group != NULL ? self->queue_group : "");
}

static void
write_endpoints (NorpcNatsDiscovery *self,
                 GString            *json,
                 void              (*write_rest) (GString         *json,
                                                  NorpcNatsServed *served,
                                                  guint            method))
{
  g_string_append (json, ",\"endpoints\":[");
  for (guint i = 0; i < self->served->len; i++)
    {
      NorpcNatsServed *served = self->served->pdata[i];

      for (guint method = 0; method < norpc_interface_info_get_n_methods (served->info); method++)
        {
          g_autofree char *reason = norpc_nats_find_not_portable (served->info, method);

          if (reason != NULL)
            continue;
          write_method (self, json, served, method);
          write_rest (json, served, method);
        }
    }
  g_string_append_c (json, ']');
}

static void
write_ping (NorpcNatsDiscovery *self G_GNUC_UNUSED,
            GString            *json G_GNUC_UNUSED)
{
}

static void
write_info_of_method (GString         *json,
                      NorpcNatsServed *served,
                      guint            method)
{
  g_autofree char *request = norpc_interface_info_get_in_type (served->info, method);
  g_autofree char *response = norpc_interface_info_get_out_type (served->info, method);

  g_string_append (json, ",\"metadata\":{\"request\":");
  write_string (json, request);
  write_member (json, "response", response);
  g_string_append (json, "}}");
}

static void
write_info (NorpcNatsDiscovery *self,
            GString            *json)
{
  write_member (json, "description", self->description);
  write_endpoints (self, json, write_info_of_method);
}

static void
write_stats_of_method (GString         *json,
                       NorpcNatsServed *served,
                       guint            method)
{
  const NorpcNatsMethodStats *stats = &served->stats[method];
  gint64 time = stats->time * 1000; /* in nanoseconds */

  write_member (json, "last_error", stats->last_error != NULL ? stats->last_error : "");
  g_string_append_printf (json, ",\"num_requests\":%" G_GUINT64_FORMAT ",\"num_errors\":%" G_GUINT64_FORMAT
                          ",\"processing_time\":%" G_GINT64_FORMAT ",\"average_processing_time\":%" G_GINT64_FORMAT "}",
                          stats->n_requests, stats->n_errors, time,
                          stats->n_requests > 0 ? time / (gint64) stats->n_requests : 0);
}

static void
write_stats (NorpcNatsDiscovery *self,
             GString            *json)
{
  write_member (json, "started", self->start);
  write_endpoints (self, json, write_stats_of_method);
}

static const Question questions[] = {
  { "PING", "io.nats.micro.v1.ping_response", write_ping },
  { "INFO", "io.nats.micro.v1.info_response", write_info },
  { "STATS", "io.nats.micro.v1.stats_response", write_stats },
};

/* Thread-safe. Returns the answer (owned) to a question. */
static char *
make_answer (NorpcNatsDiscovery *self,
             const Question     *question)
{
  GString *json = g_string_new ("{\"type\":");

  write_string (json, question->type);
  write_member (json, "name", self->name);
  write_member (json, "id", self->serving->id);
  write_member (json, "version", self->version);
  g_string_append (json, ",\"metadata\":{}");
  g_mutex_lock (&self->serving->lock);
  question->write (self, json);
  g_mutex_unlock (&self->serving->lock);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

/* Runs in a thread of the library. */
static void
question_cb (natsMsg  *message,
             gpointer  data)
{
  Listener *listener = data;
  NorpcNatsDiscovery *self = listener->discovery;
  const char *reply = natsMsg_GetReply (message);

  if (reply != NULL)
    {
      g_autofree char *json = make_answer (self, listener->question);
      natsMsg *answer = norpc_nats_message_new_text (reply, json);

      if (answer != NULL)
        norpc_nats_serving_answer (self->serving, answer);
    }
  natsMsg_Destroy (message);
}

static char *
format_now (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return g_date_time_format_iso8601 (now);
}

NorpcNatsDiscovery *
norpc_nats_discovery_new (NorpcNatsServing *serving,
                          const char       *name,
                          const char       *version,
                          const char       *description,
                          const char       *queue_group)
{
  NorpcNatsDiscovery *self = g_new0 (NorpcNatsDiscovery, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->serving = norpc_nats_serving_ref (serving);
  self->name = g_strdup (name);
  self->version = g_strdup (version);
  self->description = g_utf8_make_valid (description != NULL ? description : "", -1);
  self->queue_group = g_strdup (queue_group);
  self->start = format_now ();
  self->served = g_ptr_array_new_with_free_func (norpc_nats_served_unref);

  return self;
}

/* Thread-safe. */
void
norpc_nats_discovery_unref (gpointer data)
{
  NorpcNatsDiscovery *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->served);
  g_free (self->start);
  g_free (self->queue_group);
  g_free (self->description);
  g_free (self->version);
  g_free (self->name);
  norpc_nats_serving_unref (self->serving);
  g_free (self);
}

static void
listener_free (gpointer self)
{
  norpc_nats_discovery_unref (((Listener *) self)->discovery);
  g_free (self);
}

void
norpc_nats_discovery_add (NorpcNatsDiscovery *self,
                          NorpcNatsServed    *served)
{
  g_mutex_lock (&self->serving->lock);
  g_ptr_array_add (self->served, norpc_nats_served_ref (served));
  g_mutex_unlock (&self->serving->lock);
}

static gboolean
subscribe_to (NorpcNatsDiscovery  *self,
              const Question      *question,
              char                *subject,
              GPtrArray           *subscriptions,
              GError             **error)
{
  Listener *listener = g_new (Listener, 1);
  NorpcNatsSubscription *subscription;

  g_atomic_ref_count_inc (&self->ref_count);
  listener->discovery = self;
  listener->question = question;
  subscription = norpc_nats_subscription_new (self->serving->link, subject, NULL, question_cb, listener, listener_free,
                                              error);
  g_free (subject);
  if (subscription != NULL)
    g_ptr_array_add (subscriptions, subscription);

  return subscription != NULL;
}

/* Adds the subscriptions (owned) to an array. Returns FALSE if @error is set. */
gboolean
norpc_nats_discovery_subscribe (NorpcNatsDiscovery  *self,
                                GPtrArray           *subscriptions,
                                GError             **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      const char *verb = questions[i].verb;

      if (!subscribe_to (self, &questions[i], g_strdup_printf ("$SRV.%s", verb), subscriptions, error) ||
          !subscribe_to (self, &questions[i], g_strdup_printf ("$SRV.%s.%s", verb, self->name), subscriptions, error) ||
          !subscribe_to (self, &questions[i], g_strdup_printf ("$SRV.%s.%s.%s", verb, self->name, self->serving->id),
                         subscriptions, error))
        return FALSE;
    }

  return TRUE;
}
