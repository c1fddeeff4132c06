# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors that loaded descriptions declare, wherever a program gets them."""

import io

import gi

gi.require_version('Norpc', '1')
from gi.repository import GLib, GObject, Norpc

import tap
from lamps import Case

SHOP = '''
<node>
  <error-domain name="ShopError"><error name="Closed"/><error name="SoldOut" value="7"/></error-domain>
  <interface name="org.example.Shop">
    <method name="Buy" idempotent="true"/>
    <stream name="Pack" direction="in">
      <arg name="size" type="u" direction="out"/>
      <result name="sizes" type="au"/>
    </stream>
    <stream name="Sort"><arg name="size" type="u" direction="out"/></stream>
    <property name="Price" type="u" access="readwrite"/>
    <property name="Stock" type="u" access="readwrite"/>
  </interface>
</node>
'''
MALL = '''
<node>
  <interface name="org.example.Mall">
    <method name="Visit"/>
  </interface>
</node>
'''

shop = Norpc.load(io.StringIO(SHOP))
mall = Norpc.load(io.StringIO(MALL))
ShopError = Norpc.error_class(shop.ShopError)


class Shop(Norpc.Service, shop.Shop):
    def __init__(self):
        super().__init__(stock=1)

    def buy(self):
        raise ShopError.SOLD_OUT('nothing is left')

    def do_write_property(self, name, value):
        if value > 1000:
            raise ShopError.CLOSED(f'{name} is too high')
        return True

    async def pack(self, stream):
        return [size async for size in stream]

    async def sort(self, stream):
        await stream.send(1)


class PricedShop(Norpc.Service, shop.Shop):
    """Checks the values of a property in its setter."""

    def __init__(self):
        super().__init__()
        self.kept_price = 5

    @GObject.Property(type=GObject.TYPE_UINT)
    def price(self):
        return self.kept_price

    @price.setter
    def price(self, value):
        if value > 100:
            Norpc.get_current_call().return_gerror(ShopError.CLOSED('too high'))
        else:
            self.kept_price = value


class ClosedShop(Norpc.Service, shop.Shop):
    def do_start(self):
        raise ShopError.CLOSED('at night')


class Mall(Norpc.Service, mall.Mall):
    """Passes on the errors of another service."""

    def __init__(self, proxy):
        super().__init__()
        self.shop = proxy

    async def visit(self):
        await self.shop.buy()


class Errors(Case):
    def setUp(self):
        self.shop = self.serve(Shop())

    def test_start(self):
        with self.assertRaises(ShopError.CLOSED) as caught:
            Norpc.serve(ClosedShop())
        self.assertEqual(caught.exception.message, 'at night')

    def test_properties(self):
        self.shop.set_stock_sync(1000)
        with self.assertRaises(ShopError.CLOSED) as caught:
            self.shop.set_stock_sync(1001)
        self.assertEqual(caught.exception.message, 'Stock is too high')
        self.assertEqual(self.shop.props.stock, 1000)

    def test_handlers_of_failed_writes(self):
        """They get a GLib.Error, as all handlers of signals."""
        failed = []
        self.shop.connect('write-failed', lambda _proxy, *failure: failed.append(failure))
        self.shop.props.stock = 1001
        self.wait_until(lambda: failed)
        (name, error), = failed
        self.assertEqual(name, 'stock')
        self.assertTrue(error.matches(shop.ShopError.quark(), shop.ShopError.CLOSED))

    def test_layers(self):
        replies, attempts = [], []

        def retry_func(_call, error, n_attempts):
            attempts.append((type(error), n_attempts))
            return n_attempts < 2

        filter = Norpc.Filter.new()
        filter.set_reply_func(lambda reply: replies.append(reply.get_error()))
        retry = Norpc.Retry(max_attempts=5, delay=1)
        retry.set_func(retry_func)
        proxy = shop.ShopProxy.new(Norpc.stack_new([filter, retry, self.server.get_endpoint()]))
        with self.assertRaises(ShopError.SOLD_OUT):
            proxy.buy_sync()
        self.assertEqual(attempts, [(ShopError.SOLD_OUT, 1), (ShopError.SOLD_OUT, 2)])
        self.assertEqual([(type(error), error.message) for error in replies],
                         [(ShopError.SOLD_OUT, 'nothing is left')])

    def test_without_a_text(self):
        self.assertEqual((ShopError.CLOSED().message, ShopError.CLOSED('').message), ('ShopError.CLOSED', ''))
        self.assertEqual(ShopError.CLOSED().code, shop.ShopError.CLOSED)

    def test_other_description(self):
        visitor = self.serve(Mall(self.shop))
        with self.assertRaises(ShopError.SOLD_OUT) as caught:
            visitor.visit_sync()
        self.assertEqual(caught.exception.message, 'nothing is left')

    def test_setter(self):
        priced = self.serve(PricedShop())
        priced.set_price_sync(100)
        with self.assertRaises(ShopError.CLOSED):
            priced.set_price_sync(101)
        self.assertEqual(priced.props.price, 100)


class Outcomes(Case):
    def test_same_values(self):
        """Of the synchronous function, and of the one to await."""
        proxy = self.serve(Shop())

        def pack():
            stream = proxy.pack()
            stream.write(3)
            stream.end()
            return stream

        async def main():
            self.assertEqual(await pack().outcome(), [3])
            self.assertIsNone(await proxy.sort().outcome())

        Norpc.run(main())
        self.assertEqual(pack().outcome_sync(), [3])
        self.assertIsNone(proxy.sort().outcome_sync())


tap.main()
