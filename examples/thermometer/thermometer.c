/* thermometer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "demo-thermometer.h"

/* The service owns the sensor, which only its thread uses. */

G_DECLARE_FINAL_TYPE (Thermometer, thermometer, EXAMPLE, THERMOMETER, GObject)

struct _Thermometer
{
  GObject parent_instance;
  double temperature;
};

static gboolean
thermometer_measure (DemoThermometer  *service,
                     guint             count,
                     double           *out_mean,
                     GError          **error)
{
  Thermometer *self = EXAMPLE_THERMOMETER (service);
  double sum = 0;

  for (guint i = 0; i < count; i++)
    {
      demo_thermometer_emit_measured (service, self->temperature);
      sum += self->temperature;
      self->temperature += 0.5;
    }

  *out_mean = count > 0 ? sum / count : 0;
  return TRUE;
}

static void
thermometer_iface_init (DemoThermometerInterface *iface)
{
  iface->measure = thermometer_measure;
}

G_DEFINE_TYPE_WITH_CODE (Thermometer, thermometer, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (DEMO_TYPE_THERMOMETER, thermometer_iface_init))

static void
thermometer_class_init (ThermometerClass *klass)
{
}

static void
thermometer_init (Thermometer *self)
{
  self->temperature = 20;
}

/* The client: these are called in the main thread, in the order in which the service emitted
 * and answered. */

static void
measured_cb (DemoThermometer *proxy,
             double           temperature,
             gpointer         user_data)
{
  g_print ("%.1f degrees\n", temperature);
}

static void
measure_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  double mean;

  if (demo_thermometer_proxy_call_measure_finish (DEMO_THERMOMETER_PROXY (source_object), result, &mean, &error))
    g_print ("mean: %.1f degrees\n", mean);
  else
    g_printerr ("%s\n", error->message);
  g_main_loop_quit (user_data);
}

int
main (void)
{
  g_autoptr (GObject) service = g_object_new (thermometer_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (DemoThermometerProxy) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);

  proxy = demo_thermometer_proxy_new (norpc_server_get_endpoint (server));
  g_signal_connect (proxy, "measured", G_CALLBACK (measured_cb), NULL);
  demo_thermometer_proxy_call_measure (proxy, 3, NULL, measure_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
