/* cg-stream-annotations.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams in the description that an object of D-Bus gives of itself. There, a stream is a method that returns the path of
 * an object; annotations tell what its items and results are.
 */

#include "cg-check.h"

#include <string.h>

#define PREFIX "org.norpc.Stream"

/* Returns the annotation (nullable) with a name. */
static const CgAnnotation *
find_annotation (const CgMember *member,
                 const char     *name)
{
  CG_FOREACH (const CgAnnotation, annotation, member->node.annotations)
    if (g_strcmp0 (annotation->node.name, name) == 0)
      return annotation;

  return NULL;
}

/* Adds an argument for each value that an annotation (nullable) lists: their types and names. */
static void
add_values (const CgAnnotation  *annotation,
            GPtrArray           *args,
            const CgResolver    *resolver)
{
  g_auto (GStrv) values = g_strsplit (annotation != NULL ? annotation->value : "", ", ", -1);

  for (guint i = 0; values[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (values[i], " ", 2);
      CgArg *arg;

      if (g_strv_length (parts) != 2)
        {
          cg_diagnostics_error (resolver->diagnostics, &annotation->value_location,
                                "%s lists types, each with a name: '%s' is none", annotation->node.name, values[i]);
          return;
        }
      arg = cg_node_new (sizeof *arg, &annotation->value_location, args);
      arg->node.name = cg_description_string (resolver->description, parts[1]);
      arg->direction = CG_DIRECTION_OUT;
      arg->use.location = annotation->value_location;
      arg->use.signature = cg_description_string (resolver->description, parts[0]);
    }
}

/* Makes a stream of a method that has the annotations of one. Called before the arguments are checked. */
void
cg_check_stream_annotations (CgMember         *member,
                             const CgResolver *resolver)
{
  const CgAnnotation *annotation = find_annotation (member, PREFIX);
  const CgAnnotation *backlog = find_annotation (member, PREFIX ".Backlog");
  gboolean goes_in = annotation != NULL && g_str_equal (annotation->value, "in");

  if (annotation == NULL || member->kind != CG_MEMBER_METHOD || cg_member_is_stream (member))
    return;
  if (!goes_in && !g_str_equal (annotation->value, "out"))
    {
      cg_diagnostics_error (resolver->diagnostics, &annotation->value_location, PREFIX " is 'in' or 'out', not '%s'",
                            annotation->value);
      return;
    }

  member->flags = CG_METHOD_STREAM | (goes_in ? CG_METHOD_STREAM_IN : 0);
  g_ptr_array_set_size (member->out_args, 0);
  add_values (find_annotation (member, PREFIX ".Items"), member->items, resolver);
  add_values (find_annotation (member, PREFIX ".Results"), member->out_args, resolver);
  if (backlog != NULL)
    {
      member->backlog_text = backlog->value;
      member->backlog_location = backlog->value_location;
    }
}
