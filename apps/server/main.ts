// First: the other modules do not load on an old Node.
import './src/check-node';
// Before other modules are loaded: they fill the young generation.
import './src/fix-young-generation';
// Keeps the documented path dist/apps/server/main.js: tsc preserves the folder structure of its sources.
import './src/main';
