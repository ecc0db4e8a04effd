// Converts a package's row to its API representation.

export const PACKAGE = `p.id, p.name, p.weight_kg, p.content_amount, p.content_currency, p.type_id, t.name AS type_name,
  p.order_uid, p.delivery_cost, p.created_at, p.status, p.carrier_id, p.claimed_at, p.cancelled_at FROM packages p JOIN package_types t ON t.id = p.type_id`;

export interface PackageRow {
  id: number;
  name: string;
  weight_kg: string;
  content_amount: string;
  content_currency: string;
  type_id: number;
  type_name: string;
  order_uid: string | null;
  delivery_cost: string | null;
  created_at: Date;
  status: string;
  carrier_id: number | null;
  claimed_at: Date | null;
  cancelled_at: Date | null;
}

export const toReply = (row: PackageRow): object => ({
  id: row.id,
  name: row.name,
  weight_kg: row.weight_kg,
  content_value: { amount: row.content_amount, currency: row.content_currency },
  type: { id: row.type_id, name: row.type_name },
  order_uid: row.order_uid,
  cost: row.delivery_cost === null ? null : { amount: row.delivery_cost, currency: 'RUB' },
  created_at: row.created_at,
  status: row.status,
  carrier_id: row.carrier_id,
  claimed_at: row.claimed_at,
  cancelled_at: row.cancelled_at,
});
