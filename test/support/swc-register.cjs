// For `node --require`: a child process of a test can load our TypeScript without a build.
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  module._compile(
    transformFileSync(filename, { module: { type: 'commonjs', ignoreDynamic: true } }).code,
    filename,
  );
};
