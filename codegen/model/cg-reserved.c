/* cg-reserved.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Identifiers that generated code cannot take from a description. */

#include "cg-spelling.h"

#include <string.h>

/* Keywords of C and C++, and macros of headers that generated code includes, or that are often
 * included before it. */
static const char * const reserved[] = {
  "BUFSIZ", "CSIGNAL", "DOMAIN", "EOF", "FALSE", "FILENAME_MAX", "HUGE", "I", "INFINITY",
  "MAXNAMLEN", "MINSIGSTKSZ", "NAN", "NFDBITS", "NGREG", "NSIG", "NULL", "NZERO",
  "OVERFLOW", "PLOSS", "SING", "TLOSS", "TRUE", "UNDERFLOW",
  "WCONTINUED", "WEXITED", "WNOHANG", "WNOWAIT", "WSTOPPED", "WUNTRACED",
  "alignas", "alignof", "and", "and_eq", "asm", "assert", "atomic_cancel", "atomic_commit",
  "atomic_noexcept", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
  "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl",
  "complex", "concept", "const", "const_cast", "consteval", "constexpr", "constinit",
  "continue", "d_fileno", "decltype", "default", "delete", "do", "double", "dynamic_cast",
  "else", "enum", "errno", "explicit", "export", "extern", "false", "far", "float", "for",
  "friend", "goto", "gnu", "i386", "if", "imaginary", "inline", "int", "interface", "linux",
  "long", "major", "makedev", "minor", "mutable", "namespace", "near", "new", "noexcept",
  "noreturn", "not", "not_eq", "nullptr", "offsetof", "operator", "or", "or_eq", "private",
  "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return",
  "s6_addr", "sa_handler", "sa_sigaction", "sched_priority", "short", "signed", "sizeof",
  "st_atime", "st_ctime", "st_mtime", "static", "static_assert", "static_cast", "stderr",
  "stdin", "stdout", "strdupa", "strndupa", "struct", "switch", "synchronized", "template",
  "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "typeof",
  "union", "unix", "unsigned", "using", "va_arg", "va_copy", "va_end", "va_list", "va_start",
  "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq", NULL
};

/* Parameters, variables and types that generated functions use. */
static const char * const used[] = {
  "args", "call", "callback", "cancellable", "endpoint", "error", "gboolean", "gchar",
  "gconstpointer", "gdouble", "gint", "gint16", "gint64", "gpointer", "gsize", "gssize",
  "guchar", "guint", "guint16", "guint64", "guint8", "iface", "klass", "reply", "reply_func",
  "result", "results", "self", "service", "user_data", "values", NULL
};

/* Keywords of Python, also of former versions: PyGObject adds an underscore to
 * each that is a name in a typelib, but not to all in all versions. */
static const char * const python_keywords[] = {
  "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
  "def", "del", "elif", "else", "except", "exec", "finally", "for", "from", "global", "if",
  "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "print", "raise", "return",
  "try", "while", "with", "yield", NULL
};

/* Virtual functions of GObject and NorpcLifecycle, which a service has besides those of its
 * interface. If two have the same name, PyGObject rejects a class that overrides one, and GJS
 * overrides the wrong one. */
static const char * const inherited_vfuncs[] = {
  "constructed", "constructor", "dispatch_properties_changed", "dispose", "finalize",
  "get_property", "notify", "parent_iface", "set_property", "start", "stop", NULL
};

/* Types of the headers that are included. A parameter with such a name is valid in C, but the
 * scanner of GObject Introspection reads it as the type. */
static const char * const types[] = {
  "DIR", "FILE", "blkcnt_t", "blksize_t", "caddr_t", "clock_t", "clockid_t", "daddr_t",
  "dev_t", "div_t", "fd_mask", "fd_set", "fpos_t", "fpregset_t", "fsblkcnt_t",
  "fsfilcnt_t", "fsid_t", "gatomicrefcount", "gchararray", "gfloat", "gid_t", "gint32",
  "gint8", "gintptr", "glong", "goffset", "grefcount", "greg_t", "gregset_t", "gshort",
  "guint32", "guintptr", "gulong", "gunichar", "gunichar2", "gushort", "id_t", "idtype_t",
  "ino_t", "int16_t", "int32_t", "int64_t", "int8_t", "int_fast16_t", "int_fast32_t",
  "int_fast64_t", "int_fast8_t", "int_least16_t", "int_least32_t", "int_least64_t",
  "int_least8_t", "intmax_t", "intptr_t", "key_t", "ldiv_t", "locale_t", "loff_t",
  "max_align_t", "mbstate_t", "mcontext_t", "mode_t", "nlink_t", "off_t", "pid_t",
  "pthread_attr_t", "pthread_barrier_t", "pthread_cond_t", "pthread_key_t",
  "pthread_mutex_t", "pthread_once_t", "pthread_rwlock_t", "pthread_spinlock_t",
  "pthread_t", "ptrdiff_t", "quad_t", "register_t", "sa_family_t", "sem_t",
  "sig_atomic_t", "sig_t", "siginfo_t", "sigset_t", "sigval_t", "size_t", "socklen_t",
  "ssize_t", "stack_t", "suseconds_t", "time_t", "timer_t", "u_char", "u_int",
  "u_int16_t", "u_int32_t", "u_int64_t", "u_int8_t", "u_long", "u_quad_t", "u_short",
  "ucontext_t", "uid_t", "uint", "uint16_t", "uint32_t", "uint64_t", "uint8_t",
  "uint_fast16_t", "uint_fast32_t", "uint_fast64_t", "uint_fast8_t", "uint_least16_t",
  "uint_least32_t", "uint_least64_t", "uint_least8_t", "uintmax_t", "uintptr_t", "ulong",
  "useconds_t", "ushort", "wint_t", NULL
};

static gboolean
has_lower (const char *name)
{
  return strpbrk (name, G_CSET_a_2_z) != NULL;
}

gboolean
cg_is_identifier (const char *name)
{
  return *name != '\0' && !g_ascii_isdigit (*name) &&
         strspn (name, CG_WORD_CHARACTERS) == strlen (name);
}

/* Checks whether @name is a keyword or a macro. There are 600 macros in <gio/gio.h>, too many to
 * list: those are all capitals, and have an underscore or begin like signals and errors of C. */
gboolean
cg_is_reserved (const char *name)
{
  if (g_strv_contains (reserved, name))
    return TRUE;

  if (g_str_has_prefix (name, "si_") || g_str_has_prefix (name, "sigev_"))
    return !g_str_has_suffix (name, "_");

  return !has_lower (name) && strpbrk (name, G_CSET_A_2_Z) != NULL && strlen (name) > 2 &&
         (strchr (name + 1, '_') != NULL ||
          *name == 'E' ||
          g_str_has_prefix (name, "SIG"));
}

/* Checks whether a parameter @name would hide a name that generated functions use. */
gboolean
cg_is_used_parameter (const char *name)
{
  return g_strv_contains (used, name) ||
         g_strv_contains (types, name) ||
         g_str_has_prefix (name, "g_") ||
         g_str_has_prefix (name, "glib_") ||
         g_str_has_prefix (name, "norpc_") ||
         g_str_has_prefix (name, "Norpc") ||
         (name[0] == 'G' && g_ascii_isupper (name[1]) && has_lower (name)) ||
         (name[0] == '_' && (name[1] == '_' || g_ascii_isupper (name[1])));
}

gboolean
cg_is_python_keyword (const char *name)
{
  return g_strv_contains (python_keywords, name);
}

/* Checks whether every service has a virtual function @name. */
gboolean
cg_is_inherited_vfunc (const char *name)
{
  return g_strv_contains (inherited_vfuncs, name);
}

/* Checks whether every proxy has a property @name, in C, that is set when the proxy is constructed. */
gboolean
cg_is_inherited_property (const char *name)
{
  return g_str_equal (name, "endpoint") || g_str_equal (name, "load_properties");
}

/* Checks whether every proxy has a signal @name, in C. */
gboolean
cg_is_inherited_signal (const char *name)
{
  static const char * const signals[] = {
    "notify", "signal_closed", "signals_lost", "write_failed", NULL
  };

  return g_strv_contains (signals, name);
}
