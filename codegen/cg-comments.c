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
 * nothing. */

#include "cg-parser-private.h"

#include <string.h>

typedef struct
{
  char    *name;    /* (owned) */
  GString *text;    /* (owned) */
} Param;

struct _Comment
{
  char         *symbol;  /* (owned) */
  GString      *body;    /* (owned) */
  GArray       *params;  /* (owned) (element-type Param) */
  const CgNode *node;    /* (nullable): what it was found to document */
};

static void
param_clear (gpointer data)
{
  Param *param = data;

  g_free (param->name);
  g_string_free (param->text, TRUE);
}

void
cg_comment_free (Comment *self)
{
  g_free (self->symbol);
  g_string_free (self->body, TRUE);
  g_array_unref (self->params);
  g_free (self);
}

static gsize
get_indent (const char *line)
{
  return strspn (line, " \t");
}

/* Splits "name: text" or "name:". */
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

/* Takes the lines of parameters, and returns the first that is none. */
static char **
read_params (Comment  *self,
             char    **lines)
{
  gsize indent = 0;

  for (; *lines != NULL; lines++)
    {
      const char *line = *lines + get_indent (*lines);
      Param param = { NULL, NULL };
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
parse (const char *text,
       gsize       length)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
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
  self->params = g_array_new (FALSE, FALSE, sizeof (Param));
  g_array_set_clear_func (self->params, param_clear);

  for (rest = read_params (self, rest + 1); *rest != NULL; rest++)
    g_string_append_printf (self->body, "\n%s", *rest);

  return self;
}

/* The token is a comment. */
void
cg_comments_read (Parser *self)
{
  gsize start = self->token.offset + strlen ("<!--");
  gsize length = self->token.length - strlen ("<!--") - strlen ("-->");
  Comment *comment = parse (self->source->text + start, length);

  if (comment == NULL)
    return;

  g_clear_pointer (&self->comment, cg_comment_free);
  self->comment = comment;
}

static const char *
find_param (Parser     *self,
            const char *name)
{
  for (guint i = 0; i < self->comment->params->len; i++)
    {
      const Param *param = &g_array_index (self->comment->params, Param, i);

      if (g_str_equal (param->name, name) && param->text->len > 0)
        return cg_description_string (self->description, param->text->str);
    }

  return NULL;
}

/* An interface or a member begins. */
void
cg_comments_apply (Parser *self,
                   CgNode *node)
{
  Comment *comment = self->comment;
  g_autofree char *body = NULL;

  if (comment == NULL || comment->node != NULL || g_strcmp0 (comment->symbol, node->name) != 0)
    return;

  comment->node = node;
  body = g_strstrip (g_strdup (comment->body->str));
  if (*body != '\0')
    node->doc = cg_description_string (self->description, body);
  node->brief = find_param (self, "short_description");
  node->since = find_param (self, "since");
}

/* An argument of @member begins. */
void
cg_comments_apply_arg (Parser       *self,
                       const CgNode *member,
                       CgNode       *node)
{
  if (self->comment != NULL && self->comment->node == member && node->name != NULL)
    node->doc = find_param (self, node->name);
}
