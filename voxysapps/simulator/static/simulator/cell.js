// One frame and its host, alone in a page: what the window posts here is handed to the frame when it asks, when it
// has loaded, and when there is something new. Frames of one window hand contexts on to each other; these cannot.
import { FETCH_INFO } from './generations/shared.js';

let frame = null;
let text = '';

const send = () => text && frame?.contentWindow.postMessage(text, '*');

function show({ url, theme, payload }) {
  document.documentElement.dataset.theme = theme;
  text = payload;
  if (frame?.src === url) {
    send();
    return;
  }
  frame?.remove();
  frame = document.createElement('iframe');
  frame.src = url;
  frame.addEventListener('load', send);
  document.body.append(frame);
}

window.addEventListener('message', ({ source, origin, data }) => {
  if (source === window.parent && origin === location.origin) show(data);
  else if (source === frame?.contentWindow && data === FETCH_INFO) send();
});
window.parent.postMessage({ cell: 'ready' }, location.origin);
