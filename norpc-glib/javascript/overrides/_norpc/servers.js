// SPDX-License-Identifier: LGPL-2.1-or-later

// Servers, and proxies for what they serve.

/* exported extendServers */

const { GLib, GObject } = imports.gi;
const { wrongType } = imports.overrides._norpc.values;

let Norpc;
const services = new WeakMap();  // the types of interfaces, by server

// GJS runs a program in one thread only, so what a program wrote has to run there.
function isWrittenInJavaScript(service) {
    return service instanceof Norpc.DynamicService ||
        !Function.prototype.toString.call(service.constructor).includes('[native code]');
}

// The types of the interfaces that proxies are made of.
function getInterfaces(service) {
    return GObject.type_interfaces(service.constructor.$gtype).filter(type => Norpc.interface_info_for_type(type) !== null);
}

// Runs a service, one that is not written in JavaScript in a thread of its own, and gets its server.
function serve(service) {
    if (!(service instanceof GObject.Object))
        throw wrongType("argument 'service'", 'an object', service);
    if (getInterfaces(service).length === 0)
        throw new TypeError(`${service.constructor.$gtype.name} implements no interface of a description, so it cannot be called`);
    const server = isWrittenInJavaScript(service)
        ? Norpc.Server.new_in_context(service, GLib.MainContext.default()) : Norpc.Server.new(service);
    services.set(server, getInterfaces(service));
    server.start(null);
    return server;
}

function makeProxy(type, endpoint) {
    return endpoint.make_proxy(type) ?? Norpc.DynamicProxy.new(endpoint, Norpc.interface_info_for_type(type));
}

function make_proxy() {
    const proxies = services.get(this).map(type => makeProxy(type, this.get_endpoint()));
    return proxies.length === 1 ? proxies[0] : proxies;
}

function extendServers(namespace) {
    Norpc = namespace;
    Norpc.serve = serve;
    Norpc.Server.prototype.make_proxy = make_proxy;
}
