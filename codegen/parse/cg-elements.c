/* cg-elements.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The elements and attributes of a description, and the functions that turn them into the model. */

#include "cg-parser-private.h"

#include "model/cg-declarations.h"
#include "xml/cg-suggest.h"

#include <string.h>

/* Returns what the element is in the model, or NULL. */
typedef gpointer (*StartFunc) (Attributes *attributes);

typedef struct
{
  const char *name;
  Kind        kind;
  Kind        parents;
  StartFunc   start;       /* (nullable): if it is nothing in the model */
  const char *required[4]; /* these two end in NULL */
  const char *optional[7];
  int         detail;      /* for the function */
} Element;

static gpointer
start_include (Attributes *attributes)
{
  Parser *self = attributes->parser;
  CgInclude *include = cg_node_new (sizeof *include, &self->location, self->description->includes);

  include->version = cg_attributes_get_string (attributes, "version", &include->version_location);
  include->header = cg_description_string (self->description,
                                           cg_xml_find_attribute (attributes->list, "header"));

  return include;
}

static gpointer
start_interface (Attributes *attributes)
{
  Parser *self = attributes->parser;
  Frame *parent = attributes->parent;

  self->n_definitions++;

  /* below the root node only, not below a Telepathy <tp:spec> */
  if (parent->kind == KIND_NODE && !parent->said && self->frames->len > 2 &&
      g_str_equal (parent[-1].name, "node"))
    {
      cg_diagnostics_warning (self->diagnostics, CG_WARNING_MISPLACED_ELEMENT, &parent->location,
                              "an interface in a <node> in a <node>: it is taken like the others");
      parent->said = TRUE;
    }

  return cg_interface_new (self->description, &self->location);
}

/* Creates a member of any kind. */
static gpointer
start_member (Attributes   *attributes,
              CgMemberKind  kind)
{
  return cg_member_new (attributes->parent->object, kind, &attributes->parser->location);
}

static gpointer
start_method (Attributes *attributes)
{
  static const Word flags[] = {
    { "oneway", CG_METHOD_ONEWAY },
    { "latest-wins", CG_METHOD_LATEST_WINS },
    { "idempotent", CG_METHOD_IDEMPOTENT },
  };
  CgMethod *method = start_member (attributes, CG_MEMBER_METHOD);

  method->timeout_text = cg_attributes_get_string (attributes, "timeout",
                                                   &method->timeout_location);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (cg_attributes_get_boolean (attributes, flags[i].word))
      method->flags |= flags[i].value;
  method->oneway_location = cg_attributes_locate (attributes, "oneway", FALSE);

  return method;
}

static gpointer
start_stream (Attributes *attributes)
{
  static const Word directions[] = { { "in", CG_METHOD_STREAM_IN }, { "out", 0 }, { NULL, 0 } };
  CgMethod *stream = start_member (attributes, CG_MEMBER_METHOD);

  stream->flags = CG_METHOD_STREAM | (guint) cg_attributes_get_word (attributes, "direction", directions,
                                                                     "'in' or 'out'", 0);
  stream->timeout_text = cg_attributes_get_string (attributes, "timeout",
                                                   &stream->timeout_location);
  stream->backlog_text = cg_attributes_get_string (attributes, "backlog",
                                                   &stream->backlog_location);

  return stream;
}

static gpointer
start_signal (Attributes *attributes)
{
  static const Word words[] = { { "drop-oldest", FALSE }, { "close", TRUE }, { NULL, 0 } };
  CgMember *signal = start_member (attributes, CG_MEMBER_SIGNAL);

  signal->backlog_text = cg_attributes_get_string (attributes, "backlog",
                                                   &signal->backlog_location);
  signal->closes_when_full = cg_attributes_get_word (attributes, "when-full", words,
                                                     "'drop-oldest' or 'close'", FALSE);

  return signal;
}

static gpointer
start_property (Attributes *attributes)
{
  static const Word words[] = {
    { "read", CG_ACCESS_READ },
    { "write", CG_ACCESS_WRITE },
    { "readwrite", CG_ACCESS_READWRITE },
    { NULL, 0 }
  };
  CgMember *property = start_member (attributes, CG_MEMBER_PROPERTY);

  cg_attributes_get_type (attributes, &property->use);
  cg_attributes_get_element_type (attributes, &property->use);
  cg_attributes_get_sensitive (attributes, &property->use);
  property->access = cg_attributes_get_word (attributes, "access", words,
                                             "'read', 'write' or 'readwrite'", CG_ACCESS_READ);

  return property;
}

static gpointer
start_arg (Attributes *attributes)
{
  static const Word directions[] = {
    { "in", CG_DIRECTION_IN }, { "out", CG_DIRECTION_OUT }, { NULL, 0 }
  };
  static const Word transfers[] = { { "none", FALSE }, { "full", TRUE }, { NULL, 0 } };
  Parser *self = attributes->parser;
  CgMember *member = attributes->parent->object;
  gboolean is_signal = member->kind == CG_MEMBER_SIGNAL;
  CgDirection direction = cg_attributes_get_word (attributes, "direction", directions,
                                                  is_signal ? "'out'" : "'in' or 'out'",
                                                  is_signal ? CG_DIRECTION_OUT : CG_DIRECTION_IN);
  gboolean is_out = is_signal || direction == CG_DIRECTION_OUT;
  CgArg *arg;

  /* all arguments of a signal go out */
  if (is_signal && direction != CG_DIRECTION_OUT)
    {
      CgLocation location = cg_attributes_locate (attributes, "direction", TRUE);

      cg_diagnostics_warning (self->diagnostics, CG_WARNING_SIGNAL_DIRECTION, &location,
                              "the arguments of a signal go out; the direction is ignored");
    }

  arg = cg_node_new (sizeof *arg, &self->location,
                     !is_out ? member->in_args
                     : cg_member_is_stream (member) ? member->items : member->out_args);
  arg->direction = direction;
  cg_attributes_get_type (attributes, &arg->use);
  cg_attributes_get_element_type (attributes, &arg->use);
  arg->use.is_moved = cg_attributes_get_word (attributes, "transfer", transfers,
                                              "'none' or 'full'", FALSE);
  arg->use.moved_location = cg_attributes_locate (attributes, "transfer", FALSE);
  cg_attributes_get_sensitive (attributes, &arg->use);

  return arg;
}

/* A part of the outcome of a stream. */
static gpointer
start_result (Attributes *attributes)
{
  CgMember *stream = attributes->parent->object;
  CgArg *arg = cg_node_new (sizeof *arg, &attributes->parser->location, stream->out_args);

  arg->direction = CG_DIRECTION_OUT;
  cg_attributes_get_type (attributes, &arg->use);
  cg_attributes_get_sensitive (attributes, &arg->use);

  return arg;
}

static gpointer
start_declaration (Attributes *attributes)
{
  Parser *self = attributes->parser;
  CgDeclaredKind kind = attributes->detail;
  CgDeclaration *declaration = cg_declaration_new (self->description, kind, &self->location);

  if (kind == CG_DECLARED_RECORD)
    declaration->is_object = cg_attributes_get_boolean (attributes, "object");
  declaration->dbus_prefix = cg_attributes_get_string (attributes, "dbus-prefix",
                                                       &declaration->dbus_location);
  self->n_definitions++;

  return declaration;
}

/* A <value>, or an <error>. */
static gpointer
start_value (Attributes *attributes)
{
  const CgDeclaration *declaration = attributes->parent->object;
  CgValue *value = cg_node_new (sizeof *value, &attributes->parser->location, declaration->values);

  value->value_text = cg_attributes_get_string (attributes, "value", &value->value_location);
  value->dbus_name = cg_attributes_get_string (attributes, "dbus-name", &value->dbus_location);
  value->nick = cg_attributes_get_string (attributes, "nick", &value->nick_location);

  return value;
}

static gpointer
start_field (Attributes *attributes)
{
  const CgDeclaration *record = attributes->parent->object;
  CgField *field = cg_node_new (sizeof *field, &attributes->parser->location, record->fields);

  cg_attributes_get_type (attributes, &field->use);
  cg_attributes_get_sensitive (attributes, &field->use);

  return field;
}

static gpointer
start_annotation (Attributes *attributes)
{
  CgAnnotation *annotation;

  /* annotations of <node> have no meaning */
  if (attributes->parent->object == NULL)
    return NULL;

  annotation = cg_annotation_new (attributes->parent->object, &attributes->parser->location);
  annotation->value = cg_attributes_get_string (attributes, "value", &annotation->value_location);

  return annotation;
}

static gpointer
start_doc (Attributes *attributes)
{
  g_string_truncate (attributes->parser->doc, 0);

  return attributes->parent->object;
}

#define KIND_MEMBER (KIND_METHOD | KIND_SIGNAL | KIND_PROPERTY | KIND_STREAM)

/* Elements whose name a comment can begin with. */
#define KIND_COMMENTED (KIND_INTERFACE | KIND_MEMBER | KIND_ENUM | KIND_DOMAIN | KIND_RECORD)

/* Elements that can be documented. */
#define KIND_DOCUMENTED (KIND_COMMENTED | KIND_ARG | KIND_RESULT | KIND_VALUE | KIND_FIELD)

static const Element elements[] = {
  { "node", KIND_NODE, KIND_ROOT | KIND_NODE, NULL, { NULL }, { "name" } },
  { "include", KIND_INCLUDE, KIND_NODE, start_include, { "name", "version" }, { "header" } },
  { "interface", KIND_INTERFACE, KIND_ROOT | KIND_NODE, start_interface, { "name" },
    { "since", "deprecated" } },
  { "method", KIND_METHOD, KIND_INTERFACE, start_method, { "name" },
    { "since", "deprecated", "timeout", "oneway", "latest-wins", "idempotent" } },
  { "signal", KIND_SIGNAL, KIND_INTERFACE, start_signal, { "name" },
    { "since", "deprecated", "backlog", "when-full" } },
  { "property", KIND_PROPERTY, KIND_INTERFACE, start_property, { "name", "type", "access" },
    { "since", "deprecated", "nullable", "sensitive", "element-type" } },
  { "stream", KIND_STREAM, KIND_INTERFACE, start_stream, { "name" },
    { "since", "deprecated", "timeout", "direction", "backlog" } },
  { "result", KIND_RESULT, KIND_STREAM, start_result, { "type" }, { "name", "nullable", "sensitive" } },
  { "arg", KIND_ARG, KIND_METHOD | KIND_SIGNAL | KIND_STREAM, start_arg, { "type" },
    { "name", "direction", "nullable", "sensitive", "transfer", "element-type" } },
  { "enum", KIND_ENUM, KIND_NODE, start_declaration, { "name" }, { "since", "deprecated" },
    CG_DECLARED_ENUM },
  { "flags", KIND_ENUM, KIND_NODE, start_declaration, { "name" }, { "since", "deprecated" },
    CG_DECLARED_FLAGS },
  { "error-domain", KIND_DOMAIN, KIND_NODE, start_declaration, { "name" },
    { "since", "deprecated", "dbus-prefix" }, CG_DECLARED_ERROR_DOMAIN },
  { "record", KIND_RECORD, KIND_NODE, start_declaration, { "name" },
    { "since", "deprecated", "object" }, CG_DECLARED_RECORD },
  { "value", KIND_VALUE, KIND_ENUM, start_value, { "name" }, { "value", "nick" } },
  { "error", KIND_VALUE, KIND_DOMAIN, start_value, { "name" }, { "value", "nick", "dbus-name" } },
  { "field", KIND_FIELD, KIND_RECORD, start_field, { "name", "type" }, { "nullable", "sensitive" } },
  { "annotation", KIND_ANNOTATION, KIND_NODE | KIND_DOCUMENTED | KIND_ANNOTATION,
    start_annotation, { "name", "value" }, { NULL } },
  { "doc", KIND_DOC, KIND_NODE | KIND_DOCUMENTED, start_doc, { NULL }, { NULL } },
};

static const Element *
find_element (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (elements); i++)
    if (g_str_equal (elements[i].name, name))
      return &elements[i];

  return NULL;
}

static void
warn_of_attribute (Attributes    *attributes,
                   const Element *element,
                   const char    *name)
{
  CgLocation location = cg_attributes_locate (attributes, name, FALSE);
  CgSuggestion suggestion = { name, NULL, 0 };
  g_autofree char *hint = NULL;

  for (guint i = 0; element->required[i] != NULL; i++)
    cg_suggestion_offer (&suggestion, element->required[i]);
  for (guint i = 0; element->optional[i] != NULL; i++)
    cg_suggestion_offer (&suggestion, element->optional[i]);
  hint = cg_suggestion_make_text (&suggestion);

  cg_diagnostics_warning (attributes->parser->diagnostics, CG_WARNING_UNKNOWN_ATTRIBUTE, &location,
                          "<%s> has no attribute '%s'; it is ignored%s", element->name, name, hint);
}

static gboolean
check_attributes (Attributes    *attributes,
                  const Element *element)
{
  Parser *self = attributes->parser;
  gboolean complete = TRUE;

  for (guint i = 0; attributes->list[i] != NULL; i += 2)
    {
      const char *name = attributes->list[i];

      if (strchr (name, ':') != NULL || g_str_equal (name, "xmlns") ||
          g_strv_contains (element->required, name) || g_strv_contains (element->optional, name))
        continue;

      warn_of_attribute (attributes, element, name);
    }

  for (guint i = 0; element->required[i] != NULL; i++)
    if (cg_xml_find_attribute (attributes->list, element->required[i]) == NULL)
      {
        cg_diagnostics_error (self->diagnostics, &self->location,
                              "<%s> needs the attribute '%s'", element->name, element->required[i]);
        complete = FALSE;
      }

  return complete;
}

static Kind
start_known (Attributes    *attributes,
             const Element *element,
             gpointer      *object)
{
  Parser *self = attributes->parser;
  const Frame *parent = attributes->parent;

  if ((element->parents & parent->kind) == 0)
    {
      if (parent->kind == KIND_ROOT)
        cg_diagnostics_error (self->diagnostics, &self->location,
                              "the root element is <%s>; it must be <node>", element->name);
      else
        cg_diagnostics_warning (self->diagnostics, CG_WARNING_MISPLACED_ELEMENT, &self->location,
                                "<%s> does not belong in <%s>; it is ignored",
                                element->name, parent->name);
      return KIND_IGNORED;
    }

  gboolean complete = check_attributes (attributes, element);

  attributes->detail = element->detail;
  if (element->start != NULL)
    *object = element->start (attributes);
  if (*object != NULL && element->kind != KIND_DOC)
    {
      CgNode *node = *object;

      node->name = cg_attributes_get_string (attributes, "name", &node->name_location);
      node->broken = !complete;
    }
  if ((element->kind & (KIND_ARG | KIND_RESULT | KIND_VALUE | KIND_FIELD)) != 0)
    cg_comments_apply_arg (self, parent->object, *object);
  else if ((element->kind & KIND_COMMENTED) != 0)
    {
      cg_comments_apply (self, *object, (element->kind & KIND_WITH_ARGS) != 0);
      cg_attributes_get_common (attributes, *object);
    }

  return element->kind;
}

static void
warn_of_element (Parser     *self,
                 const char *name,
                 Kind        parent)
{
  CgSuggestion suggestion = { name, NULL, 0 };
  g_autofree char *hint = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (elements); i++)
    if ((elements[i].parents & parent) != 0)
      cg_suggestion_offer (&suggestion, elements[i].name);
  hint = cg_suggestion_make_text (&suggestion);

  cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNKNOWN_ELEMENT, &self->location,
                          "<%s> is not known; it is ignored with all in it%s", name, hint);
}

Kind
cg_element_start (Attributes *attributes,
                  gpointer   *object)
{
  Parser *self = attributes->parser;
  const Frame *parent = attributes->parent;
  const char *name = attributes->element;
  const char *xmlns = cg_xml_find_attribute (attributes->list, "xmlns");
  const Element *element = find_element (name);

  cg_prefixes_read (attributes);
  if (parent->kind == KIND_ROOT)
    self->root_xmlns = g_strdup (xmlns);

  if (parent->kind == KIND_DOC)
    {
      *object = parent->object;
      return KIND_DOC;
    }
  if (parent->kind == KIND_IGNORED)
    return KIND_IGNORED;
  if (strchr (name, ':') != NULL)
    return cg_prefixes_start_element (attributes, object);
  if (xmlns != NULL && g_strcmp0 (xmlns, self->root_xmlns) != 0)
    return KIND_IGNORED;
  if (element != NULL)
    return start_known (attributes, element, object);

  if (parent->kind == KIND_ROOT)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the root element is <%s>; it must be <node>", name);
  else
    warn_of_element (self, name, parent->kind);

  return KIND_IGNORED;
}
