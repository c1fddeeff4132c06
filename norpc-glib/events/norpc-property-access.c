/* norpc-property-access.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-proxy.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-value-convert-private.h"
#include "core/norpc-value-copy-private.h"
#include "norpc-property-access-private.h"
#include "norpc-property-private.h"

static GMutex accesses_lock;
static GHashTable *accesses; /* (owned) (nullable) [accesses_lock]: of unowned NorpcInterfaceInfo
                                and owned NorpcPropertyAccess */

static guint last_serial; /* atomic */

static const NorpcArgInfo serial_arg = {
  { -1, (char *) "serial", (char *) "u", NULL }, NORPC_ARG_FLAGS_NONE, NULL, NULL
};

/* Runs in the service's context. Numbers the values that were read before, so that older values
 * are recognized where they arrive later.
 */
guint
norpc_property_next_serial (void)
{
  return (guint) g_atomic_int_add (&last_serial, 1) + 1;
}

/* Serial numbers wrap around. */
gboolean
norpc_property_serial_is_newer (guint serial,
                                guint than)
{
  return (int) (serial - than) > 0;
}

/* Returns the info (unowned) that the class of @service has of the interface of a client, or NULL. */
static const NorpcInterfaceInfo *
find_described_interface (GObject                  *service,
                          const NorpcInterfaceInfo *wanted)
{
  guint n;
  g_autofree GType *interfaces = g_type_interfaces (G_OBJECT_TYPE (service), &n);

  for (guint i = 0; i < n; i++)
    {
      const NorpcInterfaceInfo *info = norpc_interface_type_get_info (interfaces[i]);

      if (info != NULL && norpc_interface_infos_match (info, wanted))
        return info;
    }

  return NULL;
}

/* Runs in the service's context. Returns the description (unowned) that the class of the service has of a
 * property, if its values have to be converted to those of the client, or NULL.
 */
static const NorpcArgInfo *
find_other_form (GObject                   *service,
                 const NorpcPropertyAccess *access,
                 guint                      property)
{
  const NorpcArgInfo *arg = &access->args[property];
  const char *name = access->interface_info->properties[property]->name;
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (service), name);
  const NorpcInterfaceInfo *info = NULL;

  if (pspec != NULL && pspec->value_type != norpc_arg_info_get_gtype (&arg->dbus))
    info = find_described_interface (service, access->interface_info);

  for (guint i = 0; info != NULL && i < norpc_interface_info_get_n_properties (info); i++)
    if (g_str_equal (info->properties[i]->name, name) &&
        norpc_properties_compare (access->interface_info, property, info, i).converts)
      return &norpc_property_access_get (info)->args[i];

  return NULL;
}

/* Runs in the service's context. Returns a message (owned) if the service has no such value, or NULL. */
static char *
set_property (GObject                   *service,
              const NorpcPropertyAccess *access,
              guint                      property,
              const GValue              *value)
{
  const char *name = access->interface_info->properties[property]->name;
  const NorpcArgInfo *other = find_other_form (service, access, property);
  g_auto (GValue) served = G_VALUE_INIT;
  char *problem;

  if (other == NULL)
    {
      problem = norpc_property_find_problem (service, name, &access->args[property], value);
      if (problem == NULL)
        g_object_set_property (service, name, value);
      return problem;
    }

  g_value_init (&served, norpc_arg_info_get_gtype (&other->dbus));
  problem = norpc_value_convert (&access->args[property], value, other, &served);
  if (problem == NULL)
    problem = norpc_property_find_problem (service, name, other, &served);
  if (problem == NULL)
    g_object_set_property (service, name, &served);

  return problem;
}

/* Runs in the service's context. Reads a property of another form. */
static char *
read_converted (GObject            *service,
                const char         *name,
                const NorpcArgInfo *other,
                const NorpcArgInfo *arg,
                GValue             *value)
{
  g_auto (GValue) served = G_VALUE_INIT;

  g_value_init (&served, norpc_arg_info_get_gtype (&other->dbus));
  g_object_get_property (service, name, &served);

  return norpc_value_convert (other, &served, arg, value);
}

/* Runs in the service's context. Reads a property into @value, which is initialized. The contents
 * are not shared with the service. Returns a message (owned) if the client has no such value, or NULL.
 */
char *
norpc_property_read (GObject                   *service,
                     const NorpcPropertyAccess *access,
                     guint                      property,
                     GValue                    *value)
{
  const NorpcArgInfo *arg = &access->args[property];
  const char *name = access->interface_info->properties[property]->name;
  const NorpcArgInfo *other = find_other_form (service, access, property);
  g_auto (GValue) shared = G_VALUE_INIT;

  if (other != NULL)
    return read_converted (service, name, other, arg, value);
  if (arg->get_element_type == NULL)
    {
      g_object_get_property (service, name, value);
      return NULL;
    }

  g_value_init (&shared, G_VALUE_TYPE (value));
  g_object_get_property (service, name, &shared);
  norpc_value_copy_deep (arg, &shared, value);

  return NULL;
}

/* Runs in the context that forwards the call: a proxy is the service. */
static void
forward (NorpcProxy *proxy,
         NorpcCall  *call)
{
  NorpcCall *forwarded = norpc_call_new (call->interface_info, call->method);
  GValue *values = norpc_call_get_args (forwarded, NULL);

  for (guint i = 0; i < call->n_args; i++)
    g_value_copy (&call->values[i], &values[i]);
  norpc_proxy_forward (proxy, call, forwarded);
}

/* Takes ownership of @problem. */
static GError *
property_error_new (const NorpcPropertyAccess *access,
                    guint                      property,
                    char                      *problem)
{
  GError *error = g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s",
                               access->info.dbus.name, access->args[property].dbus.name, problem);

  g_free (problem);

  return error;
}

/* Runs in the service's context. Returns an error (owned) if the client has no such value, or NULL. */
static GError *
read_all (GObject                   *service,
          const NorpcPropertyAccess *access,
          GValue                    *values)
{
  for (guint i = 0; i < access->n_readable; i++)
    {
      char *problem = norpc_property_read (service, access, access->readable[i], &values[i]);

      if (problem != NULL)
        return property_error_new (access, access->readable[i], problem);
    }

  return NULL;
}

/* Runs in the service's context. */
static gboolean
dispatch_get_all (gpointer    service,
                  gpointer    vtable G_GNUC_UNUSED,
                  NorpcCall  *call,
                  GError    **error G_GNUC_UNUSED)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  GError *problem;
  GValue *results;

  if (NORPC_IS_PROXY (service))
    {
      forward (service, call);
      return TRUE;
    }

  results = norpc_call_begin_reply (call, call->interface_info, call->method);
  if (results == NULL)
    return TRUE;

  problem = read_all (service, access, results);
  g_value_set_uint (&results[access->n_readable], norpc_property_next_serial ());
  if (problem == NULL)
    norpc_call_end_reply_on_return (call);
  else
    norpc_call_fail_reply (call, problem);

  return TRUE;
}

/* Runs in the service's context. Answers a call that has set a property. */
static void
return_value (GObject                   *service,
              const NorpcPropertyAccess *access,
              guint                      property,
              NorpcCall                 *call)
{
  GValue *results = norpc_call_begin_reply (call, call->interface_info, call->method);
  char *problem = NULL;

  if (results == NULL)
    return;

  if (norpc_property_is_readable (access->interface_info->properties[property]))
    problem = norpc_property_read (service, access, property, &results[0]);
  g_value_set_uint (&results[call->n_results - 1], norpc_property_next_serial ());
  if (problem == NULL)
    norpc_call_end_reply_on_return (call);
  else
    norpc_call_fail_reply (call, property_error_new (access, property, problem));
}

/* Runs in the service's context. The function that sets the property may answer the call with an
 * error.
 */
static gboolean
dispatch_set (gpointer    service,
              gpointer    vtable G_GNUC_UNUSED,
              NorpcCall  *call,
              GError    **error)
{
  const NorpcPropertyAccess *access = (const NorpcPropertyAccess *) call->interface_info;
  guint property = norpc_property_access_get_property (call->method);
  const NorpcPropertyInfo *info = access->interface_info->properties[property];
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (service), info->name);
  char *problem;

  if (NORPC_IS_PROXY (service))
    {
      forward (service, call);
      return TRUE;
    }
  if (pspec == NULL || (pspec->flags & G_PARAM_WRITABLE) == 0)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "%s cannot set the property '%s' of %s",
                   G_OBJECT_TYPE_NAME (service), info->name, access->info.dbus.name);
      return FALSE;
    }

  problem = set_property (service, access, property, norpc_call_get_args (call, NULL));
  if (problem != NULL)
    {
      g_propagate_error (error, property_error_new (access, property, problem));
      return FALSE;
    }
  if (!g_atomic_int_get (&call->replied))
    return_value (service, access, property, call);

  return TRUE;
}

/* Makes an array of pointers to arguments, which ends with NULL. */
static GDBusArgInfo **
make_arg_list (const NorpcArgInfo *first,
               const NorpcArgInfo *second)
{
  GPtrArray *list = g_ptr_array_new ();

  if (first != NULL)
    g_ptr_array_add (list, (gpointer) first);
  if (second != NULL)
    g_ptr_array_add (list, (gpointer) second);
  g_ptr_array_add (list, NULL);

  return (GDBusArgInfo **) g_ptr_array_free (list, FALSE);
}

static NorpcMethodInfo *
method_info_new (char               *name,
                 GDBusArgInfo      **in_args,
                 GDBusArgInfo      **out_args,
                 NorpcDispatchFunc   dispatch,
                 NorpcMethodFlags    flags)
{
  NorpcMethodInfo *self = g_new0 (NorpcMethodInfo, 1);

  self->dbus = (GDBusMethodInfo) { -1, name, in_args, out_args, NULL };
  self->dispatch = dispatch;
  self->flags = flags | NORPC_METHOD_RETURNS_HANDLES;

  return self;
}

/* The methods that set one property, for g_object_set () and for the setters that have a reply; with a
 * dispatch function only if it can be set.
 */
static void
add_setters (GPtrArray                 *methods,
             const NorpcPropertyAccess *access,
             guint                      property)
{
  const NorpcPropertyInfo *info = access->interface_info->properties[property];
  const NorpcArgInfo *arg = &access->args[property];
  NorpcDispatchFunc dispatch = norpc_property_is_writable (info) ? dispatch_set : NULL;

  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (methods,
                     method_info_new (g_strconcat ("Properties.Set.", info->dbus.name, NULL),
                                      make_arg_list (arg, NULL),
                                      make_arg_list (norpc_property_is_readable (info) ? arg : NULL,
                                                     &serial_arg),
                                      dispatch,
                                      i == 0 ? NORPC_METHOD_FLAGS_LATEST_WINS | NORPC_METHOD_WRITES_SHOWN
                                             : NORPC_METHOD_FLAGS_NONE));
}

/* The method that returns all values. */
static NorpcMethodInfo *
make_get_all (const NorpcPropertyAccess *access)
{
  GDBusArgInfo **results = g_new0 (GDBusArgInfo *, access->n_readable + 2);

  for (guint i = 0; i < access->n_readable; i++)
    results[i] = &access->args[access->readable[i]].dbus;
  results[access->n_readable] = (GDBusArgInfo *) &serial_arg.dbus;

  return method_info_new (g_strdup ("Properties.GetAll"), make_arg_list (NULL, NULL), results,
                          dispatch_get_all, NORPC_METHOD_FLAGS_IDEMPOTENT);
}

static void
add_property (NorpcPropertyAccess *self,
              guint                property)
{
  const NorpcPropertyInfo *info = self->interface_info->properties[property];
  NorpcArgInfo *arg = &self->args[property];

  *arg = norpc_property_info_get_arg (info);
  if (!norpc_property_is_readable (info))
    return;

  self->readable[self->n_readable++] = property;
  if (info->updates != NORPC_PROPERTY_UPDATES_VALUE)
    return;

  self->updated_args[self->n_updated] = arg;
  self->updated[self->n_updated++] = property;
}

static NorpcPropertyAccess *
property_access_new (const NorpcInterfaceInfo *interface_info)
{
  NorpcPropertyAccess *self = g_new0 (NorpcPropertyAccess, 1);
  GPtrArray *methods = g_ptr_array_new ();

  self->interface_info = interface_info;
  self->n_properties = norpc_interface_info_get_n_properties (interface_info);
  self->readable = g_new0 (guint, self->n_properties);
  self->updated = g_new0 (guint, self->n_properties);
  self->updated_args = g_new0 (NorpcArgInfo *, self->n_properties);
  self->args = g_new0 (NorpcArgInfo, self->n_properties);
  for (guint i = 0; i < self->n_properties; i++)
    add_property (self, i);

  g_ptr_array_add (methods, make_get_all (self));
  for (guint i = 0; i < self->n_properties; i++)
    add_setters (methods, self, i);
  g_ptr_array_add (methods, NULL);

  self->info.dbus = (GDBusInterfaceInfo) { .ref_count = -1, .name = interface_info->dbus.name };
  self->info.get_type = norpc_interface_info_is_run_time (interface_info) ? norpc_run_time_access_get_type
                                                                          : interface_info->get_type;
  self->info.methods = (const NorpcMethodInfo * const *) g_ptr_array_free (methods, FALSE);

  return self;
}

/* Thread-safe. Returns TRUE if changes are told with the values of the same properties. */
gboolean
norpc_property_access_has_same_values (const NorpcPropertyAccess *self,
                                       const NorpcPropertyAccess *other)
{
  if (self == other)
    return TRUE;
  if (self->n_updated != other->n_updated)
    return FALSE;

  for (guint i = 0; i < self->n_updated; i++)
    if (!g_str_equal (self->updated_args[i]->dbus.name, other->updated_args[i]->dbus.name) ||
        !norpc_arg_infos_match (self->updated_args[i], other->updated_args[i]))
      return FALSE;

  return TRUE;
}

/* Thread-safe. */
const NorpcPropertyAccess *
norpc_property_access_get (const NorpcInterfaceInfo *interface_info)
{
  NorpcPropertyAccess *self;

  g_mutex_lock (&accesses_lock);
  if (accesses == NULL)
    accesses = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (accesses, interface_info);
  if (self == NULL)
    {
      self = property_access_new (interface_info);
      g_hash_table_insert (accesses, (gpointer) interface_info, self);
    }
  g_mutex_unlock (&accesses_lock);

  return self;
}
