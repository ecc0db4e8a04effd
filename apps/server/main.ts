// First, before modules are loaded: they fill the young generation.
import './src/young-generation';
// Keeps the documented path dist/apps/server/main.js: tsc preserves the folder structure of its sources.
import './src/main';
