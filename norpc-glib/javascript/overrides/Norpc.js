// SPDX-License-Identifier: LGPL-2.1-or-later

// The module that GJS loads with the typelib Norpc: norpc-glib as JavaScript expects it.

/* exported _init */

const { calls, dynamic, layers, servers, services, streams, supervisors } = imports.overrides._norpc;

function _init() {
    calls.extendProxies(this);
    streams.extendStreams(this);
    services.addService(this);
    servers.extendServers(this);
    supervisors.extendSupervisors(this);
    layers.extendLayers(this);
    dynamic.addLoad(this);
}
