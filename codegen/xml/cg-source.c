/* cg-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads files, and computes locations in their text. */

#include "cg-source.h"

#include "cg-xml-reader.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_BYTES (64 * 1024 * 1024)

#define UTF8_MARK "\xef\xbb\xbf"

char *
cg_file_read (const char  *path,
              gsize       *length,
              GError     **error)
{
  g_autofree char *text = NULL;
  GStatBuf info;
  int code = 0;

  if (g_stat (path, &info) != 0)
    code = errno;
  else if (S_ISDIR (info.st_mode))
    code = EISDIR;
  if (code != 0)
    g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (code), g_strerror (code));
  else if (!S_ISREG (info.st_mode))
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "it is not a regular file");
  else if (info.st_size > MAX_BYTES)
    g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "it is larger than %d MiB",
                 MAX_BYTES / 1024 / 1024);
  else if (g_file_get_contents (path, &text, length, error))
    return g_steal_pointer (&text);

  return NULL;
}

/* Converts the text to UTF-8 if expat finds another encoding. */
static gboolean
decode (CgSource      *self,
        CgDiagnostics *diagnostics)
{
  g_autoptr (GError) error = NULL;
  gboolean is_wide = self->length >= 2 && (memcmp (self->text, "\xff\xfe", 2) == 0 ||
                                           memcmp (self->text, "\xfe\xff", 2) == 0);
  const char *zero = memchr (self->text, '\0', self->length);
  gsize length = 0;
  gsize offset = 0;
  CgLocation location;
  char *text;

  if (zero != NULL && !is_wide)
    {
      location = cg_source_locate (self, zero - self->text);
      cg_diagnostics_error (diagnostics, &location, "a zero byte is not allowed in XML");
      return FALSE;
    }
  if (!is_wide && g_utf8_validate (self->text, self->length, NULL))
    return TRUE;

  text = cg_xml_decode (self->text, self->length, &length, &offset, &error);
  if (text == NULL)
    {
      location = cg_source_locate (self, offset);
      /* a line with wide characters is shown up to the first zero byte */
      location.offset = MIN (offset, strlen (self->text));
      cg_diagnostics_error (diagnostics, &location, "%s", error->message);
      return FALSE;
    }

  g_free (self->text);
  self->text = text;
  self->length = length;
  self->encoding = "UTF-8";
  self->last = self->anchor;

  return TRUE;
}

/* Returns NULL, and reports an error, if the file is not readable text. */
CgSource *
cg_source_load (const char    *path,
                guint          index,
                CgDiagnostics *diagnostics)
{
  g_autoptr (CgSource) self = g_new0 (CgSource, 1);
  CgLocation whole = { g_intern_string (path), index, 0, 0, 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  self->name = whole.file;
  self->index = index;
  self->last = self->anchor = (CgPlace) { 0, 1, 1 };
  self->text = cg_file_read (path, &self->length, &error);

  if (self->text == NULL)
    {
      cg_diagnostics_error (diagnostics, &whole, "the file cannot be read: %s", error->message);
      return NULL;
    }

  /* the byte order mark is not a character of the text */
  if (g_str_has_prefix (self->text, UTF8_MARK))
    {
      self->length -= strlen (UTF8_MARK);
      memmove (self->text, self->text + strlen (UTF8_MARK), self->length + 1);
    }

  ok = decode (self, diagnostics);
  cg_diagnostics_take_text (diagnostics, index, self->text);

  return ok ? g_steal_pointer (&self) : NULL;
}

/* A line ends in LF, CR LF, or CR. */
static void
step (CgSource *self)
{
  const char *p = self->text + self->last.offset;

  if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
    {
      self->last.line++;
      self->last.column = 1;
    }
  else if ((*p & 0xc0) != 0x80)
    self->last.column++;

  self->last.offset++;
}

CgLocation
cg_source_locate (CgSource *self,
                  gsize     offset)
{
  offset = MIN (offset, self->length);

  if (offset < self->last.offset)
    self->last = offset >= self->anchor.offset ? self->anchor : (CgPlace) { 0, 1, 1 };

  while (self->last.offset < offset)
    step (self);

  return (CgLocation) { self->name, self->index, self->last.line, self->last.column, offset };
}

void
cg_source_anchor (CgSource *self)
{
  self->anchor = self->last;
}
