/* cg-compare.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The differences between two versions of a description, as callers see them: in C, in
 * other languages, over D-Bus. */

#include "cg-compare.h"

#include "model/cg-declarations.h"
#include "model/cg-names.h"

/* Checks whether both have the same declared type, even under another name. Differences of that
 * type are reported where it is declared. */
static gboolean
is_same_declared (CgFindings      *findings,
                  const CgTypeUse *before,
                  const CgTypeUse *now)
{
  const CgNamedType *was = before->named;
  const CgNamedType *is = now->named;

  return was != NULL && was->declaration != NULL && is != NULL &&
         g_hash_table_lookup (findings->peers, was->declaration) == is->declaration &&
         (before->type == &was->array) == (now->type == &is->array);
}

static void
compare_element_types (CgFindings      *findings,
                       const CgTypeUse *before,
                       const CgTypeUse *now,
                       const char      *what)
{
  const char *was = before->element_signature;
  const char *is = now->element_signature;

  if (was != NULL && is != NULL && !g_str_equal (was, is))
    ADD_OF_USE (CG_SEVERITY_BREAKING, "the items of %s are of the type '%s'; they were '%s'", what, is, was);
  else if (was == NULL && is != NULL)
    ADD_OF_USE (CG_SEVERITY_BREAKING, "%s has an element-type now, '%s'", what, is);
  else if (was != NULL && is == NULL)
    ADD_OF_USE (CG_SEVERITY_BREAKING, "%s has no element-type any more; it was '%s'", what, was);
}

/* Reports one difference of a type. A caller may rely on values that can no longer be passed, or
 * may not expect new values that are returned. */
static void
compare_uses (CgFindings      *findings,
              const CgTypeUse *before,
              const CgTypeUse *now,
              const char      *what,
              gboolean         is_given,
              gboolean         is_taken)
{
  gboolean is_same = is_same_declared (findings, before, now);

  if (!is_same && (!g_str_equal (before->value_signature, now->value_signature) ||
                   before->type->is_pointer != now->type->is_pointer))
    ADD_OF_USE (CG_SEVERITY_BREAKING, "%s is of the type '%s'; it was '%s'",
                what, now->signature, before->signature);
  else if (is_same && now->nullable == before->nullable)
    ;
  else if (before->variant != NULL && g_strcmp0 (before->variant, now->variant) != 0)
    ADD_OF_USE (CG_SEVERITY_BREAKING,
                now->variant != NULL ? "out of the process %s is of the type '%s'; it was '%s'"
                                     : "%s cannot leave the process any more",
                what, now->variant, before->variant);
  else if (now->nullable && !before->nullable)
    ADD_OF_USE (is_taken ? CG_SEVERITY_RISKY : CG_SEVERITY_COMPATIBLE, "%s may be NULL now", what);
  else if (before->nullable && !now->nullable)
    ADD_OF_USE (is_given ? CG_SEVERITY_BREAKING : CG_SEVERITY_COMPATIBLE,
                is_given ? "%s cannot be NULL any more" : "%s is never NULL now", what);

  compare_element_types (findings, before, now, what);
  if (before->is_moved != now->is_moved)
    ADD_OF_USE (CG_SEVERITY_BREAKING,
                now->is_moved ? "%s moves to the service now"
                              : "%s does not move to the service any more", what);
}

static gboolean
has_name (gconstpointer node,
          gconstpointer name)
{
  return g_str_equal (((const CgNode *) node)->in_c, name);
}

/* Checks whether both have the same names in another order. */
static gboolean
is_permuted (GPtrArray *before,
             GPtrArray *now)
{
  gboolean differs = FALSE;

  for (guint i = 0; i < before->len; i++)
    {
      const CgNode *node = before->pdata[i];

      if (!g_ptr_array_find_with_equal_func (now, node->in_c, has_name, NULL))
        return FALSE;
      differs = differs || !has_name (now->pdata[i], node->in_c);
    }

  return differs;
}

static void
compare_arg (CgFindings   *findings,
             const CgNode *member,
             const CgArg  *before,
             const CgArg  *now,
             gboolean      is_in)
{
  g_autofree char *what = g_strdup_printf ("the argument '%s' of '%s'",
                                           now->node.in_c, member->name);

  compare_uses (findings, &before->use, &now->use, what, is_in, !is_in);
  if (!g_str_equal (before->node.in_c, now->node.in_c))
    ADD (CG_SEVERITY_RISKY, "%s was '%s'; some languages call by it", what, before->node.in_c);
}

static void
compare_args (CgFindings     *findings,
              const CgMember *before,
              const CgMember *now,
              GPtrArray      *old_args,
              GPtrArray      *new_args,
              gboolean        is_in)
{
  const char *what = is_in || now->kind == CG_MEMBER_SIGNAL ? "arguments" : "results";

  if (old_args->len != new_args->len)
    BREAKING ("'%s' has %u %s; there were %u", now->node.name, new_args->len, what, old_args->len);
  else if (is_permuted (old_args, new_args))
    BREAKING ("the %s of '%s' have another order", what, now->node.name);
  else
    for (guint i = 0; i < old_args->len; i++)
      compare_arg (findings, &now->node, old_args->pdata[i], new_args->pdata[i], is_in);
}

static void
compare_values (CgFindings    *findings,
                gconstpointer  old_value,
                gconstpointer  new_value)
{
  const CgValue *before = old_value;
  const CgValue *now = new_value;

  if (before->value != now->value)
    BREAKING ("the value of '%s' is %" G_GINT64_FORMAT "; it was %" G_GINT64_FORMAT,
              now->node.name, now->value, before->value);
  if (g_strcmp0 (before->dbus_name, now->dbus_name) != 0)
    BREAKING ("'%s' has another name over D-Bus", now->node.name);
  /* the default nickname is made of the name in C */
  if (g_str_equal (before->node.in_c, now->node.in_c) && g_strcmp0 (before->nick, now->nick) != 0)
    ADD (CG_SEVERITY_RISKY, "the nickname of '%s' is '%s'; it was '%s'",
         now->node.name, now->nick, before->nick);
}

/* Fields are the parameters of the constructor, in their order. */
static void
compare_records (CgFindings          *findings,
                 const CgDeclaration *before,
                 const CgDeclaration *now)
{
  gboolean is_same = before->fields->len == now->fields->len;

  for (guint i = 0; is_same && i < now->fields->len; i++)
    is_same = has_name (before->fields->pdata[i], ((CgNode *) now->fields->pdata[i])->in_c);

  if (!is_same)
    BREAKING ("the record '%s' has other fields, or in another order", now->node.name);
  for (guint i = 0; is_same && i < now->fields->len; i++)
    {
      const CgField *old_field = before->fields->pdata[i];
      const CgField *field = now->fields->pdata[i];
      g_autofree char *what = g_strdup_printf ("the field '%s'", field->node.name);

      compare_uses (findings, &old_field->use, &field->use, what, TRUE, TRUE);
    }
}

static void
compare_types (CgFindings    *findings,
               gconstpointer  old_type,
               gconstpointer  new_type)
{
  const CgDeclaration *before = old_type;
  const CgDeclaration *now = new_type;
  const CgNodeKind value = {
    "value", FALSE,
    now->kind == CG_DECLARED_ERROR_DOMAIN ? CG_SEVERITY_COMPATIBLE : CG_SEVERITY_RISKY,
    compare_values
  };

  if (before->kind != now->kind || before->is_object != now->is_object)
    BREAKING ("'%s' is another kind of type", now->node.name);
  else if (now->kind == CG_DECLARED_RECORD)
    compare_records (findings, before, now);
  else
    cg_findings_compare (findings, &value, before->values, now->values);
}

static void
compare_timeouts (CgFindings     *findings,
                  const CgMethod *before,
                  const CgMethod *now)
{
  guint old_timeout = before->timeout > 0 ? before->timeout : G_MAXUINT;
  guint new_timeout = now->timeout > 0 ? now->timeout : G_MAXUINT;

  if (new_timeout < old_timeout)
    cg_findings_add (findings, CG_SEVERITY_RISKY, &now->timeout_location,
                     before->timeout > 0 ? &before->timeout_location : NULL,
                     "'%s' has less time", now->node.name);
  else if (new_timeout > old_timeout)
    cg_findings_add (findings, CG_SEVERITY_COMPATIBLE, &now->node.name_location,
                     &before->timeout_location, "'%s' has more time", now->node.name);
}

static void
compare_flags (CgFindings     *findings,
               const CgMethod *before,
               const CgMethod *now)
{
  static const struct
  {
    CgMethodFlags  flag;
    CgSeverity     set;
    CgSeverity     unset;
    const char    *name;
  } flags[] = {
    { CG_METHOD_ONEWAY, CG_SEVERITY_BREAKING, CG_SEVERITY_BREAKING, "one-way" },
    { CG_METHOD_LATEST_WINS, CG_SEVERITY_RISKY, CG_SEVERITY_COMPATIBLE, "latest-wins" },
    { CG_METHOD_IDEMPOTENT, CG_SEVERITY_COMPATIBLE, CG_SEVERITY_RISKY, "idempotent" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      gboolean is_set = (now->flags & flags[i].flag) != 0;

      if (is_set != ((before->flags & flags[i].flag) != 0))
        ADD (is_set ? flags[i].set : flags[i].unset,
             is_set ? "'%s' is %s now" : "'%s' is not %s any more", now->node.name, flags[i].name);
    }
}

static void
compare_property (CgFindings     *findings,
                  const CgMember *before,
                  const CgMember *now)
{
  const CgAccess lost = before->access & ~now->access;
  g_autofree char *what = g_strdup_printf ("the property '%s'", now->node.name);

  compare_uses (findings, &before->use, &now->use, what, (now->access & CG_ACCESS_WRITE) != 0,
                (now->access & CG_ACCESS_READ) != 0);
  if (lost != 0)
    BREAKING ("%s cannot be %s any more", what, (lost & CG_ACCESS_READ) != 0 ? "read" : "written");
  else if (before->access != now->access)
    ADD (CG_SEVERITY_COMPATIBLE, "%s can be read and written now", what);
  if (!g_str_equal (before->node.emits_changed, now->node.emits_changed))
    ADD (CG_SEVERITY_RISKY, "EmitsChangedSignal of %s is '%s'; it was '%s'", what,
         now->node.emits_changed, before->node.emits_changed);
}

static void
compare_stream (CgFindings     *findings,
                const CgMember *before,
                const CgMember *now)
{
  guint changed = (before->flags ^ now->flags) & (CG_METHOD_STREAM | CG_METHOD_STREAM_IN);

  if ((changed & CG_METHOD_STREAM) != 0)
    BREAKING ("'%s' is a %s; it was a %s", now->node.name, cg_member_get_word (now),
              cg_member_get_word (before));
  else if (changed != 0)
    BREAKING ("the items of '%s' go %s; they went %s", now->node.name,
              (now->flags & CG_METHOD_STREAM_IN) != 0 ? "in" : "out",
              (before->flags & CG_METHOD_STREAM_IN) != 0 ? "in" : "out");
  if (before->backlog != now->backlog)
    ADD (CG_SEVERITY_RISKY, "the backlog of '%s' is another one", now->node.name);
  compare_args (findings, before, now, before->items, now->items, FALSE);
}

static void
compare_signal (CgFindings     *findings,
                const CgMember *before,
                const CgMember *now)
{
  guint old_backlog = before->backlog > 0 ? before->backlog : CG_DEFAULT_BACKLOG;
  guint new_backlog = now->backlog > 0 ? now->backlog : CG_DEFAULT_BACKLOG;

  if (old_backlog != new_backlog)
    ADD (CG_SEVERITY_RISKY, "the backlog of '%s' is %u; it was %u",
         now->node.name, new_backlog, old_backlog);
  if (before->closes_when_full != now->closes_when_full)
    ADD (CG_SEVERITY_RISKY, now->closes_when_full
         ? "'%s' closes the subscriptions of slow clients now; it dropped the oldest emissions"
         : "'%s' drops the oldest emissions for slow clients now; it closed their subscriptions",
         now->node.name);
}

/* A GSignal or GObject property gets a name other than that in C if another member, which may be
 * new, has that name. */
static void
compare_gobject_names (CgFindings     *findings,
                       const CgMember *before,
                       const CgMember *now,
                       const char     *key,
                       const char     *what)
{
  const char *old_name = cg_names_look_up (&before->node, key);
  const char *new_name = cg_names_look_up (&now->node, key);

  if (g_str_equal (before->node.in_c, now->node.in_c) && !g_str_equal (old_name, new_name))
    BREAKING ("the %s of '%s' is '%s'; it was '%s'", what, now->node.name, new_name, old_name);
}

/* Checks whether the only result of a method is the return value in one version and, because it can
 * be NULL, an out parameter in the other. */
static gboolean
is_return_changed (const CgMember *before,
                   const CgMember *now)
{
  const CgArg *old_arg = before->out_args->len == 1 ? before->out_args->pdata[0] : NULL;
  const CgArg *arg = now->out_args->len == 1 ? now->out_args->pdata[0] : NULL;

  return now->kind == CG_MEMBER_METHOD && old_arg != NULL && arg != NULL &&
         old_arg->use.nullable != arg->use.nullable &&
         (cg_method_get_return_arg (before) == NULL) != (cg_method_get_return_arg (now) == NULL);
}

static void
compare_members (CgFindings    *findings,
                 gconstpointer  old_member,
                 gconstpointer  new_member)
{
  const CgMember *before = old_member;
  const CgMember *now = new_member;

  if (now->kind == CG_MEMBER_METHOD)
    {
      compare_flags (findings, before, now);
      compare_timeouts (findings, before, now);
      compare_stream (findings, before, now);
    }
  if (now->kind == CG_MEMBER_SIGNAL)
    {
      compare_gobject_names (findings, before, now, "signal_name", "GSignal");
      compare_signal (findings, before, now);
    }
  if (now->kind == CG_MEMBER_PROPERTY)
    {
      compare_gobject_names (findings, before, now, "property_name", "GObject property");
      compare_property (findings, before, now);
    }
  compare_args (findings, before, now, before->in_args, now->in_args, TRUE);
  if (is_return_changed (before, now))
    BREAKING (cg_method_get_return_arg (now) != NULL
              ? "the result of '%s' is the return value in C; it was an out parameter"
              : "the result of '%s' is an out parameter in C, which may be NULL; "
                "it was the return value",
              now->node.name);
  else
    compare_args (findings, before, now, before->out_args, now->out_args, FALSE);
}

static void
compare_interfaces (CgFindings    *findings,
                    gconstpointer  old_interface,
                    gconstpointer  new_interface)
{
  const CgInterface *before = old_interface;
  const CgInterface *now = new_interface;

  for (guint i = 0; i < CG_N_MEMBERS; i++)
    {
      const CgNodeKind kind = {
        cg_member_kind_to_string (i), TRUE, CG_SEVERITY_COMPATIBLE, compare_members
      };

      cg_findings_compare (findings, &kind, before->members[i], now->members[i]);
    }
}

void
cg_compare (const CgDescription *before,
            const CgDescription *now,
            CgFindings          *findings)
{
  static const CgNodeKind type = { "type", FALSE, CG_SEVERITY_COMPATIBLE, compare_types };
  static const CgNodeKind interface = {
    "interface", TRUE, CG_SEVERITY_COMPATIBLE, compare_interfaces
  };

  findings->peers = g_hash_table_new (NULL, NULL);
  cg_findings_compare (findings, &type, before->declarations, now->declarations);
  cg_findings_compare (findings, &interface, before->interfaces, now->interfaces);
  g_clear_pointer (&findings->peers, g_hash_table_unref);
}
