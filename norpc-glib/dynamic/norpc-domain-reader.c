/* norpc-domain-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads the error domains that a description declares. */

#include <string.h>

#include "norpc-description-reader-private.h"

/* The reading of all domains of a description. */
typedef struct
{
  GHashTable *errors;     /* (unowned): that is filled in */
  GHashTable *dbus_names; /* (owned): a set of unowned names, because GIO does not register one for two errors */
} DomainsReader;

/* The reading of one of them. */
typedef struct
{
  DomainsReader         *all;
  const NorpcXmlElement *domain;
  GHashTable            *codes; /* (owned): a set of integers */
  gint64                 next;  /* the code of the next error, unless it is given */
} DomainReader;

static void
described_error_free (gpointer data)
{
  NorpcDescribedError *self = data;

  g_free (self->domain);
  g_free (self->dbus_name);
  g_free (self);
}

static gboolean
is_domain_name (const char *name)
{
  return g_ascii_isupper (*name) && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") == strlen (name);
}

static gboolean
is_error_name (const char *name)
{
  return g_ascii_isalpha (*name) && strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-") == strlen (name);
}

/* Turns "KvError" into "kv-error-quark", which is the domain in generated code without a C namespace. */
static char *
make_domain_name (const char *name)
{
  GString *domain = g_string_new (NULL);

  for (const char *p = name; *p != '\0'; p++)
    {
      if (g_ascii_isupper (*p) && p > name && !g_ascii_isupper (p[-1]))
        g_string_append_c (domain, '-');
      g_string_append_c (domain, *p == '_' ? '-' : g_ascii_tolower (*p));
    }
  g_string_append (domain, "-quark");

  return g_string_free (domain, FALSE);
}

/* Gets the name that an error has over D-Bus (owned), or NULL. */
static char *
make_dbus_error_name (const NorpcXmlElement *domain,
                      const NorpcXmlElement *element)
{
  const char *prefix = norpc_xml_element_get (domain, "dbus-prefix");
  const char *dbus_name = norpc_xml_element_get (element, "dbus-name");

  if (dbus_name != NULL)
    return g_strdup (dbus_name);
  if (prefix == NULL)
    return NULL;

  return g_strconcat (prefix, ".", norpc_xml_element_get (element, "name"), NULL);
}

/* Reads a decimal or, after "0x", a hexadecimal number. */
static gboolean
read_error_value (const char *text,
                  gint64     *number)
{
  gboolean is_hexadecimal = g_str_has_prefix (text, "0x");
  char *end;

  if (*text != '-' && !g_ascii_isdigit (*text))
    return FALSE;

  *number = g_ascii_strtoll (text, &end, is_hexadecimal ? 16 : 10);

  return end > text && *end == '\0' && *number >= G_MININT32 && *number <= G_MAXINT32;
}

/* Gets the code of an error. Returns FALSE if @error is set. */
static gboolean
read_code (DomainReader           *self,
           const NorpcXmlElement  *element,
           int                    *code,
           GError                **error)
{
  const char *value = norpc_xml_element_get (element, "value");
  gint64 number = self->next;

  if (value != NULL && !read_error_value (value, &number))
    norpc_xml_element_fail (element, error, "'%s' is not a value of an error: a number from %d to %d", value,
                            G_MININT32, G_MAXINT32);
  else if (number > G_MAXINT32)
    norpc_xml_element_fail (element, error, "there is no number left for '%s'",
                            norpc_xml_element_get (element, "name"));
  else if (!g_hash_table_add (self->codes, GINT_TO_POINTER ((int) number)))
    norpc_xml_element_fail (element, error, "'%s' has the value of another error",
                            norpc_xml_element_get (element, "name"));
  else
    {
      self->next = number + 1;
      *code = (int) number;
      return TRUE;
    }

  return FALSE;
}

/* Takes ownership of @described. Returns FALSE if @error is set. */
static gboolean
add_error (DomainReader           *self,
           const NorpcXmlElement  *element,
           NorpcDescribedError    *described,
           GError                **error)
{
  g_autofree char *name = g_strconcat (norpc_xml_element_get (self->domain, "name"), ".",
                                       norpc_xml_element_get (element, "name"), NULL);
  const char *dbus_name = described->dbus_name;

  if (dbus_name != NULL && !g_dbus_is_interface_name (dbus_name))
    norpc_xml_element_fail (element, error, "'%s' is not a name of an error in D-Bus", dbus_name);
  else if (dbus_name != NULL && g_hash_table_contains (self->all->dbus_names, dbus_name))
    norpc_xml_element_fail (element, error, "'%s' is the name of another error in D-Bus, too", dbus_name);
  else if (g_hash_table_contains (self->all->errors, name))
    norpc_xml_element_fail (element, error, "another error has the name '%s'", name);
  else
    {
      if (dbus_name != NULL)
        g_hash_table_add (self->all->dbus_names, (gpointer) dbus_name);
      g_hash_table_insert (self->all->errors, g_steal_pointer (&name), described);
      return TRUE;
    }

  described_error_free (described);

  return FALSE;
}

static gboolean
read_error (DomainReader           *self,
            const NorpcXmlElement  *element,
            GError                **error)
{
  const char *name = norpc_xml_element_get (element, "name");
  NorpcDescribedError *described;
  int code;

  if (name == NULL || !is_error_name (name))
    {
      norpc_xml_element_fail (element, error, "'%s' is not a name of an error", name != NULL ? name : "");
      return FALSE;
    }
  if (!read_code (self, element, &code, error))
    return FALSE;

  described = g_new0 (NorpcDescribedError, 1);
  *described = (NorpcDescribedError) {
    make_domain_name (norpc_xml_element_get (self->domain, "name")), code, make_dbus_error_name (self->domain, element)
  };

  return add_error (self, element, described, error);
}

static gboolean
read_domain (DomainsReader          *all,
             const NorpcXmlElement  *domain,
             GError                **error)
{
  const char *name = norpc_xml_element_get (domain, "name");
  g_autoptr (GHashTable) codes = g_hash_table_new (NULL, NULL);
  DomainReader self = { all, domain, codes, 0 };

  if (name == NULL || !is_domain_name (name))
    {
      norpc_xml_element_fail (domain, error, "'%s' is not a name of an error domain", name != NULL ? name : "");
      return FALSE;
    }

  for (guint i = 0; i < domain->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (domain->children, i);

      if (g_str_equal (child->name, "error") && !read_error (&self, child, error))
        return FALSE;
    }
  if (g_hash_table_size (codes) > 0)
    return TRUE;

  norpc_xml_element_fail (domain, error, "the domain '%s' has no <error>", name);

  return FALSE;
}

/* Returns the errors (owned) of all @domains, which are unowned elements: owned names "Domain.Error" and owned
 * NorpcDescribedError. Returns NULL if @error is set.
 */
GHashTable *
norpc_described_errors_read (GPtrArray  *domains,
                             GError    **error)
{
  g_autoptr (GHashTable) errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, described_error_free);
  g_autoptr (GHashTable) dbus_names = g_hash_table_new (g_str_hash, g_str_equal);
  DomainsReader self = { errors, dbus_names };

  for (guint i = 0; i < domains->len; i++)
    if (!read_domain (&self, g_ptr_array_index (domains, i), error))
      return NULL;

  return g_steal_pointer (&errors);
}
