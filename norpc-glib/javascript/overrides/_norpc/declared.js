// SPDX-License-Identifier: LGPL-2.1-or-later

// Values of types that a description at run time has, as those of generated code, and the variants that carry them.
//
// A codec has a signature, take (value, name), which makes a checked variant of a value, and give (variant, giveValue),
// which unpacks variants of D-Bus's types with the function, give () or giveOwn ().

/* exported DeclaredTypes, toConstant */

const { Gio, GLib } = imports.gi;
const { give, isDict, makeVariantTaker, take, wrongType } = imports.overrides._norpc.values;

// A type of D-Bus.
function makePlainCodec(signature) {
    return {
        signature,
        take: makeVariantTaker(signature),
        give: (variant, giveValue = give) => giveValue(variant),
    };
}

// A type whose values are texts outside of the process.
function makeTextCodec(takeValue, toText, fromText) {
    return {
        signature: 's',
        take: (value, name) => GLib.Variant.new_string(toText(takeValue(value, name))),
        give: variant => fromText(variant.get_string()[0]),
    };
}

const NAMED = {
    GFile: makeTextCodec(take.file, file => file.get_uri(), text => Gio.File.new_for_uri(text)),
    GUri: makeTextCodec(take.uri, uri => uri.to_string(), text => GLib.Uri.parse(text, GLib.UriFlags.NONE)),
    GDateTime: makeTextCodec(take.dateTime, time => time.format_iso8601(), text => GLib.DateTime.new_from_iso8601(text, null)),
    GBytes: makePlainCodec('ay'),
};

function makeMaybeCodec(content) {
    return {
        signature: `m${content.signature}`,
        take: (value, name) => {
            const isNull = value === null || value === undefined;
            return GLib.Variant.new_maybe(new GLib.VariantType(content.signature), isNull ? null : content.take(value, name));
        },
        give: (variant, giveValue) => variant.n_children() === 0 ? null : content.give(variant.get_child_value(0), giveValue),
    };
}

function getChildren(variant) {
    return Array.from({ length: variant.n_children() }, (_, index) => variant.get_child_value(index));
}

function makeArrayCodec(element) {
    return {
        signature: `a${element.signature}`,
        take: (value, name) => {
            if (!Array.isArray(value))
                throw wrongType(name, 'an array', value);
            return GLib.Variant.new_array(new GLib.VariantType(element.signature),
                value.map((item, index) => element.take(item, `${name}[${index}]`)));
        },
        give: (variant, giveValue) => getChildren(variant).map(child => element.give(child, giveValue)),
    };
}

function toConstant(name) {
    const identifier = name.replace(/[^A-Za-z0-9_]/g, '_');
    return (identifier.includes('_') || identifier === identifier.toUpperCase()
        ? identifier : identifier.replace(/([^A-Z])(?=[A-Z])/g, '$1_')).toUpperCase();
}

// An enumeration, or flags, whose values can be numbers without a name. The class is an object with the named ones.
function makeNumberCodec(signature, members) {
    const klass = Object.freeze(Object.fromEntries(members.map(([name, , number]) => [toConstant(name), Number(number)])));
    return { klass, ...makePlainCodec(signature) };
}

function makeRecordClass(name, fields) {
    const names = fields.map(([field]) => field);
    const klass = {
        [name]: class {
            constructor(values = {}) {
                if (!isDict(values) && !(values instanceof klass))
                    throw wrongType(name, 'an object with the fields', values);
                const unknown = Object.keys(values).find(field => !names.includes(field));
                if (unknown !== undefined)
                    throw new TypeError(`${name} has no field '${unknown}'`);
                for (const [field, codec] of fields) {
                    codec.take(values[field], `field '${field}'`);
                    this[field] = values[field] ?? null;
                }
            }
        },
    }[name];
    return klass;
}

function makeRecordCodec(recordName, signature, fields) {
    const klass = makeRecordClass(recordName, fields);

    return {
        klass,
        signature,
        take: (value, name) => {
            if (!isDict(value) && !(value instanceof klass))
                throw wrongType(name, `a ${recordName}, or an object with its fields`, value);
            const unknown = Object.keys(value).find(key => !fields.some(([field]) => field === key));
            if (unknown !== undefined)
                throw new TypeError(`${name}: ${recordName} has no field '${unknown}'`);
            return GLib.Variant.new_tuple(fields.map(([field, codec]) => codec.take(value[field], `${name}: field '${field}'`)));
        },
        give: (variant, giveValue) => {
            const record = Object.create(klass.prototype);
            fields.forEach(([field, codec], index) => (record[field] = codec.give(variant.get_child_value(index), giveValue)));
            return record;
        },
    };
}

// The types of one description.
var DeclaredTypes = class {
    constructor(info) {
        this.described = info.dup_declared_types().recursiveUnpack();
        this.codecs = new Map();
    }

    // The classes of the declared types, by their names.
    getClasses() {
        return Object.fromEntries(Object.keys(this.described).map(name => [name, this.getCodec(name).klass]));
    }

    // Gets the codec of a type, as norpc_interface_info_list_in_types () describes it, or undefined if its values have
    // no form as variants.
    getCodec(text) {
        if (!this.codecs.has(text))
            this.codecs.set(text, this.makeCodec(text));
        return this.codecs.get(text);
    }

    makeCodec(text) {
        if (text in this.described)
            return this.makeDeclared(text, ...this.described[text]);
        if (text.startsWith('?') || text.endsWith('[]')) {
            const inner = this.getCodec(text.startsWith('?') ? text.slice(1) : text.slice(0, -2));
            return inner && (text.startsWith('?') ? makeMaybeCodec(inner) : makeArrayCodec(inner));
        }
        return NAMED[text] ?? (GLib.variant_type_string_is_valid(text) ? makePlainCodec(text) : undefined);
    }

    makeDeclared(name, kind, signature, members) {
        if (kind !== 'record')
            return makeNumberCodec(signature, members);
        return makeRecordCodec(name, signature, members.map(([field, type]) => [field, this.getCodec(type)]));
    }

    // Whether GObject has other values of a type than programs: also a variant for a number that may be missing.
    needsCodec(text) {
        return /^\?[ybnqiuxtdh]$/.test(text) || text.replace(/^\?/, '').replace(/\[\]$/, '') in this.described || text.endsWith('[]');
    }
};
