#!/usr/bin/env node
// First: another Node would not see the lock of the embedded PostgreSQL, and say that no server is running.
import './src/check-node';
// Keeps the path dist/apps/producer/main.js: tsc preserves the folder structure of its sources.
import './src/main';
