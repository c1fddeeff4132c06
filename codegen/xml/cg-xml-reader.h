/* cg-xml-reader.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Errors that callers may explain further. */
typedef enum
{
  CG_XML_ERROR_OTHER,
  CG_XML_ERROR_NO_ROOT,       /* the file ends before its first element */
  CG_XML_ERROR_OPEN_ELEMENT,  /* the file ends before an end tag */
  CG_XML_ERROR_WRONG_END_TAG
} CgXmlError;

#define CG_XML_ERROR (cg_xml_error_quark ())
GQuark cg_xml_error_quark (void);

/* Reads XML, and calls functions for its contents. */
typedef struct _CgXmlReader CgXmlReader;

typedef struct
{
  /* @attributes: names and values in turn, and NULL. */
  void (*start)   (CgXmlReader  *reader,
                   const char   *element,
                   const char  **attributes,
                   gpointer      data);
  void (*end)     (CgXmlReader  *reader,
                   const char   *element,
                   gpointer      data);
  void (*text)    (CgXmlReader  *reader,  /* (nullable) */
                   const char   *text,
                   gsize         length,
                   gpointer      data);
  void (*comment) (CgXmlReader  *reader,  /* (nullable) */
                   const char   *text,
                   gpointer      data);

  /* A reference to an entity is left out, since only a DTD outside of the text can
   * declare it. */
  void (*skipped) (CgXmlReader  *reader,  /* (nullable) */
                   const char   *entity,
                   gsize         offset,
                   gpointer      data);
} CgXmlHandlers;

/* On failure, @error_offset is the location of the error in @text. @encoding (nullable) overrides
 * the XML declaration. */
gboolean    cg_xml_read              (const char           *text,
                                      gsize                 length,
                                      const char           *encoding,
                                      const CgXmlHandlers  *handlers,
                                      gpointer              data,
                                      gsize                *error_offset,
                                      GError              **error);

/* Gets the offset of the event for which a handler was called. */
gsize       cg_xml_reader_get_offset (const CgXmlReader    *self);
gsize       cg_xml_reader_get_length (const CgXmlReader    *self);

/* Stops reading, with an error at @offset. */
void        cg_xml_reader_fail       (CgXmlReader          *self,
                                      gsize                 offset,
                                      const char           *format,
                                      ...) G_GNUC_PRINTF (3, 4);

/* Converts XML to UTF-8 from the encoding of its declaration or byte order mark. The declaration is
 * not changed. */
char       *cg_xml_decode            (const char           *text,
                                      gsize                 length,
                                      gsize                *decoded_length,
                                      gsize                *error_offset,
                                      GError              **error);

/* Finds an attribute, or returns NULL. */
const char *cg_xml_find_attribute    (const char          **attributes,
                                      const char           *name);
