// SPDX-License-Identifier: LGPL-2.1-or-later

// Servers, and proxies for what they serve.

/* exported extendServers */

const { GLib, GObject } = imports.gi;

let Norpc;
const services = new WeakMap();  // the types of services, by server

// GJS runs a program in one thread only, so what a program wrote has to run there.
function isWrittenInJavaScript(service) {
    return service instanceof Norpc.DynamicService ||
        !Function.prototype.toString.call(service.constructor).includes('[native code]');
}

// Runs a service, one that is not written in JavaScript in a thread of its own, and gets its server.
function serve(service) {
    const server = isWrittenInJavaScript(service)
        ? Norpc.Server.new_in_context(service, GLib.MainContext.default()) : Norpc.Server.new(service);
    services.set(server, service.constructor.$gtype);
    server.start(null);
    return server;
}

function makeProxy(type, endpoint) {
    return endpoint.make_proxy(type) ?? Norpc.DynamicProxy.new(endpoint, Norpc.interface_info_for_type(type));
}

function make_proxy() {
    const types = GObject.type_interfaces(services.get(this))
        .filter(type => Norpc.interface_info_for_type(type) !== null);
    if (types.length === 0)
        throw new TypeError(`${services.get(this).name} implements no interface of a description`);
    const proxies = types.map(type => makeProxy(type, this.get_endpoint()));
    return proxies.length === 1 ? proxies[0] : proxies;
}

function extendServers(namespace) {
    Norpc = namespace;
    Norpc.serve = serve;
    Norpc.Server.prototype.make_proxy = make_proxy;
}
