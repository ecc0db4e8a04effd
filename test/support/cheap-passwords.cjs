// A preload (node --require) that makes hashing a password cheap: with the real parameters, a tenth of the time of the
// end-to-end tests would be spent on it. password-hasher.spec.ts tests the real ones.
const { resolve } = require('node:path');

const { ARGON2_PARAMETERS } = require(
  resolve(__dirname, '../../dist/apps/server/src/sessions/users/argon2.js'),
);
Object.assign(ARGON2_PARAMETERS, { memoryCost: 64, timeCost: 1 });
