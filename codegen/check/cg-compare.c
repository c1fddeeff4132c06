/* cg-compare.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The differences between two versions of a description, as callers see them: in C, in
 * other languages, over D-Bus. */

#include "cg-compare.h"

#include "model/cg-declarations.h"
#include "model/cg-names.h"
#include "xml/cg-suggest.h"

typedef void (*CompareFunc) (CgFindings    *findings,
                             gconstpointer  old_node,
                             gconstpointer  new_node);

static const char * const severities[CG_N_SEVERITIES] = { "breaking", "risky", "compatible" };

const char *
cg_severity_to_string (CgSeverity self)
{
  return severities[self];
}

/* Notes a difference where it is, and the place in the other version if @other is not
 * NULL. */
G_GNUC_PRINTF (5, 6)
static void
add (CgFindings       *self,
     CgSeverity        severity,
     const CgLocation *location,
     const CgLocation *other,
     const char       *format,
     ...)
{
  va_list args;

  self->n[severity]++;
  va_start (args, format);
  cg_diagnostics_finding (self->diagnostics, severities[severity], location, format, args);
  va_end (args);
  if (other != NULL)
    cg_diagnostics_note (self->diagnostics, other, "it was here");
}

/* A difference between the nodes @before and @now, or between their types. */
#define ADD(severity, ...) \
  add (findings, severity, &now->node.name_location, &before->node.name_location, __VA_ARGS__)
#define BREAKING(...) ADD (CG_SEVERITY_BREAKING, __VA_ARGS__)
#define ADD_OF_USE(severity, ...) \
  add (findings, severity, &now->use.location, &before->use.location, __VA_ARGS__)

/* Nodes by their names, of which some may be there several times: overloaded methods.
 * Their keys have a number, so that they are compared in their order. */
typedef struct
{
  GPtrArray  *keys;  /* (owned) (element-type utf8): of each node */
  GHashTable *nodes; /* (owned) */
} Index;

static void
index_init (Index     *self,
            GPtrArray *nodes)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);

  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->nodes = g_hash_table_new (g_str_hash, g_str_equal);
  CG_FOREACH (CgNode, node, nodes)
    {
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, node->name));
      char *key = n == 0 ? g_strdup (node->name) : g_strdup_printf ("%s %u", node->name, n);

      g_hash_table_insert (counts, (gpointer) node->name, GUINT_TO_POINTER (n + 1));
      g_ptr_array_add (self->keys, key);
      g_hash_table_insert (self->nodes, key, node);
    }
}

static void
index_clear (Index *self)
{
  g_hash_table_unref (self->nodes);
  g_ptr_array_unref (self->keys);
}

static void
report_removed (CgFindings   *findings,
                const CgNode *node,
                const char   *what,
                GHashTable   *old_nodes,
                GPtrArray    *now)
{
  CgSuggestion suggestion = { node->name, NULL, 0 };

  CG_FOREACH (const CgNode, other, now)
    if (!g_hash_table_contains (old_nodes, other->name))
      cg_suggestion_offer (&suggestion, other->name);

  if (suggestion.best != NULL)
    add (findings, CG_SEVERITY_BREAKING, &node->name_location, NULL,
         "the %s '%s' is not there any more; is it '%s' now?", what, node->name, suggestion.best);
  else
    add (findings, CG_SEVERITY_BREAKING, &node->name_location, NULL,
         "the %s '%s' is not there any more", what, node->name);
}

/* Compares what has the same name, and tells of what is gone; what is new is of the
 * severity @is_new. */
static void
compare_all (CgFindings  *findings,
             GPtrArray   *before,
             GPtrArray   *now,
             const char  *what,
             CompareFunc  compare,
             CgSeverity   is_new)
{
  Index old_index, new_index;

  index_init (&old_index, before);
  index_init (&new_index, now);

  for (guint i = 0; i < before->len; i++)
    {
      const CgNode *node = g_ptr_array_index (before, i);
      const CgNode *peer = g_hash_table_lookup (new_index.nodes,
                                                g_ptr_array_index (old_index.keys, i));

      if (peer == NULL)
        {
          report_removed (findings, node, what, old_index.nodes, now);
          continue;
        }
      if (peer->deprecated && !node->deprecated)
        add (findings, CG_SEVERITY_RISKY, &peer->name_location, NULL,
             "'%s' is deprecated now; compilers warn of that", peer->name);
      compare (findings, node, peer);
    }

  for (guint i = 0; i < now->len; i++)
    {
      const CgNode *node = g_ptr_array_index (now, i);

      if (!g_hash_table_contains (old_index.nodes, g_ptr_array_index (new_index.keys, i)))
        add (findings, is_new, &node->name_location, NULL, "the %s '%s' is new", what, node->name);
    }

  index_clear (&old_index);
  index_clear (&new_index);
}

static void
compare_c_names (CgFindings   *findings,
                 const CgNode *before,
                 const CgNode *now,
                 const char   *old_name,
                 const char   *new_name)
{
  if (!g_str_equal (old_name, new_name))
    add (findings, CG_SEVERITY_BREAKING, &now->name_location, &before->name_location,
         "'%s' is '%s' in C; it was '%s'", now->name, new_name, old_name);
}

static void
compare_uses (CgFindings      *findings,
              const CgTypeUse *before,
              const CgTypeUse *now,
              const char      *what)
{
  if (!g_str_equal (before->value_signature, now->value_signature))
    add (findings, CG_SEVERITY_BREAKING, &now->location, &before->location,
         "%s is of the type '%s'; it was '%s'", what, now->signature, before->signature);
  else if (before->variant != NULL && g_strcmp0 (before->variant, now->variant) != 0)
    add (findings, CG_SEVERITY_BREAKING, &now->location, &before->location,
         now->variant != NULL ? "out of the process %s is of the type '%s'; it was '%s'"
                              : "%s cannot leave the process any more", what,
         now->variant, before->variant);

  if (before->is_moved != now->is_moved)
    add (findings, CG_SEVERITY_BREAKING, &now->location, &before->location,
         now->is_moved ? "%s moves to the service now" : "%s does not move to the service any more",
         what);
}

static const char *
get_name (const CgArg *arg)
{
  return arg->node.name != NULL ? arg->node.name : "";
}

static gboolean
has_name (gconstpointer arg,
          gconstpointer name)
{
  return g_str_equal (get_name (arg), name);
}

/* Do both have the same names, in another order? */
static gboolean
is_permuted (GPtrArray *old_args,
             GPtrArray *new_args)
{
  gboolean differs = FALSE;

  for (guint i = 0; i < old_args->len; i++)
    {
      const char *name = get_name (g_ptr_array_index (old_args, i));

      if (*name == '\0' || !g_ptr_array_find_with_equal_func (new_args, name, has_name, NULL))
        return FALSE;
      differs = differs || !g_str_equal (name, get_name (g_ptr_array_index (new_args, i)));
    }

  return differs;
}

static void
compare_arg (CgFindings   *findings,
             const CgNode *member,
             const CgArg  *before,
             const CgArg  *now,
             gboolean      is_in,
             gboolean      with_name)
{
  g_autofree char *what = g_strdup_printf ("the argument '%s' of '%s'", get_name (now), member->name);

  compare_uses (findings, &before->use, &now->use, what);

  /* fewer values to give, or more to take, is what a caller may not expect */
  if (now->use.nullable && !before->use.nullable)
    ADD_OF_USE (is_in ? CG_SEVERITY_COMPATIBLE : CG_SEVERITY_RISKY, "%s may be NULL now", what);
  else if (before->use.nullable && !now->use.nullable)
    ADD_OF_USE (is_in ? CG_SEVERITY_BREAKING : CG_SEVERITY_COMPATIBLE,
                is_in ? "%s cannot be NULL any more" : "%s is never NULL now", what);

  if (with_name && !g_str_equal (get_name (before), get_name (now)))
    ADD (CG_SEVERITY_RISKY, "%s was '%s'; some languages call by it", what, get_name (before));
}

static void
compare_args (CgFindings     *findings,
              const CgMember *before,
              const CgMember *now,
              GPtrArray      *old_args,
              GPtrArray      *new_args,
              gboolean        is_in)
{
  const char *what = is_in ? "arguments" : "results";
  gboolean permuted;

  if (old_args->len != new_args->len)
    {
      BREAKING ("'%s' has %u %s; there were %u", now->node.name, new_args->len, what,
                old_args->len);
      return;
    }

  permuted = is_permuted (old_args, new_args);
  if (permuted)
    BREAKING ("the %s of '%s' have another order", what, now->node.name);
  for (guint i = 0; i < old_args->len; i++)
    compare_arg (findings, &now->node, g_ptr_array_index (old_args, i),
                 g_ptr_array_index (new_args, i),
                 is_in, !permuted);
}

static void
compare_values (CgFindings    *findings,
                gconstpointer  old_value,
                gconstpointer  new_value)
{
  const CgValue *before = old_value;
  const CgValue *now = new_value;

  compare_c_names (findings, &before->node, &now->node, before->upper, now->upper);
  if (before->value != now->value)
    BREAKING ("the value of '%s' is %" G_GINT64_FORMAT "; it was %" G_GINT64_FORMAT,
              now->node.name, now->value, before->value);
  if (g_strcmp0 (before->dbus_name, now->dbus_name) != 0)
    BREAKING ("'%s' has another name over D-Bus", now->node.name);
  if (g_strcmp0 (before->nick, now->nick) != 0)
    ADD (CG_SEVERITY_RISKY, "the nickname of '%s' is '%s'; it was '%s'",
         now->node.name, now->nick, before->nick);
}

static void
compare_fields (CgFindings    *findings,
                const CgField *before,
                const CgField *now)
{
  g_autofree char *what = g_strdup_printf ("the field '%s'", now->node.name);

  compare_uses (findings, &before->use, &now->use, what);
  if (before->use.nullable != now->use.nullable)
    ADD_OF_USE (now->use.nullable ? CG_SEVERITY_RISKY : CG_SEVERITY_BREAKING,
                now->use.nullable ? "%s may be NULL now" : "%s cannot be NULL any more", what);
}

/* Fields are the parameters of the constructor, in their order. */
static void
compare_records (CgFindings          *findings,
                 const CgDeclaration *before,
                 const CgDeclaration *now)
{
  gboolean is_same = before->fields->len == now->fields->len;

  for (guint i = 0; is_same && i < now->fields->len; i++)
    is_same = g_str_equal (((CgNode *) g_ptr_array_index (before->fields, i))->name,
                           ((CgNode *) g_ptr_array_index (now->fields, i))->name);

  if (!is_same)
    BREAKING ("the record '%s' has other fields, or in another order", now->node.name);
  else
    for (guint i = 0; i < now->fields->len; i++)
      compare_fields (findings, g_ptr_array_index (before->fields, i), g_ptr_array_index (now->fields, i));
}

static void
compare_types (CgFindings    *findings,
               gconstpointer  old_type,
               gconstpointer  new_type)
{
  const CgDeclaration *before = old_type;
  const CgDeclaration *now = new_type;

  if (before->kind != now->kind)
    {
      BREAKING ("'%s' is another kind of type", now->node.name);
      return;
    }

  compare_c_names (findings, &before->node, &now->node,
                   cg_names_look_up_declaration (before, "T"),
                   cg_names_look_up_declaration (now, "T"));
  if (now->kind == CG_DECLARED_RECORD)
    compare_records (findings, before, now);
  else
    compare_all (findings, before->values, now->values, "value", compare_values,
                 now->kind == CG_DECLARED_ERROR_DOMAIN ? CG_SEVERITY_COMPATIBLE
                 : CG_SEVERITY_RISKY);
}

static void
compare_timeouts (CgFindings     *findings,
                  const CgMethod *before,
                  const CgMethod *now)
{
  guint old_timeout = before->timeout > 0 ? before->timeout : G_MAXUINT;
  guint new_timeout = now->timeout > 0 ? now->timeout : G_MAXUINT;

  if (new_timeout < old_timeout)
    add (findings, CG_SEVERITY_RISKY, &now->timeout_location,
         before->timeout > 0 ? &before->timeout_location : NULL, "'%s' has less time",
         now->node.name);
  else if (new_timeout > old_timeout)
    add (findings, CG_SEVERITY_COMPATIBLE, &now->node.name_location, &before->timeout_location,
         "'%s' has more time", now->node.name);
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

  compare_uses (findings, &before->use, &now->use, what);
  if (lost != 0)
    BREAKING ("%s cannot be %s any more", what, (lost & CG_ACCESS_READ) != 0 ? "read" : "written");
  else if (before->access != now->access)
    ADD (CG_SEVERITY_COMPATIBLE, "%s can be read and written now", what);
  if (now->use.nullable && !before->use.nullable)
    ADD_OF_USE (CG_SEVERITY_RISKY, "%s may be NULL now", what);
}

static void
compare_members (CgFindings    *findings,
                 gconstpointer  old_member,
                 gconstpointer  new_member)
{
  const CgMember *before = old_member;
  const CgMember *now = new_member;
  const guint n_breaking = findings->n[CG_SEVERITY_BREAKING];
  gboolean is_method = now->kind == CG_MEMBER_METHOD;
  gboolean returns = is_method && cg_method_get_return_arg (now) != NULL;

  compare_c_names (findings, &before->node, &now->node,
                   is_method ? cg_names_look_up_member (before, "call") : before->lower,
                   is_method ? cg_names_look_up_member (now, "call") : now->lower);
  if (is_method)
    {
      compare_flags (findings, before, now);
      compare_timeouts (findings, before, now);
    }
  if (now->kind == CG_MEMBER_PROPERTY)
    compare_property (findings, before, now);
  compare_args (findings, before, now, before->in_args, now->in_args, TRUE);
  compare_args (findings, before, now, before->out_args, now->out_args, FALSE);

  /* not told where it follows from another difference */
  if (is_method && findings->n[CG_SEVERITY_BREAKING] == n_breaking &&
      returns != (cg_method_get_return_arg (before) != NULL))
    BREAKING (returns ? "the result of '%s' is the return value in C; it was an out parameter"
                      : "the result of '%s' is an out parameter in C; it was the return value",
                      now->node.name);
}

static void
compare_interfaces (CgFindings    *findings,
                    gconstpointer  old_interface,
                    gconstpointer  new_interface)
{
  const CgInterface *before = old_interface;
  const CgInterface *now = new_interface;

  compare_c_names (findings, &before->node, &now->node,
                   cg_names_look_up_interface (before, "Proxy"),
                   cg_names_look_up_interface (now, "Proxy"));
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    compare_all (findings, before->members[i], now->members[i], cg_member_kind_to_string (i),
                 compare_members,
                 CG_SEVERITY_COMPATIBLE);
}

void
cg_compare (const CgDescription *before,
            const CgDescription *now,
            CgFindings          *findings)
{
  compare_all (findings, before->interfaces, now->interfaces, "interface", compare_interfaces,
               CG_SEVERITY_COMPATIBLE);
  compare_all (findings, before->declarations, now->declarations, "type", compare_types,
               CG_SEVERITY_COMPATIBLE);
}
