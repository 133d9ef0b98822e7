// The host's REST API, asked as one of its agents; and what customers do, who have no API.
export class HostApi {
  constructor(config, account) {
    this.base = `${config.api}/accounts/${account.id}/`;
    this.tokens = account.tokens;
    this.customers = `${config.customers}/${account.id}`;
    this.faults = `${config.faults}/${account.id}`;
    this.startingOver = `${config.startingOver}/${account.id}`;
  }

  // Answers what the host answers; its refusal is an error in its own words.
  ask(agentId, method, path, body) {
    // The window is the host's own page: faults of its API are for others.
    return this.#send(method, this.base + path, body, { 'api-access-token': this.tokens[agentId], 'X-Simulator-Window': '1' });
  }

  customerWrites(message) {
    return this.#send('POST', this.customers, message);
  }

  setFault(fault) {
    return this.#send('POST', this.faults, { fault });
  }

  startOver() {
    return this.#send('POST', this.startingOver, {});
  }

  async #send(method, address, body, headers = {}) {
    const answer = await fetch(address, { method, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const text = await answer.text();
    const said = answer.headers.get('Content-Type')?.startsWith('application/json') && text ? JSON.parse(text) : null;
    if (!answer.ok) throw new Error(said?.error ?? said?.message ?? said?.detail ?? `The host answered ${answer.status}`);
    return said;
  }
}
