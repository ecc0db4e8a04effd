// Keeps the documented path dist/apps/server/main.js: tsc preserves the folder structure of its sources.
import './src/main';
