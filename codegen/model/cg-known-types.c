/* cg-known-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The types of GLib, GObject and Gio 2.74 that have a GType. Most machines that
 * can compile GLib programs have no GIRs of these installed. */

#include "cg-gir.h"

#include "cg-spelling.h"

#include <string.h>

/* "SomeType" is GSomeType in C; "=" gives the function for its GType where that is
 * not g_some_type_get_type(). */
static const struct
{
  const char *gir_namespace;
  CgNamedKind kind;
  const char *header;  /* (nullable): if gio/gio.h does not declare the types */
  const char *names;
} groups[] = {
  { "GLib", CG_NAMED_BOXED, NULL,
    " ByteArray Bytes Checksum Date DateTime Error IOChannel=g_io_channel_get_type KeyFile"
    " MainContext MainLoop MappedFile MarkupParseContext MatchInfo OptionGroup PatternSpec"
    " PollFD=g_pollfd_get_type Regex Source String=g_gstring_get_type Thread TimeZone Tree Uri"
    " VariantBuilder VariantDict VariantType=g_variant_type_get_gtype " },
  { "GLib", CG_NAMED_FLAGS, NULL, " IOCondition=g_io_condition_get_type " },

  { "GObject", CG_NAMED_OBJECT, NULL,
    " Binding BindingGroup InitiallyUnowned Object SignalGroup TypeModule TypePlugin " },
  { "GObject", CG_NAMED_BOXED, NULL, " Closure Value ValueArray " },
  { "GObject", CG_NAMED_FLAGS, NULL, " BindingFlags " },

  { "Gio", CG_NAMED_OBJECT, NULL,
    " AppInfoMonitor AppLaunchContext Application ApplicationCommandLine BufferedInputStream"
    " BufferedOutputStream BytesIcon Cancellable CharsetConverter ConverterInputStream"
    " ConverterOutputStream Credentials DBusActionGroup DBusAuthObserver DBusConnection"
    " DBusInterfaceSkeleton DBusMenuModel DBusMessage DBusMethodInvocation DBusObjectManagerClient"
    " DBusObjectManagerServer DBusObjectProxy DBusObjectSkeleton DBusProxy DBusServer"
    " DataInputStream DataOutputStream DebugControllerDBus Emblem EmblemedIcon FileEnumerator"
    " FileIOStream=g_file_io_stream_get_type FileIcon FileInfo FileInputStream FileMonitor"
    " FileOutputStream FilenameCompleter FilterInputStream FilterOutputStream"
    " IOModule=g_io_module_get_type IOStream=g_io_stream_get_type InetAddress InetAddressMask"
    " InetSocketAddress InputStream ListStore MemoryInputStream MemoryOutputStream Menu"
    " MenuAttributeIter MenuItem MenuLinkIter MenuModel MountOperation NativeSocketAddress"
    " NativeVolumeMonitor NetworkAddress NetworkService Notification OutputStream Permission"
    " PropertyAction ProxyAddress ProxyAddressEnumerator Resolver Settings SimpleAction"
    " SimpleActionGroup SimpleAsyncResult SimpleIOStream=g_simple_io_stream_get_type"
    " SimplePermission SimpleProxyResolver Socket SocketAddress SocketAddressEnumerator"
    " SocketClient SocketConnection SocketControlMessage SocketListener SocketService Subprocess"
    " SubprocessLauncher Task TcpConnection TcpWrapperConnection TestDBus ThemedIcon"
    " ThreadedSocketService TlsCertificate TlsConnection TlsDatabase TlsInteraction TlsPassword"
    " UnixConnection UnixCredentialsMessage UnixFDList=g_unix_fd_list_get_type UnixSocketAddress"
    " Vfs VolumeMonitor ZlibCompressor ZlibDecompressor " },
  { "Gio", CG_NAMED_OBJECT, NULL,
    " Action ActionGroup ActionMap AppInfo AsyncInitable AsyncResult Converter DBusInterface"
    " DBusObject DBusObjectManager DatagramBased DebugController Drive DtlsClientConnection"
    " DtlsConnection DtlsServerConnection File Icon Initable ListModel LoadableIcon MemoryMonitor"
    " Mount NetworkMonitor PollableInputStream PollableOutputStream PowerProfileMonitor Proxy"
    " ProxyResolver RemoteActionGroup Seekable SocketConnectable TlsBackend TlsClientConnection"
    " TlsFileDatabase TlsServerConnection Volume " },
  { "Gio", CG_NAMED_BOXED, NULL,
    " DBusAnnotationInfo DBusArgInfo DBusInterfaceInfo DBusMethodInfo DBusNodeInfo"
    " DBusPropertyInfo DBusSignalInfo FileAttributeInfoList FileAttributeMatcher Resource"
    " SettingsSchema SettingsSchemaKey SettingsSchemaSource SrvTarget " },
  { "Gio", CG_NAMED_ENUM, NULL,
    " BusType ConverterResult CredentialsType DBusError DBusMessageByteOrder"
    " DBusMessageHeaderField DBusMessageType DataStreamByteOrder DataStreamNewlineType"
    " DriveStartStopType EmblemOrigin FileAttributeStatus FileAttributeType FileMonitorEvent"
    " FileType FilesystemPreviewType IOErrorEnum=g_io_error_enum_get_type"
    " IOModuleScopeFlags=g_io_module_scope_flags_get_type MemoryMonitorWarningLevel"
    " MountOperationResult NetworkConnectivity NotificationPriority PasswordSave PollableReturn"
    " ResolverError ResolverRecordType ResourceError SocketClientEvent SocketFamily"
    " SocketListenerEvent SocketProtocol SocketType TlsAuthenticationMode"
    " TlsCertificateRequestFlags TlsChannelBindingError TlsChannelBindingType"
    " TlsDatabaseLookupFlags TlsError TlsInteractionResult TlsProtocolVersion TlsRehandshakeMode"
    " UnixSocketAddressType ZlibCompressorFormat " },
  { "Gio", CG_NAMED_FLAGS, NULL,
    " AppInfoCreateFlags ApplicationFlags AskPasswordFlags BusNameOwnerFlags BusNameWatcherFlags"
    " ConverterFlags DBusCallFlags DBusCapabilityFlags DBusConnectionFlags"
    " DBusInterfaceSkeletonFlags DBusMessageFlags DBusObjectManagerClientFlags"
    " DBusPropertyInfoFlags DBusProxyFlags DBusSendMessageFlags DBusServerFlags DBusSignalFlags"
    " DBusSubtreeFlags DriveStartFlags FileAttributeInfoFlags FileCopyFlags FileCreateFlags"
    " FileMeasureFlags FileMonitorFlags FileQueryInfoFlags"
    " IOStreamSpliceFlags=g_io_stream_splice_flags_get_type MountMountFlags MountUnmountFlags"
    " OutputStreamSpliceFlags ResolverNameLookupFlags ResourceFlags ResourceLookupFlags"
    " SettingsBindFlags SocketMsgFlags SubprocessFlags TestDBusFlags TlsCertificateFlags"
    " TlsDatabaseVerifyFlags TlsPasswordFlags " },
  { "Gio", CG_NAMED_OBJECT, "gio/gsettingsbackend.h", " SettingsBackend " },
  { "Gio", CG_NAMED_OBJECT, "gio/gdesktopappinfo.h", " DesktopAppInfo " },
  { "Gio", CG_NAMED_OBJECT, "gio/gdesktopappinfo.h", " DesktopAppInfoLookup " },
  { "Gio", CG_NAMED_OBJECT, "gio/gfiledescriptorbased.h", " FileDescriptorBased " },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixfdmessage.h", " UnixFDMessage=g_unix_fd_message_get_type " },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixinputstream.h", " UnixInputStream " },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixoutputstream.h", " UnixOutputStream " },
  { "Gio", CG_NAMED_OBJECT, "gio/gunixmounts.h", " UnixMountMonitor " },
  { "Gio", CG_NAMED_BOXED, "gio/gunixmounts.h", " UnixMountEntry UnixMountPoint " },
};

/* Finds the word @name in @names, or returns NULL. */
static const char *
find_word (const char *names,
           const char *name)
{
  gsize length = strlen (name);
  const char *word = names;

  while ((word = strstr (word, name)) != NULL)
    {
      if (word[-1] == ' ' && strchr (" =", word[length]) != NULL)
        return word;
      word += length;
    }

  return NULL;
}

/* Makes the name of the function for the GType of @name, which is at @word in its group. */
static char *
make_get_type (const char *word,
               const char *name)
{
  const char *function = word + strlen (name);
  g_autofree char *stem = NULL;

  if (*function == '=')
    return g_strndup (function + 1, strchr (function, ' ') - function - 1);

  stem = cg_camel_case_to_uscore (name);

  return g_strconcat ("g_", stem, "_get_type", NULL);
}

gboolean
cg_known_types_have (const char *gir_namespace,
                     const char *version)
{
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_equal (groups[i].gir_namespace, gir_namespace))
      return g_str_equal (version, CG_KNOWN_TYPES_VERSION);

  return FALSE;
}

gboolean
cg_known_types_find (const char  *name,
                     CgGirType   *type,
                     const char **header)
{
  const char *dot = strchr (name, '.');

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      const char *gir_namespace = groups[i].gir_namespace;
      const char *word;

      if (strncmp (name, gir_namespace, dot - name) != 0 || gir_namespace[dot - name] != '\0')
        continue;

      word = find_word (groups[i].names, dot + 1);
      if (word != NULL)
        {
          g_autofree char *c_type = g_strconcat ("G", dot + 1, NULL);
          g_autofree char *get_type = make_get_type (word, dot + 1);

          *type = (CgGirType) {
            .kind = groups[i].kind,
            .c_type = g_intern_string (c_type),
            .get_type = g_intern_string (get_type)
          };
          *header = groups[i].header;
          return TRUE;
        }
    }

  return FALSE;
}

const char *
cg_known_types_get_macro (const char *header)
{
  return g_str_equal (header, "gio/gsettingsbackend.h") ? "G_SETTINGS_ENABLE_BACKEND" : NULL;
}
