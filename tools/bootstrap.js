// First step of `npm start` and `npm test`: checks the version of Node before loading anything else. This file uses the
// syntax of Node 12, so that an old Node gets a clear message instead of a SyntaxError.
'use strict';

var checkNode = require('./bootstrap/check-node.js');

var fault = checkNode(process.versions.node);
if (fault) {
  console.error('bootstrap: ' + fault);
  process.exit(1);
}
import('./bootstrap/run.mjs');
