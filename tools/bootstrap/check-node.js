// Uses the syntax of Node 12, like tools/bootstrap.js.
'use strict';

var NEEDED = [20, 19];

/** Returns why this Node is too old to install and build Waybill, or undefined. */
module.exports = function checkNode(version) {
  var parts = version.split('.').map(Number);
  if (parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1])) return undefined;
  return (
    'Node ' +
    version +
    ' is too old: install Node ' +
    NEEDED.join('.') +
    ' or newer (https://nodejs.org) and run the command again.'
  );
};
