// Every message between host and apps, oldest first.
import { Emitter } from './emitter.js';

export class MessageLog {
  entries = [];
  changes = new Emitter();

  // direction: 'in' (app to host), 'out' (host to app), 'error' (the host's own failure).
  add(entry) {
    const body = entry.body ?? '';
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const full = { time: new Date().toISOString(), size: new Blob([text]).size, ...entry, body };
    this.entries.push(full);
    this.changes.emit(full);
    return full;
  }

  clear() {
    this.entries.length = 0;
    this.changes.emit(null);
  }
}
