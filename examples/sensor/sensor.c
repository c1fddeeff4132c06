/* sensor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service whose device is not always there. The supervisor makes another service when that is so, and the program
 * keeps its proxy.
 */

#include "demo-sensor.h"

/* The device, which is missing at first, and is unplugged and replaced by another one later. */
static int device_number = 0; /* atomic */

/* The data of a service. */
typedef struct
{
  int              device;
  NorpcSupervisor *supervisor; /* (unowned): outlives the service */
} Sensor;

/* Runs in the thread of the service. */
static gboolean
sensor_start (gpointer   service,
              GError   **error)
{
  Sensor *self = norpc_simple_service_get_data (service);
  g_autofree char *serial_number = NULL;

  self->device = g_atomic_int_get (&device_number);
  if (self->device == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no sensor");
      return FALSE;
    }

  serial_number = g_strdup_printf ("S%d", self->device);
  g_object_set (service, "serial-number", serial_number, NULL);

  return TRUE;
}

static gboolean
sensor_read (DemoSensor  *service,
             guint       *value,
             GError     **error)
{
  Sensor *self = norpc_simple_service_get_data (service);

  if (self->device != g_atomic_int_get (&device_number))
    {
      norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The sensor was unplugged");
      return FALSE;
    }

  *value = 20 + (guint) self->device;

  return TRUE;
}

static const DemoSensorInterface sensor_funcs = { .read = sensor_read };

/* Runs in the thread of the service. @user_data points to the variable that has the supervisor. */
static GObject *
make_sensor (gpointer   user_data,
             GError   **error)
{
  Sensor *self = g_new0 (Sensor, 1);
  DemoSensor *service = demo_sensor_new_for_funcs (&sensor_funcs, self, g_free);

  self->supervisor = *(NorpcSupervisor **) user_data;
  norpc_simple_service_set_lifecycle (service, sensor_start, NULL);

  return G_OBJECT (service);
}

static void
print_value (DemoSensorProxy *sensor)
{
  g_autoptr (GError) error = NULL;
  guint value;

  if (demo_sensor_proxy_call_read_sync (sensor, &value, NULL, &error))
    g_print ("value: %u\n", value);
  else
    g_print ("error: %s\n", error->message);
}

/* In the main thread, as soon as the proxy has the values of a service. */
static void
serial_number_cb (DemoSensor *sensor)
{
  g_print ("sensor %s\n", demo_sensor_get_serial_number (sensor));
}

static void
wait_for (DemoSensorProxy *sensor,
          const char      *serial_number)
{
  while (g_strcmp0 (demo_sensor_get_serial_number (DEMO_SENSOR (sensor)), serial_number) != 0)
    g_main_context_iteration (NULL, TRUE);
}

int
main (void)
{
  g_autoptr (NorpcSupervisor) supervisor = NULL;
  g_autoptr (DemoSensorProxy) sensor = NULL;
  g_autoptr (GError) error = NULL;

  /* The function runs only after norpc_supervisor_start (), when the variable is set. */
  supervisor = norpc_supervisor_new (make_sensor, &supervisor, NULL);
  g_object_set (supervisor, "max-delay", 200, "max-restarts", G_MAXUINT, NULL);
  sensor = demo_sensor_proxy_new (NORPC_ENDPOINT (supervisor));
  g_signal_connect (sensor, "notify::serial-number", G_CALLBACK (serial_number_cb), NULL);

  norpc_supervisor_start (supervisor);
  print_value (sensor);

  g_atomic_int_set (&device_number, 1);
  wait_for (sensor, "S1");
  print_value (sensor);

  g_atomic_int_set (&device_number, 2);
  print_value (sensor);
  wait_for (sensor, "S2");
  print_value (sensor);

  if (!norpc_supervisor_stop (supervisor, NORPC_STOP_FINISH, NULL, &error))
    g_error ("The sensor did not stop: %s", error->message);
  return 0;
}
