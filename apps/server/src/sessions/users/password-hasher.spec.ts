import { UnavailableError } from '@waybill/core';
import { type Argon2, argon2id } from './argon2';
import { PasswordHasher } from './password-hasher';

describe('the password hasher', () => {
  const hasher = new PasswordHasher(argon2id);

  it('hashes with Argon2id, 19 MiB, two passes, one lane and a new salt each time', async () => {
    const [one, two] = await Promise.all([hasher.hash('seven wet herons'), hasher.hash('seven wet herons')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await hasher.verify(one, 'seven wet herons')).toBe(true);
    expect(await hasher.verify(one, 'seven wet heron')).toBe(false);
  });

  it('treats equivalent Unicode forms as the same password', async () => {
    const hash = await hasher.hash('caf\u00e9 au lait, twice');
    expect(await hasher.verify(hash, 'cafe\u0301 au lait, twice')).toBe(true);
  });

  it('does the same work for an unknown user, and fails', async () => {
    const verified: string[] = [];
    const counting: Argon2 = {
      ...argon2id,
      verify: (hash, password) => {
        verified.push(hash);
        return argon2id.verify(hash, password);
      },
    };
    expect(await new PasswordHasher(counting).verify(undefined, 'seven wet herons')).toBe(false);
    expect(verified).toEqual([expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$.{22}\$.{43}$/)]);
  });

  it('runs two at a time, queues a hundred and refuses the rest', async () => {
    let running = 0;
    let most = 0;
    const open: (() => void)[] = [];
    const slow: Argon2 = {
      hash: () => Promise.reject(new Error('not used')),
      verify: () =>
        new Promise((resolve) => {
          most = Math.max(most, ++running);
          open.push(() => {
            running--;
            resolve(true);
          });
        }),
    };
    const crowded = new PasswordHasher(slow);
    const accepted = Array.from({ length: 102 }, () => crowded.verify('hash', 'x'));
    await expect(crowded.verify('hash', 'x')).rejects.toBeInstanceOf(UnavailableError);
    const release = setInterval(() => open.shift()?.(), 0);
    expect(await Promise.all(accepted)).toHaveLength(102);
    clearInterval(release);
    expect(most).toBe(2);
  });
});
