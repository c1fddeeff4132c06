/* stress-gauge.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with a property, which one proxy writes and reads and another one reads, through layers or
 * without. A client knows the level that the property of each has at every signal and reply.
 */

#include "stress.h"

#define MAX_STEPS 12

G_DECLARE_FINAL_TYPE (StressGaugeService, stress_gauge_service, STRESS, GAUGE_SERVICE, GObject)

struct _StressGaugeService
{
  GObject parent_instance;

  guint64 level; /* in the service's context */
};

/* One round: a server, and its proxies. All of it is in the client's thread. */
typedef struct
{
  StressClient     *client; /* (unowned) */
  NorpcServer      *server; /* (owned) */
  StressGaugeProxy *writer; /* (owned) */
  StressGaugeProxy *reader; /* (owned) */
  guint64           seen;   /* the level of the reader's last notification */
} Round;

static gboolean
stress_gauge_service_climb (StressGauge  *gauge,
                            guint         levels,
                            GError      **error)
{
  for (guint i = 0; i < levels; i++)
    {
      g_object_set (gauge, "level", STRESS_GAUGE_SERVICE (gauge)->level + 1, NULL);
      stress_gauge_emit_raised (gauge, STRESS_GAUGE_SERVICE (gauge)->level);
    }

  return TRUE;
}

static gboolean
stress_gauge_service_read (StressGauge  *gauge,
                           guint64      *out_level,
                           GError      **error)
{
  *out_level = STRESS_GAUGE_SERVICE (gauge)->level;

  return TRUE;
}

static void
stress_gauge_service_iface_init (StressGaugeInterface *iface)
{
  iface->climb = stress_gauge_service_climb;
  iface->read = stress_gauge_service_read;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StressGaugeService, stress_gauge_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (STRESS_TYPE_GAUGE, stress_gauge_service_iface_init))

static void
stress_gauge_service_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  g_value_set_uint64 (value, STRESS_GAUGE_SERVICE (object)->level);
}

/* A level that is not a multiple of ten when it is written becomes one. */
static void
stress_gauge_service_set_property (GObject      *object,
                                   guint         property_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  guint64 level = g_value_get_uint64 (value);

  STRESS_GAUGE_SERVICE (object)->level = norpc_call_get_current () != NULL && level % 10 == 9 ? level + 1 : level;
}

static void
stress_gauge_service_finalize (GObject *object)
{
  stress_count_gone (STRESS_SERVICES);

  G_OBJECT_CLASS (stress_gauge_service_parent_class)->finalize (object);
}

static void
stress_gauge_service_class_init (StressGaugeServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = stress_gauge_service_get_property;
  object_class->set_property = stress_gauge_service_set_property;
  object_class->finalize = stress_gauge_service_finalize;
  g_object_class_override_property (object_class, 1, "level");
}

static void
stress_gauge_service_init (StressGaugeService *self)
{
  stress_count_made (STRESS_SERVICES);
}

static void
check_client (Round *round)
{
  g_assert_true (g_thread_self () == round->client->self);
  g_assert_true (g_main_context_get_thread_default () == round->client->context);
}

/* A notification brings a value that differs. */
static void
notify_cb (StressGauge *reader,
           GParamSpec  *pspec,
           Round       *round)
{
  check_client (round);
  g_assert_false (round->client->calling);
  g_assert_cmpuint (stress_gauge_get_level (reader), !=, round->seen);
  round->seen = stress_gauge_get_level (reader);
}

/* The service has made the change before it emitted. The reader has no value before it is ready. */
static void
raised_cb (StressGauge *reader,
           guint64      level,
           Round       *round)
{
  check_client (round);
  if (norpc_proxy_is_ready (NORPC_PROXY (reader)))
    g_assert_cmpuint (stress_gauge_get_level (reader), ==, level);
}

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Round *round = user_data;
  StressClient *client = round->client;

  g_assert_true (norpc_server_stop_finish (NORPC_SERVER (object), result, NULL));
  g_clear_object (&round->server);
  g_free (round);
  stress_client_pending (client, -1);
}

/* All writes have been answered before this reply. */
static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Round *round = user_data;
  g_autoptr (GError) error = NULL;
  guint64 level;

  g_assert_true (stress_gauge_proxy_call_read_finish (STRESS_GAUGE_PROXY (object), result, &level, &error));
  g_assert_no_error (error);
  check_client (round);
  g_assert_cmpuint (stress_gauge_get_level (STRESS_GAUGE (round->writer)), ==, level);
  g_assert_cmpuint (stress_gauge_get_level (STRESS_GAUGE (round->reader)), ==, level);
  g_assert_true (norpc_proxy_is_ready (NORPC_PROXY (round->reader)));
  stress_count_gone (STRESS_CALLS);

  g_clear_object (&round->writer);
  g_clear_object (&round->reader);
  norpc_server_stop_async (round->server, NORPC_STOP_FINISH, NULL, stopped_cb, round);
}

static Round *
round_new (StressClient *client)
{
  Round *round = g_new0 (Round, 1);
  g_autoptr (GObject) service = g_object_new (stress_gauge_service_get_type (), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcEndpoint) endpoint = NULL;

  round->client = client;
  round->server = norpc_server_new (service);
  stress_watch (round->server, STRESS_SERVERS);
  norpc_server_start (round->server, NULL, &error);
  g_assert_no_error (error);

  endpoint = stress_layers_stack_patient (NORPC_ENDPOINT (norpc_server_get_channel (round->server)),
                                          client->rand);
  round->reader = stress_gauge_proxy_new (endpoint);
  g_signal_connect (round->reader, "notify::level", G_CALLBACK (notify_cb), round);
  g_signal_connect (round->reader, "raised", G_CALLBACK (raised_cb), round);
  round->writer = g_rand_boolean (client->rand) ? stress_gauge_proxy_new (endpoint)
                                                : stress_gauge_proxy_new_sync (endpoint, NULL, &error);
  g_assert_no_error (error);
  stress_watch (round->reader, STRESS_PROXIES);
  stress_watch (round->writer, STRESS_PROXIES);

  return round;
}

void
stress_use_gauge (StressClient *client)
{
  Round *round = round_new (client);
  StressGauge *writer = STRESS_GAUGE (round->writer);
  guint n_steps = g_rand_int_range (client->rand, 1, MAX_STEPS);

  stress_client_pending (client, 1);
  stress_count_made (STRESS_CALLS);
  client->calling = TRUE;
  for (guint i = 0; i < n_steps; i++)
    {
      guint64 level = g_rand_int_range (client->rand, 0, 1000);

      switch (g_rand_int_range (client->rand, 0, 4))
        {
        case 0:
          stress_gauge_proxy_call_climb (round->writer, level % 20);
          break;

        case 1:
          g_assert_true (stress_gauge_proxy_set_level_sync (round->writer, level, NULL, NULL));
          g_assert_cmpuint (stress_gauge_get_level (writer), ==, level % 10 == 9 ? level + 1 : level);
          break;

        default:
          stress_gauge_set_level (writer, level);
          g_assert_cmpuint (stress_gauge_get_level (writer), ==, level);
          break;
        }
    }
  stress_gauge_proxy_call_read (round->writer, NULL, read_cb, round);
  client->calling = FALSE;
}
