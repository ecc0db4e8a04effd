import type { Response } from 'supertest';

/** Returns the reply if it has this status. @throws Error with the actual reply */
export async function answered(reply: Promise<Response>, status: number): Promise<Response> {
  const response = await reply;
  if (response.status === status) return response;
  throw new Error(`Answered ${response.status} instead of ${status}: ${response.text}`);
}
