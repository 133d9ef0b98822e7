// The iframe of an app. Like the host's it has an id and an address, nothing else.
export class IframeView {
  constructor(frame) {
    const position = frame.generation.sharesId ? 0 : frame.position;
    this.iframe = document.createElement('iframe');
    this.iframe.id = `dashboard-app--frame-${position}`;
    this.iframe.src = addressWith(frame.host.addressOf(frame.app), frame.code);
    this.iframe.addEventListener('load', () => frame.loaded());
    frame.element.append(this.iframe);
  }

  get contentWindow() {
    return this.iframe.contentWindow;
  }

  post(text) {
    this.iframe.contentWindow.postMessage(text, '*');
  }

  destroy() {
    this.iframe.remove();
  }
}

function addressWith(address, code) {
  if (!code || !URL.canParse(address)) return address;
  const url = new URL(address);
  url.searchParams.set('code', code);
  return url.href;
}
