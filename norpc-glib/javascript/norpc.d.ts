// SPDX-License-Identifier: LGPL-2.1-or-later

// Types of the functions that the GJS module of norpc-glib adds. They complete the declarations that
// ts-for-gir makes of Norpc-1.gir, and follow from those that it makes of generated code.

import type Gio from 'gi://Gio?version=2.0';
import type GLib from 'gi://GLib?version=2.0';
import type GObject from 'gi://GObject?version=2.0';

declare module 'gi://Norpc?version=1' {
    export namespace Norpc {
        /** The options of a call. */
        interface CallOptions {
            cancellable?: Gio.Cancellable | null;
            /** The call whose deadline and cancellation this one inherits. */
            parent?: Call | null;
            priority?: Priority;
            /** Milliseconds, or Infinity. */
            timeout?: number;
        }

        /** A value as functions take it. */
        type Taken<T> = [GLib.Bytes] extends [T] ? Exclude<T, GLib.Bytes> | GLib.Bytes | Uint8Array
            : [GLib.Variant] extends [T] ? any
                : [GLib.DateTime] extends [T] ? T | Date
                    : T;
        type AllTaken<A extends any[]> = { [Index in keyof A]: Taken<A[Index]> };

        /** A value as functions return it. */
        type Given<T> = T extends GLib.Bytes ? Uint8Array : T extends GLib.Variant ? any
            : T extends (infer Element)[] ? Given<Element>[] : T;
        type AllGiven<A extends any[]> = { [Index in keyof A]: Given<A[Index]> };

        /** Results, from what the function in C returns. */
        type Results<R> = R extends [boolean, infer One] ? Given<One>
            : R extends [boolean, ...infer All] ? AllGiven<All>
                : R extends boolean ? void : Given<R>;

        type Arguments<A extends any[]> = A extends [...infer Args, any]
            ? [...args: AllTaken<Args>, options?: CallOptions | Gio.Cancellable | null] : never;

        /** The name of a method, which has the suffix `_` if GObject or generated code has the name. */
        type MethodName<Name extends string, P = unknown> = Name extends 'set' ? Name
            : Name extends keyof Proxy | 'then' | Extract<keyof P, `call_${string}` | `open_${string}`> ? `${Name}_`
                : Name;

        type Promised<P> = {
            [Key in keyof P as Key extends `call_${infer Name}_sync` ? MethodName<Name, P> : never]:
            P[Key] extends (...args: infer A) => infer R ? (...args: Arguments<A>) => Promise<Results<R>> : never;
        };

        type Blocking<P> = {
            [Key in keyof P as Key extends `call_${infer Name}_sync` ? `${MethodName<Name, P>}_sync` : never]:
            P[Key] extends (...args: infer A) => infer R ? (...args: Arguments<A>) => Results<R> : never;
        };

        type OneWay<P> = {
            [Key in keyof P as Key extends `call_${infer Name}`
                ? `call_${Name}_finish` extends keyof P ? never
                    : Name extends `${string}_finish` | `${string}_sync` ? never : MethodName<Name, P>
                : never]:
            P[Key] extends (...args: infer A) => void
                ? (...args: [...args: AllTaken<A>, options?: CallOptions | null]) => void : never;
        };

        /** An end of a stream. */
        type Iterable<S> = S & {
            [Symbol.asyncIterator](): AsyncIterableIterator<
                S extends { next_sync(cancellable: any): infer R } ? Results<R> : never>;
            outcome(): Promise<S extends { outcome_sync(cancellable: any): infer R } ? Results<R> : never>;
            send(...item: S extends { write(...item: infer A): any } ? AllTaken<A> : never): Promise<void>;
        };

        type Streaming<P> = {
            [Key in keyof P as Key extends `open_${infer Name}` ? MethodName<Name, P> : never]:
            P[Key] extends (...args: infer A) => infer S ? (...args: Arguments<A>) => Iterable<S> : never;
        };

        /** The functions that a proxy has for its methods and streams. */
        type Calls<P> = Promised<P> & Blocking<P> & OneWay<P> & Streaming<P>;

        /** Gets a proxy with the types of its functions. It is the same object. */
        function calls<P extends Proxy>(proxy: P): P & Calls<P>;

        type Returned<R> = Results<R> extends infer T ? T extends any[] ? AllTaken<T> : Taken<T> : never;

        /** The methods of a service, from an interface. */
        type Methods<I> = {
            [Key in keyof I as Key extends `vfunc_${infer Name}`
                ? `vfunc_handle_${Name}` extends keyof I ? MethodName<Name> : never : never]?:
            I[Key] extends (...args: infer A) => infer R
                ? (...args: AllGiven<A>) => Returned<R> | Promise<Returned<R>> : never;
        };

        /** The base class of a service. */
        class Service extends GObject.Object {
            static $gtype: GObject.GType<Service>;

            /** A method of the description may have the name of GObject's function. */
            set(...args: any[]): any;
        }

        /** Gets the call that a handler is handling, which it may keep. */
        function get_current_call(): Call | null;

        /** Runs a service, and gets its server. */
        function serve(service: GObject.Object): Server;

        /** Reads a description, and gets the classes of its interfaces. */
        function load(file: string | Gio.File): Record<string, any>;
        function load_text(xml: string): Record<string, any>;

        interface Server {
            /** Makes a proxy for the service of serve (), or several. */
            make_proxy(): any;
        }

        interface SignalWatch {
            [Symbol.asyncIterator](): AsyncIterableIterator<any>;
        }
    }
}
