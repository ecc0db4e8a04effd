#!/usr/bin/env node
// Keeps the path dist/apps/producer/main.js: tsc preserves the folder structure of its sources.
import './src/main';
