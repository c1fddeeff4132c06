// SPDX-License-Identifier: LGPL-2.1-or-later

// Error domains of descriptions that are read at run time, as classes like those of generated code.

/* exported getErrorClasses */

const { GLib } = imports.gi;
const { toConstant } = imports.overrides._norpc.declared;
const { wrongType } = imports.overrides._norpc.values;

// A class whose instances are a GLib.Error. The names are those of the errors, by their codes.
function makeErrorClass(info, domain, names) {
    const klass = {
        [domain]: class {
            constructor({ code, message } = {}) {
                if (!names.has(code))
                    throw new RangeError(`${code} is not a code of ${domain}`);
                if (typeof message !== 'string')
                    throw wrongType('message', 'a string', message);
                return info.new_error(names.get(code), message);
            }

            // The domain, for GLib.Error.matches ().
            static quark() {
                return info.new_error(names.values().next().value, '').domain;
            }

            static [Symbol.hasInstance](error) {
                return error instanceof GLib.Error && (info.dup_error_name(error) ?? '').startsWith(`${domain}.`);
            }
        },
    }[domain];
    for (const [code, name] of names)
        Object.defineProperty(klass, toConstant(name.slice(domain.length + 1)), { enumerable: true, value: code });
    return klass;
}

// Gets the classes of the declared domains, by their names.
function getErrorClasses(info) {
    const domains = new Map();
    for (const name of info.list_errors()) {
        const domain = name.slice(0, name.indexOf('.'));
        if (!domains.has(domain))
            domains.set(domain, new Map());
        domains.get(domain).set(info.new_error(name, '').code, name);
    }
    return Object.fromEntries([...domains].map(([domain, names]) => [domain, makeErrorClass(info, domain, names)]));
}
