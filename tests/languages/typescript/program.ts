// SPDX-License-Identifier: LGPL-2.1-or-later

// A program in TypeScript: a service, a client and streams. tsc checks it, and GJS runs it.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import Kv from 'gi://Kv?version=1';
import Norpc from 'gi://Norpc?version=1';
import Streams from 'gi://Streams?version=1';

class Store extends Norpc.Service implements Norpc.Methods<Kv.Store.Interface> {
    static {
        GObject.registerClass({ Implements: [Kv.Store] }, this);
    }

    private values = new Map<string, Uint8Array>();

    get(_database: number, key: Uint8Array) {
        return this.values.get(new TextDecoder().decode(key)) ?? null;
    }

    async append(_database: number, key: Uint8Array, suffix: Uint8Array) {
        this.values.set(new TextDecoder().decode(key), suffix);
        return suffix.length;
    }
}

class Feed extends Norpc.Service {
    static {
        GObject.registerClass({ Implements: [Streams.Feed] }, this);
    }

    async count(stream: Norpc.Iterable<Streams.FeedCountStream>, upto: number) {
        for (let number = 1; number <= upto; number++)
            await stream.send(number, `${number}`);
        return upto;
    }
}

async function useStore(): Promise<void> {
    const server = Norpc.serve(new Store());
    const store = Norpc.calls(Kv.StoreProxy.new(server.get_endpoint()));
    const key = new TextEncoder().encode('key');

    const length: number | bigint = await store.append(0, key, new TextEncoder().encode('value'));
    const value: Uint8Array | null = await store.get(0, key, { timeout: 1000 });
    print(length, new TextDecoder().decode(value!));

    try {
        await store.get_ttl(0, key, new Gio.Cancellable());
    } catch (error) {
        if (error instanceof GLib.Error)
            print(error.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED));
    }
    server.stop(Norpc.StopMode.FINISH, null);
}

async function useFeed(): Promise<void> {
    const server = Norpc.serve(new Feed());
    const feed = Norpc.calls(Streams.FeedProxy.new(server.get_endpoint()));
    const stream = feed.count(3);
    const texts: string[] = [];

    for await (const [, text] of stream)
        texts.push(text);
    const sum: number | bigint = await stream.outcome();
    print(texts.join(), sum);
    server.stop(Norpc.StopMode.FINISH, null);
}

const loop = new GLib.MainLoop(null, false);
useStore().then(useFeed).catch(logError).finally(() => loop.quit());
loop.run();
