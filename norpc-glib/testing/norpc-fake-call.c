/* norpc-fake-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <fcntl.h>

#include "call/norpc-call-private.h"
#include "core/norpc-background-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-error.h"
#include "core/norpc-value-fds-private.h"
#include "norpc-fake-call-private.h"
#include "norpc-fake-rule-private.h"

/**
 * NorpcFakeCall:
 *
 * A call that a [class@Norpc.Fake] was sent.
 *
 * It shows the arguments of the call. If no rule answers the call, the test does so, at any time:
 *
 * ```c
 * norpc_fake_call_answer (call, &error, "Ada");
 * ```
 *
 * Until then, the test writes or reads the items of a stream with [method@Norpc.FakeCall.write_variant] and
 * [method@Norpc.FakeCall.read].
 *
 * The functions of this class are thread-safe, except for
 * [method@Norpc.FakeCall.get_arg] and [method@Norpc.FakeCall.dup_args], whose values are for the
 * thread of the client, and [method@Norpc.FakeCall.read], which one thread calls at a time.
 *
 * Since: 0.1
 */

struct _NorpcFakeCall
{
  GObject parent_instance;

  const NorpcInterfaceInfo *interface_info; /* since construction: of the fake */
  guint                     method;         /* since construction */
  NorpcFakeValues          *args;           /* (owned), since construction: copies */
  gint64                    time;           /* since construction */
  GMainContext             *list_context;   /* (owned) (nullable), since construction: in which
                                               results may contain list models */
  NorpcCall *call; /* (owned) (nullable) [norpc_fake_lock]: until it is answered */
};

G_DEFINE_FINAL_TYPE (NorpcFakeCall, norpc_fake_call, G_TYPE_OBJECT)

static void
norpc_fake_call_finalize (GObject *object)
{
  NorpcFakeCall *self = NORPC_FAKE_CALL (object);

  g_clear_pointer (&self->call, norpc_call_unref);
  g_clear_pointer (&self->args, norpc_fake_values_free);
  g_clear_pointer (&self->list_context, g_main_context_unref);

  G_OBJECT_CLASS (norpc_fake_call_parent_class)->finalize (object);
}

static void
norpc_fake_call_class_init (NorpcFakeCallClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_fake_call_finalize;
}

static void
norpc_fake_call_init (NorpcFakeCall *self G_GNUC_UNUSED)
{
}

/* Called in the thread that sends @call (owned), with arguments that are valid for its own
 * description and for @info.
 */
NorpcFakeCall *
norpc_fake_call_new (const NorpcInterfaceInfo *info,
                     guint                     method,
                     NorpcCall                *call,
                     GMainContext             *list_context)
{
  NorpcFakeCall *self = g_object_new (NORPC_TYPE_FAKE_CALL, NULL);

  self->interface_info = info;
  self->method = method;
  self->args = norpc_fake_values_new_unchecked (info->methods[method]->dbus.in_args, call->n_args, call->values);
  self->time = norpc_clock_now ();
  self->list_context = list_context != NULL ? g_main_context_ref (list_context) : NULL;
  self->call = call;

  return self;
}

const NorpcInterfaceInfo *
norpc_fake_call_get_interface_info (NorpcFakeCall *self)
{
  return self->interface_info;
}

guint
norpc_fake_call_get_method (NorpcFakeCall *self)
{
  return self->method;
}

const NorpcFakeValues *
norpc_fake_call_get_args (NorpcFakeCall *self)
{
  return self->args;
}

/* Thread-safe. Returns the call (owned) if it is still to be answered, or NULL. */
NorpcCall *
norpc_fake_call_take (NorpcFakeCall *self)
{
  NorpcCall *call;

  g_mutex_lock (&norpc_fake_lock);
  call = g_steal_pointer (&self->call);
  g_mutex_unlock (&norpc_fake_lock);

  return call;
}

/* Thread-safe. Returns the call (owned) if it is still to be answered, or NULL. It stays to be answered. */
NorpcCall *
norpc_fake_call_dup_call (NorpcFakeCall *self)
{
  NorpcCall *call;

  g_mutex_lock (&norpc_fake_lock);
  call = self->call != NULL ? norpc_call_ref (self->call) : NULL;
  g_mutex_unlock (&norpc_fake_lock);

  return call;
}

/* Thread-safe. Each answer gets duplicates of the descriptors, because a rule may have several answers. */
static void
return_copies (NorpcCall             *call,
               const NorpcFakeValues *results)
{
  g_autoptr (NorpcFakeValues) copy =
    norpc_fake_values_new_unchecked (results->infos, results->n_values, results->values);

  for (guint i = 0; i < copy->n_values; i++)
    if (norpc_value_is_fd (copy->infos[i], &copy->values[i]))
      g_value_set_int (&copy->values[i], fcntl (g_value_get_int (&copy->values[i]), F_DUPFD_CLOEXEC, 0));
  norpc_call_return_values (call, copy->n_values, copy->values);
}

/* An answer on its way to the context in which results may contain list models. */
typedef struct
{
  NorpcCall       *call;    /* (owned) (nullable) */
  NorpcFakeValues *results; /* (owned) */
} ListAnswer;

static void
list_answer_free (gpointer data)
{
  ListAnswer *self = data;

  g_clear_pointer (&self->call, norpc_call_unref);
  norpc_fake_values_free (self->results);
  g_free (self);
}

/* Runs in the context of the fake. */
static gboolean
answer_with_lists_cb (gpointer user_data)
{
  ListAnswer *self = user_data;

  return_copies (self->call, self->results);
  g_clear_pointer (&self->call, norpc_call_unref);

  return G_SOURCE_REMOVE;
}

/* Thread-safe. Takes ownership of @call. */
static void
answer_in_context (NorpcFakeCall         *self,
                   NorpcCall             *call,
                   const NorpcFakeValues *results)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  ListAnswer *answer = g_new (ListAnswer, 1);

  answer->call = call;
  answer->results = norpc_fake_values_new_unchecked (results->infos, results->n_values, results->values);
  g_source_set_static_name (source, "norpc fake answer");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer_with_lists_cb, answer, list_answer_free);
  g_source_attach (source, self->list_context);
}

/* Thread-safe. Answers the call with @results or @failure. Returns FALSE if it has been answered. */
gboolean
norpc_fake_call_complete (NorpcFakeCall         *self,
                          const NorpcFakeValues *results,
                          const GError          *failure)
{
  NorpcCall *call = norpc_fake_call_take (self);

  if (call == NULL)
    return FALSE;

  if (failure == NULL && self->list_context != NULL && !g_main_context_is_owner (self->list_context) &&
      norpc_background_is_current ())
    {
      answer_in_context (self, call, results);
      return TRUE;
    }

  if (failure != NULL)
    norpc_call_return_gerror (call, failure);
  else
    return_copies (call, results);
  norpc_call_unref (call);

  return TRUE;
}

/* Sets the error of a function that is for calls that are pending. */
void
norpc_fake_call_set_answered_error (NorpcFakeCall  *self,
                                    GError        **error)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED, "%s.%s has been answered already",
               self->interface_info->dbus.name, norpc_fake_call_get_method_name (self));
}

/* Returns the arguments as text (owned), without those that are sensitive. */
static char *
print_args (GVariant     *args,
            GDBusArgInfo **infos)
{
  GString *text = g_string_new ("(");
  gsize n_args = g_variant_n_children (args);

  for (gsize i = 0; i < n_args; i++)
    {
      g_autoptr (GVariant) arg = g_variant_get_child_value (args, i);

      if (i > 0)
        g_string_append (text, ", ");
      if (norpc_arg_info_is_sensitive ((const NorpcArgInfo *) infos[i]))
        g_string_append (text, "<sensitive>");
      else
        g_variant_print_string (arg, text, FALSE);
    }
  g_string_append (text, n_args == 1 ? ",)" : ")");

  return g_string_free (text, FALSE);
}

/* Returns the name of the method and the arguments (owned), for messages. */
char *
norpc_fake_call_describe (NorpcFakeCall *self)
{
  NorpcFakeMember member = norpc_fake_args_member (self->interface_info, self->method);
  g_autoptr (GVariant) args = norpc_fake_values_to_variant (self->args, &member, NULL);
  g_autofree char *text = args != NULL ? print_args (args, member.infos) : g_strdup (" (…)");

  return g_strdup_printf ("%s.%s %s", member.interface_name, member.member, text);
}

/**
 * norpc_fake_call_get_method_name:
 * @self: a call
 *
 * Gets the name of the method.
 *
 * Returns: (transfer none): the name, as in the description
 * Since: 0.1
 */
const char *
norpc_fake_call_get_method_name (NorpcFakeCall *self)
{
  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), NULL);

  return self->interface_info->methods[self->method]->dbus.name;
}

/**
 * norpc_fake_call_get_n_args:
 * @self: a call
 *
 * Gets the number of arguments.
 *
 * Returns: the number of arguments
 * Since: 0.1
 */
guint
norpc_fake_call_get_n_args (NorpcFakeCall *self)
{
  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), 0);

  return self->args->n_values;
}

/**
 * norpc_fake_call_get_arg:
 * @self: a call
 * @index: the index of an argument, from 0
 *
 * Gets an argument.
 *
 * Returns: (transfer none): the argument
 * Since: 0.1
 */
const GValue *
norpc_fake_call_get_arg (NorpcFakeCall *self,
                         guint          index)
{
  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), NULL);
  g_return_val_if_fail (index < self->args->n_values, NULL);

  return &self->args->values[index];
}

/**
 * norpc_fake_call_dup_args:
 * @self: a call
 * @error: return location for an error
 *
 * Gets the arguments as a tuple.
 *
 * If an argument has no form as a [struct@GLib.Variant], such as an object, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT; [method@Norpc.FakeCall.get_arg] returns any argument.
 *
 * Returns: (transfer full): the arguments, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_fake_call_dup_args (NorpcFakeCall  *self,
                          GError        **error)
{
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  member = norpc_fake_args_member (self->interface_info, self->method);

  return norpc_fake_values_to_variant (self->args, &member, error);
}

/**
 * norpc_fake_call_get_time:
 * @self: a call
 *
 * Gets the time at which the call was sent.
 *
 * Returns: the time in microseconds, as of norpc_get_monotonic_time()
 * Since: 0.1
 */
gint64
norpc_fake_call_get_time (NorpcFakeCall *self)
{
  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), 0);

  return self->time;
}

/**
 * norpc_fake_call_is_pending:
 * @self: a call
 *
 * Checks whether the fake has not answered the call yet.
 *
 * A call that was cancelled is pending, too, until it is answered.
 *
 * Returns: %TRUE if the call can be answered
 * Since: 0.1
 */
gboolean
norpc_fake_call_is_pending (NorpcFakeCall *self)
{
  gboolean pending;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);

  g_mutex_lock (&norpc_fake_lock);
  pending = self->call != NULL;
  g_mutex_unlock (&norpc_fake_lock);

  return pending;
}

/**
 * norpc_fake_call_is_cancelled:
 * @self: a call
 *
 * Checks whether the call was cancelled or has timed out, before it was answered.
 *
 * A service can check the same with [method@Norpc.Call.is_cancelled]. After the answer, the
 * result is %FALSE.
 *
 * Returns: %TRUE if nothing waits for the answer
 * Since: 0.1
 */
gboolean
norpc_fake_call_is_cancelled (NorpcFakeCall *self)
{
  g_autoptr (NorpcCall) call = NULL;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);

  call = norpc_fake_call_dup_call (self);

  return call != NULL && norpc_call_is_cancelled (call);
}

/* Returns TRUE if the call has been answered with @results or @failure, of which one is NULL, or FALSE if @error is
 * set.
 */
static gboolean
answer (NorpcFakeCall          *self,
        const NorpcFakeValues  *results,
        const GError           *failure,
        GError                **error)
{
  if (norpc_fake_call_complete (self, results, failure))
    return TRUE;

  norpc_fake_call_set_answered_error (self, error);

  return FALSE;
}

/**
 * norpc_fake_call_answer: (skip)
 * @self: a call that is pending
 * @error: return location for an error
 * @...: the results, each of the C type that g_object_set() takes
 *
 * Answers the call.
 *
 * The results must be as many as the description has, and of its types. A result that the
 * description does not allow sets @error to %NORPC_ERROR_INVALID_ARGUMENT, and the call stays pending.
 * If the call has been answered, @error is set to %NORPC_ERROR_CLOSED.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_answer (NorpcFakeCall  *self,
                        GError        **error,
                        ...)
{
  g_autoptr (NorpcFakeValues) results = NULL;
  NorpcFakeMember member;
  va_list args;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  member = norpc_fake_results_member (self->interface_info, self->method);
  va_start (args, error);
  results = norpc_fake_values_new_valist (&member, args, error);
  va_end (args);

  return results != NULL && answer (self, results, NULL, error);
}

/**
 * norpc_fake_call_answer_variant:
 * @self: a call that is pending
 * @results: (nullable): a tuple with the results, or %NULL if there are none
 * @error: return location for an error
 *
 * Answers the call with the results in a tuple.
 *
 * If @results is floating, it is consumed. Errors are those of [method@Norpc.FakeCall.answer_values].
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_answer_variant (NorpcFakeCall  *self,
                                GVariant       *results,
                                GError        **error)
{
  g_autoptr (NorpcFakeValues) values = NULL;
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  member = norpc_fake_results_member (self->interface_info, self->method);
  values = norpc_fake_values_new_variant (&member, results, error);

  return values != NULL && answer (self, values, NULL, error);
}

/**
 * norpc_fake_call_answer_values:
 * @self: a call that is pending
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the results, in the order and with the types of the
 *   description
 * @error: return location for an error
 *
 * Answers the call with values, which are copied.
 *
 * If the values do not match the description, @error is set to %NORPC_ERROR_INVALID_ARGUMENT, with
 * a message that names the result, and the call stays pending. If the call has been answered,
 * @error is set to %NORPC_ERROR_CLOSED.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_answer_values (NorpcFakeCall  *self,
                               guint           n_values,
                               const GValue   *values,
                               GError        **error)
{
  g_autoptr (NorpcFakeValues) results = NULL;
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  member = norpc_fake_results_member (self->interface_info, self->method);
  results = norpc_fake_values_new_copy (&member, n_values, values, error);

  return results != NULL && answer (self, results, NULL, error);
}

/**
 * norpc_fake_call_answer_error:
 * @self: a call that is pending
 * @failure: the error of the call
 * @error: return location for an error
 *
 * Lets the call fail.
 *
 * If the call has been answered, @error is set to %NORPC_ERROR_CLOSED.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_call_answer_error (NorpcFakeCall  *self,
                              const GError   *failure,
                              GError        **error)
{
  g_return_val_if_fail (NORPC_IS_FAKE_CALL (self), FALSE);
  g_return_val_if_fail (failure != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return answer (self, NULL, failure, error);
}
