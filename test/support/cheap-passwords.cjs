// A preload (node --require) that makes hashing a password cheap. With the real parameters, the end-to-end tests would
// spend a tenth of their time on it. password-hasher.spec.ts tests the real ones.
const { resolve } = require('node:path');

const { ARGON2_PARAMETERS } = require(
  resolve(__dirname, '../../dist/apps/server/src/sessions/users/argon2.js'),
);
Object.assign(ARGON2_PARAMETERS, { memoryCost: 64, timeCost: 1 });
