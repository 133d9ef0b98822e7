// The smallest way for one part of the window to hear of another.
export class Emitter {
  #listeners = new Set();

  listen(listener) {
    this.#listeners.add(listener);
  }

  emit(...details) {
    this.#listeners.forEach((listener) => listener(...details));
  }
}
