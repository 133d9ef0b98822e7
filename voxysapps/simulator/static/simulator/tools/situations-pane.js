// What happens around an app while an agent works, one button each, with what the host then does.
import { button, el } from '../dom.js';

const WORDS_OF_CUSTOMERS = ['Is there any news?', 'Where is my order?', 'Thank you!', 'And the invoice, please?'];

// Returns a pane that never changes.
export function situationsPane(simulator) {
  const anyOf = (words) => words[Math.floor(Math.random() * words.length)];
  const groups = [
    [
      'The conversation goes on',
      'No app hears of any of these; a new question returns the new data.',
      [
        ['New message from the customer', () => simulator.addMessage({ content: anyOf(WORDS_OF_CUSTOMERS) })],
        ['New private note', () => simulator.addMessage({ author: 'agent', private: true, content: 'Please call back today.' })],
        ['Change the contact’s e-mail', () => simulator.editContact({ email: `changed.${Date.now() % 1000}@example.com` })],
        ['Assign to me', () => simulator.assign(simulator.agentId)],
        ['Assign to nobody', () => simulator.assign(null)],
        ['Resolve', () => simulator.setStatus('resolved')],
        ['Reopen', () => simulator.setStatus('open')],
        ['Live update: fields change type and place', () => simulator.liveUpdate()],
      ],
    ],
    [
      'The host changes',
      'G3 sends again for theme and definitions; older hosts never do.',
      [
        ['Attribute definitions change', () => simulator.changeDefinitions()],
        ['Theme changes', () => simulator.setTheme(simulator.theme === 'dark' ? 'light' : 'dark')],
        ['Contact is not in the host’s store', () => simulator.loseContact()],
        ['The agent is not loaded yet', () => simulator.setAgentLoaded(false)],
        ['The agent is loaded', () => simulator.setAgentLoaded(true)],
        ['An app is inserted before the open one', () => simulator.insertAppBefore()],
      ],
    ],
    [
      'The app misbehaves',
      'The probe is an app that records what it gets, and asks in every way.',
      [
        ['Add the probe', () => simulator.addProbe()],
        ['Add a slow probe', () => simulator.addProbe({ slow: 3000 })],
        ['Ask', () => simulator.probe('plain')],
        ['Ask as JSON', () => simulator.probe('json')],
        ['Ask as an object', () => simulator.probe('object')],
        ['Ask from a frame inside', () => simulator.probe('nested')],
        ['Go to another page', () => simulator.probe('navigate')],
      ],
    ],
  ];
  const draw = (pane) =>
    pane.replaceChildren(
      el(
        'div',
        { class: 'situations' },
        groups.map(([title, words, situations]) =>
          el(
            'div',
            { class: 'situation-group' },
            el('h2', {}, title),
            el('p', {}, words),
            el('div', { class: 'situation-buttons' }, situations.map(([label, act]) => button(label, act, { class: 'tools-button' }))),
          ),
        ),
      ),
    );
  return { draw, refresh() {} };
}
