/* weather.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that fails two times out of three, and the layers that make it usable. */

#include "demo-weather.h"

#define PERIOD 200 /* milliseconds from one attempt to the next */

/* The service */

typedef struct
{
  guint      n_calls;
  GPtrArray *lost; /* (owned): of owned NorpcCall */
} Weather;

static gboolean
weather_handle_forecast (DemoWeather  *service,
                         NorpcCall    *call,
                         const char   *city,
                         GError      **error)
{
  Weather *self = norpc_simple_service_get_data (service);
  g_autofree char *text = NULL;

  switch (self->n_calls++ % 3)
    {
    case 0: /* never answers */
      g_ptr_array_add (self->lost, norpc_call_ref (call));
      return TRUE;

    case 1:
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "Too many requests");
      return FALSE;

    default:
      text = g_strdup_printf ("Sun in %s, after %u attempts", city, self->n_calls);
      demo_weather_complete_forecast (service, call, text);
      return TRUE;
    }
}

static void
weather_free (gpointer data)
{
  Weather *self = data;

  g_ptr_array_unref (self->lost);
  g_free (self);
}

static const DemoWeatherInterface weather_funcs = { .handle_forecast = weather_handle_forecast };

/* The client */

static void
ask (DemoWeatherProxy *proxy,
     const char       *city)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = demo_weather_proxy_call_forecast_sync (proxy, city, NULL, &error);

  g_print ("%s\n", text != NULL ? text : error->message);
}

/* Calls pass the layers from the first to the last one. */
static NorpcEndpoint *
make_stack (NorpcServer *server)
{
  return norpc_stack_new (norpc_time_limit_new (10000), /* for all attempts together */
                          g_object_new (NORPC_TYPE_RETRY, "max-attempts", 4, "delay", 1, NULL),
                          norpc_rate_limit_new (1, PERIOD),
                          norpc_time_limit_new (100), /* for each attempt, without the time in the rate limit */
                          norpc_server_get_channel (server),
                          NULL);
}

int
main (void)
{
  Weather *weather = g_new0 (Weather, 1);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (DemoWeatherProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  weather->lost = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  server = norpc_serve (demo_weather_new_for_funcs (&weather_funcs, weather, weather_free), &error);
  if (server == NULL)
    g_error ("%s", error->message);
  stack = make_stack (server);
  proxy = demo_weather_proxy_new (stack);

  ask (proxy, "Rome");
  ask (proxy, "Oslo");
  g_print ("The rate was limited: %s\n",
           g_get_monotonic_time () - begin >= 4 * PERIOD * G_TIME_SPAN_MILLISECOND ? "yes" : "no");

  return 0;
}
