/* test-nats-wire.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Messages from outside that are not what the description says. */

#include <string.h>

#include "raw-client.h"

#define SUBJECT PREFIX ".org.example.Depot."

static void
ask (RawClient  *client,
     const char *method,
     const char *type,
     const char *data,
     gsize       size,
     const char *code,
     const char *text)
{
  g_autofree char *subject = g_strconcat (SUBJECT, method, NULL);
  const char *headers[] = { type != NULL ? "Norpc-Type" : NULL, type, NULL };

  assert_refused (raw_client_ask (client, subject, data, size, headers), code, text);
}

/* A request with a file descriptor in a variant. */
static void
ask_mix (RawClient  *client,
         const char *any,
         const char *dict)
{
  g_autofree char *text = g_strdup_printf ("(byte 1, true, int16 1, uint64 1, 1.0, @ms nothing, @ay [], %s, %s)", any, dict);
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new_parsed (text));

  ask (client, "Mix", g_variant_get_type_string (args), g_variant_get_data (args), g_variant_get_size (args), "404",
       "org.example.Depot.Mix: a file descriptor in a variant has no form over NATS");
}

/* The service sees none of these. */
static void
test_requests (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autofree char *deep = g_strnfill (200, 'v');
  RawClient client;

  raw_client_init (&client, fixture->nats);
  ask (&client, "Echo", NULL, "x", 2, "400", "got none");
  ask (&client, "Echo", NULL, "", 0, "400", "got none");
  ask (&client, "Echo", "s", "x", 2, "400", "expected a header Norpc-Type with '(s)', got s");
  ask (&client, "Echo", "(i)", "xxxx", 4, "400", "got (i)");
  ask (&client, "Echo", deep, "x", 1, "400", "got vvv");
  ask (&client, "Echo", "(s)", "x", 1, "400", "normal form");
  ask (&client, "Echo", "(s)", "\xff\xfe", 3, "400", "normal form");
  ask (&client, "Echo", "(s)", "a\0b", 4, "400", "normal form");
  ask (&client, "Echo", "(s)", "", 0, "400", "normal form");
  ask (&client, "Nothing", "(s)", "x", 2, "404", "There is no method org.example.Depot.Nothing");
  ask (&client, "Lend", "()", "", 0, "404", "cannot be called over NATS: the argument 'token'");
  ask (&client, "Open", "(h)", "\0\0\0", 4, "404", "cannot be called over NATS: the argument 'file'");
  ask_mix (&client, "<@h 0>", "@a{sv} {}");
  ask_mix (&client, "<[<{'x': <@h 0>}>]>", "@a{sv} {}");
  ask_mix (&client, "<1>", "{'x': <@h 0>}");
  ask (&client, "Watch", "()", "", 0, "404", "cannot be called over NATS: it is a stream");
  ask (&client, "Hold", "()", "xx", 2, "400", "normal form");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);
  raw_client_clear (&client);
}

static void
test_timeouts (Fixture       *fixture,
               gconstpointer  unused)
{
  const char *wrong[] = { "0", "-1", "1.5", "x", "99999999999999999999" };
  const char *headers[] = { "Norpc-Type", "(s)", "Norpc-Timeout", NULL, NULL };
  natsMsg *message, *reply = NULL;
  RawClient client;

  raw_client_init (&client, fixture->nats);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      headers[3] = wrong[i];
      assert_refused (raw_client_ask (&client, SUBJECT "Echo", "x", 2, headers), "400", "Norpc-Timeout");
    }

  g_assert_cmpint (natsMsg_Create (&message, SUBJECT "Echo", NULL, "x", 2), ==, NATS_OK);
  natsMsgHeader_Set (message, "Norpc-Type", "(s)");
  natsMsgHeader_Add (message, "Norpc-Timeout", "1000");
  natsMsgHeader_Add (message, "Norpc-Timeout", "junk");
  g_assert_cmpint (natsConnection_RequestMsg (&reply, client.nats, message, 30000), ==, NATS_OK);
  natsMsg_Destroy (message);
  assert_refused (reply, "400", "Norpc-Timeout");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);
  raw_client_clear (&client);
}

/* Returns the reply (owned) to a request with these headers, some of which may have one name. */
static natsMsg *
ask_with_all (RawClient          *client,
              const char         *method,
              const char         *data,
              int                 size,
              const char * const *headers)
{
  g_autofree char *subject = g_strconcat (SUBJECT, method, NULL);
  natsMsg *message, *reply = NULL;

  g_assert_cmpint (natsMsg_Create (&message, subject, NULL, data, size), ==, NATS_OK);
  for (; *headers != NULL; headers += 2)
    g_assert_cmpint (natsMsgHeader_Add (message, headers[0], headers[1]), ==, NATS_OK);
  g_assert_cmpint (natsConnection_RequestMsg (&reply, client->nats, message, 30000), ==, NATS_OK);
  natsMsg_Destroy (message);

  return reply;
}

/* A header that is there twice, or is empty, is rejected, whatever its values are. */
static void
test_doubtful_headers (Fixture       *fixture,
                       gconstpointer  unused)
{
  const char *two_types[] = { "Norpc-Type", "(s)", "Norpc-Type", "(s)", NULL };
  const char *other_types[] = { "Norpc-Type", "(s)", "Norpc-Type", "(u)", NULL };
  const char *no_types[] = { "Norpc-Type", "()", "Norpc-Type", "()", NULL };
  const char *two_timeouts[] = { "Norpc-Type", "(s)", "Norpc-Timeout", "1000", "Norpc-Timeout", "1000", NULL };
  const char *empty_timeout[] = { "Norpc-Type", "(s)", "Norpc-Timeout", "", NULL };
  RawClient client;

  raw_client_init (&client, fixture->nats);
  assert_refused (ask_with_all (&client, "Echo", "x", 2, two_types), "400",
                  "the header Norpc-Type is there more than once");
  assert_refused (ask_with_all (&client, "Echo", "x", 2, other_types), "400",
                  "the header Norpc-Type is there more than once");
  assert_refused (ask_with_all (&client, "WhoAmI", NULL, 0, no_types), "400",
                  "the header Norpc-Type is there more than once");
  assert_refused (ask_with_all (&client, "Echo", "x", 2, two_timeouts), "400",
                  "the header Norpc-Timeout is there more than once");
  /* libnats takes the next header for the value of an empty one, if there is one. */
  assert_refused (ask_with_all (&client, "Echo", "x", 2, empty_timeout), "400", " header");
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);
  raw_client_clear (&client);
}

/* A client without norpc-glib is answered. */
static void
test_other_client (Fixture       *fixture,
                   gconstpointer  unused)
{
  const char *headers[] = { "Norpc-Type", "(s)", NULL };
  RawClient client;
  natsMsg *reply;
  const char *type;

  raw_client_init (&client, fixture->nats);
  reply = raw_client_ask (&client, SUBJECT "Echo", "hello", 6, headers);
  g_assert_cmpmem (natsMsg_GetData (reply), natsMsg_GetDataLength (reply), "hello", 6);
  g_assert_cmpint (natsMsgHeader_Get (reply, "Norpc-Type", &type), ==, NATS_OK);
  g_assert_cmpstr (type, ==, "(s)");
  natsMsg_Destroy (reply);

  /* No header is needed if there is nothing. */
  reply = raw_client_ask (&client, SUBJECT "WhoAmI", NULL, 0, NULL);
  g_assert_cmpmem (natsMsg_GetData (reply), natsMsg_GetDataLength (reply), "\0\0\0", 4);
  natsMsg_Destroy (reply);
  raw_client_clear (&client);
}

/* The message of an error cannot add headers. */
static void
test_line_breaks (Fixture       *fixture,
                  gconstpointer  unused)
{
  const char *headers[] = { "Norpc-Type", "(us)", NULL };
  const char data[] = "\0\0\0\0a\r\nEvil: 1\r\n\r\nb";
  RawClient client;
  natsMsg *reply;
  const char *value;

  raw_client_init (&client, fixture->nats);
  reply = raw_client_ask (&client, SUBJECT "Fail", data, sizeof data, headers);
  g_assert_cmpint (natsMsgHeader_Get (reply, "Evil", &value), ==, NATS_NOT_FOUND);
  g_assert_cmpmem (natsMsg_GetData (reply), natsMsg_GetDataLength (reply), data + 4, sizeof data - 5);
  assert_refused (reply, "500", "a  Evil: 1    b");
  raw_client_clear (&client);
}

/* A responder without norpc-glib, which replies to each request with what the test says. */
typedef struct
{
  const char *type; /* (nullable) */
  const char *data;
  int         size;
  const char *headers[7]; /* some may have one name */
  guint       n_replies;
} Responder;

static void
respond_cb (natsConnection   *nats,
            natsSubscription *subscription,
            natsMsg          *request,
            void             *data)
{
  const Responder *self = data;

  for (guint i = 0; i < self->n_replies; i++)
    {
      natsMsg *reply;

      natsMsg_Create (&reply, natsMsg_GetReply (request), NULL, self->data, self->size);
      if (self->type != NULL)
        natsMsgHeader_Set (reply, "Norpc-Type", self->type);
      for (const char * const *header = self->headers; *header != NULL; header += 2)
        natsMsgHeader_Add (reply, header[0], header[1]);
      natsConnection_PublishMsg (nats, reply);
      natsMsg_Destroy (reply);
    }
  natsMsg_Destroy (request);
}

/* Runs in a thread of libnats, after the last request. */
static void
responder_ended_cb (void *ended)
{
  g_atomic_int_set ((int *) ended, TRUE);
}

/* Returns an error (owned). */
static GError *
call_responder (Fixture         *fixture,
                const Responder *responder)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, "test.other");
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autofree char *echo = NULL;
  natsSubscription *subscription;
  GError *error = NULL;
  RawClient client;
  int ended = FALSE;

  raw_client_init (&client, fixture->nats);
  g_assert_cmpint (natsConnection_Subscribe (&subscription, client.nats, "test.other.>", respond_cb,
                                             (gpointer) responder), ==, NATS_OK);
  g_assert_cmpint (natsSubscription_SetOnCompleteCB (subscription, responder_ended_cb, &ended), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (client.nats), ==, NATS_OK);
  echo = depot_depot_proxy_call_echo_sync (proxy, "x", NULL, &error);
  g_assert_true ((echo == NULL) == (error != NULL));
  natsSubscription_Unsubscribe (subscription);
  while (!g_atomic_int_get (&ended))
    g_usleep (100);
  natsSubscription_Destroy (subscription);
  raw_client_clear (&client);

  return error;
}

static void
assert_responder (Fixture         *fixture,
                  const Responder *responder,
                  GQuark           domain,
                  int              code,
                  const char      *text)
{
  g_autoptr (GError) error = call_responder (fixture, responder);

  g_assert_error (error, domain, code);
  if (strstr (error->message, text) == NULL)
    g_error ("'%s' is not in '%s'", text, error->message);
}

static void
test_replies (Fixture       *fixture,
              gconstpointer  unused)
{
  g_assert_no_error (call_responder (fixture, &(Responder) { "(s)", "x", 2, { NULL }, 1 }));
  g_assert_no_error (call_responder (fixture, &(Responder) { "(s)", "x", 2, { NULL }, 3 }));
  assert_responder (fixture, &(Responder) { "(i)", "xxxx", 4, { NULL }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_INVALID_ARGUMENT, "the reply is wrong");
  assert_responder (fixture, &(Responder) { "(s)", "xx", 2, { NULL }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_INVALID_ARGUMENT, "normal form");
  assert_responder (fixture, &(Responder) { NULL, "", 0, { NULL }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_INVALID_ARGUMENT, "got none");
  assert_responder (fixture, &(Responder) { "(s)", "x", 2, { "Norpc-Type", "(s)" }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_INVALID_ARGUMENT, "the reply is wrong: the header Norpc-Type is there more than once");
}

static void
test_error_replies (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autofree char *domain = g_strnfill (101, 'x');
  g_autofree char *header = g_strconcat (domain, "/1", NULL);

  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "no\tluck" }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_FAILED, "no\tluck");
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error-Code", "500" }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_FAILED, "The service failed");
  assert_responder (fixture, &(Responder) { NULL, "\xff", 1, { "Nats-Service-Error", "\xfe" }, 1 }, NORPC_ERROR,
                    NORPC_ERROR_FAILED, "\xef\xbf\xbd");
  assert_responder (fixture, &(Responder) { NULL, "text", 4, { "Nats-Service-Error", "x", "Norpc-Error", "new/3" }, 1 },
                    g_quark_from_string ("new"), 3, "text");
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error", header }, 1 },
                    NORPC_ERROR, NORPC_ERROR_FAILED, "x");
  g_assert_cmpuint (g_quark_try_string (domain), ==, 0);
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error", "/x" }, 1 },
                    NORPC_ERROR, NORPC_ERROR_FAILED, "x");
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error-Name",
                                            "org.example.Depot.Error.Full" }, 1 },
                    DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL, "x");
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error-Name",
                                            "org.gtk.GDBus.UnmappedGError.Quark._evil.Code1" }, 1 },
                    NORPC_ERROR, NORPC_ERROR_FAILED, "x");
  g_assert_cmpuint (g_quark_try_string ("evil"), ==, 0);
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error", "new/3", "Norpc-Error",
                                            "new/3" }, 1 },
                    NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                    "the reply is wrong: the header Norpc-Error is there more than once");
  assert_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error-Name", "a.B",
                                            "Norpc-Error-Name", "a.B" }, 1 },
                    NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                    "the reply is wrong: the header Norpc-Error-Name is there more than once");
}

static void
publish_text (RawClient  *client,
              const char *subject,
              const char *text)
{
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, subject, NULL, text, (int) strlen (text) + 1), ==, NATS_OK);
  g_assert_cmpint (natsMsgHeader_Set (message, "Norpc-Type", "(s)"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_PublishMsg (client->nats, message), ==, NATS_OK);
  natsMsg_Destroy (message);
}

static void
echo_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      echo)
{
  *(char **) echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, NULL);
}

/* Whoever gets one call does not know where the reply to another one is expected. */
static void
test_forged_replies (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, "test.other");
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autofree char *first = NULL, *second = NULL, *padded = NULL;
  natsSubscription *subscription;
  natsMsg *requests[2];
  const char *tokens[2];
  RawClient client;

  raw_client_init (&client, fixture->nats);
  g_assert_cmpint (natsConnection_SubscribeSync (&subscription, client.nats, "test.other.*.*.*.Echo"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (client.nats), ==, NATS_OK);
  depot_depot_proxy_call_echo (proxy, "", NULL, echo_cb, &first);
  depot_depot_proxy_call_echo (proxy, "", NULL, echo_cb, &second);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (natsSubscription_NextMsg (&requests[i], subscription, 30000), ==, NATS_OK);
      tokens[i] = strrchr (natsMsg_GetReply (requests[i]), '.') + 1;
      g_assert_cmpuint (strlen (tokens[i]), ==, 32);
    }
  g_assert_cmpint (strncmp (tokens[0], tokens[1], 8), !=, 0);
  g_assert_cmpstr (tokens[0] + 24, !=, tokens[1] + 24);

  padded = g_strdup_printf ("%.*s0%s", (int) (tokens[0] - natsMsg_GetReply (requests[0])),
                            natsMsg_GetReply (requests[0]), tokens[0]);
  publish_text (&client, padded, "forged");
  publish_text (&client, natsMsg_GetReply (requests[0]), "right");
  publish_text (&client, natsMsg_GetReply (requests[1]), "right");
  while (first == NULL || second == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (first, ==, "right");
  g_assert_cmpstr (second, ==, "right");

  natsMsg_Destroy (requests[0]);
  natsMsg_Destroy (requests[1]);
  natsSubscription_Destroy (subscription);
  raw_client_clear (&client);
}

/* The names of domains are never freed, so there is an end to them. */
static void
test_many_domains (Fixture       *fixture,
                   gconstpointer  unused)
{
  guint n_known = 0;

  for (guint i = 0; i < 150; i++)
    {
      g_autofree char *header = g_strdup_printf ("foreign-%u/1", i);
      g_autoptr (GError) error =
        call_responder (fixture, &(Responder) { NULL, "", 0, { "Nats-Service-Error", "x", "Norpc-Error", header }, 1 });

      n_known += error->domain != NORPC_ERROR;
    }
  g_assert_cmpuint (n_known, >, 50);
  g_assert_cmpuint (n_known, <=, 100);
}

/* A cancellation that concerns nothing. */
static void
test_cancellations (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };
  RawClient client;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  raw_client_init (&client, fixture->nats);
  natsConnection_PublishString (client.nats, PREFIX ".$norpc.cancel", "_INBOX.x.1");
  natsConnection_Publish (client.nats, PREFIX ".$norpc.cancel", NULL, 0);
  natsConnection_Publish (client.nats, PREFIX ".$norpc.cancel", "\xff", 1);
  g_assert_cmpint (natsConnection_Flush (client.nats), ==, NATS_OK);
  ask (&client, "Nothing", "(s)", "x", 2, "404", "There is no method");
  g_assert_false (norpc_call_is_cancelled (call));
  raw_client_clear (&client);
  norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_FAILED);
}

/* A client asks which of its calls an export has. */
static void
test_held (Fixture       *fixture,
           gconstpointer  unused)
{
  const char *headers[] = { "Norpc-Type", "as", NULL };
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };
  RawClient client;
  natsMsg *reply;
  const char *type;

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  raw_client_init (&client, fixture->nats);
  /* Not answered: the next reply is that to the next question. */
  natsConnection_PublishRequest (client.nats, PREFIX ".$norpc.held", "_INBOX.x", "x\0\x07", 3);
  reply = raw_client_ask (&client, PREFIX ".$norpc.held", "x\0\x02", 3, headers);
  g_assert_cmpint (natsMsgHeader_Get (reply, "Norpc-Type", &type), ==, NATS_OK);
  g_assert_cmpstr (type, ==, "(sas)");
  /* An identifier of 36 characters, and where it ends. */
  g_assert_cmpint (natsMsg_GetDataLength (reply), ==, 38);
  natsMsg_Destroy (reply);
  raw_client_clear (&client);
  depot_answer (g_steal_pointer (&call), 1);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* Questions are answered in a thread that other messages need, too. */
static void
test_held_limits (Fixture       *fixture,
                  gconstpointer  unused)
{
  const char *headers[] = { "Norpc-Type", "as", NULL };
  const char *replies[1002];
  g_autoptr (GVariant) many = NULL;
  g_autoptr (GVariant) allowed = NULL;
  RawClient client;
  natsMsg *answer;

  for (guint i = 0; i < 1001; i++)
    replies[i] = "a";
  many = g_variant_ref_sink (g_variant_new_strv (replies, 1001));
  allowed = g_variant_ref_sink (g_variant_new_strv (replies, 1000));
  raw_client_init (&client, fixture->nats);
  assert_refused (raw_client_ask (&client, PREFIX ".$norpc.held", g_variant_get_data (many), g_variant_get_size (many),
                                  headers),
                  "400", "at most 1000");
  assert_refused (raw_client_ask (&client, PREFIX ".$norpc.held", "\xff\xff\xff", 3, headers), "400", "normal form");
  answer = raw_client_ask (&client, PREFIX ".$norpc.held", g_variant_get_data (allowed), g_variant_get_size (allowed),
                           headers);
  g_assert_cmpint (natsMsg_GetDataLength (answer), >, 0);
  natsMsg_Destroy (answer);
  raw_client_clear (&client);
}

/* A message that is larger than the server allows, in both directions. */
static void
test_too_large (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autofree char *text = g_strnfill (2 * 1024 * 1024, 'x');
  g_autofree char *half = g_strnfill (1000 * 1024, 'x');
  g_autofree char *echo = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (depot_depot_proxy_call_echo_sync (fixture->proxy, text, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Depot.Echo failed: the message is larger than the NATS server allows");
  g_clear_error (&error);
  g_assert_null (depot_depot_proxy_call_fill_sync (fixture->proxy, 2 * 1024 * 1024, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Depot.Fill: the reply could not be sent: the message is larger than the NATS server allows");
  g_clear_error (&error);
  echo = depot_depot_proxy_call_echo_sync (fixture->proxy, half, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, half);
}

static void
add_tests (void)
{
  TEST ("/nats/wire/requests", test_requests);
  TEST ("/nats/wire/timeouts", test_timeouts);
  TEST ("/nats/wire/doubtful-headers", test_doubtful_headers);
  TEST ("/nats/wire/other-client", test_other_client);
  TEST ("/nats/wire/line-breaks", test_line_breaks);
  TEST ("/nats/wire/replies", test_replies);
  TEST ("/nats/wire/error-replies", test_error_replies);
  TEST ("/nats/wire/forged-replies", test_forged_replies);
  TEST ("/nats/wire/many-domains", test_many_domains);
  TEST ("/nats/wire/cancellations", test_cancellations);
  TEST ("/nats/wire/held", test_held);
  TEST ("/nats/wire/held-limits", test_held_limits);
  TEST ("/nats/wire/too-large", test_too_large);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
