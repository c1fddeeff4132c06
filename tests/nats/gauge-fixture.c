/* gauge-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "gauge-fixture.h"

/* Runs in the context of the export. */
static void
export_gauge (gpointer data)
{
  Gauge *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new (self->connection, GAUGE_PREFIX, norpc_server_get_endpoint (self->server),
                                        depot_gauge_interface_info (), &error);
  g_assert_no_error (error);
}

/* Clients may not reach it yet. */
void
gauge_begin_to_export (Gauge *self)
{
  run_in_thread (self->thread, export_gauge, self);
}

/* Returns once clients reach it. */
void
gauge_export (Gauge *self)
{
  g_autoptr (GError) error = NULL;

  gauge_begin_to_export (self);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

static void
drop_gauge (gpointer data)
{
  g_clear_object (&((Gauge *) data)->export);
}

void
gauge_unexport (Gauge *self)
{
  if (self->export != NULL)
    run_in_thread (self->thread, drop_gauge, self);
}

void
gauge_init (Gauge       *self,
            NatsProcess *nats,
            int          level)
{
  gauge_init_at (self, nats_process_get_url (nats), level);
}

void
gauge_init_at (Gauge      *self,
               const char *url,
               int         level)
{
  g_autoptr (GError) error = NULL;

  self->service = gauge_service_new (level);
  self->server = norpc_serve (g_object_ref (self->service), &error);
  g_assert_no_error (error);
  self->local = depot_gauge_proxy_new (norpc_server_get_endpoint (self->server));
  self->thread = norpc_thread_new ("export");
  self->connection = connect_to (url);
  gauge_export (self);
}

void
gauge_clear (Gauge *self)
{
  gauge_unexport (self);
  norpc_thread_stop (self->thread);
  g_clear_object (&self->thread);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_clear_object (&self->local);
  release_and_wait (g_steal_pointer (&self->connection));
  release_and_wait (g_steal_pointer (&self->server));
  release_and_wait (g_steal_pointer (&self->service));
}

/* Calls a function in the context of the service, and waits for it. */
int
gauge_run (Gauge     *self,
           GaugeFunc  func,
           gpointer   data)
{
  g_autoptr (GError) error = NULL;
  int number;

  gauge_service_set_func (self->service, func, data);
  depot_gauge_proxy_call_run_sync (self->local, &number, NULL, &error);
  g_assert_no_error (error);

  return number;
}

static int
set_level_cb (GaugeService *service,
              gpointer      data)
{
  depot_gauge_set_level (DEPOT_GAUGE (service), GPOINTER_TO_INT (data));

  return 0;
}

void
gauge_set_level (Gauge *self,
                 int    level)
{
  gauge_run (self, set_level_cb, GINT_TO_POINTER (level));
}

static void
level_notified_cb (DepotGauge   *proxy,
                   GParamSpec   *pspec,
                   GaugeFixture *self)
{
  g_string_append_printf (self->seen, "%d ", depot_gauge_get_level (proxy));
}

static void
measured_cb (DepotGauge   *proxy,
             int           number,
             const char   *note,
             GaugeFixture *self)
{
  g_string_append_printf (self->seen, "%s%d ", note != NULL ? note : "", number);
}

static gboolean
is_ready (gpointer self)
{
  return norpc_proxy_is_ready (NORPC_PROXY (((GaugeFixture *) self)->proxy));
}

/* Takes ownership of @connection. */
static void
add_proxy (GaugeFixture        *self,
           NorpcNatsConnection *connection)
{
  self->connection = connection;
  self->endpoint = norpc_nats_endpoint_new (self->connection, GAUGE_PREFIX);
  self->proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (self->endpoint));
  wait_until (is_ready, self);
  g_signal_connect (self->proxy, "notify::level", G_CALLBACK (level_notified_cb), self);
  g_signal_connect (self->proxy, "measured", G_CALLBACK (measured_cb), self);
}

static void
remove_proxy (GaugeFixture *self)
{
  g_clear_object (&self->proxy);
  release_and_wait (g_steal_pointer (&self->endpoint));
  release_and_wait (g_steal_pointer (&self->connection));
}

/* There is a new proxy instead, which has a connection of its own to the server at @url. */
void
gauge_fixture_reconnect (GaugeFixture *self,
                         const char   *url)
{
  remove_proxy (self);
  g_string_truncate (self->seen, 0);
  add_proxy (self, connect_to (url));
}

void
gauge_fixture_set_up (GaugeFixture  *self,
                      gconstpointer  unused)
{
  self->nats = nats_process_new ();
  gauge_fixture_begin (self, nats_process_get_url (self->nats));
}

/* The gauge reaches the server at @url. */
void
gauge_fixture_begin (GaugeFixture *self,
                     const char   *url)
{
  gauge_init_at (&self->gauge, url, 1);
  self->seen = g_string_new (NULL);
  raw_client_init (&self->raw, self->nats);
  add_proxy (self, connect_to (nats_process_get_url (self->nats)));
}

void
gauge_fixture_tear_down (GaugeFixture  *self,
                         gconstpointer  unused)
{
  remove_proxy (self);
  gauge_clear (&self->gauge);
  raw_client_clear (&self->raw);
  nats_process_free (self->nats);
  g_string_free (self->seen, TRUE);
}

static gboolean
wake_up_cb (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main context until something holds. */
void
wait_until (gboolean (*check) (gpointer data),
            gpointer   data)
{
  gint64 end = g_get_monotonic_time () + 100 * G_TIME_SPAN_SECOND;
  guint id = g_timeout_add (10, wake_up_cb, NULL);

  while (!check (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (id);
}

typedef struct
{
  GaugeFixture *fixture;
  int           level;
  const char   *seen;
} Expectation;

static gboolean
has_level (gpointer data)
{
  Expectation *self = data;

  return depot_gauge_get_level (DEPOT_GAUGE (self->fixture->proxy)) == self->level;
}

void
gauge_fixture_wait_level (GaugeFixture *self,
                          int           level)
{
  wait_until (has_level, &(Expectation) { self, level, NULL });
}

static gboolean
has_seen (gpointer data)
{
  Expectation *self = data;

  return strlen (self->fixture->seen->str) >= strlen (self->seen);
}

/* The proxy has notified of exactly this, or emitted it. */
void
gauge_fixture_wait_seen (GaugeFixture *self,
                         const char   *seen)
{
  wait_until (has_seen, &(Expectation) { self, 0, seen });
  g_assert_cmpstr (self->seen->str, ==, seen);
  g_string_truncate (self->seen, 0);
}

static int
nothing_cb (GaugeService *service,
            gpointer      data)
{
  return 0;
}

static void
ran_cb (GObject      *proxy,
        GAsyncResult *result,
        gpointer      done)
{
  g_autoptr (GError) error = NULL;

  depot_gauge_proxy_call_run_finish (DEPOT_GAUGE_PROXY (proxy), result, NULL, &error);
  g_assert_no_error (error);
  *(gboolean *) done = TRUE;
}

static gboolean
is_true (gpointer done)
{
  return *(gboolean *) done;
}

/* Messages that were published to the server before have arrived. */
void
gauge_fixture_wait (GaugeFixture *self)
{
  gboolean done = FALSE;

  gauge_service_set_func (self->gauge.service, nothing_cb, NULL);
  depot_gauge_proxy_call_run (self->proxy, NULL, ran_cb, &done);
  wait_until (is_true, &done);
}

/* Publishes what anybody may publish. @type is the header, or NULL if there is none; @body (floating). */
void
gauge_fixture_publish (GaugeFixture *self,
                       const char   *member,
                       const char   *type,
                       GVariant     *body)
{
  gauge_fixture_publish_with (self, member, type, NULL, body);
}

/* @sequence is another header, or NULL. */
void
gauge_fixture_publish_with (GaugeFixture *self,
                            const char   *member,
                            const char   *type,
                            const char   *sequence,
                            GVariant     *body)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autofree char *subject = g_strconcat (GAUGE_PREFIX, ".", member, NULL);
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, subject, NULL, g_variant_get_data (sunk), (int) g_variant_get_size (sunk)),
                   ==, NATS_OK);
  if (type != NULL)
    natsMsgHeader_Set (message, "Norpc-Type", type);
  if (sequence != NULL)
    natsMsgHeader_Set (message, "Norpc-Sequence", sequence);
  g_assert_cmpint (natsConnection_PublishMsg (self->raw.nats, message), ==, NATS_OK);
  natsMsg_Destroy (message);
  g_assert_cmpint (natsConnection_Flush (self->raw.nats), ==, NATS_OK);
}
