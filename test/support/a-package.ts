import { answered } from './answered';
import type { Api } from './api';
import { eventually } from './poll';

/** A body for `POST /packages`. The package costs 72.24 RUB at the rates of the sample. */
export const aPackage = <More extends object>(more = {} as More) => ({
  name: 'Winter boots',
  weight_kg: '1.5',
  content_value: { amount: '10.99', currency: 'USD' },
  type_id: 1,
  ...more,
});

/** The status resource of a finished registration. */
export interface FinishedRegistration {
  state: 'succeeded' | 'failed';
  package_id: number | null;
  problem: object | null;
}

/** Waits until the registration at a `Location` is finished. */
export const finished = (who: Api, location: string): Promise<FinishedRegistration> =>
  eventually(
    async () => {
      const { body } = await who.get(location);
      return body.state !== 'pending' && (body as FinishedRegistration);
    },
    { describe: `the registration at ${location} is finished` },
  );

/** Registers a package and waits until it exists. @returns its ID */
export async function registered(who: Api, body: object = aPackage()): Promise<number> {
  const { headers } = await answered(who.post('/packages', body), 202);
  const { state, problem, package_id: id } = await finished(who, String(headers.location));
  if (state !== 'succeeded' || id === null)
    throw new Error(`The registration ${state}: ${JSON.stringify(problem)}`);
  return id;
}
