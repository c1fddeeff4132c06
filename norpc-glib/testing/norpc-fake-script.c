/* norpc-fake-script.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a fake answers calls, and the calls that it was sent. */

#include "core/norpc-error.h"
#include "norpc-fake-parts-private.h"

/* Returns the index of a method, or -1 if @error is set. */
int
norpc_fake_find_method (NorpcFake   *self,
                        const char  *method,
                        GError     **error)
{
  int index = norpc_interface_info_find_method (self->interface_info, method);

  if (index < 0)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s has no method '%s'",
                 self->interface_info->dbus.name, method);

  return index;
}

/* Thread-safe. Returns copies of an array of objects. */
static GPtrArray *
copy_objects (GPtrArray *objects)
{
  GPtrArray *copy;

  g_mutex_lock (&norpc_fake_lock);
  copy = g_ptr_array_copy (objects, (GCopyFunc) g_object_ref, NULL);
  g_mutex_unlock (&norpc_fake_lock);

  g_ptr_array_set_free_func (copy, g_object_unref);

  return copy;
}

static gboolean
fits (NorpcFakeRule *rule,
      NorpcFakeCall *call,
      NorpcFakeRank  rank)
{
  return norpc_fake_rule_get_method (rule) == norpc_fake_call_get_method (call) &&
         norpc_fake_rule_get_rank (rule) == rank &&
         norpc_fake_rule_matches (rule, norpc_fake_call_get_args (call)) &&
         norpc_fake_rule_claim (rule);
}

/* Called in the thread that sends @call. Returns the rule (owned) that applies to it, or NULL. */
NorpcFakeRule *
norpc_fake_claim_rule (NorpcFake     *self,
                       NorpcFakeCall *call)
{
  g_autoptr (GPtrArray) rules = copy_objects (self->rules);

  for (guint i = 0; i < rules->len; i++)
    if (fits (rules->pdata[i], call, NORPC_FAKE_RANK_LIMITED))
      return g_object_ref (rules->pdata[i]);

  for (guint rank = NORPC_FAKE_RANK_MATCHING; rank <= NORPC_FAKE_RANK_DEFAULT; rank++)
    for (guint i = rules->len; i-- > 0;)
      if (fits (rules->pdata[i], call, (NorpcFakeRank) rank))
        return g_object_ref (rules->pdata[i]);

  return NULL;
}

/* Finds a method and its results. Returns FALSE if @error is set. */
static gboolean
find_results (NorpcFake        *self,
              const char       *method,
              guint            *index,
              NorpcFakeMember  *member,
              GError          **error)
{
  int found = norpc_fake_find_method (self, method, error);

  if (found < 0)
    return FALSE;

  *index = (guint) found;
  *member = norpc_fake_results_member (self->interface_info, *index);

  return TRUE;
}

/* Takes ownership of @results (nullable). Returns the new rule (unowned). */
static NorpcFakeRule *
add_rule (NorpcFake       *self,
          guint            method,
          NorpcFakeValues *results,
          const GError    *failure)
{
  NorpcFakeRule *rule = norpc_fake_rule_new (self->interface_info, method, results, failure);

  g_mutex_lock (&norpc_fake_lock);
  g_ptr_array_add (self->rules, rule);
  g_mutex_unlock (&norpc_fake_lock);

  return rule;
}

/* Takes ownership of @results (nullable). Returns the new rule (unowned), or NULL if there are none. */
static NorpcFakeRule *
add_results (NorpcFake       *self,
             guint            method,
             NorpcFakeValues *results)
{
  return results != NULL ? add_rule (self, method, results, NULL) : NULL;
}

/**
 * norpc_fake_answer: (skip)
 * @self: a fake
 * @method: the name of a method
 * @error: return location for an error
 * @...: the results, each of the C type that g_object_set() takes
 *
 * Adds a rule that answers with results.
 *
 * The results must be as many as the description has, and of its types; they are copied. If there is
 * no such method, or a result is not valid, @error is set to %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer none): the rule, or %NULL if @error is set
 * Since: 0.1
 */
NorpcFakeRule *
norpc_fake_answer (NorpcFake   *self,
                   const char  *method,
                   GError     **error,
                   ...)
{
  NorpcFakeValues *results;
  NorpcFakeMember member;
  va_list args;
  guint index;

  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);
  g_return_val_if_fail (self->interface_info != NULL, NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!find_results (self, method, &index, &member, error))
    return NULL;

  va_start (args, error);
  results = norpc_fake_values_new_valist (&member, args, error);
  va_end (args);

  return add_results (self, index, results);
}

/**
 * norpc_fake_answer_variant:
 * @self: a fake
 * @method: the name of a method
 * @results: (nullable): a tuple with the results, or %NULL if there are none
 * @error: return location for an error
 *
 * Adds a rule that answers with the results in a tuple.
 *
 * The types in the tuple are those of the description; the type of a result that may be %NULL is a
 * maybe type, or its content. If @results is floating, it is consumed. If there is no such method,
 * or a result is not valid, @error is set to %NORPC_ERROR_INVALID_ARGUMENT, with a message that
 * names the result.
 *
 * Returns: (transfer none): the rule, or %NULL if @error is set
 * Since: 0.1
 */
NorpcFakeRule *
norpc_fake_answer_variant (NorpcFake   *self,
                           const char  *method,
                           GVariant    *results,
                           GError     **error)
{
  g_autoptr (GVariant) sunk = results != NULL ? g_variant_ref_sink (results) : NULL;
  NorpcFakeMember member;
  guint index;

  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);
  g_return_val_if_fail (self->interface_info != NULL, NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!find_results (self, method, &index, &member, error))
    return NULL;

  return add_results (self, index, norpc_fake_values_new_variant (&member, sunk, error));
}

/**
 * norpc_fake_answer_values:
 * @self: a fake
 * @method: the name of a method
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the results, in the order and with the types of the
 *   description
 * @error: return location for an error
 *
 * Adds a rule that answers with values, which are copied.
 *
 * This is for results that have no form as a [struct@GLib.Variant], such as objects. If there is
 * no such method, or a result is not valid, @error is set to %NORPC_ERROR_INVALID_ARGUMENT, with a
 * message that names the result.
 *
 * Returns: (transfer none): the rule, or %NULL if @error is set
 * Since: 0.1
 */
NorpcFakeRule *
norpc_fake_answer_values (NorpcFake     *self,
                          const char    *method,
                          guint          n_values,
                          const GValue  *values,
                          GError       **error)
{
  NorpcFakeMember member;
  guint index;

  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);
  g_return_val_if_fail (self->interface_info != NULL, NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!find_results (self, method, &index, &member, error))
    return NULL;

  return add_results (self, index, norpc_fake_values_new_copy (&member, n_values, values, error));
}

/**
 * norpc_fake_answer_error:
 * @self: a fake
 * @method: the name of a method
 * @failure: the error of the call
 * @error: return location for an error
 *
 * Adds a rule that lets a call fail.
 *
 * If there is no such method, @error is set to %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer none): the rule, or %NULL if @error is set
 * Since: 0.1
 */
NorpcFakeRule *
norpc_fake_answer_error (NorpcFake     *self,
                         const char    *method,
                         const GError  *failure,
                         GError       **error)
{
  int index;

  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);
  g_return_val_if_fail (self->interface_info != NULL, NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (failure != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  index = norpc_fake_find_method (self, method, error);

  return index >= 0 ? add_rule (self, (guint) index, NULL, failure) : NULL;
}

/**
 * norpc_fake_never_answer:
 * @self: a fake
 * @method: the name of a method
 * @error: return location for an error
 *
 * Adds a rule that leaves a call without an answer.
 *
 * The call is pending until its client cancels it, its deadline passes, the test answers it with
 * [method@Norpc.FakeCall.answer_variant], or the fake is closed. If there is no such method, @error
 * is set to %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer none): the rule, or %NULL if @error is set
 * Since: 0.1
 */
NorpcFakeRule *
norpc_fake_never_answer (NorpcFake   *self,
                         const char  *method,
                         GError     **error)
{
  int index;

  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);
  g_return_val_if_fail (self->interface_info != NULL, NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  index = norpc_fake_find_method (self, method, error);

  return index >= 0 ? add_rule (self, (guint) index, NULL, NULL) : NULL;
}

/* Returns TRUE if @call calls @method (nullable). */
static gboolean
calls_method (NorpcFakeCall *call,
              const char    *method)
{
  return method == NULL || g_str_equal (norpc_fake_call_get_method_name (call), method);
}

/**
 * norpc_fake_get_n_calls:
 * @self: a fake
 * @method: (nullable): the name of a method, or %NULL for all methods
 *
 * Gets the number of calls that the fake was sent.
 *
 * Returns: the number of calls
 * Since: 0.1
 */
guint
norpc_fake_get_n_calls (NorpcFake  *self,
                        const char *method)
{
  g_autoptr (GPtrArray) calls = NULL;

  g_return_val_if_fail (NORPC_IS_FAKE (self), 0);
  g_return_val_if_fail (method == NULL || norpc_fake_find_method (self, method, NULL) >= 0, 0);

  calls = norpc_fake_dup_calls (self, method);

  return calls->len;
}

/**
 * norpc_fake_get_call:
 * @self: a fake
 * @method: (nullable): the name of a method, or %NULL for all methods
 * @index: the index of a call among those, from 0
 *
 * Gets a call that the fake was sent.
 *
 * Returns: (transfer none): the call, which the fake keeps
 * Since: 0.1
 */
NorpcFakeCall *
norpc_fake_get_call (NorpcFake  *self,
                     const char *method,
                     guint       index)
{
  g_autoptr (GPtrArray) calls = NULL;

  g_return_val_if_fail (NORPC_IS_FAKE (self), NULL);
  g_return_val_if_fail (method == NULL || norpc_fake_find_method (self, method, NULL) >= 0, NULL);

  calls = norpc_fake_dup_calls (self, method);
  g_return_val_if_fail (index < calls->len, NULL);

  return calls->pdata[index];
}

/**
 * norpc_fake_dup_calls:
 * @self: a fake
 * @method: (nullable): the name of a method, or %NULL for all methods
 *
 * Gets the calls that the fake was sent, in the order in which they arrived.
 *
 * Returns: (transfer full) (element-type Norpc.FakeCall): the calls
 * Since: 0.1
 */
GPtrArray *
norpc_fake_dup_calls (NorpcFake  *self,
                      const char *method)
{
  g_autoptr (GPtrArray) all = NULL;
  GPtrArray *calls = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (NORPC_IS_FAKE (self), calls);

  all = copy_objects (self->calls);
  for (guint i = 0; i < all->len; i++)
    if (calls_method (all->pdata[i], method))
      g_ptr_array_add (calls, g_object_ref (all->pdata[i]));

  return calls;
}

/**
 * norpc_fake_verify:
 * @self: a fake
 * @error: return location for an error
 *
 * Checks that all calls came that rules were added for, and no others.
 *
 * If no rule fitted a call, or if a rule for a number of calls was applied to fewer calls, @error is
 * set to %NORPC_ERROR_FAILED. The message names the first such call, or else the first such rule.
 *
 * Returns: %TRUE if all went as expected, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_fake_verify (NorpcFake  *self,
                   GError    **error)
{
  g_autoptr (GPtrArray) unexpected = NULL, rules = NULL;
  g_autofree char *problem = NULL;

  g_return_val_if_fail (NORPC_IS_FAKE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  unexpected = copy_objects (self->unexpected);
  if (unexpected->len > 0)
    {
      g_autofree char *description = norpc_fake_call_describe (unexpected->pdata[0]);

      problem = g_strdup_printf ("no rule fitted the call %s", description);
    }

  rules = copy_objects (self->rules);
  for (guint i = 0; i < rules->len && problem == NULL; i++)
    problem = norpc_fake_rule_find_unused (rules->pdata[i]);

  if (problem != NULL)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED, problem);

  return problem == NULL;
}
