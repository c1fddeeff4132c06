/* cg-annotations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The meanings of the annotations that the generator knows. */

#include "cg-check.h"

#include "model/cg-spelling.h"
#include "xml/cg-suggest.h"

typedef struct
{
  CgNode        *node;
  CgMember      *member;       /* (nullable): if the node is one */
  CgTypeUse     *use;          /* (nullable): if the node has a type */
  CgDiagnostics *diagnostics;
  int            detail;       /* the row in the table of annotations */
} Target;

#define WARNING(warning, location, ...) \
  cg_diagnostics_warning (target->diagnostics, warning, location, __VA_ARGS__)

typedef void (*ApplyFunc) (const Target       *target,
                           const CgAnnotation *annotation);

static void
warn_of_value (const Target       *target,
               const CgAnnotation *annotation,
               const char         *values)
{
  WARNING (CG_WARNING_ANNOTATION_VALUE, &annotation->value_location,
           "%s is %s, not '%s'", annotation->node.name, values, annotation->value);
}

static gboolean
read_boolean (const Target       *target,
              const CgAnnotation *annotation)
{
  if (g_ascii_strcasecmp (annotation->value, "true") == 0)
    return TRUE;

  if (g_ascii_strcasecmp (annotation->value, "false") != 0)
    warn_of_value (target, annotation, "'true' or 'false'");

  return FALSE;
}

/* As in gdbus-codegen, hyphens become underscores. */
static void
apply_c_name (const Target       *target,
              const CgAnnotation *annotation)
{
  g_autofree char *identifier = g_strdelimit (g_strdup (annotation->value), "-", '_');

  if (cg_is_identifier (identifier))
    target->node->c_name = annotation->value;
  else
    cg_diagnostics_error (target->diagnostics, &annotation->value_location,
                          "'%s' is not a name in C", annotation->value);
}

/* Sets the text at the offset @target->detail in the node, unless it was set before. */
static void
apply_text (const Target       *target,
            const CgAnnotation *annotation)
{
  const char **text = G_STRUCT_MEMBER_P (target->node, target->detail);

  if (*text == NULL && *annotation->value != '\0')
    *text = annotation->value;
}

static void
apply_deprecated (const Target       *target,
                  const CgAnnotation *annotation)
{
  target->node->deprecated |= read_boolean (target, annotation);
}

/* Has the meaning of the attribute, which takes precedence. */
static void
apply_deprecated_text (const Target       *target,
                       const CgAnnotation *annotation)
{
  if (target->node->deprecated_text == NULL)
    cg_node_set_deprecated (target->node, annotation->value);
}

static void
apply_nullable (const Target       *target,
                const CgAnnotation *annotation)
{
  if (target->use == NULL || !read_boolean (target, annotation))
    return;

  target->use->nullable = TRUE;
  target->use->nullable_location = annotation->value_location;
}

static void
apply_sensitive (const Target       *target,
                 const CgAnnotation *annotation)
{
  if (target->use != NULL && read_boolean (target, annotation))
    target->use->is_sensitive = TRUE;
}

static gboolean
is_member (const Target *target,
           CgMemberKind  kind)
{
  return target->member != NULL && target->member->kind == kind;
}

static void
apply_flag (const Target       *target,
            const CgAnnotation *annotation)
{
  if (!is_member (target, CG_MEMBER_METHOD) || !read_boolean (target, annotation))
    return;

  target->member->flags |= target->detail;
  if (target->detail == CG_METHOD_ONEWAY)
    target->member->oneway_location = annotation->node.location;
}

/* Reads the timeout of a method, or the backlog of a signal. The attribute takes precedence. */
static void
apply_number (const Target       *target,
              const CgAnnotation *annotation)
{
  CgMember *member = target->member;
  const char **text;

  if (!is_member (target, target->detail))
    return;

  text = member->kind == CG_MEMBER_METHOD ? &member->timeout_text : &member->backlog_text;
  if (*text != NULL)
    return;

  *text = annotation->value;
  *(member->kind == CG_MEMBER_METHOD ? &member->timeout_location : &member->backlog_location) =
    annotation->value_location;
}

static void
apply_when_full (const Target       *target,
                 const CgAnnotation *annotation)
{
  if (!is_member (target, CG_MEMBER_SIGNAL))
    return;

  target->member->closes_when_full |= g_str_equal (annotation->value, "close");
  if (!g_str_equal (annotation->value, "close") && !g_str_equal (annotation->value, "drop-oldest"))
    warn_of_value (target, annotation, "'drop-oldest' or 'close'");
}

static void
apply_emits_changed (const Target       *target,
                     const CgAnnotation *annotation)
{
  static const char * const values[] = { "true", "false", "const", "invalidates", NULL };

  if (g_strv_contains (values, annotation->value))
    target->node->emits_changed = annotation->value;
  else
    warn_of_value (target, annotation, "'true', 'false', 'const' or 'invalidates'");
}

/* D-Bus requires the attribute. */
static void
apply_type (const Target       *target,
            const CgAnnotation *annotation)
{
  if (target->use == NULL)
    return;

  target->use->wire = target->use->signature;
  target->use->signature = annotation->value;
  target->use->location = annotation->value_location;
}

static void
apply_transfer (const Target       *target,
                const CgAnnotation *annotation)
{
  if (target->use == NULL)
    return;

  target->use->is_moved = g_str_equal (annotation->value, "full");
  target->use->moved_location = annotation->value_location;
  if (!target->use->is_moved && !g_str_equal (annotation->value, "none"))
    warn_of_value (target, annotation, "'none' or 'full'");
}

/* Those of a stream are read together: see cg-stream-annotations.c. That of an interface is for clients of an object. */
static void
apply_nothing (const Target       *target G_GNUC_UNUSED,
               const CgAnnotation *annotation G_GNUC_UNUSED)
{
}

static void
apply_force_variant (const Target       *target,
                     const CgAnnotation *annotation)
{
  if (!read_boolean (target, annotation) || target->use == NULL || target->use->signature == NULL)
    return;
  if (cg_type_find (target->use->signature)->signature != NULL)
    WARNING (CG_WARNING_IGNORED_ANNOTATION, &annotation->node.location,
             "nothing is serialised here, so a value of the type '%s' does not become a GVariant; "
             "the annotation is ignored", target->use->signature);
}

/* The elements that can have an annotation of norpc. */
typedef enum
{
  ON_ANY,
  ON_METHOD,
  ON_SIGNAL,
  ON_TYPE
} On;

static const struct
{
  const char *name;
  ApplyFunc   apply;
  On          on;
  int         detail;
} known[] = {
  { "org.freedesktop.DBus.Deprecated", apply_deprecated, ON_ANY, 0 },
  { "org.freedesktop.DBus.Method.NoReply", apply_flag, ON_ANY, CG_METHOD_ONEWAY },
  { "org.freedesktop.DBus.Property.EmitsChangedSignal", apply_emits_changed, ON_ANY, 0 },
  { "org.gtk.GDBus.C.ForceGVariant", apply_force_variant, ON_ANY, 0 },
  { "org.gtk.GDBus.C.Name", apply_c_name, ON_ANY, 0 },
  { "org.gtk.GDBus.DocString", apply_text, ON_ANY, G_STRUCT_OFFSET (CgNode, doc) },
  { "org.gtk.GDBus.DocString.Short", apply_text, ON_ANY, G_STRUCT_OFFSET (CgNode, brief) },
  { "org.gtk.GDBus.Since", apply_text, ON_ANY, G_STRUCT_OFFSET (CgNode, since) },
  { "org.norpc.Backlog", apply_number, ON_SIGNAL, CG_MEMBER_SIGNAL },
  { "org.norpc.Calls", apply_nothing, ON_ANY, 0 },
  { "org.norpc.Deprecated", apply_deprecated_text, ON_ANY, 0 },
  { "org.norpc.Idempotent", apply_flag, ON_METHOD, CG_METHOD_IDEMPOTENT },
  { "org.norpc.LatestWins", apply_flag, ON_METHOD, CG_METHOD_LATEST_WINS },
  { "org.norpc.Nullable", apply_nullable, ON_TYPE, 0 },
  { "org.norpc.Oneway", apply_flag, ON_METHOD, CG_METHOD_ONEWAY },
  { "org.norpc.Sensitive", apply_sensitive, ON_TYPE, 0 },
  { "org.norpc.Since", apply_text, ON_ANY, G_STRUCT_OFFSET (CgNode, since) },
  { "org.norpc.Stream", apply_nothing, ON_METHOD, 0 },
  { "org.norpc.Stream.Backlog", apply_nothing, ON_METHOD, 0 },
  { "org.norpc.Stream.Items", apply_nothing, ON_METHOD, 0 },
  { "org.norpc.Stream.Results", apply_nothing, ON_METHOD, 0 },
  { "org.norpc.Timeout", apply_number, ON_METHOD, CG_MEMBER_METHOD },
  { "org.norpc.Transfer", apply_transfer, ON_TYPE, 0 },
  { "org.norpc.Type", apply_type, ON_TYPE, 0 },
  { "org.norpc.WhenFull", apply_when_full, ON_SIGNAL, 0 },
};

static void
warn_if_misplaced (const Target       *target,
                   const CgAnnotation *annotation,
                   On                  on)
{
  static const char * const places[] = {
    [ON_METHOD] = "methods", [ON_SIGNAL] = "signals", [ON_TYPE] = "arguments, properties and fields"
  };

  if ((on == ON_METHOD && !is_member (target, CG_MEMBER_METHOD)) ||
      (on == ON_SIGNAL && !is_member (target, CG_MEMBER_SIGNAL)) ||
      (on == ON_TYPE && target->use == NULL))
    WARNING (CG_WARNING_IGNORED_ANNOTATION, &annotation->node.location,
             "%s is for %s; the annotation is ignored", annotation->node.name, places[on]);
}

/* Unknown annotations may belong to other tools. */
static void
warn_of_annotation (const Target       *target,
                    const CgAnnotation *annotation)
{
  CgSuggestion suggestion = { annotation->node.name, NULL, 0 };
  g_autofree char *hint = NULL;

  if (!g_str_has_prefix (annotation->node.name, "org.norpc."))
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (known[i].name, "org.norpc."))
      cg_suggestion_offer (&suggestion, known[i].name);
  hint = cg_suggestion_make_text (&suggestion);

  WARNING (CG_WARNING_UNKNOWN_ANNOTATION, &annotation->node.name_location,
           "there is no annotation '%s'%s", annotation->node.name, hint);
}

static void
apply (Target             *target,
       const CgAnnotation *annotation)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].name, annotation->node.name))
      {
        warn_if_misplaced (target, annotation, known[i].on);
        target->detail = known[i].detail;
        known[i].apply (target, annotation);
        return;
      }

  warn_of_annotation (target, annotation);
}

/* Returns FALSE if the annotation has no meaning here. */
static gboolean
check_name (const Target *target,
            GHashTable   *names,
            CgAnnotation *annotation)
{
  CgNode *node = &annotation->node;
  const CgAnnotation *first;

  if (node->broken)
    return FALSE;

  if (*node->name == '\0')
    {
      cg_diagnostics_error (target->diagnostics, &node->name_location,
                            "the name of the annotation is empty");
      return FALSE;
    }

  first = cg_check_find_first (names, node->name, annotation);
  if (first != NULL)
    {
      WARNING (CG_WARNING_DUPLICATE_ANNOTATION, &node->name_location,
               "duplicate annotation '%s'", node->name);
      cg_check_note_first (&first->node, target->diagnostics);
    }

  return TRUE;
}

/* @member is @node if that is a member, and @use is its type if it has one. */
void
cg_check_annotations (CgNode        *node,
                      CgMember      *member,
                      CgTypeUse     *use,
                      CgDiagnostics *diagnostics)
{
  Target target = { node, member, use, diagnostics, 0 };
  g_autoptr (GHashTable) names = NULL;

  if (node->annotations->len == 0)
    return;

  names = g_hash_table_new (g_str_hash, g_str_equal);
  CG_FOREACH (CgAnnotation, annotation, node->annotations)
    if (check_name (&target, names, annotation))
      apply (&target, annotation);
}
