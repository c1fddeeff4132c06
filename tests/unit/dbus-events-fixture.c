/* dbus-events-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "dbus-events-fixture.h"

void
log_happened_cb (WireWire        *proxy,
                 guint            number,
                 const WirePlace *place,
                 Log             *log)
{
  log_add (log, "happened %u %s; ", number, place->street);
}

void
log_finished_cb (WireWire *proxy,
                 Log      *log)
{
  log_add (log, "finished; ");
}

void
log_volume_cb (WireWire   *proxy,
               GParamSpec *pspec,
               Log        *log)
{
  log_add (log, "volume %g; ", wire_wire_get_volume (proxy));
}

void
emit_happened (WireWire *service,
               guint     number)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Main");

  wire_wire_emit_happened (service, number, place);
}

void
emit_all (WireWire *service,
          gpointer  data)
{
  emit_happened (service, 1);
  wire_wire_emit_finished (service);
  emit_happened (service, 2);
}

void
set_initial (WireWire *service,
             gpointer  data)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Side");
  g_autoptr (GPtrArray) places = g_ptr_array_new ();

  g_ptr_array_add (places, place);
  g_object_set (service, "volume", 0.75, "title", "Song", "mode", WIRE_MODE_FAST, "place", places, "position", 5,
                "model", "X", "load", 3, NULL);
}

void
change_volume (WireWire *service,
               gpointer  data)
{
  wire_wire_set_volume (service, 0.25);
}
