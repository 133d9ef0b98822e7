// Loads frames again when there is newer code than they were made with.
const EVERY = 300;
// A tab that is refused, or has no panel left, is never answered by newer code.
const MAX_TRIES = 4;
const TRY_AGAIN_AFTER = 1000;

export class CodeLoop {
  // As names; later ones compare as greater.
  #code = '';
  #loaded = '';
  #tries = 0;
  #triedAt = 0;

  constructor(simulator, platform) {
    this.simulator = simulator;
    this.platform = platform;
  }

  start() {
    setInterval(() => document.hidden || this.#look(), EVERY);
  }

  async #look() {
    if (!this.platform.isThere || this.isLooking) return;
    this.isLooking = true;
    try {
      await this.#follow(await this.platform.code());
    } catch {
      // It is being started anew; the next look finds it.
    } finally {
      this.isLooking = false;
    }
  }

  async #follow({ code, loaded, answered }) {
    // A former process may answer still.
    if (!code || code < this.#code) return;
    if (code > this.#code) {
      const isFirst = !this.#code;
      // The fetching code may be another: what was fetched by the former one is old.
      if (!isFirst && loaded > this.#loaded) await this.platform.refetch();
      [this.#code, this.#loaded, this.#tries] = [code, loaded, 0];
      if (!isFirst) this.#reload(this.simulator.host.frames);
    } else if (answered && answered < code && this.#tries < MAX_TRIES && Date.now() - this.#triedAt > TRY_AGAIN_AFTER) {
      this.#tries += 1;
      this.#reload([this.simulator.host.activeFrame]);
    }
  }

  #reload(frames) {
    this.#triedAt = Date.now();
    frames.forEach((frame) => frame?.reload(this.#code));
    this.simulator.host.changes.emit('code');
  }
}
