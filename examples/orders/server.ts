import { serve } from '@hono/node-server';
import { type Granted, guards } from '@warifu/client/hono';
import { Hono } from 'hono';
import { openStore } from './store.ts';

const { WARIFU_BASE_URL: url = 'http://localhost:8787', GATE_KEY: gateKey = '', ORDERS_PORT = '3000' } = process.env;
const store = openStore('orders.db');
const app = new Hono<{ Variables: { warifu: Granted } }>();

/** None for `01` and `1e0`: a condition of a permission compares texts, so each order has one spelling only. */
const numberOf = (text: string) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0);

// Everything below is guarded: Warifu finds the operation of a request in `openapi.json`, and says who may call it.
app.use(guards({ url, gateKey }).catalogue());

app.get('/orders', (c) => c.json(store.listOrders(c.get('warifu').identity.operatorId)));

app.post('/orders', async (c) => {
  const { operatorId, userName } = c.get('warifu').identity;
  const user = store.findUser(operatorId, userName);
  if (!user) return c.json({ message: 'Nobody here is linked to this user of Warifu.' }, 403);
  const { item }: { item?: unknown } = await c.req.json<object>().catch(() => ({}));
  if (typeof item !== 'string' || item === '' || item.length > 200)
    return c.json({ message: 'item: 1 to 200 letters' }, 400);
  return c.json(store.createOrder(operatorId, user, item), 201);
});

app.get('/orders/:order_id', (c) => {
  const order = store.findOrder(c.get('warifu').identity.operatorId, numberOf(c.req.param('order_id')));
  return order ? c.json(order) : c.json({ message: 'There is no such order.' }, 404);
});

app.delete('/orders/:order_id', (c) => {
  const order = store.cancelOrder(c.get('warifu').identity.operatorId, numberOf(c.req.param('order_id')));
  return order ? c.json(order) : c.json({ message: 'There is no such order.' }, 404);
});

serve({ fetch: app.fetch, port: Number(ORDERS_PORT), hostname: 'localhost' }, ({ port }) => {
  console.log(`orders: http://localhost:${port}`);
});
