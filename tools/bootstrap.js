// The first half of `npm start` and `npm test`: sees whether this Node will do, and only then loads what needs it. This file
// alone must be understood by every Node since 12, so that an old one gets a sentence and no SyntaxError.
'use strict';

var checkNode = require('./bootstrap/check-node.js');

var fault = checkNode(process.versions.node);
if (fault) {
  console.error('bootstrap: ' + fault);
  process.exit(1);
}
import('./bootstrap/run.mjs');
