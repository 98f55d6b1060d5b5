import { DatabaseSync } from 'node:sqlite';

/** A user of this product. Who signs in as which of them is Warifu's; names and departments are our own. */
export type User = { readonly userId: number; readonly name: string };
export type Order = {
  readonly orderId: number;
  readonly item: string;
  readonly state: string;
  readonly orderedBy: string;
};

/**
 * Users and orders, in a SQLite file. Every row belongs to a company, which is an operator of Warifu, and no query reads
 * the rows of another one.
 */
export function openStore(file: string) {
  const db = new DatabaseSync(file);
  db.exec(`
    create table if not exists users (
      user_id integer primary key, company text not null, sam_user text not null, name text not null,
      unique (company, sam_user)
    );
    create table if not exists orders (
      order_id integer primary key, company text not null, item text not null, state text not null default 'open',
      user_id integer not null references users
    );
  `);
  const select = `select order_id as orderId, item, state, name as orderedBy from orders join users using (user_id)`;
  const find = (company: string, orderId: number) =>
    db.prepare(`${select} where orders.company = ? and order_id = ?`).get(company, orderId) as Order | undefined;
  return {
    /** Says which SAM user of a company a user of ours is. */
    linkUser: (company: string, samUser: string, name: string): void => {
      db.prepare('insert into users (company, sam_user, name) values (?, ?, ?)').run(company, samUser, name);
    },
    findUser: (company: string, samUser: string): User | undefined =>
      db
        .prepare('select user_id as userId, name from users where company = ? and sam_user = ?')
        .get(company, samUser) as User | undefined,
    listOrders: (company: string): Order[] =>
      db.prepare(`${select} where orders.company = ? order by order_id desc`).all(company) as Order[],
    findOrder: find,
    createOrder: (company: string, { userId }: User, item: string): Order | undefined => {
      const { lastInsertRowid } = db
        .prepare('insert into orders (company, user_id, item) values (?, ?, ?)')
        .run(company, userId, item);
      return find(company, Number(lastInsertRowid));
    },
    cancelOrder: (company: string, orderId: number): Order | undefined => {
      db.prepare(`update orders set state = 'cancelled' where company = ? and order_id = ?`).run(company, orderId);
      return find(company, orderId);
    },
  };
}
