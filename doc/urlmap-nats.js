// SPDX-License-Identifier: LGPL-2.1-or-later

// Where the references of the libraries beneath are, by namespace.
baseURLs = [
  ['GLib', 'https://docs.gtk.org/glib/'],
  ['GObject', 'https://docs.gtk.org/gobject/'],
  ['Gio', 'https://docs.gtk.org/gio/'],
  ['Norpc', '../norpc-glib-1/'],
]
