/* cg-emit-json.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A summary for tools. Its fields are in doc/outputs.md; a field that there is
 * keeps its meaning as long as "format" is the same. */

#include "cg-emitter.h"

#include "cg-declarations.h"
#include "cg-json.h"
#include "cg-names.h"

#define FORMAT 1

static void
add_node (CgJson       *json,
          const CgNode *node)
{
  cg_json_add_string (json, "name", node->name);
  cg_json_add_string (json, "brief", node->brief);
  cg_json_add_string (json, "doc", node->doc);
  cg_json_add_string (json, "since", node->since);
  cg_json_add_boolean (json, "deprecated", node->deprecated);
  cg_json_add_string (json, "deprecation", node->deprecated_text);
  cg_json_add_number (json, "line", node->location.line);

  cg_json_open (json, "annotations", '[');
  for (guint i = 0; i < node->annotations->len; i++)
    {
      const CgAnnotation *annotation = g_ptr_array_index (node->annotations, i);

      cg_json_open (json, NULL, '{');
      cg_json_add_string (json, "name", annotation->node.name);
      cg_json_add_string (json, "value", annotation->value);
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_use (CgJson          *json,
         const CgTypeUse *use)
{
  cg_json_add_string (json, "type", use->signature);
  cg_json_add_string (json, "variant", use->variant);
  cg_json_add_boolean (json, "nullable", use->nullable);
  cg_json_add_string (json, "transfer", use->is_moved ? "full" : "none");
}

static void
add_reach (CgJson  *json,
           CgReach  reach)
{
  cg_json_add_boolean (json, "portable", reach >= CG_REACH_VARIANT);
  cg_json_add_boolean (json, "dbus", reach >= CG_REACH_DBUS);
}

static void
add_args (CgJson     *json,
          const char *name,
          GPtrArray  *args)
{
  cg_json_open (json, name, '[');
  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);

      cg_json_open (json, NULL, '{');
      add_node (json, &arg->node);
      add_use (json, &arg->use);
      cg_json_add_string (json, "c", arg->c_out != NULL ? arg->c_out : arg->c_lent);
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_method (CgJson         *json,
            const CgMethod *method)
{
  static const char * const keys[] = { "vfunc", "handle", "complete", "call", "finish", "sync" };

  cg_json_open (json, NULL, '{');
  add_node (json, &method->node);
  add_args (json, "in", method->in_args);
  add_args (json, "out", method->out_args);
  cg_json_add_boolean (json, "oneway", (method->flags & CG_METHOD_ONEWAY) != 0);
  cg_json_add_boolean (json, "latest-wins", (method->flags & CG_METHOD_LATEST_WINS) != 0);
  cg_json_add_boolean (json, "idempotent", (method->flags & CG_METHOD_IDEMPOTENT) != 0);
  if (method->timeout > 0)
    cg_json_add_number (json, "timeout", method->timeout);
  add_reach (json, cg_method_get_reach (method));
  cg_json_open (json, "c", '{');
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    cg_json_add_string (json, keys[i], cg_names_look_up_method (method, keys[i]));
  cg_json_close (json, '}');
  cg_json_close (json, '}');
}

static void
add_methods (CgJson    *json,
             GPtrArray *methods)
{
  cg_json_open (json, "methods", '[');
  for (guint i = 0; i < methods->len; i++)
    add_method (json, g_ptr_array_index (methods, i));
  cg_json_close (json, ']');
}

static void
add_signals (CgJson    *json,
             GPtrArray *signals)
{
  cg_json_open (json, "signals", '[');
  for (guint i = 0; i < signals->len; i++)
    {
      const CgSignal *signal = g_ptr_array_index (signals, i);

      cg_json_open (json, NULL, '{');
      add_node (json, &signal->node);
      add_args (json, "args", signal->args);
      add_reach (json, cg_args_get_reach (signal->args));
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_properties (CgJson    *json,
                GPtrArray *properties)
{
  cg_json_open (json, "properties", '[');
  for (guint i = 0; i < properties->len; i++)
    {
      const CgProperty *property = g_ptr_array_index (properties, i);

      cg_json_open (json, NULL, '{');
      add_node (json, &property->node);
      add_use (json, &property->use);
      cg_json_add_string (json, "access", cg_access_to_string (property->access));
      add_reach (json, cg_type_use_get_reach (&property->use));
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_streams (CgJson    *json,
             GPtrArray *streams)
{
  cg_json_open (json, "streams", '[');
  for (guint i = 0; i < streams->len; i++)
    {
      const CgStream *stream = g_ptr_array_index (streams, i);

      cg_json_open (json, NULL, '{');
      add_node (json, &stream->node);
      add_args (json, "in", stream->in_args);
      add_args (json, "out", stream->out_args);
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_interface (CgJson            *json,
               const CgInterface *interface)
{
  static const char * const keys[] = { "Iface", "TYPE_IFACE", "Proxy", "TYPE_PROXY", "proxy_new", "interface_info" };

  cg_json_open (json, NULL, '{');
  add_node (json, &interface->node);
  cg_json_open (json, "c", '{');
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    cg_json_add_string (json, keys[i], cg_names_look_up_interface (interface, keys[i]));
  cg_json_close (json, '}');
  add_methods (json, interface->methods);
  add_signals (json, interface->signals);
  add_properties (json, interface->properties);
  add_streams (json, interface->streams);
  cg_json_close (json, '}');
}

static void
add_values (CgJson    *json,
            GPtrArray *values)
{
  cg_json_open (json, "values", '[');
  for (guint i = 0; i < values->len; i++)
    {
      const CgValue *value = g_ptr_array_index (values, i);

      cg_json_open (json, NULL, '{');
      add_node (json, &value->node);
      cg_json_add_number (json, "value", value->value);
      cg_json_add_string (json, "nick", value->nick);
      cg_json_add_string (json, "dbus-name", value->dbus_name);
      cg_json_add_string (json, "c", value->upper);
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_fields (CgJson    *json,
            GPtrArray *fields)
{
  cg_json_open (json, "fields", '[');
  for (guint i = 0; i < fields->len; i++)
    {
      const CgField *field = g_ptr_array_index (fields, i);

      cg_json_open (json, NULL, '{');
      add_node (json, &field->node);
      add_use (json, &field->use);
      cg_json_add_string (json, "c", field->lower);
      cg_json_close (json, '}');
    }
  cg_json_close (json, ']');
}

static void
add_type (CgJson              *json,
          const CgDeclaration *declaration)
{
  static const char * const kinds[] = { "enum", "flags", "error-domain", "record" };

  cg_json_open (json, NULL, '{');
  add_node (json, &declaration->node);
  cg_json_add_string (json, "kind", kinds[declaration->kind]);
  cg_json_add_string (json, "c", cg_names_look_up_declaration (declaration, "T"));
  if (declaration->kind == CG_DECLARED_RECORD)
    add_fields (json, declaration->fields);
  else
    add_values (json, declaration->values);
  cg_json_close (json, '}');
}

static void
add_include (CgJson          *json,
             const CgInclude *include)
{
  cg_json_open (json, NULL, '{');
  cg_json_add_string (json, "name", include->node.name);
  cg_json_add_string (json, "version", include->version);
  cg_json_add_string (json, "header", include->header);
  cg_json_close (json, '}');
}

void
cg_emit_json (const CgDescription *description,
              const CgStyle       *style,
              const char          *file,
              const char          *header,
              CgWriter            *writer)
{
  CgJson json = { g_string_new (NULL), 0, FALSE };

  (void) style;
  (void) file;
  (void) header;

  cg_json_open (&json, NULL, '{');
  cg_json_add_number (&json, "format", FORMAT);
  cg_json_open (&json, "files", '[');
  for (guint i = 0; i < description->files->len; i++)
    cg_json_add_string (&json, NULL, g_ptr_array_index (description->files, i));
  cg_json_close (&json, ']');
  cg_json_open (&json, "includes", '[');
  for (guint i = 0; i < description->includes->len; i++)
    add_include (&json, g_ptr_array_index (description->includes, i));
  cg_json_close (&json, ']');
  cg_json_open (&json, "types", '[');
  for (guint i = 0; i < description->declarations->len; i++)
    add_type (&json, g_ptr_array_index (description->declarations, i));
  cg_json_close (&json, ']');
  cg_json_open (&json, "interfaces", '[');
  for (guint i = 0; i < description->interfaces->len; i++)
    add_interface (&json, g_ptr_array_index (description->interfaces, i));
  cg_json_close (&json, ']');
  cg_json_close (&json, '}');
  g_string_append_c (json.text, '\n');

  cg_writer_set (writer, "text", json.text->str);
  cg_writer_emit (writer, "$text$");
  g_string_free (json.text, TRUE);
}
