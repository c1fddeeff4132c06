/* cg-emit-dbus-xml.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Strict D-Bus introspection XML, with the members whose types D-Bus has. Annotations express the
 * rest, so that the output is an equivalent description. */

#include "cg-emitter.h"

#include <string.h>

typedef struct
{
  GString *text;
  GString *left_out;  /* the members that are */
  guint    depth;     /* of what is written */
} Emitter;

/* Appends the text without anything that a comment must not contain. */
static void
append_comment (GString    *xml,
                const char *text)
{
  for (; *text != '\0'; text++)
    g_string_append_c (xml, *text == '-' && xml->str[xml->len - 1] == '-' ? '_' : *text);
}

static void
add_attribute (Emitter    *self,
               const char *name,
               const char *value)
{
  GString *xml = self->text;

  if (value == NULL)
    return;

  g_string_append_printf (xml, " %s=\"", name);

  /* other white space would be read as a blank */
  for (; *value != '\0'; value++)
    if (*value == '&')
      g_string_append (xml, "&amp;");
    else if (*value == '<')
      g_string_append (xml, "&lt;");
    else if (*value == '>')
      g_string_append (xml, "&gt;");
    else if (*value == '"')
      g_string_append (xml, "&quot;");
    else if (*value == '\n' || *value == '\t' || *value == '\r')
      g_string_append_printf (xml, "&#%d;", *value);
    else
      g_string_append_c (xml, *value);

  g_string_append_c (xml, '"');
}

/* Begins an element. Names and values of its attributes follow, and NULL; those whose values are
 * NULL are left out. Returns where its contents begin. */
G_GNUC_NULL_TERMINATED
static gsize
open_element (Emitter    *self,
              const char *element,
              ...)
{
  const char *name;
  va_list attributes;

  g_string_append_printf (self->text, "%*s<%s", (int) self->depth++ * 2, "", element);
  va_start (attributes, element);
  while ((name = va_arg (attributes, const char *)) != NULL)
    add_attribute (self, name, va_arg (attributes, const char *));
  va_end (attributes);
  g_string_append (self->text, ">\n");

  return self->text->len;
}

/* Ends an element, with a short tag if it is empty. @start is the offset of its contents. */
static void
close_element (Emitter    *self,
               const char *element,
               gsize       start)
{
  self->depth--;
  if (self->text->len == start)
    g_string_overwrite (self->text, start - strlen (">\n"), "/>\n");
  else
    g_string_append_printf (self->text, "%*s</%s>\n", (int) self->depth * 2, "", element);
}

static void
add_annotation (Emitter    *self,
                const char *name,
                const char *value)
{
  if (value != NULL)
    close_element (self, "annotation",
                   open_element (self, "annotation", "name", name, "value", value, NULL));
}

/* Adds an annotation if its value is TRUE. */
static void
add_flag (Emitter    *self,
          const char *name,
          gboolean    is_set)
{
  add_annotation (self, name, is_set ? "true" : NULL);
}

/* Returns TRUE for annotations that are written from the model. */
static gboolean
is_modelled (const char *name)
{
  static const char * const names[] = {
    "org.gtk.GDBus.C.Name", "org.gtk.GDBus.DocString", "org.gtk.GDBus.DocString.Short",
    "org.gtk.GDBus.Since", "org.freedesktop.DBus.Deprecated", NULL
  };

  return g_strv_contains (names, name) || g_str_has_prefix (name, "org.norpc.");
}

static void
add_foreign (Emitter      *self,
             const CgNode *node)
{
  CG_FOREACH (const CgAnnotation, annotation, node->annotations)
    {
      gsize start;

      if (is_modelled (annotation->node.name))
        continue;

      start = open_element (self, "annotation", "name", annotation->node.name,
                            "value", annotation->value, NULL);
      add_foreign (self, &annotation->node);
      close_element (self, "annotation", start);
    }
}

static void
add_node (Emitter      *self,
          const CgNode *node)
{
  add_annotation (self, "org.gtk.GDBus.DocString.Short", node->brief);
  add_annotation (self, "org.gtk.GDBus.DocString", node->doc);
  add_annotation (self, "org.gtk.GDBus.Since", node->since);
  add_annotation (self, "org.gtk.GDBus.C.Name", node->c_name);
  add_flag (self, "org.freedesktop.DBus.Deprecated", node->deprecated);
  add_annotation (self, "org.norpc.Deprecated", node->deprecated_text);
  add_foreign (self, node);
}

static void
add_use (Emitter         *self,
         const CgTypeUse *use)
{
  gboolean is_other = g_strcmp0 (use->signature, use->variant) != 0;

  /* D-Bus XML cannot declare types; the names of declared types have no dot */
  is_other = is_other && strchr (use->signature, '.') != NULL;
  add_annotation (self, "org.norpc.Type", is_other ? use->signature : NULL);
  add_annotation (self, "org.norpc.Transfer", use->is_moved ? "full" : NULL);
  add_flag (self, "org.norpc.Nullable", use->nullable);
  add_flag (self, "org.norpc.Sensitive", use->is_sensitive);
}

static void
add_args (Emitter    *self,
          GPtrArray  *args,
          const char *direction)
{
  CG_FOREACH (const CgArg, arg, args)
    {
      gsize start = open_element (self, "arg", "name", arg->node.name, "type", cg_type_use_get_form (&arg->use),
                                  "direction", direction, NULL);

      add_node (self, &arg->node);
      add_use (self, &arg->use);
      close_element (self, "arg", start);
    }
}

static void
add_method_annotations (Emitter        *self,
                        const CgMethod *method)
{
  static const char no_reply[] = "org.freedesktop.DBus.Method.NoReply";
  g_autofree char *timeout = method->timeout > 0 ? g_strdup_printf ("%u", method->timeout) : NULL;
  gboolean is_oneway = (method->flags & CG_METHOD_ONEWAY) != 0;

  /* an annotation of the description has been copied already */
  CG_FOREACH (const CgAnnotation, annotation, method->node.annotations)
    is_oneway = is_oneway && g_strcmp0 (annotation->node.name, no_reply) != 0;

  add_flag (self, no_reply, is_oneway);
  add_flag (self, "org.norpc.LatestWins", (method->flags & CG_METHOD_LATEST_WINS) != 0);
  add_flag (self, "org.norpc.Idempotent", (method->flags & CG_METHOD_IDEMPOTENT) != 0);
  add_annotation (self, "org.norpc.Timeout", timeout);
}

static void
add_signal_annotations (Emitter        *self,
                        const CgMember *signal)
{
  g_autofree char *backlog = signal->backlog > 0 ? g_strdup_printf ("%u", signal->backlog) : NULL;

  add_annotation (self, "org.norpc.Backlog", backlog);
  add_annotation (self, "org.norpc.WhenFull", signal->closes_when_full ? "close" : NULL);
}

static void
add_member (Emitter        *self,
            const CgMember *member)
{
  const char *element = cg_member_kind_to_string (member->kind);
  gboolean is_property = member->kind == CG_MEMBER_PROPERTY;
  gsize start = open_element (self, element, "name", member->node.name,
                              "type", is_property ? cg_type_use_get_form (&member->use) : NULL,
                              "access", is_property ? cg_access_to_string (member->access) : NULL,
                              NULL);

  add_node (self, &member->node);
  if (is_property)
    add_use (self, &member->use);
  add_method_annotations (self, member);
  add_signal_annotations (self, member);
  add_args (self, member->in_args, "in");
  add_args (self, member->out_args, member->kind == CG_MEMBER_SIGNAL ? NULL : "out");
  close_element (self, element, start);
}

/* An object that may be NULL has none, as other values that may be. */
static gboolean
has_form (const CgMember *member)
{
  if (cg_member_get_reach (member) == CG_REACH_DBUS)
    return TRUE;
  if (!cg_member_passes_objects (member))
    return FALSE;
  if (member->kind == CG_MEMBER_PROPERTY)
    return cg_type_use_get_form (&member->use) != NULL;

  CG_FOREACH (const CgArg, arg, member->in_args)
    if (cg_type_use_get_form (&arg->use) == NULL)
      return FALSE;
  CG_FOREACH (const CgArg, arg, member->out_args)
    if (cg_type_use_get_form (&arg->use) == NULL)
      return FALSE;

  return TRUE;
}

static void
add_members (Emitter           *self,
             const CgInterface *interface)
{
  for (guint i = 0; i < CG_N_MEMBERS; i++)
    CG_FOREACH (const CgMember, member, interface->members[i])
      if (has_form (member))
        add_member (self, member);
      else
        g_string_append_printf (self->left_out, "%s%s %s", self->left_out->len > 0 ? ", " : "",
                                cg_member_get_word (member), member->node.name);
}

static void
add_interface (Emitter           *self,
               const CgInterface *interface)
{
  gsize start;

  g_string_truncate (self->left_out, 0);
  /* a name that D-Bus does not allow */
  if (strchr (interface->node.name, '.') == NULL)
    {
      g_string_append_printf (self->text, "  <!-- Left out: interface %s -->\n",
                              interface->node.name);
      return;
    }

  start = open_element (self, "interface", "name", interface->node.name, NULL);
  add_node (self, &interface->node);
  add_members (self, interface);
  if (self->left_out->len > 0)
    {
      g_string_append (self->text, "    <!-- Left out: ");
      append_comment (self->text, self->left_out->str);
      g_string_append (self->text, " -->\n");
    }
  close_element (self, "interface", start);
}

void
cg_emit_dbus_xml (const CgOutput *output,
                  CgWriter       *writer)
{
  const CgDescription *description = output->description;
  Emitter self = { g_string_new ("<!-- Generated by norpc-codegen from "), g_string_new (NULL), 1 };

  for (guint i = 0; i < description->files->len; i++)
    {
      g_string_append (self.text, i > 0 ? ", " : "");
      append_comment (self.text, g_ptr_array_index (description->files, i));
    }
  g_string_append (self.text, ". Do not edit. -->\n<node>\n");
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    add_interface (&self, interface);
  g_string_append (self.text, "</node>\n");

  cg_writer_set (writer, "text", self.text->str);
  cg_writer_emit (writer, "$text$");
  g_string_free (self.text, TRUE);
  g_string_free (self.left_out, TRUE);
}
