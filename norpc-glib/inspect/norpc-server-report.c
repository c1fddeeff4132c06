/* norpc-server-report.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-error.h"
#include "dynamic/norpc-description.h"
#include "norpc-server-report-private.h"
#include "server/norpc-server-registry-private.h"
#include "server/norpc-thread.h"

static const char * const phase_names[] = {
  [NORPC_SERVER_NEW] = "new",
  [NORPC_SERVER_STARTING] = "starting",
  [NORPC_SERVER_RUNNING] = "running",
  [NORPC_SERVER_STOPPING] = "stopping",
  [NORPC_SERVER_STOPPED] = "stopped",
};

/* Returns the infos (owned) of the interfaces that a service implements. */
static GPtrArray *
list_infos (GType service_type)
{
  GPtrArray *infos = g_ptr_array_new ();
  g_autofree GType *types = g_type_interfaces (service_type, NULL);

  for (guint i = 0; types[i] != G_TYPE_INVALID; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_info_for_type (types[i]);

      if (info != NULL)
        g_ptr_array_add (infos, (gpointer) info);
    }

  return infos;
}

static void
add_members (GVariantBuilder *builder,
             GPtrArray       *infos)
{
  GVariantBuilder interfaces, methods;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_builder_init (&methods, G_VARIANT_TYPE ("a(sss)"));
  for (guint i = 0; i < infos->len; i++)
    {
      const NorpcInterfaceInfo *info = infos->pdata[i];

      g_variant_builder_add (&interfaces, "s", info->dbus.name);
      for (guint j = 0; info->methods != NULL && info->methods[j] != NULL; j++)
        {
          g_autofree char *type = norpc_interface_info_get_in_type (info, j);

          g_variant_builder_add (&methods, "(sss)", info->dbus.name, info->methods[j]->dbus.name,
                                 type != NULL && !norpc_method_info_is_stream (info->methods[j]) ? type : "");
        }
    }

  g_variant_builder_add (builder, "{sv}", "interfaces", g_variant_builder_end (&interfaces));
  g_variant_builder_add (builder, "{sv}", "methods", g_variant_builder_end (&methods));
}

/* Returns a name (owned). */
static char *
get_server_thread_name (const NorpcServerListing *listing)
{
  const char *name = listing->thread != NULL ? norpc_thread_get_name (listing->thread) : NULL;

  if (listing->is_main)
    return g_strdup ("main");
  if (name != NULL)
    return g_utf8_make_valid (name, -1);

  return g_strdup_printf ("%s %p", listing->thread != NULL ? "thread" : "context", listing->context);
}

static void
append_server (GVariantBuilder          *builder,
               const NorpcServerListing *listing)
{
  g_autoptr (GPtrArray) infos = list_infos (listing->service_type);
  g_autofree char *thread = get_server_thread_name (listing);

  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", "service", g_variant_new_uint32 (listing->id));
  g_variant_builder_add (builder, "{sv}", "type", g_variant_new_string (g_type_name (listing->service_type)));
  g_variant_builder_add (builder, "{sv}", "exported", g_variant_new_boolean (listing->is_exported));
  g_variant_builder_add (builder, "{sv}", "phase", g_variant_new_string (phase_names[listing->phase]));
  g_variant_builder_add (builder, "{sv}", "thread", g_variant_new_string (thread));
  g_variant_builder_add (builder, "{sv}", "context",
                         g_variant_new_uint64 ((guint64) GPOINTER_TO_SIZE (listing->context)));
  g_variant_builder_add (builder, "{sv}", "waiting",
                         g_variant_new_uint32 (norpc_channel_get_waiting (listing->channel)));
  g_variant_builder_add (builder, "{sv}", "capacity", g_variant_new_uint32 (listing->channel->capacity));
  g_variant_builder_add (builder, "{sv}", "open",
                         g_variant_new_uint32 (norpc_channel_get_n_open (listing->channel)));
  g_variant_builder_add (builder, "{sv}", "max-open", g_variant_new_uint32 (listing->max_open));
  add_members (builder, infos);
  g_variant_builder_close (builder);
}

/* Thread-safe. Returns an `aa{sv}` (floating). */
GVariant *
norpc_server_report_list (void)
{
  g_autoptr (GPtrArray) listings = norpc_server_registry_list ();
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < listings->len; i++)
    append_server (&builder, listings->pdata[i]);

  return g_variant_builder_end (&builder);
}

/* Thread-safe. Returns the channel (owned) of a server, and sets @info to an interface (unowned) of its
 * service. Returns NULL if there is none, and sets @error.
 */
NorpcChannel *
norpc_server_report_find_interface (guint                      server,
                                    const char                *interface_name,
                                    const NorpcInterfaceInfo **info,
                                    GError                   **error)
{
  g_autoptr (GPtrArray) listings = norpc_server_registry_list ();

  for (guint i = 0; i < listings->len; i++)
    {
      const NorpcServerListing *listing = listings->pdata[i];
      g_autoptr (GPtrArray) infos = listing->id == server ? list_infos (listing->service_type) : NULL;

      for (guint j = 0; infos != NULL && j < infos->len; j++)
        {
          *info = infos->pdata[j];
          if (g_str_equal ((*info)->dbus.name, interface_name))
            return g_object_ref (listing->channel);
        }
      if (infos != NULL)
        {
          g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "service %u, a %s, does not implement '%s'",
                       server, g_type_name (listing->service_type), interface_name);
          return NULL;
        }
    }

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "there is no service %u", server);

  return NULL;
}
