/* cg-comments.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Comments that document what follows them, as gdbus-codegen has it:
 *
 *   Name: text        or   Name:
 *   @argument: text        @argument: text
 *                            that goes on where it is indented
 *
 *   More text.             Text.
 *
 * Name is that of an interface or of a member. Any other comment means
 * nothing; a warning is given for one that looks like a spelling mistake. */

#include "cg-parser-private.h"

#include "xml/cg-suggest.h"

#include <string.h>

typedef struct
{
  char     *name;    /* (owned) */
  GString  *text;    /* (owned) */
  gboolean  is_used; /* something has the name */
} Param;

struct _Comment
{
  char         *symbol;  /* (owned) */
  GString      *body;    /* (owned) */
  GArray       *params;  /* (owned) (element-type Param) */
  const CgNode *node;    /* (nullable): what it was found to document */
  CgSuggestion  nearest; /* of what followed before that */
  GPtrArray    *names;   /* (owned) (element-type utf8): what it can say something of */
  gsize         offset;  /* of it in the source */
  gsize         length;
};

static void
param_clear (gpointer data)
{
  Param *param = data;

  g_free (param->name);
  g_string_free (param->text, TRUE);
}

static void
comment_free (Comment *self)
{
  g_free (self->symbol);
  g_string_free (self->body, TRUE);
  g_array_unref (self->params);
  g_ptr_array_unref (self->names);
  g_free (self);
}

/* Gets the location of @word in the comment. */
static CgLocation
locate (Parser     *self,
        const char *word)
{
  const char *text = self->source->text + self->comment->offset;
  const char *found = g_strstr_len (text, (gssize) self->comment->length, word);

  return cg_source_locate (self->source, (found != NULL ? found : text) - self->source->text);
}

/* Warns about names in the comment that the element does not have. */
static void
warn_of_params (Parser *self)
{
  Comment *comment = self->comment;

  for (guint i = 0; i < comment->params->len; i++)
    {
      const Param *param = &g_array_index (comment->params, Param, i);
      CgSuggestion suggestion = { param->name, NULL, 0 };
      g_autofree char *word = g_strconcat ("@", param->name, NULL);
      CgLocation location = locate (self, word);
      g_autofree char *hint = NULL;

      if (param->is_used)
        continue;

      for (guint j = 0; j < comment->names->len; j++)
        cg_suggestion_offer (&suggestion, g_ptr_array_index (comment->names, j));
      cg_suggestion_offer (&suggestion, "short_description");
      cg_suggestion_offer (&suggestion, "since");
      hint = cg_suggestion_make_text (&suggestion);
      location.column++;
      location.offset++;
      cg_diagnostics_warning (self->diagnostics, CG_WARNING_STRAY_DOCUMENTATION, &location,
                              "the comment documents '%s', but '%s' has nothing of that name%s",
                              param->name, comment->symbol, hint);
    }
}

/* Ends the comment, because another one follows, or nothing. */
void
cg_comments_drop (Parser *self)
{
  Comment *comment = self->comment;

  if (comment == NULL)
    return;

  if (comment->node == NULL && comment->nearest.best != NULL)
    {
      CgLocation location = locate (self, comment->symbol);

      cg_diagnostics_warning (self->diagnostics, CG_WARNING_STRAY_DOCUMENTATION, &location,
                              "the comment documents '%s', which does not follow; "
                              "did you mean '%s'?", comment->symbol, comment->nearest.best);
    }
  g_clear_pointer (&self->comment, comment_free);
}

static gsize
get_indent (const char *line)
{
  return strspn (line, " \t");
}

/* Splits "name: text" and "name:". */
static gboolean
split_line (const char  *line,
            char       **name,
            const char **text)
{
  const char *colon = strstr (line, ": ");
  gsize length = strlen (line);

  if (colon == NULL && length > 0 && line[length - 1] == ':')
    colon = line + length - 1;
  if (colon == NULL)
    return FALSE;

  *name = g_strndup (line, colon - line);
  *text = colon + 1 + strspn (colon + 1, " \t");

  return TRUE;
}

/* Reads the lines of parameters, and returns the first line after them. */
static char **
read_params (Comment  *self,
             char    **lines)
{
  gsize indent = 0;

  for (; *lines != NULL; lines++)
    {
      const char *line = *lines + get_indent (*lines);
      Param param = { NULL, NULL, FALSE };
      const char *text;

      if (*line == '@' && split_line (line + 1, &param.name, &text))
        {
          param.text = g_string_new (text);
          g_array_append_val (self->params, param);
          indent = get_indent (*lines);
        }
      else if (*line != '\0' && self->params->len > 0 && get_indent (*lines) > indent)
        g_string_append_printf (g_array_index (self->params, Param, self->params->len - 1).text,
                                "\n%s", line);
      else
        break;
    }

  return lines;
}

static Comment *
parse (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  char **rest = lines;
  const char *first = "";
  Comment *self;
  char *symbol;

  for (char **line = lines; *line != NULL; line++)
    g_strchomp (*line);
  while (*rest != NULL && **rest == '\0')
    rest++;
  if (*rest == NULL || !split_line (*rest + get_indent (*rest), &symbol, &first))
    return NULL;

  self = g_new0 (Comment, 1);
  self->symbol = symbol;
  self->body = g_string_new (first);
  self->names = g_ptr_array_new ();
  self->nearest.word = symbol;
  self->params = g_array_new (FALSE, FALSE, sizeof (Param));
  g_array_set_clear_func (self->params, param_clear);

  for (rest = read_params (self, rest + 1); *rest != NULL; rest++)
    g_string_append_printf (self->body, "\n%s", *rest);

  return self;
}

void
cg_comments_read (Parser     *self,
                  const char *text)
{
  Comment *comment = parse (text);

  if (comment == NULL)
    return;

  cg_comments_drop (self);
  comment->offset = cg_xml_reader_get_offset (self->reader);
  comment->length = cg_xml_reader_get_length (self->reader);
  self->comment = comment;
}

static const char *
find_param (Parser     *self,
            const char *name)
{
  const char *text = NULL;

  for (guint i = 0; i < self->comment->params->len; i++)
    {
      Param *param = &g_array_index (self->comment->params, Param, i);

      if (!g_str_equal (param->name, name))
        continue;
      param->is_used = TRUE;
      if (text == NULL && param->text->len > 0)
        text = cg_description_string (self->description, param->text->str);
    }

  return text;
}

/* Applies the comment to an interface, member or type that begins. @has_args tells whether it can
 * have arguments, values or fields. */
void
cg_comments_apply (Parser   *self,
                   CgNode   *node,
                   gboolean  has_args)
{
  Comment *comment = self->comment;
  g_autofree char *body = NULL;

  if (comment == NULL || comment->node != NULL || node->name == NULL)
    return;
  if (!g_str_equal (comment->symbol, node->name))
    {
      cg_suggestion_offer (&comment->nearest, node->name);
      return;
    }

  comment->node = node;
  body = g_strstrip (g_strdup (comment->body->str));
  if (*body != '\0')
    node->doc = cg_description_string (self->description, body);
  node->brief = find_param (self, "short_description");
  node->since = find_param (self, "since");
  if (!has_args)
    warn_of_params (self);
}

/* Applies the comment to an argument of @member that begins. */
void
cg_comments_apply_arg (Parser       *self,
                       const CgNode *member,
                       CgNode       *node)
{
  if (self->comment == NULL || self->comment->node != member || node->name == NULL)
    return;

  g_ptr_array_add (self->comment->names, (gpointer) node->name);
  node->doc = find_param (self, node->name);
}

/* Called at the end of a member, when all its arguments are known. */
void
cg_comments_end (Parser       *self,
                 gconstpointer member)
{
  if (self->comment != NULL && self->comment->node != NULL && self->comment->node == member)
    warn_of_params (self);
}
