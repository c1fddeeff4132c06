/* cg-annotate.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Annotations from the command line: --annotate WHAT KEY VALUE. As in gdbus-codegen, WHAT is an
 * interface, INTERFACE.METHOD(), INTERFACE::SIGNAL, INTERFACE:PROPERTY, or one of the two before
 * with an argument in brackets. It can also be the name of a type. */

#include "cg-input.h"

#include <string.h>

#define N_VALUES 3

gboolean
cg_annotate_take (GPtrArray  *annotations,
                  char      **args,
                  GError    **error)
{
  char **kept = args;
  gboolean ok = TRUE;

  for (; *args != NULL && !g_str_equal (*args, "--"); args++)
    {
      if (!g_str_equal (*args, "--annotate"))
        {
          *kept++ = *args;
          continue;
        }

      g_free (*args);
      for (guint i = 0; i < N_VALUES && args[1] != NULL; i++)
        g_ptr_array_add (annotations, *++args);
      ok = ok && annotations->len % N_VALUES == 0;
    }

  while (*args != NULL)
    *kept++ = *args++;
  *kept = NULL;

  if (!ok)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "--annotate needs three values: what, key and value");

  return ok;
}

/* The parts of what is annotated. */
typedef struct
{
  char         *interface;  /* (owned) */
  char         *member;     /* (owned) (nullable) */
  CgMemberKind  kind;
  char         *arg;        /* (owned) (nullable) */
} Selector;

static void
selector_clear (Selector *self)
{
  g_free (self->interface);
  g_free (self->member);
  g_free (self->arg);
}

/* Takes "[arg]" off the end of @text. */
static char *
take_arg (char *text)
{
  char *bracket = strchr (text, '[');

  if (bracket == NULL || !g_str_has_suffix (bracket, "]"))
    return NULL;

  *bracket = '\0';
  bracket[strlen (bracket + 1)] = '\0';

  return g_strdup (bracket + 1);
}

static void
selector_parse (Selector   *self,
                const char *what)
{
  g_autofree char *text = g_strdup (what);
  char *end;

  self->arg = take_arg (text);
  if ((end = strstr (text, "::")) != NULL)
    {
      self->kind = CG_MEMBER_SIGNAL;
      self->member = g_strdup (end + 2);
    }
  else if ((end = strchr (text, ':')) != NULL)
    {
      self->kind = CG_MEMBER_PROPERTY;
      self->member = g_strdup (end + 1);
    }
  else if (g_str_has_suffix (text, "()") && (end = strrchr (text, '.')) != NULL)
    self->member = g_strndup (end + 1, strlen (end + 1) - strlen ("()"));
  else
    end = text + strlen (text);

  self->interface = g_strndup (text, end - text);
}

/* Gets the first node of @nodes with the name, or NULL. */
static gpointer
find_node (GPtrArray  *nodes,
           const char *name)
{
  CG_FOREACH (const CgNode, node, nodes)
    if (g_strcmp0 (node->name, name) == 0)
      return (gpointer) node;

  return NULL;
}

/* Gets the argument of a member that the selector names, or the member if there is no selector. */
static CgNode *
find_in_member (CgMember   *member,
                const char *arg)
{
  CgNode *node;

  if (member == NULL || arg == NULL)
    return member != NULL ? &member->node : NULL;

  node = find_node (member->in_args, arg);

  if (node == NULL)
    node = find_node (member->out_args, arg);

  return node != NULL ? node : find_node (member->items, arg);
}

static CgNode *
find (const CgDescription *description,
      const Selector      *selector)
{
  CgInterface *interface = find_node (description->interfaces, selector->interface);
  CgMember *member;

  if (interface == NULL)
    return find_node (description->declarations, selector->interface);
  if (selector->member != NULL)
    {
      member = find_node (interface->members[selector->kind], selector->member);
      return find_in_member (member, selector->arg);
    }

  return selector->arg == NULL ? &interface->node : NULL;
}

/* Replaces an annotation of the same name. */
static void
set_annotation (CgDescription    *description,
                CgNode           *node,
                const CgLocation *location,
                const char       *key,
                const char       *value)
{
  CgAnnotation *annotation;

  for (guint i = node->annotations->len; i > 0; i--)
    if (g_strcmp0 (((CgNode *) g_ptr_array_index (node->annotations, i - 1))->name, key) == 0)
      g_ptr_array_remove_index (node->annotations, i - 1);

  annotation = cg_annotation_new (node, location);
  annotation->node.name = cg_description_string (description, key);
  annotation->value = cg_description_string (description, value);
}

void
cg_annotate_apply (GPtrArray     *annotations,
                   CgDescription *description,
                   CgDiagnostics *diagnostics)
{
  const CgLocation location = { "--annotate", G_MAXUINT, 0, 0, 0 };

  for (guint i = 0; i + N_VALUES <= annotations->len; i += N_VALUES)
    {
      const char *what = g_ptr_array_index (annotations, i);
      Selector selector = { NULL };
      CgNode *node;

      selector_parse (&selector, what);
      node = find (description, &selector);
      if (node != NULL)
        set_annotation (description, node, &location, g_ptr_array_index (annotations, i + 1),
                        g_ptr_array_index (annotations, i + 2));
      else
        cg_diagnostics_error (diagnostics, &location, "there is no '%s' in the description", what);
      selector_clear (&selector);
    }
}
