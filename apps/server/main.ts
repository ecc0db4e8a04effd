// The path that is promised, dist/apps/server/main.js: tsc keeps the folders of what it compiles.
import './src/main';
