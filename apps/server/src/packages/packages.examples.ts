/** A registration that was just accepted. */
export const acceptedRegistration = {
  id: '019301f0-7b5c-7cc0-a2d4-0f6a2b1f8d11',
  state: 'pending',
  package_id: null,
  problem: null,
  created_at: '2026-11-21T09:00:00.000Z',
  finished_at: null,
};

const aPackage = {
  id: 1,
  name: 'Winter boots',
  weight_kg: '1.500',
  content_value: { amount: '10.99', currency: 'USD' },
  type: { id: 1, name: 'clothes' },
  order_uid: 'b563feb7b2b84b6test',
  cost: { amount: '72.24', currency: 'RUB' },
  created_at: '2026-11-21T09:00:00.000Z',
};

/** A package that a carrier has claimed. */
export const claimedPackage = {
  ...aPackage,
  status: 'claimed',
  carrier_id: 7,
  claimed_at: '2026-11-21T10:00:00.000Z',
  cancelled_at: null,
};

/** A cancelled package. */
export const cancelledPackage = {
  ...aPackage,
  status: 'cancelled',
  carrier_id: null,
  claimed_at: null,
  cancelled_at: '2026-11-21T10:00:00.000Z',
};
