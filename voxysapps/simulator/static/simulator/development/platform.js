// What the platform tells and lets a developer do, of the open tab of an account that is connected.
export class Platform {
  constructor(simulator) {
    this.simulator = simulator;
  }

  // Whether there is something to ask about: development, an account that is connected, an app's tab.
  get isThere() {
    return this.isAvailable && Boolean(this.simulator.host.openKey);
  }

  get isAvailable() {
    return Boolean(this.simulator.config.development) && this.simulator.here.isConnected;
  }

  // Which code answers: `code` names all files, `loaded` what needs new processes; `answered` is the tab's.
  code() {
    return this.#ask(`/code?${this.#tab}`);
  }

  inspect() {
    return this.#ask(`?${this.#tab}`);
  }

  refetch() {
    return this.#ask(`/refetch?${this.#tab}`, {});
  }

  systems() {
    return this.#ask('/faults');
  }

  setFault(system, fault) {
    return this.#ask('/faults', { system, fault });
  }

  async payloads() {
    return (await fetch(this.simulator.config.payloads)).json();
  }

  get #tab() {
    const { openKey, store } = this.simulator.host;
    return new URLSearchParams({ app: openKey, conversation: store.selectedId });
  }

  async #ask(path, body) {
    const { config, accountId } = this.simulator;
    const sent = body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`${config.development}/${accountId}${path}`, sent);
    if (!answer.ok) throw new Error(`The platform answered ${answer.status}`);
    return answer.json();
  }
}
