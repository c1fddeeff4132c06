// SPDX-License-Identifier: LGPL-2.1-or-later

// Descriptions that are read at run time.

/* exported addLoad */

const { Gio, GLib, GObject } = imports.gi;
const { lookupConstructor } = imports._gi;
const { getDeclaredTypes, getLeftOut, getMembers } = imports.overrides._norpc.description;
const { addAllFunctions } = imports.overrides._norpc.calls;
const { getErrorClasses } = imports.overrides._norpc.errors;
const { addEvents, overrideProperties } = imports.overrides._norpc.events;
const { answer, makeTuple } = imports.overrides._norpc.services;

let Norpc;

function makeProxyClass(info) {
    const klass = lookupConstructor(Norpc.DynamicProxy.type_for(info));
    addAllFunctions(klass);
    addEvents(klass, info);
    klass.new = endpoint => Norpc.DynamicProxy.new(endpoint, info);
    return klass;
}

function notImplemented(call, info, methodName) {
    call.return_error_literal(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED,
        `${info.get_name()}.${methodName} is not implemented`);
}

// Adds the functions that emit a signal, as generated code has them.
function addEmitters(klass, info) {
    for (const signal of info.list_signals()) {
        const name = info.get_gobject_name(signal);
        klass.prototype[`emit_${info.get_function_name(signal)}`] = function (...args) {
            this.emit(name, ...args);
        };
    }
}

// The base class of services of an interface. Their methods are as those of a Norpc.Service.
function makeServiceClass(info, type) {
    const members = new Map(getMembers(info, [], getDeclaredTypes(info), Norpc).map(member => [member.method, member]));
    const leftOut = getLeftOut(info, [...members.values()]);
    const base = lookupConstructor(Norpc.DynamicService.type_for(info));
    addEvents(base, info);
    addEmitters(base, info);

    return GObject.registerClass({ GTypeName: `${type}-in-JavaScript` },
        class Service extends base {
            static _classInit(klass) {
                const refused = [...leftOut].find(([name]) => Object.hasOwn(klass.prototype, name));
                if (refused !== undefined) {
                    const [name, { kind, reason }] = refused;
                    throw new TypeError(`${klass.name}.${name}${kind === 'property' ? '' : '()'}: ${reason}`);
                }
                overrideProperties(klass, Service, info);
                return super._classInit(klass);
            }

            vfunc_handle_call(call, methodName, args) {
                const member = members.get(methodName);
                if (typeof this[member.name] !== 'function') {
                    notImplemented(call, info, methodName);
                    return true;
                }
                const values = member.ins.give(args);
                if (member.isStream)
                    values.unshift(Norpc.DynamicStream.get_for_call(call));
                answer(this, call, member, values, (answered, results) =>
                    answered.return_variant(makeTuple(results)));
                return true;
            }
        });
}

// Reads a description, and gets an object with the classes that generated code would have: a base class for
// services, and a class of proxies, for each interface.
function load(file) {
    const source = file instanceof Gio.File ? file : Gio.File.new_for_path(file);
    const [, content] = source.load_contents(null);
    try {
        return makeClasses(new TextDecoder().decode(content), `${source.get_parse_name()}: `);
    } catch (error) {
        if (!(error instanceof GLib.Error))
            throw error;
        throw new GLib.Error(error.domain, error.code, `${source.get_parse_name()}: ${error.message}`);
    }
}

const bases = new Map();  // of services, by the name of the type, which is made once for each description

// The place is what warnings begin with.
function makeClasses(xml, place) {
    const classes = {};
    const infos = Norpc.InterfaceInfo.list_for_xml(xml);
    for (const warning of Norpc.InterfaceInfo.list_warnings_for_xml(xml))
        console.warn(`${place}${warning}`);
    for (const info of infos) {
        Object.assign(classes, getDeclaredTypes(info).getClasses(), getErrorClasses(info));
        const name = info.get_name().replace(/^.*\./, '');
        const type = Norpc.DynamicService.type_for(info).name;
        if (!bases.has(type))
            bases.set(type, makeServiceClass(info, type));
        classes[name] = bases.get(type);
        classes[`${name}Proxy`] = makeProxyClass(info);
        classes[`${name}Info`] = info;
    }
    return classes;
}

function loadText(xml) {
    return makeClasses(xml, '');
}

function addLoad(namespace) {
    Norpc = namespace;
    Norpc.load = load;
    Norpc.load_text = loadText;
}
