/* meter-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meter-fixture.h"
#include "meter-service.h"

/* The description that meter.h was generated from. */
const NorpcInterfaceInfo *
meter_read_info (void)
{
  g_autofree char *xml = NULL;
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info;

  g_assert_true (g_file_get_contents (METER_XML, &xml, NULL, &error));
  info = norpc_interface_info_new_for_xml (xml, "org.example.Meter", &error);
  g_assert_no_error (error);

  return info;
}

void
meter_fixture_set_up (MeterFixture  *self,
                      gconstpointer  kind)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;
  NorpcEndpoint *channel;

  self->kind = (MeterKind) GPOINTER_TO_INT (kind);
  self->info = meter_read_info ();
  log_init (&self->log);
  service = self->kind & METER_DYNAMIC_SERVICE ? meter_service_new_dynamic (self->info)
                                               : g_object_new (METER_TYPE_SERVICE, NULL);
  self->server = norpc_server_new (service);
  norpc_server_set_collect_stats (self->server, TRUE);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);

  channel = NORPC_ENDPOINT (norpc_server_get_channel (self->server));
  self->proxy = self->kind & METER_DYNAMIC_CLIENT ? NORPC_PROXY (norpc_dynamic_proxy_new (channel, self->info))
                                                  : NORPC_PROXY (meter_meter_proxy_new (channel));
}

void
meter_fixture_tear_down (MeterFixture  *self,
                         gconstpointer  kind)
{
  g_clear_object (&self->proxy);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  release_and_wait (g_steal_pointer (&self->server));
  iterate ();
  log_clear (&self->log);
}

GVariant *
meter_call (MeterFixture  *self,
            const char    *method,
            GVariant      *args,
            GError       **error)
{
  const NorpcInterfaceInfo *info = meter_meter_interface_info ();
  g_autoptr (NorpcReply) reply = NULL;
  NorpcCall *call;

  if (self->kind & METER_DYNAMIC_CLIENT)
    return norpc_dynamic_proxy_call_method_sync (NORPC_DYNAMIC_PROXY (self->proxy), method, args, NULL, error);

  call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, method));
  if (!norpc_call_set_args_variant (call, args, error))
    {
      norpc_call_unref (call);
      return NULL;
    }
  reply = norpc_proxy_call_sync (self->proxy, call, NULL, error);

  return reply != NULL ? norpc_reply_dup_variant (reply, error) : NULL;
}

void
meter_add_tests (const char *name,
                 void      (*func) (MeterFixture  *fixture,
                                    gconstpointer  kind))
{
  static const struct
  {
    const char *name;
    MeterKind   kind;
  } kinds[] = {
    { "both", METER_DYNAMIC_SERVICE | METER_DYNAMIC_CLIENT },
    { "service", METER_DYNAMIC_SERVICE },
    { "client", METER_DYNAMIC_CLIENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/dynamic/%s/%s", name, kinds[i].name);

      g_test_add (path, MeterFixture, GINT_TO_POINTER (kinds[i].kind), meter_fixture_set_up, func,
                  meter_fixture_tear_down);
    }
}
