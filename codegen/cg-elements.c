/* cg-elements.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What elements and attributes a description has, and what of the model each
 * of them makes. */

#include "cg-parser-private.h"

#include <string.h>

#define XINCLUDE_NAMESPACE  "http://www.w3.org/2001/XInclude"
#define TELEPATHY_NAMESPACE "http://telepathy.freedesktop.org/wiki/DbusSpec#extensions-v0"

typedef gpointer (*StartFunc) (Attributes *attributes,
                               Frame      *parent);

typedef struct
{
  const char *name;
  Kind        kind;
  Kind        parents;
  StartFunc   start;
  const char *required[3];
  const char *optional[3];
} Element;

/* Where in the current tag the attribute @name stands, or its value. An
 * attribute that came out of an entity is where the tag is. */
static CgLocation
locate_attribute (Parser     *self,
                  const char *name,
                  gboolean    value)
{
  const char *start = self->source->text + self->token.offset;
  const char *end = start + self->token.length;
  const char *p = start + strcspn (start, " \t\r\n>");

  while (p < end)
    {
      const char *word = p + strspn (p, " \t\r\n");
      gsize length = strcspn (word, " \t\r\n=>/");
      const char *quote = word + length;

      quote += strcspn (quote, "\"'>");
      if (*quote == '>' || quote >= end)
        break;
      if (length == strlen (name) && strncmp (word, name, length) == 0)
        return cg_source_locate (self->source, (value ? quote + 1 : word) - self->source->text);
      p = strchr (quote + 1, *quote);
      if (p == NULL)
        break;
      p++;
    }

  return self->location;
}

static const char *
find_attribute (Attributes *self,
                const char *name)
{
  for (guint i = 0; self->names[i] != NULL; i++)
    if (g_str_equal (self->names[i], name))
      return self->values[i];

  return NULL;
}

static const char *
get_string (Attributes *self,
            const char *name,
            CgLocation *location)
{
  const char *value = find_attribute (self, name);

  if (value != NULL)
    *location = locate_attribute (self->parser, name, TRUE);

  return cg_description_string (self->parser->description, value);
}

/* Reads an attribute that is one of some words. @value is left alone if there
 * is no such attribute, or another word. */
typedef struct
{
  const char *word;
  int         value;
} Word;

static void
get_word (Attributes *self,
          const char *name,
          const Word *words,
          const char *hint,
          int        *value)
{
  const char *string = find_attribute (self, name);
  CgLocation location;

  if (string == NULL)
    return;

  for (; words->word != NULL; words++)
    if (g_str_equal (words->word, string))
      {
        *value = words->value;
        return;
      }

  location = locate_attribute (self->parser, name, TRUE);
  cg_diagnostics_error (self->parser->diagnostics, &location, "%s=\"%s\" is not %s", name, string, hint);
}

static gpointer
start_node (Attributes *attributes,
            Frame      *parent)
{
  (void) attributes;
  (void) parent;

  return NULL;
}

static gpointer
start_interface (Attributes *attributes,
                 Frame      *parent)
{
  Parser *self = attributes->parser;
  CgInterface *interface = cg_interface_new (self->description, &self->location);

  interface->node.name = get_string (attributes, "name", &interface->node.name_location);
  self->n_interfaces++;

  /* below the root node only, not below a Telepathy <tp:spec> */
  if (parent->kind == KIND_NODE && !parent->said && self->frames->len > 2 &&
      g_str_equal (parent[-1].name, "node"))
    {
      cg_diagnostics_warning (self->diagnostics, &parent->location,
                              "an interface in a <node> in a <node>: it is taken like the others");
      parent->said = TRUE;
    }

  return interface;
}

static gpointer
start_method (Attributes *attributes,
              Frame      *parent)
{
  CgMethod *method = cg_method_new (parent->object, &attributes->parser->location);

  method->node.name = get_string (attributes, "name", &method->node.name_location);

  return method;
}

static gpointer
start_signal (Attributes *attributes,
              Frame      *parent)
{
  CgSignal *signal = cg_signal_new (parent->object, &attributes->parser->location);

  signal->node.name = get_string (attributes, "name", &signal->node.name_location);

  return signal;
}

static const Word access_words[] = {
  { "read", CG_ACCESS_READ },
  { "write", CG_ACCESS_WRITE },
  { "readwrite", CG_ACCESS_READWRITE },
  { NULL, 0 }
};

static const Word direction_words[] = {
  { "in", CG_DIRECTION_IN },
  { "out", CG_DIRECTION_OUT },
  { NULL, 0 }
};

static const Word boolean_words[] = {
  { "true", TRUE },
  { "false", FALSE },
  { NULL, 0 }
};

static void
read_type (Attributes *attributes,
           CgTypeUse  *use)
{
  int nullable = FALSE;

  use->signature = get_string (attributes, "type", &use->location);
  get_word (attributes, "nullable", boolean_words, "'true' or 'false'", &nullable);
  use->nullable = nullable;
}

static gpointer
start_property (Attributes *attributes,
                Frame      *parent)
{
  CgProperty *property = cg_property_new (parent->object, &attributes->parser->location);
  int access = CG_ACCESS_READ;

  property->node.name = get_string (attributes, "name", &property->node.name_location);
  read_type (attributes, &property->use);
  get_word (attributes, "access", access_words, "'read', 'write' or 'readwrite'", &access);
  property->access = access;

  return property;
}

static gpointer
start_arg (Attributes *attributes,
           Frame      *parent)
{
  Parser *self = attributes->parser;
  int direction = parent->kind == KIND_METHOD ? CG_DIRECTION_IN : CG_DIRECTION_OUT;
  GPtrArray *args;
  CgArg *arg;

  if (parent->kind == KIND_METHOD)
    {
      CgMethod *method = parent->object;

      get_word (attributes, "direction", direction_words, "'in' or 'out'", &direction);
      args = direction == CG_DIRECTION_IN ? method->in_args : method->out_args;
    }
  else
    {
      args = ((CgSignal *) parent->object)->args;
      get_word (attributes, "direction", direction_words, "'out'", &direction);
      if (direction == CG_DIRECTION_IN)
        {
          CgLocation location = locate_attribute (self, "direction", TRUE);

          cg_diagnostics_warning (self->diagnostics, &location,
                                  "the arguments of a signal go out; the direction is ignored");
        }
    }

  arg = cg_arg_new (args, &self->location);
  arg->direction = direction;
  arg->node.name = get_string (attributes, "name", &arg->node.name_location);
  read_type (attributes, &arg->use);

  return arg;
}

static gpointer
start_annotation (Attributes *attributes,
                  Frame      *parent)
{
  Parser *self = attributes->parser;
  CgAnnotation *annotation;

  /* one on a node says nothing of an interface */
  if (parent->object == NULL)
    return NULL;

  annotation = cg_annotation_new (parent->object, &self->location);
  annotation->node.name = get_string (attributes, "name", &annotation->node.name_location);
  annotation->value = get_string (attributes, "value", &annotation->value_location);

  return annotation;
}

static gpointer
start_doc (Attributes *attributes,
           Frame      *parent)
{
  if (parent->kind != KIND_DOC)
    g_string_truncate (attributes->parser->doc, 0);

  return parent->object;
}

#define KIND_MEMBER (KIND_METHOD | KIND_SIGNAL | KIND_PROPERTY)

static const Element elements[] = {
  { "node", KIND_NODE, KIND_ROOT | KIND_NODE, start_node, { NULL }, { "name" } },
  { "interface", KIND_INTERFACE, KIND_ROOT | KIND_NODE, start_interface, { "name" }, { NULL } },
  { "method", KIND_METHOD, KIND_INTERFACE, start_method, { "name" }, { NULL } },
  { "signal", KIND_SIGNAL, KIND_INTERFACE, start_signal, { "name" }, { NULL } },
  { "property", KIND_PROPERTY, KIND_INTERFACE, start_property, { "name", "type", "access" }, { "nullable" } },
  { "arg", KIND_ARG, KIND_METHOD | KIND_SIGNAL, start_arg, { "type" }, { "name", "direction", "nullable" } },
  { "annotation", KIND_ANNOTATION,
    KIND_NODE | KIND_INTERFACE | KIND_MEMBER | KIND_ARG | KIND_ANNOTATION,
    start_annotation, { "name", "value" }, { NULL } },
  { "doc", KIND_DOC, KIND_NODE | KIND_INTERFACE | KIND_MEMBER | KIND_ARG, start_doc, { NULL }, { NULL } },
};

static const Element *
find_element (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (elements); i++)
    if (g_str_equal (elements[i].name, name))
      return &elements[i];

  return NULL;
}

static gboolean
has_word (const char * const *words,
          gsize               n_words,
          const char         *word)
{
  for (gsize i = 0; i < n_words && words[i] != NULL; i++)
    if (g_str_equal (words[i], word))
      return TRUE;

  return FALSE;
}

static gboolean
check_attributes (Attributes    *attributes,
                  const Element *element)
{
  Parser *self = attributes->parser;
  gboolean complete = TRUE;

  for (guint i = 0; attributes->names[i] != NULL; i++)
    {
      const char *name = attributes->names[i];

      if (strchr (name, ':') != NULL || g_str_equal (name, "xmlns") ||
          has_word (element->required, G_N_ELEMENTS (element->required), name) ||
          has_word (element->optional, G_N_ELEMENTS (element->optional), name))
        continue;

      CgLocation location = locate_attribute (self, name, FALSE);

      cg_diagnostics_warning (self->diagnostics, &location,
                              "<%s> has no attribute '%s'; it is ignored", element->name, name);
    }

  for (guint i = 0; i < G_N_ELEMENTS (element->required) && element->required[i] != NULL; i++)
    if (find_attribute (attributes, element->required[i]) == NULL)
      {
        cg_diagnostics_error (self->diagnostics, &self->location,
                              "<%s> needs the attribute '%s'", element->name, element->required[i]);
        complete = FALSE;
      }

  return complete;
}

/* XML says so, GMarkup does not. */
static void
check_duplicate_attributes (Attributes *attributes)
{
  Parser *self = attributes->parser;

  for (guint i = 0; attributes->names[i] != NULL; i++)
    for (guint j = 0; j < i; j++)
      if (g_str_equal (attributes->names[i], attributes->names[j]))
        {
          CgLocation location = locate_attribute (self, attributes->names[i], FALSE);

          cg_diagnostics_error (self->diagnostics, &location,
                                "<%s> has the attribute '%s' twice",
                                attributes->element, attributes->names[i]);
          break;
        }
}

static void
push_prefixes (Attributes *attributes)
{
  for (guint i = 0; attributes->names[i] != NULL; i++)
    if (g_str_has_prefix (attributes->names[i], "xmlns:"))
      {
        Prefix prefix = {
          g_strdup (attributes->names[i] + strlen ("xmlns:")),
          g_strdup (attributes->values[i])
        };

        g_array_append_val (attributes->parser->prefixes, prefix);
      }
}

/* The namespace of "prefix:name", or NULL if the prefix is not declared. */
static const char *
find_namespace (Parser     *self,
                const char *name)
{
  gsize length = strchr (name, ':') - name;

  for (guint i = self->prefixes->len; i > 0; i--)
    {
      const Prefix *prefix = &g_array_index (self->prefixes, Prefix, i - 1);

      if (strlen (prefix->prefix) == length && strncmp (prefix->prefix, name, length) == 0)
        return prefix->uri;
    }

  return NULL;
}

/* An element with a prefix is of another language. */
static Kind
start_foreign (Parser     *self,
               const char *name,
               Frame      *parent)
{
  const char *uri = find_namespace (self, name);
  const char *local = strchr (name, ':') + 1;

  if (uri == NULL)
    {
      g_autofree char *prefix = g_strndup (name, local - 1 - name);

      if (g_hash_table_add (self->said, g_strdup (prefix)))
        cg_diagnostics_warning (self->diagnostics, &self->location,
                                "the prefix of <%s> is not declared; add xmlns:%s=\"...\"",
                                name, prefix);
    }
  else if (g_str_equal (uri, XINCLUDE_NAMESPACE) && g_str_equal (local, "include"))
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "<%s> is not supported: give all files on the command line", name);
  else if (g_str_equal (uri, TELEPATHY_NAMESPACE) && g_str_equal (local, "spec") &&
           parent->kind == KIND_ROOT)
    return KIND_NODE;
  else if (parent->kind == KIND_ROOT)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the root element is <%s>; it must be <node>", name);

  return KIND_IGNORED;
}

static Kind
start_known (Attributes    *attributes,
             const Element *element,
             Frame         *parent,
             gpointer      *object)
{
  Parser *self = attributes->parser;

  if ((element->parents & parent->kind) == 0)
    {
      if (parent->kind == KIND_ROOT)
        cg_diagnostics_error (self->diagnostics, &self->location,
                              "the root element is <%s>; it must be <node>", element->name);
      else
        cg_diagnostics_warning (self->diagnostics, &self->location,
                                "<%s> does not belong in <%s>; it is ignored",
                                element->name, parent->name);
      return KIND_IGNORED;
    }

  gboolean complete = check_attributes (attributes, element);

  *object = element->start (attributes, parent);
  if (*object != NULL && element->kind != KIND_DOC && !complete)
    ((CgNode *) *object)->broken = TRUE;

  return element->kind;
}

static Kind
start_any (Attributes *attributes,
           Frame      *parent,
           gpointer   *object)
{
  Parser *self = attributes->parser;
  const char *name = attributes->element;
  const char *xmlns = find_attribute (attributes, "xmlns");
  const Element *element = find_element (name);

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
    return start_foreign (self, name, parent);
  if (xmlns != NULL && g_strcmp0 (xmlns, self->root_xmlns) != 0)
    return KIND_IGNORED;
  if (element != NULL)
    return start_known (attributes, element, parent, object);

  if (parent->kind == KIND_ROOT)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the root element is <%s>; it must be <node>", name);
  else
    cg_diagnostics_warning (self->diagnostics, &self->location,
                            "<%s> is not known; it is ignored with all in it", name);

  return KIND_IGNORED;
}

Kind
cg_element_start (Attributes *attributes,
                  Frame      *parent,
                  gpointer   *object)
{
  check_duplicate_attributes (attributes);
  push_prefixes (attributes);

  return start_any (attributes, parent, object);
}
