// SPDX-License-Identifier: LGPL-2.1-or-later

// The description that tests of descriptions at run time share.

/* exported describeLamp */

// Describes the interface `name`, with members besides those of all.
function describeLamp(name, more) {
    return `
<node>
  <error-domain name="LampError"><error name="TooDark"/></error-domain>
  <interface name="${name}">
    <method name="Dim">
      <arg name="by" type="d"/>
      <arg name="brightness" type="d" direction="out"/>
    </method>
    <stream name="Blink">
      <arg name="times" type="u"/>
      <arg name="on" type="b" direction="out"/>
      <result name="seconds" type="d"/>
    </stream>
    <signal name="Flickered"><arg name="times" type="u"/></signal>
    <property name="Brightness" type="d" access="readwrite"/>
    ${more}
  </interface>
</node>`;
}
