/* inspecting.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program that looks into its own services. With the argument "wait", it waits for a line in between, so that
 * another program can look, too.
 */

#include <stdio.h>

#include "demo-vault.h"

/* The service answers later: it keeps the calls. */

static gboolean
vault_handle_open (DemoVault   *service,
                   NorpcCall   *call,
                   const char  *user,
                   const char  *password,
                   GError     **error)
{
  GPtrArray *calls = norpc_simple_service_get_data (service);

  g_ptr_array_add (calls, norpc_call_ref (call));
  return TRUE;
}

static gboolean
vault_count (DemoVault  *service,
             guint      *count,
             GError    **error)
{
  GPtrArray *calls = norpc_simple_service_get_data (service);

  *count = calls->len;
  return TRUE;
}

static gboolean
vault_approve (DemoVault  *service,
               guint      *count,
               GError    **error)
{
  GPtrArray *calls = norpc_simple_service_get_data (service);

  *count = calls->len;
  for (guint i = 0; i < calls->len; i++)
    demo_vault_complete_open (service, calls->pdata[i], "a secret");
  g_ptr_array_set_size (calls, 0);

  return TRUE;
}

static const DemoVaultInterface vault_funcs = {
  .handle_open = vault_handle_open,
  .count = vault_count,
  .approve = vault_approve,
};

/* Prints the calls in flight, and what seems to be wrong. */

static void
print_calls (NorpcInspector *inspector)
{
  g_autoptr (GVariant) calls = norpc_inspector_list_calls (inspector, NULL, NULL);

  for (gsize i = 0; i < g_variant_n_children (calls); i++)
    {
      g_autoptr (GVariant) call = g_variant_get_child_value (calls, i);
      const char *method, *args, *stage;

      g_variant_lookup (call, "method", "&s", &method);
      g_variant_lookup (call, "args", "&s", &args);
      g_variant_lookup (call, "stage", "&s", &stage);
      g_print ("%s (%s) is %s\n", method, args, stage);
    }
}

static void
print_lints (NorpcInspector *inspector)
{
  g_autoptr (GVariant) lints = norpc_inspector_list_lints (inspector, NULL, NULL);

  for (gsize i = 0; i < g_variant_n_children (lints); i++)
    {
      g_autoptr (GVariant) lint = g_variant_get_child_value (lints, i);
      const char *name, *method, *text;

      g_variant_lookup (lint, "name", "&s", &name);
      g_variant_lookup (lint, "method", "&s", &method);
      g_variant_lookup (lint, "text", "&s", &text);
      g_print ("%s: %s: %s\n", name, method, text);
    }
}

static void
open_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *secret = demo_vault_proxy_call_open_finish (DEMO_VAULT_PROXY (source_object), result, &error);

  g_print ("%s\n", secret != NULL ? "opened" : error->message);
  g_main_loop_quit (user_data);
}

int
main (int   argc,
      char *argv[])
{
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoVaultProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *results = NULL;
  guint n_calls;

  server = norpc_serve (demo_vault_new_for_funcs (&vault_funcs, kept, (GDestroyNotify) g_ptr_array_unref), &error);
  if (server == NULL)
    g_error ("%s", error->message);
  proxy = demo_vault_proxy_new (norpc_server_get_endpoint (server));

  /* Calls are recorded from here on. */
  inspector = norpc_inspector_new ();
  demo_vault_proxy_call_open (proxy, "ada", "lovelace", NULL, open_cb, loop);
  demo_vault_proxy_call_count_sync (proxy, &n_calls, NULL, NULL);
  print_calls (inspector);
  print_lints (inspector);

  if (argc > 1)
    getchar ();

  /* A call that is made by hand: the first service of this process is number 1. */
  results = norpc_inspector_invoke_sync (inspector, 1, "org.example.Vault", "Approve", "", NULL, &error);
  g_print ("Approve: %s\n", results != NULL ? results : error->message);
  g_main_loop_run (loop);
  return 0;
}
