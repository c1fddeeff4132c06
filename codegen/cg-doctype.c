/* cg-doctype.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads a document type declaration: is it written rightly, and which entities
 * does it declare? What elements and attributes it declares means nothing
 * here, and nothing that it refers to is ever read. */

#include "cg-doctype.h"

#include <string.h>

#define SPACE       " \t\r\n"
#define NOT_IN_NAME SPACE "\"'<>&;%[]=?!/()|,*+"

static gboolean
fail (CgDoctype  *self,
      const char *message)
{
  self->message = message;

  return FALSE;
}

static gboolean
skip_space (CgDoctype *self)
{
  gsize length = strspn (self->p, SPACE);

  self->p += length;

  return length > 0;
}

static gboolean
take (CgDoctype  *self,
      const char *word)
{
  if (!g_str_has_prefix (self->p, word))
    return FALSE;

  self->p += strlen (word);

  return TRUE;
}

/* The caller owns the name; NULL if there is none. */
static char *
take_name (CgDoctype *self)
{
  const char *name = self->p;
  gsize length = strcspn (name, NOT_IN_NAME);

  if (length == 0 || strchr (G_CSET_DIGITS "-.", *name) != NULL)
    return NULL;

  self->p += length;

  return g_strndup (name, length);
}

/* What is between quotes, or NULL. That they are closed is the lexer's doing. */
static char *
take_literal (CgDoctype *self)
{
  const char *start = self->p;
  const char *close;

  if (*start != '"' && *start != '\'')
    return NULL;
  close = memchr (start + 1, *start, self->end - start - 1);
  if (close == NULL)
    return NULL;

  self->p = close + 1;

  return g_strndup (start + 1, close - start - 1);
}

/* The place of what is outside of the file, after SYSTEM or PUBLIC. */
static gboolean
read_place (CgDoctype *self,
            guint      n_literals)
{
  for (guint i = 0; i < n_literals; i++)
    {
      gboolean has_space = skip_space (self);
      g_autofree char *literal = has_space ? take_literal (self) : NULL;

      if (literal == NULL)
        return fail (self, n_literals == 2
                     ? "PUBLIC needs two names in quotes: a public one, and an address"
                     : "SYSTEM needs an address in quotes");
    }

  return TRUE;
}

/* A reference to a character stands for it from now on; one to an entity is
 * expanded where that is used. */
static gboolean
read_value (CgDoctype   *self,
            const char  *text,
            char       **value)
{
  g_autoptr (GString) read = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      gsize length = strcspn (p + 1, NOT_IN_NAME);
      g_autofree char *name = g_strndup (p + 1, length);
      gboolean is_closed = length > 0 && p[1 + length] == ';';
      gunichar c = *p == '&' && *name == '#' ? cg_entities_get_character (name) : 0;

      if (*p == '%' && is_closed)
        return fail (self, "a parameter entity cannot stand in the value of an entity here");
      if (*p == '&' && (!is_closed || (*name == '#' && c == 0)))
        return fail (self, "'&' begins no reference in the value of the entity; write '&#38;'");

      if (c == 0)
        g_string_append_c (read, *p);
      else
        {
          g_string_append_unichar (read, c);
          p += 1 + length;
        }
    }

  *value = g_string_free (g_steal_pointer (&read), FALSE);

  return TRUE;
}

static gboolean
read_definition (CgDoctype  *self,
                 char      **value)
{
  const char *start = self->p;
  g_autofree char *literal = take_literal (self);

  if (literal != NULL)
    {
      const char *rest = self->p;

      self->p = start;
      if (!read_value (self, literal, value))
        return FALSE;
      self->p = rest;
      return TRUE;
    }

  if (take (self, "SYSTEM"))
    return read_place (self, 1);
  if (take (self, "PUBLIC"))
    return read_place (self, 2);

  return fail (self, "an entity needs a value in quotes, SYSTEM or PUBLIC");
}

static gboolean
read_entity (CgDoctype *self)
{
  gboolean is_parameter;
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  skip_space (self);
  is_parameter = *self->p == '%' && strchr (SPACE, self->p[1]) != NULL;
  if (is_parameter)
    self->p++;
  skip_space (self);

  name = take_name (self);
  if (name == NULL || !skip_space (self))
    return fail (self, "an entity needs a name, and a blank after it");
  if (!read_definition (self, &value))
    return FALSE;

  if (!is_parameter)
    cg_entities_add (self->entities, name, value);

  skip_space (self);
  if (take (self, "NDATA"))
    {
      g_autofree char *notation = skip_space (self) ? take_name (self) : NULL;

      skip_space (self);
      if (notation == NULL)
        return fail (self, "NDATA needs the name of a notation");
    }

  return take (self, ">") || fail (self, "the declaration of the entity must end here");
}

/* One of an element, an attribute or a notation. */
static gboolean
skip_declaration (CgDoctype *self)
{
  while (self->p < self->end && *self->p != '>')
    if (*self->p == '<')
      return fail (self, "the declaration before this has no end");
    else if (*self->p == '"' || *self->p == '\'')
      g_free (take_literal (self));
    else
      self->p++;

  return take (self, ">");
}

static gboolean
skip_until (CgDoctype  *self,
            const char *end)
{
  const char *found = strstr (self->p, end);

  if (found == NULL || found >= self->end)
    return fail (self, "this has no end");
  self->p = found + strlen (end);

  return TRUE;
}

static gboolean
read_parameter (CgDoctype *self)
{
  g_autofree char *name = take_name (self);

  /* what it stands for may declare anything */
  cg_entities_set_external (self->entities);

  return (name != NULL && take (self, ";")) || fail (self, "'%' begins no reference here");
}

static gboolean
is_declaration (CgDoctype  *self,
                const char *word)
{
  return g_str_has_prefix (self->p, word) && self->p[strlen (word)] != '\0' &&
         strchr (SPACE, self->p[strlen (word)]) != NULL && take (self, word);
}

static gboolean
read_one (CgDoctype *self)
{
  if (take (self, "<!--"))
    return skip_until (self, "-->");
  if (take (self, "<?"))
    return skip_until (self, "?>");
  if (take (self, "%"))
    return read_parameter (self);
  if (is_declaration (self, "<!ENTITY"))
    return read_entity (self);
  if (is_declaration (self, "<!ELEMENT") || is_declaration (self, "<!ATTLIST") ||
      is_declaration (self, "<!NOTATION"))
    return skip_declaration (self);

  return fail (self, "this is not a declaration");
}

/* On failure, @self says where and why. */
gboolean
cg_doctype_read (CgDoctype *self)
{
  g_autofree char *root = NULL;
  gboolean is_system;

  take (self, "<!DOCTYPE");
  root = skip_space (self) ? take_name (self) : NULL;
  if (root == NULL)
    return fail (self, "a document type declaration needs the name of the root element");

  skip_space (self);
  is_system = take (self, "SYSTEM");
  if (is_system || take (self, "PUBLIC"))
    {
      cg_entities_set_external (self->entities);
      if (!read_place (self, is_system ? 1 : 2))
        return FALSE;
    }

  skip_space (self);
  if (take (self, "["))
    {
      for (skip_space (self); !take (self, "]"); skip_space (self))
        if (!read_one (self))
          return FALSE;
      skip_space (self);
    }

  return take (self, ">") || fail (self, "the document type declaration must end here");
}
