/* norpc-fake-rule.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-value-check-private.h"
#include "norpc-fake-match-private.h"
#include "norpc-fake-rule-private.h"

/**
 * NorpcFakeRule:
 *
 * How a [class@Norpc.Fake] answers calls to one method.
 *
 * By default, a rule answers one call, at once, whatever its arguments are. The functions that add
 * a rule to a fake return it, so that a test can change that. Change a rule before the calls that it
 * is for.
 *
 * If several rules fit a call, the first of these answers it:
 *
 * 1. rules for a number of calls that is not used up, in the order in which they were added;
 * 2. rules without such a number that match arguments, the newest first;
 * 3. rules without such a number, the newest first.
 *
 * The functions of this class are thread-safe.
 *
 * Since: 0.1
 */

struct _NorpcFakeRule
{
  GObject parent_instance;

  const NorpcInterfaceInfo *interface_info; /* since construction */
  guint                     method;         /* since construction */
  NorpcFakeValues          *results; /* (owned) (nullable), since construction */
  GError                   *failure; /* (owned) (nullable), since construction: without results and
                                        failure, calls are not answered */

  GPtrArray *items; /* (owned) [norpc_fake_lock]: of a stream, of owned NorpcFakeValues, which are only added */

  guint           times;   /* [norpc_fake_lock] */
  guint           delay;   /* [norpc_fake_lock] */
  guint           n_calls; /* [norpc_fake_lock] */
  NorpcFakeMatch *match; /* (owned) (nullable) [norpc_fake_lock] */
};

G_DEFINE_FINAL_TYPE (NorpcFakeRule, norpc_fake_rule, G_TYPE_OBJECT)

GMutex norpc_fake_lock;

static void
norpc_fake_rule_finalize (GObject *object)
{
  NorpcFakeRule *self = NORPC_FAKE_RULE (object);

  g_clear_pointer (&self->results, norpc_fake_values_free);
  g_clear_error (&self->failure);
  g_ptr_array_unref (self->items);
  g_clear_pointer (&self->match, norpc_fake_match_unref);

  G_OBJECT_CLASS (norpc_fake_rule_parent_class)->finalize (object);
}

static void
norpc_fake_rule_class_init (NorpcFakeRuleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_fake_rule_finalize;
}

static void
norpc_fake_rule_init (NorpcFakeRule *self)
{
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_fake_values_free);
  self->times = 1;
}

/* Takes ownership of @results (nullable). */
NorpcFakeRule *
norpc_fake_rule_new (const NorpcInterfaceInfo *info,
                     guint                     method,
                     NorpcFakeValues          *results,
                     const GError             *failure)
{
  NorpcFakeRule *self = g_object_new (NORPC_TYPE_FAKE_RULE, NULL);

  self->interface_info = info;
  self->method = method;
  self->results = results;
  self->failure = failure != NULL ? g_error_copy (failure) : NULL;

  return self;
}

const NorpcInterfaceInfo *
norpc_fake_rule_get_interface_info (NorpcFakeRule *self)
{
  return self->interface_info;
}

guint
norpc_fake_rule_get_method (NorpcFakeRule *self)
{
  return self->method;
}

/* Returns NULL if calls fail or are not answered. */
const NorpcFakeValues *
norpc_fake_rule_get_results (NorpcFakeRule *self)
{
  return self->results;
}

const GError *
norpc_fake_rule_get_failure (NorpcFakeRule *self)
{
  return self->failure;
}

/* Thread-safe. Gets the time until the answer, in milliseconds. */
guint
norpc_fake_rule_get_delay (NorpcFakeRule *self)
{
  guint delay;

  g_mutex_lock (&norpc_fake_lock);
  delay = self->delay;
  g_mutex_unlock (&norpc_fake_lock);

  return delay;
}

/* Thread-safe. */
NorpcFakeRank
norpc_fake_rule_get_rank (NorpcFakeRule *self)
{
  NorpcFakeRank rank;

  g_mutex_lock (&norpc_fake_lock);
  if (self->times != NORPC_FAKE_ALWAYS)
    rank = NORPC_FAKE_RANK_LIMITED;
  else
    rank = self->match != NULL ? NORPC_FAKE_RANK_MATCHING : NORPC_FAKE_RANK_DEFAULT;
  g_mutex_unlock (&norpc_fake_lock);

  return rank;
}

NorpcFakeMember
norpc_fake_args_member (const NorpcInterfaceInfo *info,
                        guint                     method)
{
  return (NorpcFakeMember) {
    info->dbus.name, info->methods[method]->dbus.name, "argument", info->methods[method]->dbus.in_args
  };
}

NorpcFakeMember
norpc_fake_results_member (const NorpcInterfaceInfo *info,
                           guint                     method)
{
  return (NorpcFakeMember) {
    info->dbus.name, info->methods[method]->dbus.name, "result", info->methods[method]->dbus.out_args
  };
}

/* Thread-safe. Returns the items (owned) of unowned NorpcFakeValues, which last as long as the rule. */
GPtrArray *
norpc_fake_rule_dup_items (NorpcFakeRule *self)
{
  GPtrArray *items;

  g_mutex_lock (&norpc_fake_lock);
  items = g_ptr_array_copy (self->items, NULL, NULL);
  g_mutex_unlock (&norpc_fake_lock);

  g_ptr_array_set_free_func (items, NULL);

  return items;
}

/* Thread-safe. */
static NorpcFakeMatch *
dup_match (NorpcFakeRule *self)
{
  NorpcFakeMatch *match;

  g_mutex_lock (&norpc_fake_lock);
  match = self->match != NULL ? g_atomic_rc_box_acquire (self->match) : NULL;
  g_mutex_unlock (&norpc_fake_lock);

  return match;
}

/* Thread-safe. Takes ownership of @match. */
static void
set_match (NorpcFakeRule  *self,
           NorpcFakeMatch *match)
{
  NorpcFakeMatch *previous;

  g_mutex_lock (&norpc_fake_lock);
  previous = self->match;
  self->match = match;
  g_mutex_unlock (&norpc_fake_lock);

  g_clear_pointer (&previous, norpc_fake_match_unref);
}

/* Thread-safe. Returns TRUE if a call with @args fits the rule. */
gboolean
norpc_fake_rule_matches (NorpcFakeRule         *self,
                         const NorpcFakeValues *args)
{
  NorpcFakeMatch *match = dup_match (self);
  gboolean matches = match == NULL || norpc_fake_match_fits (match, args);

  g_clear_pointer (&match, norpc_fake_match_unref);

  return matches;
}

/* Thread-safe. Counts a call, or returns FALSE if the number of calls is used up. */
gboolean
norpc_fake_rule_claim (NorpcFakeRule *self)
{
  gboolean claimed;

  g_mutex_lock (&norpc_fake_lock);
  claimed = self->times == NORPC_FAKE_ALWAYS || self->n_calls < self->times;
  if (claimed)
    self->n_calls++;
  g_mutex_unlock (&norpc_fake_lock);

  return claimed;
}

/* Thread-safe. Returns a message (owned) if calls have been expected and have not come, or NULL. */
char *
norpc_fake_rule_find_unused (NorpcFakeRule *self)
{
  guint times, n_calls;

  g_mutex_lock (&norpc_fake_lock);
  times = self->times;
  n_calls = self->n_calls;
  g_mutex_unlock (&norpc_fake_lock);

  if (times == NORPC_FAKE_ALWAYS || n_calls == times)
    return NULL;

  return g_strdup_printf ("%s.%s: a rule for %u calls has answered %u",
                          self->interface_info->dbus.name,
                          self->interface_info->methods[self->method]->dbus.name, times, n_calls);
}

/**
 * norpc_fake_rule_set_times:
 * @self: a rule
 * @times: the number of calls, or %NORPC_FAKE_ALWAYS
 *
 * Sets how many calls the rule answers.
 *
 * The default is 1. A rule that always answers is a default: other rules come before it.
 *
 * Since: 0.1
 */
void
norpc_fake_rule_set_times (NorpcFakeRule *self,
                           guint          times)
{
  g_return_if_fail (NORPC_IS_FAKE_RULE (self));

  g_mutex_lock (&norpc_fake_lock);
  self->times = times;
  g_mutex_unlock (&norpc_fake_lock);
}

/**
 * norpc_fake_rule_set_delay:
 * @self: a rule
 * @milliseconds: the time between a call and its answer, in milliseconds
 *
 * Delays the answers.
 *
 * Together with a [class@Norpc.ManualClock], a delay takes no time. Answers are given in the order in
 * which they are due, and those that are due at the same time in the order of the calls.
 *
 * Since: 0.1
 */
void
norpc_fake_rule_set_delay (NorpcFakeRule *self,
                           guint          milliseconds)
{
  g_return_if_fail (NORPC_IS_FAKE_RULE (self));

  g_mutex_lock (&norpc_fake_lock);
  self->delay = milliseconds;
  g_mutex_unlock (&norpc_fake_lock);
}

/* Thread-safe. Takes ownership of @item (nullable). All items wait for the client, unless they are too many. Returns
 * FALSE if @error is set.
 */
gboolean
norpc_fake_rule_add_item (NorpcFakeRule    *self,
                          NorpcFakeValues  *item,
                          GError          **error)
{
  guint backlog = self->interface_info->methods[self->method]->backlog;
  guint capacity = backlog != 0 ? backlog : NORPC_DEFAULT_STREAM_BACKLOG;
  gboolean added;

  if (item == NULL)
    return FALSE;

  g_mutex_lock (&norpc_fake_lock);
  added = self->items->len < capacity;
  if (added)
    g_ptr_array_add (self->items, item);
  g_mutex_unlock (&norpc_fake_lock);

  if (added)
    return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_BUSY, "%s.%s: no more than %u items can wait for the client",
               self->interface_info->dbus.name, self->interface_info->methods[self->method]->dbus.name, capacity);
  norpc_fake_values_free (item);

  return FALSE;
}

/* Thread-safe. Also matches the value of one of @n_args arguments. */
static void
add_match (NorpcFakeRule *self,
           guint          n_args,
           guint          arg,
           const GValue  *value)
{
  NorpcFakeMatch *previous, *match;
  gboolean set;

  /* Another thread may set another match meanwhile. */
  do
    {
      previous = dup_match (self);
      match = norpc_fake_match_new_with_arg (previous, n_args, arg, value);

      g_mutex_lock (&norpc_fake_lock);
      set = self->match == previous;
      if (set)
        self->match = match;
      g_mutex_unlock (&norpc_fake_lock);

      if (set && previous != NULL)
        norpc_fake_match_unref (previous);
      else if (!set)
        norpc_fake_match_unref (match);
      g_clear_pointer (&previous, norpc_fake_match_unref);
    }
  while (!set);
}

/* Returns the index of an argument, or -1 if @error is set. */
static int
find_arg (const NorpcFakeMember  *member,
          const char             *name,
          GError                **error)
{
  for (int i = 0; member->infos != NULL && member->infos[i] != NULL; i++)
    if (g_str_equal (member->infos[i]->name, name))
      return i;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s has no argument '%s'",
               member->interface_name, member->member, name);

  return -1;
}

/**
 * norpc_fake_rule_match:
 * @self: a rule
 * @arg: the name of an argument, as in the description
 * @value: the value that it is to have
 * @error: return location for an error
 *
 * Restricts the rule to calls in which an argument has a value.
 *
 * If the function is called for several arguments, all of them must match. Objects and records
 * of types without equality match if they are the same instance.
 *
 * If there is no such argument or @value does not match the description, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT, and the rule does not change.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_rule_match (NorpcFakeRule  *self,
                       const char     *arg,
                       const GValue   *value,
                       GError        **error)
{
  NorpcFakeMember member;
  g_autofree char *problem = NULL;
  int index;

  g_return_val_if_fail (NORPC_IS_FAKE_RULE (self), FALSE);
  g_return_val_if_fail (arg != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  member = norpc_fake_args_member (self->interface_info, self->method);
  index = find_arg (&member, arg, error);
  if (index < 0)
    return FALSE;
  problem = norpc_value_find_problem ((const NorpcArgInfo *) member.infos[index], value);
  if (problem != NULL)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: argument '%s': %s",
                   member.interface_name, member.member, arg, problem);
      return FALSE;
    }

  add_match (self, norpc_arg_infos_count (member.infos), (guint) index, value);

  return TRUE;
}

/**
 * norpc_fake_rule_match_variant:
 * @self: a rule
 * @args: a tuple with all arguments
 * @error: return location for an error
 *
 * Restricts the rule to calls with the given arguments.
 *
 * If @args is floating, it is consumed. If it does not match the description, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT, with a message that names the argument, and the rule does not change.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
norpc_fake_rule_match_variant (NorpcFakeRule  *self,
                               GVariant       *args,
                               GError        **error)
{
  g_autoptr (NorpcFakeValues) values = NULL;
  NorpcFakeMember member;

  g_return_val_if_fail (NORPC_IS_FAKE_RULE (self), FALSE);
  g_return_val_if_fail (args != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  member = norpc_fake_args_member (self->interface_info, self->method);
  values = norpc_fake_values_new_variant (&member, args, error);
  if (values == NULL)
    return FALSE;

  set_match (self, norpc_fake_match_new (values));

  return TRUE;
}

/**
 * norpc_fake_rule_get_n_calls:
 * @self: a rule
 *
 * Gets the number of calls that the rule was applied to.
 *
 * Returns: the number of calls
 * Since: 0.1
 */
guint
norpc_fake_rule_get_n_calls (NorpcFakeRule *self)
{
  guint n_calls;

  g_return_val_if_fail (NORPC_IS_FAKE_RULE (self), 0);

  g_mutex_lock (&norpc_fake_lock);
  n_calls = self->n_calls;
  g_mutex_unlock (&norpc_fake_lock);

  return n_calls;
}
