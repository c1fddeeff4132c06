/* monitor-invoke.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "monitor-commands.h"

/* Returns TRUE if the service implements the method. */
static gboolean
has_method (GVariant   *service,
            const char *interface_name,
            const char *method_name)
{
  g_autoptr (GVariant) methods = g_variant_lookup_value (service, "methods", G_VARIANT_TYPE ("a(sss)"));

  for (gsize i = 0; methods != NULL && i < g_variant_n_children (methods); i++)
    {
      const char *interface, *method, *type;

      g_variant_get_child (methods, i, "(&s&s&s)", &interface, &method, &type);
      if (g_str_equal (interface, interface_name) && g_str_equal (method, method_name))
        return TRUE;
    }

  return FALSE;
}

/* Returns the number of the first service, among those that are wanted, that implements the method. Returns 0 if
 * @error is set.
 */
static guint
find_service (Monitor     *self,
              const char  *interface_name,
              const char  *method_name,
              GError     **error)
{
  g_autoptr (GVariant) services = norpc_inspector_list_services (self->inspector, NULL, error);

  if (services == NULL)
    return 0;

  for (gsize i = 0; i < g_variant_n_children (services); i++)
    {
      g_autoptr (GVariant) service = g_variant_get_child_value (services, i);

      if (monitor_wants (self, service) && has_method (service, interface_name, method_name))
        return inspector_get_uint (service, "service");
    }

  if (self->service != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "service %u has no method %s.%s", self->service,
                 interface_name, method_name);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no service has a method %s.%s", interface_name, method_name);

  return 0;
}

/* Calls @method, which has the name of its interface before it, and prints the results. Returns FALSE if @error is
 * set.
 */
gboolean
monitor_invoke (Monitor     *self,
                const char  *method,
                const char  *args,
                GError     **error)
{
  const char *dot = strrchr (method, '.');
  g_autofree char *interface_name = NULL;
  g_autofree char *results = NULL;
  guint service;

  if (dot == NULL || dot == method || dot[1] == '\0')
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "expected an interface, a dot and a method, such as org.example.Kv.Get, got '%s'", method);
      return FALSE;
    }

  interface_name = g_strndup (method, (gsize) (dot - method));
  service = find_service (self, interface_name, dot + 1, error);
  if (service == 0)
    return FALSE;

  results = norpc_inspector_invoke_sync (self->inspector, service, interface_name, dot + 1, args, NULL, error);
  if (results != NULL && *results != '\0')
    g_print ("%s\n", results);

  return results != NULL;
}
