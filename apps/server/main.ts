// First, before modules are loaded: they fill the young generation.
import './src/young-generation';
// The path that is promised, dist/apps/server/main.js: tsc keeps the folders of what it compiles.
import './src/main';
