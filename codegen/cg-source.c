/* cg-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads a description and makes UTF-8 of it, whatever encoding XML allows it
 * to be in. What is not text is refused here, with its place. */

#include "cg-source.h"

#include "cg-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_BYTES (64 * 1024 * 1024)

static gboolean
read_file (CgSource *self,
           char    **message)
{
  g_autoptr (GError) error = NULL;
  FILE *file = cg_file_check_input (self->name, &error) ? g_fopen (self->name, "rb") : NULL;
  GString *bytes;
  char buffer[16384];
  gsize n;
  gboolean ok;

  if (file == NULL)
    {
      *message = g_strdup (error != NULL ? error->message : g_strerror (errno));
      return FALSE;
    }

  bytes = g_string_new (NULL);
  while (bytes->len <= MAX_BYTES && (n = fread (buffer, 1, sizeof buffer, file)) > 0)
    g_string_append_len (bytes, buffer, n);

  ok = !ferror (file);
  if (!ok)
    *message = g_strdup (g_strerror (errno));
  fclose (file);

  self->length = bytes->len;
  self->text = g_string_free (bytes, FALSE);

  return ok;
}

static gboolean
convert (CgSource      *self,
         gsize          skip,
         const char    *encoding,
         CgDiagnostics *diagnostics)
{
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  char *text = g_convert (self->text + skip, self->length - skip,
                          "UTF-8", encoding, NULL, &length, &error);

  if (text == NULL)
    {
      CgLocation location = { self->name, self->index, 1, 1 };

      cg_diagnostics_error (diagnostics, &location, "cannot read the text as %s: %s",
                            encoding, error->message);
      return FALSE;
    }

  g_free (self->text);
  self->text = text;
  self->length = length;

  return TRUE;
}

/* The value of encoding="" in an XML declaration at the start of the text. */
static char *
find_declared_encoding (CgSource *self,
                        gsize    *offset)
{
  g_autoptr (GRegex) regex = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  const char *end;
  int start = 0;

  if (!g_str_has_prefix (self->text, "<?xml") || !g_ascii_isspace (self->text[strlen ("<?xml")]))
    return NULL;
  end = strstr (self->text, "?>");
  if (end == NULL)
    return NULL;

  regex = g_regex_new ("\\sencoding\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)')",
                       G_REGEX_RAW, 0, NULL);
  if (!g_regex_match_full (regex, self->text, end - self->text, 0, 0, &match, NULL))
    return NULL;

  for (int group = 1; group <= 2; group++)
    if (g_match_info_fetch_pos (match, group, &start, NULL) && start >= 0)
      {
        *offset = start;
        return g_match_info_fetch (match, group);
      }

  return NULL;
}

static gboolean
is_encoding_name (const char *name)
{
  return *name != '\0' &&
         strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == strlen (name);
}

static gboolean
is_wide (const char *encoding)
{
  return g_ascii_strncasecmp (encoding, "UTF-16", 6) == 0 ||
         g_ascii_strncasecmp (encoding, "UTF-32", 6) == 0 ||
         g_ascii_strncasecmp (encoding, "UCS", 3) == 0 ||
         g_ascii_strncasecmp (encoding, "ISO-10646-UCS", 13) == 0;
}

/* UTF-16 says nothing of the order of the bytes, UTF-16BE does. */
static gboolean
is_same_encoding (const char *declared,
                  const char *marked)
{
  return g_ascii_strcasecmp (declared, marked) == 0 ||
         (g_ascii_strncasecmp (declared, marked, strlen (declared)) == 0 && strlen (declared) == strlen ("UTF-16")) ||
         (g_str_equal (marked, "UTF-8") && g_ascii_strcasecmp (declared, "UTF8") == 0);
}

static const struct
{
  const char *bytes;
  gsize       length;
  const char *encoding;
} byte_order_marks[] = {
  { "\xff\xfe\x00\x00", 4, "UTF-32LE" },
  { "\x00\x00\xfe\xff", 4, "UTF-32BE" },
  { "\xff\xfe", 2, "UTF-16LE" },
  { "\xfe\xff", 2, "UTF-16BE" },
  { "\xef\xbb\xbf", 3, "UTF-8" },
};

static gboolean
decode (CgSource      *self,
        CgDiagnostics *diagnostics)
{
  const char *marked = NULL;
  g_autofree char *declared = NULL;
  gsize offset = 0;
  CgLocation location;

  for (gsize i = 0; i < G_N_ELEMENTS (byte_order_marks) && marked == NULL; i++)
    if (self->length >= byte_order_marks[i].length &&
        memcmp (self->text, byte_order_marks[i].bytes, byte_order_marks[i].length) == 0)
      {
        marked = byte_order_marks[i].encoding;
        if (!convert (self, byte_order_marks[i].length, marked, diagnostics))
          return FALSE;
      }

  declared = find_declared_encoding (self, &offset);
  if (declared == NULL)
    return TRUE;

  location = cg_source_locate (self, offset);
  if (!is_encoding_name (declared))
    cg_diagnostics_error (diagnostics, &location, "'%s' is not the name of an encoding", declared);
  else if (marked != NULL
           ? !is_same_encoding (declared, marked)
           : is_wide (declared))
    cg_diagnostics_error (diagnostics, &location, "the file declares %s but is not in it", declared);
  else if (marked == NULL && g_ascii_strcasecmp (declared, "UTF-8") != 0)
    return convert (self, 0, declared, diagnostics);
  else
    return TRUE;

  return FALSE;
}

/* XML has no place for these, escaped or not. */
static gboolean
is_xml_char (gunichar c)
{
  return c >= 0x20 ? c != 0xfffe && c != 0xffff : c == '\t' || c == '\n' || c == '\r';
}

static gboolean
check_text (CgSource      *self,
            CgDiagnostics *diagnostics)
{
  const char *end;
  CgLocation location;

  if (!g_utf8_validate_len (self->text, self->length, &end))
    {
      gsize offset = end - self->text;

      location = cg_source_locate (self, offset);
      if (self->text[offset] == '\0')
        cg_diagnostics_error (diagnostics, &location, "a zero byte cannot stand in XML");
      else
        cg_diagnostics_error (diagnostics, &location, "the byte 0x%02x is not valid UTF-8 here",
                              (guchar) self->text[offset]);
      return FALSE;
    }

  for (const char *p = self->text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_xml_char (g_utf8_get_char (p)))
      {
        location = cg_source_locate (self, p - self->text);
        cg_diagnostics_error (diagnostics, &location, "the character U+%04X cannot stand in XML",
                              g_utf8_get_char (p));
        return FALSE;
      }

  return TRUE;
}

/* Returns NULL, with an error in @diagnostics, if it is not readable text. */
CgSource *
cg_source_load (const char    *path,
                guint          index,
                CgDiagnostics *diagnostics)
{
  g_autoptr (CgSource) self = g_new0 (CgSource, 1);
  CgLocation whole = { g_intern_string (path), index, 0, 0 };
  g_autofree char *message = NULL;

  self->name = whole.file;
  self->index = index;
  self->last = self->anchor = (CgPlace) { 0, 1, 1 };

  if (!read_file (self, &message))
    cg_diagnostics_error (diagnostics, &whole, "the file cannot be read: %s", message);
  else if (self->length > MAX_BYTES)
    cg_diagnostics_error (diagnostics, &whole, "the file is larger than %d MiB", MAX_BYTES / 1024 / 1024);
  else if (self->length == 0)
    cg_diagnostics_error (diagnostics, &whole, "the file is empty");
  else if (decode (self, diagnostics))
    {
      gboolean ok = check_text (self, diagnostics);

      cg_diagnostics_take_text (diagnostics, index, self->text, self->length);
      return ok ? g_steal_pointer (&self) : NULL;
    }

  g_free (self->text);

  return NULL;
}

void
cg_source_free (CgSource *self)
{
  g_free (self);
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

  return (CgLocation) { self->name, self->index, self->last.line, self->last.column };
}

void
cg_source_anchor (CgSource *self)
{
  self->anchor = self->last;
}
