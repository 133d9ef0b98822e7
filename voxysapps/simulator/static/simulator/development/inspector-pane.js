// What is behind the open tab: its panels, what the cache has for them, what was asked and how long it took.
import { button, el } from '../dom.js';
import { block, facts, json } from './parts.js';
import { callsTable, queriesNote, requestsTable } from './tables.js';
import { ago, bytes, milliseconds, until } from './words.js';

const EVERY = 1200;

export class InspectorPane {
  #shown = '';
  #open = new Set();

  constructor(simulator, platform) {
    this.simulator = simulator;
    this.platform = platform;
  }

  draw(pane) {
    this.pane = pane;
    this.#shown = '';
    this.body = el('div', { class: 'inspector' });
    this.title = el('h2', {}, 'Behind the open tab');
    this.again = button('Fetch anew', () => this.#refetch(), { class: 'tools-button', title: 'Let all that this tab shows be fetched again' });
    pane.replaceChildren(el('header', { class: 'pane-head' }, this.title, el('span', { class: 'spacer' }), this.again), this.body);
    this.#keepLooking(pane);
  }

  refresh() {
    this.look();
  }

  async look() {
    this.again.disabled = !this.platform.isThere;
    if (!this.platform.isThere) {
      this.#say(this.platform.isAvailable ? 'Open an app’s tab.' : 'There is nothing to see: this account is not connected, or this is no development.');
      return;
    }
    try {
      this.#show(await this.platform.inspect());
    } catch (error) {
      this.#say(`${error.message}.`);
    }
  }

  async #refetch() {
    await this.platform.refetch();
    this.simulator.host.activeFrame?.reload(String(Date.now()));
    await this.look();
  }

  async #keepLooking(pane) {
    while (pane.isConnected && this.pane === pane) {
      if (!document.hidden) await this.look();
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }

  #say(sentence) {
    this.#shown = '';
    this.body.replaceChildren(el('p', { class: 'pane-empty' }, sentence));
  }

  // What has been opened stays open, and text that is being marked is left alone.
  #show({ now, ...seen }) {
    const text = JSON.stringify(seen);
    if (text === this.#shown && Date.now() - this.drawnAt < 10_000) return;
    if (String(getSelection()) && this.body.contains(getSelection().anchorNode)) return;
    [this.#shown, this.drawnAt] = [text, Date.now()];
    const { scrollTop } = this.body;
    this.body.replaceChildren(...this.#parts(seen, now));
    this.body.scrollTop = scrollTop;
  }

  #parts({ app, viewer, requests, placements }, now) {
    this.title.textContent = `Behind “${app}”`;
    if (!requests.length) return [el('p', { class: 'pane-empty' }, 'Nothing was noted of this tab yet. Load it again, or sign in.')];
    return [
      ...placements.map((placement) => this.#placement(placement, now)),
      this.#details('requests', 'inspected', [el('strong', {}, 'Requests of this tab'), summary(requests[0]), viewerWords(viewer)], () => [requestsTable(requests, now)]),
    ];
  }

  #placement(placement, now) {
    const { id, title, state, sources, fragment, rendered, broken } = placement;
    const head = [
      el('span', { class: `state state--${broken ? 'error' : state || 'none'}` }, broken ? 'broken' : state || 'not shown'),
      el('strong', {}, title),
      el('span', { class: 'inspected-what' }, [placement.package, placement.version, placement.class].filter(Boolean).join(' ')),
      sources.map(({ head: one }) => one?.fetched_at && el('span', {}, ago(one.fetched_at, now))),
      sources.map(({ asked }) => asked && el('span', {}, `fetch ${milliseconds(asked)}`)),
      rendered && el('span', { class: rendered.queries.count ? 'wrong' : '' }, `render ${milliseconds(rendered)}, ${rendered.queries.count} queries`),
    ];
    return this.#details(`placement-${id}`, 'inspected', head, () => [
      broken && el('p', { class: 'wrong' }, broken),
      el(
        'div',
        { class: 'inspected-columns' },
        block('Panel', [
          facts({
            placement: id,
            panel: placement.panel,
            class: placement.class,
            package: `${placement.package} ${placement.version}`,
            'panel API': placement.requires_api,
            capability: placement.capability ?? 'none: it fetches by itself',
            revision: placement.revision,
          }),
        ]),
        block('Settings', [json(placement.settings)], placement.settings),
        block('Fragment', [fragmentFacts(fragment, rendered, now), rendered && queriesNote(rendered.queries)]),
      ),
      ...sources.map((source) => this.#source(source, now)),
    ]);
  }

  #source({ key, capability, head, data, size, asked }, now) {
    const failure = head?.failure;
    return el(
      'div',
      { class: 'inspected-columns' },
      block(`Source ${key}`, [
        facts({
          capability,
          fetched: head?.fetched_at ? ago(head.fetched_at, now) : 'never',
          due: head ? until(head.due_at, now) : 'as soon as somebody looks',
          version: head?.version,
          size: data === null ? null : bytes(size),
          failure: failure && `${failure.sentence} (reference ${failure.trace_id}, ${failure.tries} in a row)`,
        }),
      ]),
      block('Last question', asked ? [
        facts({ when: ago(asked.at, now), took: milliseconds(asked), reference: asked.trace_id, problem: asked.problem }),
        callsTable(asked.calls),
        queriesNote(asked.queries),
      ] : [el('p', { class: 'pane-empty' }, 'Not noted.')]),
      block('Data', [data === null ? el('p', { class: 'pane-empty' }, 'None.') : json(data)], data),
    );
  }

  #details(key, className, head, body) {
    const details = el('details', { class: className, 'data-inspected': key }, el('summary', {}, head));
    const fill = () => details.open && details.childElementCount === 1 && details.append(...body().filter(Boolean));
    details.open = this.#open.has(key);
    fill();
    details.addEventListener('toggle', () => {
      fill();
      if (details.open) this.#open.add(key);
      else this.#open.delete(key);
    });
    return details;
  }
}

function summary(request) {
  return el('span', {}, `${request.method} ${request.path || 'frame'} ${request.status} · ${milliseconds(request)} · ${request.queries.count} queries`);
}

function viewerWords({ agent, role, customer }) {
  return el('span', { class: 'inspected-what' }, `agent ${agent ?? 'unknown'}, ${role ?? 'no role'}, customer ${customer}`);
}

function fragmentFacts(fragment, rendered, now) {
  const kept = fragment && {
    size: bytes(fragment.size),
    'data version': fragment.versions.map((version) => version ?? 'none').join(', '),
    'of the present data': fragment.is_current ? 'yes' : 'no',
    'of the present code': fragment.is_of_present_code ? 'yes' : 'no',
    empty: fragment.is_empty ? 'yes' : 'no',
  };
  const made = rendered && {
    rendered: `${ago(rendered.at, now)}, in ${milliseconds(rendered)}`,
    queries: rendered.queries.count,
    problem: rendered.problem,
  };
  return kept || made ? facts({ ...(kept ?? { kept: 'none' }), ...made }) : el('p', { class: 'pane-empty' }, 'None is kept.');
}
