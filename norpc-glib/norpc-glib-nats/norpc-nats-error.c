/* norpc-nats-error.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-nats-error-private.h"
#include "norpc-nats-number-private.h"

#define HEADER_TEXT "Nats-Service-Error"
#define HEADER_CODE "Nats-Service-Error-Code"
#define HEADER_DOMAIN "Norpc-Error"    /* the name of the domain, a slash and the code */
#define HEADER_NAME "Norpc-Error-Name" /* the name over D-Bus, or in a description that is read at run time */
#define HEADER_REJECTED "Norpc-Rejected" /* anything, if no handler has begun with the call */

#define MAX_HEADER 512
#define MAX_TEXT 8192

/* How many domains that this process does not know may become known to it by messages, as names of domains are
 * never freed.
 */
#define MAX_FOREIGN_DOMAINS 100

/* The codes of HTTP that say the same, as other micro-services of NATS use them. */
static guint
get_service_code (const GError *error)
{
  if (error->domain != NORPC_ERROR)
    return 500;

  switch ((NorpcError) error->code)
    {
    case NORPC_ERROR_INVALID_ARGUMENT:
      return 400;

    case NORPC_ERROR_NOT_IMPLEMENTED:
      return 404;

    case NORPC_ERROR_BUSY:
      return 429;

    case NORPC_ERROR_CLOSED:
      return 503;

    case NORPC_ERROR_TIMED_OUT:
      return 504;

    case NORPC_ERROR_FAILED:
    case NORPC_ERROR_NO_REPLY:
    case NORPC_ERROR_WOULD_DEADLOCK:
    case NORPC_ERROR_INVALID_DESCRIPTION:
    default:
      return 500;
    }
}

/* Returns the name (owned) of a declared error, or NULL. The name over D-Bus comes first, as generated code knows no
 * other one.
 */
static char *
dup_name (const NorpcInterfaceInfo *info,
          const GError             *error)
{
  g_autofree char *name = g_dbus_error_encode_gerror (error);
  char *described;

  if (!g_str_has_prefix (name, "org.gtk.GDBus.UnmappedGError."))
    return g_steal_pointer (&name);
  if (info == NULL)
    return NULL;

  described = norpc_interface_info_dup_dbus_error_name (info, error);

  return described != NULL ? described : norpc_interface_info_dup_error_name (info, error);
}

/* Returns at most @size bytes of a text (owned), which are whole characters of UTF-8. */
static char *
shorten (const char *text,
         gsize       size)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *end;

  g_utf8_validate_len (valid, MIN (strlen (valid), size), &end);

  return g_strndup (valid, (gsize) (end - valid));
}

static gboolean
set_headers (natsMsg                  *message,
             const NorpcInterfaceInfo *info,
             const GError             *error,
             const char               *text)
{
  g_autofree char *code = g_strdup_printf ("%u", get_service_code (error));
  g_autofree char *domain = g_strdup_printf ("%s/%d", g_quark_to_string (error->domain), error->code);
  g_autofree char *name = dup_name (info, error);
  g_autofree char *line = shorten (text, MAX_HEADER);

  return norpc_nats_message_set_header (message, HEADER_TEXT, norpc_nats_is_blank (line) ? domain : line) &&
         norpc_nats_message_set_header (message, HEADER_CODE, code) &&
         norpc_nats_message_set_header (message, HEADER_DOMAIN, domain) &&
         (name == NULL || norpc_nats_message_set_header (message, HEADER_NAME, name));
}

/* Returns a message (owned), or NULL if there is no memory for it. @info declares errors, and may be NULL. */
natsMsg *
norpc_nats_error_new_message (const char               *subject,
                              const NorpcInterfaceInfo *info,
                              const GError             *error)
{
  g_autofree char *text = shorten (error->message, MAX_TEXT);
  natsMsg *message = norpc_nats_message_new_text (subject, text);

  if (message == NULL || set_headers (message, info, error, text))
    return message;

  natsMsg_Destroy (message);

  return NULL;
}

/* The same for a call that no handler has begun with. */
natsMsg *
norpc_nats_error_new_rejection (const char               *subject,
                                const NorpcInterfaceInfo *info,
                                const GError             *error)
{
  natsMsg *message = norpc_nats_error_new_message (subject, info, error);

  if (message != NULL)
    norpc_nats_message_set_header (message, HEADER_REJECTED, "true");

  return message;
}

gboolean
norpc_nats_error_is_rejection (natsMsg *message)
{
  return norpc_nats_message_get_header (message, HEADER_REJECTED) != NULL;
}

gboolean
norpc_nats_error_is_in (natsMsg *message)
{
  return norpc_nats_message_get_header (message, HEADER_TEXT) != NULL ||
         norpc_nats_message_get_header (message, HEADER_CODE) != NULL;
}

static char *
dup_text (natsMsg *message)
{
  const char *line = norpc_nats_message_get_header (message, HEADER_TEXT);
  const char *domain = norpc_nats_message_get_header (message, HEADER_DOMAIN);
  int size = natsMsg_GetDataLength (message);

  if (size > 0 && size <= MAX_TEXT && g_utf8_validate (natsMsg_GetData (message), size, NULL))
    return g_strndup (natsMsg_GetData (message), (gsize) size);

  /* The message is empty: the header, which cannot be, has the domain. */
  if (size == 0 && g_strcmp0 (line, domain) == 0 && line != NULL)
    return g_strdup ("");

  return line != NULL && *line != '\0' ? shorten (line, MAX_TEXT) : g_strdup ("The service failed");
}

/* Returns the domain of a name, or 0 if it is one of too many. */
static GQuark
find_domain (const char *name)
{
  static int n_foreign; /* atomic */
  GQuark domain = g_quark_try_string (name);

  if (domain != 0 || *name == '\0' || strlen (name) > 100 || !g_str_is_ascii (name))
    return domain;

  return g_atomic_int_add (&n_foreign, 1) < MAX_FOREIGN_DOMAINS ? g_quark_from_string (name) : 0;
}

/* Returns an error (owned) of the domain in a header, or NULL. */
static GError *
from_domain (const char *header,
             const char *text)
{
  const char *slash = header != NULL ? strrchr (header, '/') : NULL;
  g_autofree char *name = NULL;
  gint64 code;
  GQuark domain;

  if (slash == NULL || !norpc_nats_number_read (slash + 1, G_MININT, G_MAXINT, &code))
    return NULL;

  name = g_strndup (header, (gsize) (slash - header));
  domain = find_domain (name);

  return domain != 0 ? g_error_new_literal (domain, (int) code, text) : NULL;
}

/* Returns an error (owned) that this process knows by its name, or NULL. */
static GError *
from_name (const char               *name,
           const NorpcInterfaceInfo *info,
           const char               *text)
{
  g_autoptr (GError) error = NULL;

  if (name == NULL || !g_utf8_validate (name, -1, NULL) || g_str_has_prefix (name, "org.gtk.GDBus.UnmappedGError."))
    return NULL;

  error = g_dbus_error_new_for_dbus_error (name, "");
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR))
    return g_error_new_literal (error->domain, error->code, text);

  g_clear_error (&error);
  error = norpc_interface_info_new_error (info, name, text);

  return g_error_matches (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT) ? NULL : g_steal_pointer (&error);
}

/* Returns the error (owned) that a message says, or one that says that the message is wrong. */
GError *
norpc_nats_error_from (natsMsg                  *message,
                       const NorpcInterfaceInfo *info)
{
  g_autofree char *text = NULL;
  GError *error = NULL;
  const char *name, *domain;

  if (!norpc_nats_message_get_single (message, HEADER_NAME, &name, &error) ||
      !norpc_nats_message_get_single (message, HEADER_DOMAIN, &domain, &error))
    {
      g_prefix_error (&error, "the reply is wrong: ");
      return error;
    }

  text = dup_text (message);
  error = from_name (name, info, text);
  if (error == NULL)
    error = from_domain (domain, text);

  return error != NULL ? error : g_error_new_literal (NORPC_ERROR, NORPC_ERROR_FAILED, text);
}
